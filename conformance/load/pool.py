"""The pool of a run: every letter written, packed and signed before the clock starts, so that none of it is timed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from conformance.load.job import Planned, write_planned
from conformance.load.profile import Letters
from conformance.system import Agency
from fixtures.documents import new_document
from fixtures.files import new_file
from protocol.package.model import Code
from protocol.package.writer import write_package
from protocol.wire.client import AxisClient

FIRST_NUMBER = 100_000
NOTATION = "TB-STN"
_LINE_END = b"\r\n"


@dataclass(frozen=True, slots=True)
class Pool:
    """Where the pool stands, and what it holds: ``documents[i]`` is the wire identifier of arrival ``i``."""

    index: Path
    bodies: Path
    documents: tuple[str, ...]
    instants: tuple[float, ...]


def fill(
    folder: Path,
    *,
    instants: Sequence[float],
    letters: Letters,
    seed: int,
    now: datetime,
    client: AxisClient,
    sender: Agency,
    recipient: Agency,
) -> Pool:
    """Write one signed request for each instant into ``folder``.

    The letters follow from the seed; ``sender`` is an agency of the system that ``client`` signs for.
    """
    source = random.Random(f"letters {seed} {sender.code}")  # noqa: S311 - contents of fictitious letters
    index, bodies = folder / "pool.jsonl", folder / "pool.bin"
    documents: list[str] = []
    offset = 0
    with index.open("w", encoding="utf-8") as lines, bodies.open("wb") as sink:
        for number, at in enumerate(instants):
            files = [new_file(source, size=letters.file_bytes) for _ in range(letters.files)]
            # The number is the arrival's own: two letters with one number would be a duplicate to the recipient.
            code = Code(str(FIRST_NUMBER + number), NOTATION)
            letter = new_document(source, sender, [recipient], files=files, now=now, code=code)
            body = write_package(letter)
            signed = client.sign_send(body, sender=sender.code, message_type="edoc")
            document_id = letter.header.document_id or ""
            planned = Planned(number, at, document_id, list(signed.headers), offset, len(body) + len(_LINE_END))
            lines.write(write_planned(planned) + "\n")
            sink.write(body + _LINE_END)
            offset += planned.length
            documents.append(document_id)
    return Pool(index, bodies, tuple(documents), tuple(instants))
