"""The package that a new one is about."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from axis28.making.order import OrderRefused
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from schemas import messages


def read_original(path: Path, held: ExitStack, lang: str) -> DocumentPackage:
    """Read a document package; its attachments can be opened until ``held`` is closed. Raises ``OrderRefused``."""
    try:
        if path.exists() and not path.is_file():  # a pipe might never end
            raise OrderRefused(messages.text("new.about-no-document", lang, path=path))
        with path.open("rb") as stream:
            reading = held.enter_context(read_package(stream))
    except (OSError, UnicodeError) as error:
        problem = (error.strerror if isinstance(error, OSError) else None) or messages.text("new.rule.path", lang)
        raise OrderRefused(messages.text("new.about-unreadable", lang, path=path, problem=problem)) from error
    if not isinstance(reading.package, DocumentPackage):
        raise OrderRefused(messages.text("new.about-no-document", lang, path=path))
    return reading.package
