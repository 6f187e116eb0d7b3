"""How the signatures of a package are to be judged, and the attached files that carry some, each read once.

What is judged without trust is what a file alone decides; with it also who signed, and whether everybody signed who
has to.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol

from protocol.package import unzip
from protocol.package.attachment import AttachmentRefused, original, travels_zipped
from protocol.package.limits import Limits
from protocol.package.model import Attachment, DocumentPackage
from protocol.rules.zipmembers import Member, members
from protocol.signatures.outcome import SignatureOutcome
from protocol.signatures.pdf.facts import PaperFacts, Unread
from protocol.signatures.xml.policy import USUAL, Policy

if TYPE_CHECKING:
    from protocol.signatures.anchors import Trust

PartyKey = tuple[int, str, str]
"""Number of an attached file, name of the file in it where it is an archive, and field of the signature."""
Part = Literal["document", "copy", "appendix", "other"]
MOST_PAPERS = 50
"""Files of one package whose signatures are read, those in zips among them."""
MOST_SLOW = 2
"""Files that may use up their whole time; after them nothing more of the package is read."""
KEPT_IN_MEMORY = 1 << 20
_HEAD = 1024
_PDF = b"%PDF-"
_PIECE = 1 << 16
_TRACES = (b"/ByteRange", b"/DocTimeStamp", b"/FT/Sig", b"/FT /Sig")
"""What a PDF has that was signed, in letters that no filter hides: the bytes under a signature are named in it."""
_LONGEST_TRACE = max(map(len, _TRACES))
_UNREAD: Mapping[str, Unread] = {"encrypted": "encrypted", "too-large": "too-large", "unsupported": "damaged"}
"""Why a file in a zip is not opened, in the words of papers."""


class PaperReader(Protocol):
    """Whoever can read the signatures of PDF files, such as ``protocol.signatures.pdf.reader.SignatureReader``."""

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> PaperFacts:
        """Read the signatures of one file of ``size`` bytes; never raises on bad files."""


@dataclass(frozen=True, slots=True)
class Signing:
    """How signatures are judged: by whom PDF files are read, whom to trust, what is asked of the package itself.

    Without ``trust`` nothing is said of who signed and when. ``demanded``: documents without signatures are in breach;
    where it is not said, that follows from there being a trust.
    """

    papers: PaperReader
    trust: Trust | None = None
    policy: Policy = USUAL
    demanded: bool | None = None

    @property
    def demands(self) -> bool:
        """Whether a document has to be signed."""
        return self.trust is not None if self.demanded is None else self.demanded


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """An attached PDF: its 1-based number in the package, its name, what was read of its signatures and judged of them.

    A file without any trace of a signature is not opened: its facts are those of an unsigned file. ``part`` is what the
    file is: the document, a certified copy in its place, an appendix in a file of its own, or anything else. ``member``
    is the name of a file inside an attached archive, ``*`` where nobody could look into it.
    """

    number: int
    name: str
    facts: PaperFacts
    part: Part = "other"
    outcomes: tuple[SignatureOutcome, ...] = ()
    member: str = ""

    @property
    def path(self) -> str:
        """The name, and that of the file in it where it is an archive."""
        return f"{self.name}/{self.member}" if self.member else self.name

    def key(self, field: str) -> PartyKey:
        """Tell a signature from all others of the package."""
        return self.number, self.member, field

    def place(self, field: str) -> str:
        """Say which field of the file is meant, behind the name of a file inside an archive."""
        return "/".join(filter(None, (self.member, field)))


def papers(signing: Signing, package: DocumentPackage, limits: Limits) -> Iterator[SignedPaper]:
    """Read the attached PDF files, in their order; those that the rules of packing refuse are left out.

    Files in attached zips follow their zip: those that are signed, and those called ``.pdf`` that cannot be looked
    into. Archives in archives are not opened.
    """
    share = _Share(signing.papers, MOST_PAPERS, MOST_SLOW, limits.decoded_bytes)
    for number, attachment in enumerate(package.attachments, 1):
        name = attachment.name or ""
        try:
            file = original(attachment, limits)
            head = _head(file.open)
            if _is_archive(attachment, head):
                yield from _inside(share, limits, number, attachment)
            elif _PDF in head:
                traces = _traces(file.open)
                facts = share.read(file.name, file.open, file.size) if traces else PaperFacts()
                yield SignedPaper(number, name, facts)
        except AttachmentRefused:
            continue


def _is_archive(attachment: Attachment, head: bytes) -> bool:
    """Whether people unpack a file; a document that is a zip by nature they open as it is, and so what is called PDF.

    A zip whose files are not compressed has the beginning of a PDF near its own.
    """
    ending = (attachment.name or "").casefold().rpartition(".")[2]
    by_nature = ending in unzip.DOCUMENTS or ending == "pdf"
    return head.startswith(unzip.LOCAL_HEADER) and not by_nature and not travels_zipped(attachment)


@dataclass(slots=True)
class _Share:
    """What is left of a package's share, and who reads."""

    reader: PaperReader
    files: int
    slow: int
    unpacked: int
    """Bytes of files in zips."""

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> PaperFacts:
        """Read the signatures of a file, or say that the others used up what may be read."""
        if self.slow <= 0 or self.files <= 0:
            return PaperFacts("too-slow" if self.slow <= 0 else "too-many")
        self.files -= 1
        facts = self.reader.read(name, open_file, size)
        self.slow -= facts.unread == "too-slow"
        return facts


