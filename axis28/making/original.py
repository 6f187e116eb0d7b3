"""The package that a new one is about."""

from __future__ import annotations

from contextlib import ExitStack

from axis28.making.order import OrderRefused
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from schemas import messages


def read_original(path: str, held: ExitStack, lang: str) -> DocumentPackage:
    """Read a document package; its attachments can be opened until ``held`` is closed. Raises ``OrderRefused``."""
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - a name as it was given
            reading = held.enter_context(read_package(stream))
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise OrderRefused(messages.text("new.about-unreadable", lang, path=path, problem=problem)) from error
    if not isinstance(reading.package, DocumentPackage):
        raise OrderRefused(messages.text("new.about-no-document", lang, path=path))
    return reading.package
