"""What a package holds beyond its XML: attached files and signatures, and what only profile ``strict`` has a word for.

Profile ``strict`` looks before it answers and refuses. Profile ``axis`` answers first, looks afterwards in a process of
its own (``simulator.inspector``), and adds to the ledger what it finds.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from protocol.finding import Finding
from protocol.package.verdicts import Profile, verdicts
from protocol.rules import judge
from protocol.rules.signing import Signing
from protocol.rules.surroundings import Surroundings

if TYPE_CHECKING:
    from protocol.content.text import Contents


class Instruments:
    """What reads attached files and signatures: child processes that start with the first file. A context manager."""

    def __init__(self, trust: Path | None) -> None:
        from protocol.content.reader import ContentReader  # noqa: PLC0415 - profile `axis` has no need of it
        from protocol.signatures import anchors  # noqa: PLC0415 - as above
        from protocol.signatures.pdf.reader import SignatureReader  # noqa: PLC0415 - as above

        self._stack = ExitStack()
        self.contents: Contents = self._stack.enter_context(ContentReader())
        papers = self._stack.enter_context(SignatureReader())
        self.signing = Signing(papers, None if trust is None else anchors.load(trust))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child processes."""
        self._stack.close()


def inspect(source: BinaryIO, instruments: Instruments, now: datetime, message_type: str) -> list[dict[str, Any]]:
    """Judge a package with all that it holds, as it arrived at ``now``; gives findings as profile ``axis`` keeps them.

    ``severity`` is what a finding weighs in profile ``axis``. Where that has no word for it, it is what it weighs in
    ``strict``, and ``profile`` says so. ``OSError`` where attached files cannot be read at all.
    """
    found = _judged(source, "strict", instruments, now, message_type)
    if found is None:
        source.seek(0)
        found = _judged(source, "axis", instruments, now, message_type) or ()
    return [_weighed(finding) for finding in found]


def _judged(
    source: BinaryIO, profile: Profile, instruments: Instruments, now: datetime, message_type: str
) -> tuple[Finding, ...] | None:
    """Give the findings, ``None`` where the profile cannot read the package: ``axis`` reads some that are broken."""
    with judge(
        source,
        profile=profile,
        now=now,
        surroundings=Surroundings(sent_at=now, message_type=message_type),
        contents=instruments.contents,
        signing=instruments.signing,
    ) as reading:
        return None if reading.package is None else reading.findings


def _weighed(finding: Finding) -> dict[str, Any]:
    told: dict[str, Any] = finding.to_json()
    verdict = verdicts().get(finding.reason)
    if verdict is None:
        return told
    return {**told, "profile": "strict"} if verdict.axis is None else {**told, "severity": verdict.axis.value}


def joined(known: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to findings those that are new: the same reason at the same place was said before."""
    said = {_identity(finding) for finding in known}
    return [*known, *(finding for finding in found if _identity(finding) not in said)]


def with_strict(findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Say of each finding what it weighs in profile ``strict``, where that is something else."""
    return [_with_strict(finding) for finding in findings]


def _with_strict(finding: dict[str, Any]) -> dict[str, Any]:
    verdict = verdicts().get(finding["reason"])
    strict = None if verdict is None or verdict.strict is None else verdict.strict.value
    return finding if strict in (None, finding["severity"]) else {**finding, "strict": strict}


def _identity(finding: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(finding.get(name) for name in ("reason", "where", "line", "got"))
