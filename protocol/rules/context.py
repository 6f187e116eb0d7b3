"""What a rule may know besides the package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import BinaryIO

from lxml import etree

from protocol.content.maindocument import MainDocument
from protocol.content.text import AttachedText, Contents
from protocol.finding import Finding
from protocol.package.limits import Limits
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.package.reading import Reading
from protocol.package.tree import where
from protocol.package.verdicts import MOST_OF_ONE_REASON, Profile, find
from protocol.rules.signing import PartyKey, SignedPaper, Signing
from protocol.rules.surroundings import NOTHING_KNOWN, Surroundings, usable
from protocol.signatures.outcome import Check, SignatureOutcome

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
ENVELOPE = "edXMLEnvelope"
HEADER = f"{ENVELOPE}/edXMLHeader/MessageHeader"
TRACE = f"{ENVELOPE}/edXMLHeader/TraceHeaderList"
MANIFEST = f"{ENVELOPE}/edXMLBody/edXMLManifest"
ATTACHMENT = "AttachmentEncoded/Attachment"
PACKAGE_SIGNATURE = f"{ENVELOPE}/edXMLHeader/Signature"


@dataclass(frozen=True, slots=True)
class Context:
    """Reading, profile, the instant that counts as now (aware) and what is known beside the package.

    ``contents`` reads attached files; ``None`` means that nobody asked to have them read.
    ``explains`` lets the schema say at length what it found (see ``protocol.rules.schema``).
    ``texts``, ``main`` and ``papers`` hold what was read, and which file is the document, so that rules read and decide
    once; each is empty until somebody looked. ``signing`` says how signatures are judged; ``None`` means that nobody
    asked. ``source`` opens the package again, as its bytes arrived; ``sealed`` is what was found out about its own
    signature, ``parties`` whether those who signed attached files are who they have to be, by ``SignedPaper.key``.
    """

    reading: Reading
    profile: Profile
    now: datetime
    limits: Limits
    surroundings: Surroundings = NOTHING_KNOWN
    contents: Contents | None = None
    explains: bool = True
    said: Counter[str] = field(default_factory=Counter)
    texts: list[AttachedText] = field(default_factory=list)
    main: list[MainDocument | None] = field(default_factory=list)
    signing: Signing | None = None
    source: Callable[[], BinaryIO] | None = None
    papers: list[tuple[SignedPaper, ...]] = field(default_factory=list)
    sealed: list[SignatureOutcome] = field(default_factory=list)
    parties: dict[PartyKey, Check] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an instant that has no Vietnamese wall time, with which rules compare what they read."""
        if self.now.utcoffset() is None:
            raise ValueError("now: needs a UTC offset, such as +07:00")
        if not usable(self.now):
            raise ValueError("now: needs a year from 1900 to 9000")

    @property
    def wall_time(self) -> datetime:
        """Give now as Vietnamese wall time, naive, the way the wire writes it."""
        return self.now.astimezone(VIETNAM).replace(tzinfo=None)

    def breach(
        self,
        reason: str,
        path: str,
        *,
        expected: str = "",
        got: str | None = "",
        requirement: str = "",
        signature: SignatureOutcome | None = None,
    ) -> tuple[Finding, ...]:
        """Make the finding of a reason at a path below the root, with its line."""
        if self.enough(reason):
            return ()
        place, line = self.reading.locate(path)
        found = find(reason, self.profile, where=place, line=line, expected=expected, got=got, requirement=requirement)
        return found if signature is None else tuple(replace(each, signature=signature) for each in found)

    def breach_at(
        self, reason: str, element: etree._Element, *, expected: str = "", got: str | None = ""
    ) -> tuple[Finding, ...]:
        """Make the finding of a reason at an element."""
        if self.enough(reason):
            return ()
        return find(reason, self.profile, where=where(element), line=element.sourceline, expected=expected, got=got)

    def enough(self, reason: str) -> bool:
        """Count one more breach; a package that breaks one rule thousands of times is told so twenty times.

        Looked at before the place is worked out, so that such a package costs no more than another.
        """
        self.said[reason] += 1
        return self.said[reason] > MOST_OF_ONE_REASON


StructureRule = Callable[[Context, "etree._Element"], Iterator[Finding]]  # noqa: SLF001 - lxml's only name for the type
DocumentRule = Callable[[Context, DocumentPackage], Iterator[Finding]]
StatusRule = Callable[[Context, StatusPackage], Iterator[Finding]]
