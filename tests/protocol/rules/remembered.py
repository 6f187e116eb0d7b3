"""What the rules are told is found out once and remembered while one mutant after another is at work.

Texts and signatures of files, the schema, and the judgement of signatures are no rules: they say the same every time,
but take their time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

from lxml import etree

from protocol.content.reader import ContentReader
from protocol.content.text import FileText
from protocol.package import xsd
from protocol.package.reading import Reading
from protocol.package.xsd import SchemaFault
from protocol.signatures.anchors import Trust
from protocol.signatures.outcome import SignatureOutcome
from protocol.signatures.pdf import judge as paper_judge
from protocol.signatures.pdf.facts import PaperFacts
from protocol.signatures.pdf.reader import SignatureReader
from protocol.signatures.revocation import Times
from protocol.signatures.xml import policy as package_policy
from protocol.signatures.xml.policy import Policy

Outcomes = tuple[SignatureOutcome, ...]


class Remembered:
    """Reads each file once and remembers it, so that no child process is needed while mutants are at work."""

    def __init__(self, reader: ContentReader, papers: SignatureReader) -> None:
        self._reader: ContentReader | None = reader
        self._known: dict[tuple[str, bytes], FileText] = {}
        self.papers = RememberedPapers(papers)

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> FileText:
        """Read a file, or remember it; what a mutant asks for beside is unreadable."""
        with open_file() as stream:
            key = name, stream.read()
        if key not in self._known:
            if self._reader is None:
                return FileText("other", unread="unsupported")
            self._known[key] = self._reader.read(name, open_file, size)
        return self._known[key]

    def close(self) -> None:
        """From now on remember only."""
        self._reader = None
        self.papers.close()


class RememberedPapers:
    """Does the same for the signatures of files."""

    def __init__(self, reader: SignatureReader) -> None:
        self._reader: SignatureReader | None = reader
        self._known: dict[bytes, PaperFacts] = {}

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> PaperFacts:
        """Read the signatures of a file once, or remember them."""
        with open_file() as stream:
            key = hashlib.sha256(stream.read()).digest()
        if key not in self._known:
            if self._reader is None:
                return PaperFacts("too-slow")
            self._known[key] = self._reader.read(name, open_file, size)
        return self._known[key]

    def close(self) -> None:
        """From now on remember only."""
        self._reader = None


@contextmanager
def remembered() -> Iterator[None]:
    """Remember what is no work of the rules: what the schema says of each package, and how each signature is judged."""
    with _schema_remembered(), _papers_remembered(), _packages_remembered():
        yield


@contextmanager
def _schema_remembered() -> Iterator[None]:
    """Validate each package once: the schema is no rule and says the same every time, but takes its time."""
    fast, explain = xsd.fast, xsd.explain
    known_fast: dict[int, bool] = {}
    known_faults: dict[int, list[SchemaFault]] = {}

    def remembered_fast(root: etree._Element, kind: xsd.Kind) -> bool:
        if id(root) not in known_fast:
            known_fast[id(root)] = fast(root, kind)
        return known_fast[id(root)]

    def remembered_explain(root: etree._Element, kind: xsd.Kind) -> Iterator[SchemaFault]:
        if id(root) not in known_faults:
            known_faults[id(root)] = list(explain(root, kind))
        return iter(known_faults[id(root)])

    xsd.fast, xsd.explain = remembered_fast, remembered_explain
    try:
        yield
    finally:
        xsd.fast, xsd.explain = fast, explain


@contextmanager
def _papers_remembered() -> Iterator[None]:
    """Judge the signatures of each file once by the same trust and times."""
    judge = paper_judge.judge
    known: dict[tuple[int, Trust, datetime, datetime | None], tuple[PaperFacts, Outcomes]] = {}

    def remembered_judge(
        facts: PaperFacts, trusted: Trust, now: datetime, received: datetime | None = None
    ) -> Outcomes:
        key = id(facts), trusted, now, received
        if key not in known:
            known[key] = facts, judge(facts, trusted, now, received)  # who is kept keeps his id
        return known[key][1]

    paper_judge.judge = remembered_judge
    try:
        yield
    finally:
        paper_judge.judge = judge


@contextmanager
def _packages_remembered() -> Iterator[None]:
    """Judge the signature of each package once by the same policy, trust and times."""
    judge = package_policy.judge
    known: dict[tuple[int, Policy, Trust, Times], tuple[Reading, Outcomes]] = {}

    def remembered_judge(
        reading: Reading,
        source: BinaryIO | bytes,
        *,
        policy: Policy = package_policy.USUAL,
        trusted: Trust,
        times: Times,
    ) -> Outcomes:
        key = id(reading), policy, trusted, times
        if key not in known:
            known[key] = reading, judge(reading, source, policy=policy, trusted=trusted, times=times)
        return known[key][1]

    package_policy.judge = remembered_judge
    try:
        yield
    finally:
        package_policy.judge = judge
