"""One file in, its report out: what a worker does, again and again."""

from __future__ import annotations

import errno
import hashlib
import math
import os
import re
import sys
import traceback
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, cast

from axis28.checking.excerpt import excerpts
from axis28.checking.result import FileReport, Outcome, Remark, Unread, Verdict
from protocol.content.text import Contents
from protocol.finding import Finding, Severity, worst
from protocol.package.model import DocumentPackage, Package
from protocol.package.verdicts import Profile
from protocol.rules import judge
from protocol.rules.signing import Signing
from protocol.rules.surroundings import NOTHING_KNOWN, Surroundings
from protocol.signatures.xml.policy import USUAL, Policy

if TYPE_CHECKING:
    from protocol.signatures.anchors import Trust

STDIN = "<stdin>"
_ATTACHMENT = re.compile(r"(?:^|/)Attachment(?:\[([0-9]{1,6})\])?(?:/|$)")
_VERDICTS: dict[Severity | None, Verdict] = {Severity.FAIL: "fail", Severity.WARN: "warn"}


@dataclass(frozen=True, slots=True)
class Settings:
    """How packages are judged. ``now`` is aware; ``contents``: read attached files; ``digests``: hash every file.

    ``trust``: whom to trust; without it signatures are judged by what the files alone decide, and none is asked for.
    """

    profile: Profile
    now: datetime
    surroundings: Surroundings = NOTHING_KNOWN
    contents: bool = True
    digests: bool = False
    trust: Trust | None = None
    package_signature: Policy = USUAL


class Examiner:
    """Checks one file after the other. A context manager: it may hold a process that reads attached files."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = ExitStack()
        self._contents: Contents | None = None
        self._signing: Signing | None = None

    def __enter__(self) -> Self:
        from protocol.signatures.pdf.reader import SignatureReader

        # Starts its child process with the first file that was signed.
        papers = self._stack.enter_context(SignatureReader())
        self._signing = Signing(papers, self._settings.trust, self._settings.package_signature)
        if self._settings.contents:
            from protocol.content.reader import ContentReader

            self._contents = self._stack.enter_context(ContentReader())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def check(self, file: str) -> Outcome:
        """Check the file of that name, or standard input where it is ``STDIN``."""
        try:
            if file == STDIN:
                if sys.stdin is None:
                    return Unread(file, os.strerror(errno.EBADF))
                return self.examine(sys.stdin.buffer, file)
            with open(file, "rb") as stream:  # noqa: PTH123 - a name as it was given, also one that Path would rewrite
                return self.examine(stream, file)
        except OSError as error:
            return Unread(file, error.strerror or type(error).__name__)
        except Exception as error:  # noqa: BLE001 - whatever one file brings about, the others are to be checked
            return Unread(file, type(error).__name__, fault=_fault(error))

    def examine(self, stream: BinaryIO, file: str) -> FileReport:
        """Check what a stream gives, read once and in pieces. Only errors of the stream itself are raised."""
        settings = self._settings
        digest = _Digest(stream) if settings.digests else None
        with judge(
            stream if digest is None else cast("BinaryIO", digest),
            profile=settings.profile,
            now=settings.now,
            surroundings=settings.surroundings,
            contents=self._contents,
            signing=self._signing,
        ) as reading:
            places = excerpts(reading)
            remarks = [
                Remark(finding, place, _attachment(finding, reading.package))
                for finding, place in zip(reading.findings, places, strict=True)
            ]
            report = FileReport(
                file=file,
                kind=reading.kind,
                document_id=reading.document_id,
                verdict=_VERDICTS.get(worst(reading.findings), "pass"),
                remarks=tuple(sorted(remarks, key=_place)),
                size=reading.size,
                signatures=reading.signatures,
            )
        return report if digest is None else replace(report, sha256=digest.finish())


def _fault(error: Exception) -> str:
    """Say what was raised and where, for whoever mends it."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__}, {Path(frames[-1].filename).name}:{frames[-1].lineno}"


def _place(remark: Remark) -> tuple[int, float]:
    """Order by line and column; where base64 hides the column, behind what has one."""
    return remark.line or 0, remark.column or math.inf


def _attachment(finding: Finding, package: Package | None) -> str:
    """Give the name of the attachment that a finding is about."""
    found = _ATTACHMENT.search(finding.where)
    if found is None or not isinstance(package, DocumentPackage):
        return ""
    number = int(found[1] or 1)
    return package.attachments[number - 1].name or "" if 0 < number <= len(package.attachments) else ""


class _Digest:
    """A stream that hashes what passes; reading may stop early, hashing goes to the end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._hash.update(data)
        return data

    def finish(self) -> str:
        while self.read(1 << 16):
            pass
        return self._hash.hexdigest()