def _inside(share: _Share, limits: Limits, number: int, attachment: Attachment) -> Iterator[SignedPaper]:
    name = attachment.name or ""
    try:
        for member in members(attachment, limits):
            facts = _of_member(share, member)
            if facts.signatures or facts.unread or facts.traces:
                yield SignedPaper(number, name, facts, member=member.name)
    except AttachmentRefused:
        yield SignedPaper(number, name, PaperFacts("too-large"), member="*")


def _of_member(share: _Share, member: Member) -> PaperFacts:
    """Give the facts of a file in a zip; those of an unsigned file where it is no PDF or has no trace of signatures."""
    called_pdf = member.name.casefold().endswith(".pdf")
    if member.unread:
        return PaperFacts(_UNREAD[member.unread] if called_pdf else "")
    if share.unpacked <= 0:
        return PaperFacts("too-many" if called_pdf else "")
    try:
        if _PDF not in _head(member.open):
            return PaperFacts()
        share.unpacked -= member.size
        return share.read(member.name, member.open, member.size) if _traces(member.open) else PaperFacts()
    except AttachmentRefused:
        return PaperFacts("damaged" if called_pdf else "")


def _head(open_file: Callable[[], BinaryIO]) -> bytes:
    with open_file() as stream:
        return unzip.read(stream, _HEAD)


def _traces(open_file: Callable[[], BinaryIO]) -> bool:
    """Tell whether a file has traces of signatures; raises ``AttachmentRefused`` where it cannot be unpacked."""
    with open_file() as stream:
        before = b""
        while piece := unzip.read(stream, _PIECE):
            before = before[-_LONGEST_TRACE:] + piece
            if any(trace in before for trace in _TRACES):
                return True
    return False


@contextmanager
def again(
    source: BinaryIO | bytes, *, wanted: bool
) -> Iterator[tuple[BinaryIO | bytes, Callable[[], BinaryIO] | None]]:
    """Give a source to read, and where ``wanted`` a way to read the same bytes from their beginning once more.

    A stream that cannot be rewound is kept while it is read: in memory, or beyond 1 MiB in a temporary file.
    """
    if not wanted:
        yield source, None
    elif isinstance(source, bytes):
        yield source, lambda: io.BytesIO(source)
    elif _can_be_rewound(source):
        begin = source.tell()

        def rewound() -> BinaryIO:
            source.seek(begin)
            return source

        yield source, rewound
    else:
        with tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY) as kept:
            keeping = _Keeping(source, kept.write)

            def replayed() -> BinaryIO:
                kept.seek(0)
                return kept  # type: ignore[return-value] # has all of it that a reader asks for

            yield keeping, replayed  # type: ignore[misc] # likewise


def _can_be_rewound(source: BinaryIO) -> bool:
    try:
        return source.seekable()
    except AttributeError:
        return False


class _Keeping:
    """A stream that keeps what passes."""

    def __init__(self, source: BinaryIO, keep: Callable[[bytes], object]) -> None:
        self._source = source
        self._keep = keep

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._keep(data)
        return data
