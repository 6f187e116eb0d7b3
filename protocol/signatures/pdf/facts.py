"""What a PDF file says about its signatures, as values: read in a child process, judged elsewhere, trusted by nobody.

Facts are what the file alone decides. Whether a certificate is to be trusted, and at which time, is for the judge.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

TRACE = b"/ByteRange"
"""What stands in every PDF that was signed: the bytes under a signature are named by it."""
Unread = Literal["", "encrypted", "damaged", "too-large", "too-slow", "too-many", "not-pdf"]
Coverage = Literal["file", "revision", "part", "gap", "none"]
"""What the bytes under a signature are: the whole file; the file up to the end of a revision; less than that; a range
with holes in it that hold something else than the signature; nothing that can be read."""
ChangeKind = Literal[
    "page-content",
    "page",
    "annotation",
    "form-field",
    "form",
    "xfa",
    "metadata",
    "catalog",
    "structure",
    "signature",
    "validation-data",
    "freed",
    "trailing-data",
    "hidden-object",
    "overlay",
    "other",
]
STAMPED: frozenset[ChangeKind] = frozenset({"annotation", "form-field", "form"})
"""As what number and date may come into a signed file, and whatever else annotations and fields draw on its pages."""
Trouble = Literal[
    "",
    "byte-range-missing",
    "byte-range-malformed",
    "contents-missing",
    "contents-empty",
    "contents-malformed",
    "contents-padded",
    "encoding-unknown",
    "signer-count",
    "content-embedded",
    "attributes-malformed",
    "certificate-mismatch",
    "dictionary-malformed",
]
"""Why a signature is not built as its standard says: ISO 32000-1, 12.8 for its dictionary, RFC 5652 for the rest."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that came into the file after a signature.

    ``revision`` is the 1-based number of the revision that brought it, ``object`` the number of the PDF object (``12``)
    where there is one, ``where`` the page (``p.2``) or the name of the field or key it belongs to. ``permitted``:
    signing again, validation data and metadata are; everything else is not; ``None`` where it cannot be told.
    """

    kind: ChangeKind
    revision: int
    object: str = ""
    where: str = ""
    permitted: bool | None = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """A CMS structure (RFC 5652) with one signer.

    ``digest_holds``: the digest in it is that of what was signed; ``value_holds``: its signature value was made by the
    key of ``certificate``; ``None`` where that cannot be told. ``digest`` and ``signature_digest`` are names of hash
    functions as in ``sha256``, ``scheme`` is one of ``rsassa_pkcs1v15``, ``rsassa_pss``, ``ecdsa`` or another name.
    Certificates, CRLs and OCSP responses are DER; ``certificate`` is empty where that of the signer is not in it.
    """

    trouble: Trouble = ""
    digest_holds: bool | None = None
    value_holds: bool | None = None
    digest: str = ""
    signature_digest: str = ""
    scheme: str = ""
    certificate: bytes = b""
    others: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """An RFC 3161 timestamp: ``matches`` says whether it is for this signature value (or this file)."""

    envelope: Envelope
    made_at: datetime | None = None
    matches: bool | None = None
    imprint: str = ""
    """Hash function of the imprint."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The image of an appearance: the shares (0 to 1) of its opaque pixels that are blue or red, and of clear ones."""

    blue: float
    red: float
    clear: float


@dataclass(frozen=True, slots=True)
class Appearance:
    """What a reader sees of a signature: a rectangle in points from the upper left corner of a 1-based page."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
    width: float
    height: float
    text: str = ""
    pictures: tuple[Picture, ...] = ()

    @property
    def area(self) -> float:
        """The area in square points."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """One filled signature field.

    ``revision`` is the 1-based number of the revision it came with; ``claimed_at`` the time in the signature
    dictionary (``/M``), ``permission`` the changes it allows as certification (1 none, 2 forms, 3 annotations; 0 not
    a certification).
    """

    field: str
    kind: Literal["signature", "timestamp"] = "signature"
    trouble: Trouble = ""
    encoding: str = ""
    revision: int = 0
    coverage: Coverage = "none"
    envelope: Envelope = dataclasses.field(default_factory=Envelope)
    tokens: tuple[Token, ...] = ()
    claimed_at: datetime | None = None
    permission: int = 0
    changes: tuple[Change, ...] = ()
    appearance: Appearance | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a revision (0: any) drew on a 1-based page (0: nobody can say on which) by what signs nothing.

    ``share`` is how much of the page its frames take, ``down`` how far they reach from its top, both from 0 to 1.
    """

    revision: int
    page: int
    share: float
    down: float


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """A PDF file: its signatures in the order of their revisions, and what it carries for verifying them.

    ``empty`` names signature fields that nobody filled. ``repaired``: the file breaks rules of the format, as many
    programs that write PDF do, and was read leniently. ``traces``: no signature was found in it, but bytes that belong
    to one, which in a damaged file do not hold (see ``ranges``). ``stamps``: what revisions drew that changed a signed
    document by annotations and fields.
    """

    unread: Unread = ""
    revisions: int = 0
    signatures: tuple[SignatureFacts, ...] = ()
    empty: tuple[str, ...] = ()
    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    repaired: bool = False
    traces: bool = False
    stamps: tuple[Stamp, ...] = ()
