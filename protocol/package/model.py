"""The edXML package as frozen values.

Every text is kept as it stood on the wire, trimmed: ``None`` means that the element was absent and ``""`` that it was
there and empty. Dates and numbers stay text here, because a receiver has to see what was really sent (promulgation
dates arrive as ``30/10/2020``, priorities as ``Khẩn``); whoever needs a number or a date asks a rule for it.
Field names follow the element names; the historic spelling ``Bussiness`` is kept where it is the wire's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
XMLDSIG_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"


@dataclass(frozen=True, slots=True)
class Organisation:
    """``From`` or ``To``: one agency, named by its ``OrganId`` (13 characters by QCVN 102, up to 35 by QD 20/2020)."""

    organ_id: str | None = None
    organization_in_charge: str | None = None
    organ_name: str | None = None
    organ_add: str | None = None
    email: str | None = None
    telephone: str | None = None
    fax: str | None = None
    website: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Number and notation (số, ký hiệu), ``7816`` and ``VPCP-TTĐT``."""

    number: str | None = None
    notation: str | None = None

    @property
    def sign(self) -> str:
        """Number and notation as one text, the form that ``ResponseFor/Code`` carries: ``7816/VPCP-TTĐT``."""
        return f"{self.number or ''}/{self.notation or ''}"


@dataclass(frozen=True, slots=True)
class PromulgationInfo:
    """Place and date of issue; the date is ``yyyy/MM/dd`` on the wire."""

    place: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentType:
    """Kind of document: two numbers whose meaning the field disputes (open question Q5) and a name to show."""

    type: str | None = None
    type_detail: str | None = None
    type_name: str | None = None


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """Who signed: authority (``TM.``, ``KT.`` …), position and full name."""

    competence: str | None = None
    position: str | None = None
    full_name: str | None = None


@dataclass(frozen=True, slots=True)
class Fragment:
    """An element of the official library whose inside no document describes: carried whole, judged by nobody.

    ``name`` and the names in ``attributes`` are local names; ``text`` counts only where there are no ``parts``.
    """

    name: str
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    parts: tuple[Fragment, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherInfo:
    """Priority 0–4, circulation, amounts and the list of enclosures named in the header.

    ``reply_fors`` and ``reference_codes`` are extensions of the official library, kept as they are.
    """

    priority: str | None = None
    sphere_of_promulgation: str | None = None
    typer_notation: str | None = None
    promulgation_amount: str | None = None
    page_amount: str | None = None
    direction: str | None = None
    appendixes: tuple[str, ...] = ()
    reply_fors: Fragment | None = None
    reference_codes: Fragment | None = None


@dataclass(frozen=True, slots=True)
class ResponseFor:
    """Which document a package answers; ``code`` is the whole sign (``7816/VPCP-TTĐT``)."""

    organ_id: str | None = None
    code: str | None = None
    document_id: str | None = None
    promulgation_date: str | None = None


@dataclass(frozen=True, slots=True)
class StaffInfo:
    """The registry officer in charge; the two ids are extensions of the official library."""

    department: str | None = None
    staff: str | None = None
    email: str | None = None
    mobile: str | None = None
    department_id: str | None = None
    staff_id: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentHeader:
    """``MessageHeader`` of a document package (QCVN 102:2016/BTTTT, with what was observed on the wire)."""

    sender: Organisation
    to: tuple[Organisation, ...]
    document_id: str | None = None
    code: Code = Code()
    promulgation: PromulgationInfo = PromulgationInfo()
    document_type: DocumentType = DocumentType()
    subject: str | None = None
    content: str | None = None
    signer: SignerInfo | None = None
    due_date: str | None = None
    other: OtherInfo | None = None
    response_for: tuple[ResponseFor, ...] = ()
    steering_type: str | None = "0"
    application_type: str | None = None
    task_codes: tuple[str, ...] = ()
    to_places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """One hop; ``timestamp`` is ``yyyy/MM/dd HH:mm:ss``, Vietnamese wall time."""

    organ_id: str | None = None
    timestamp: str | None = None


@dataclass(frozen=True, slots=True)
class Receiver:
    """One line of an update's receiver list; type ``0`` removed, ``1`` added."""

    organ_id: str | None = None
    receiver_type: str | None = None


@dataclass(frozen=True, slots=True)
class BusinessDocumentInfo:
    """What an update (type 2) changes."""

    document_info: str | None = None
    document_receiver: str | None = None
    receivers: tuple[Receiver, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplacementInfo:
    """Which document a replacement (type 3) replaces, and for whom."""

    document_id: str | None = None
    organ_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Business:
    """``Bussiness`` (sic): type 0 new, 1 recall, 2 update, 3 replacement."""

    doc_type: str | None = "0"
    reason: str | None = None
    document_id: str | None = None
    paper: str | None = "0"
    document_info: BusinessDocumentInfo | None = None
    replacements: tuple[ReplacementInfo, ...] = ()
    staff: StaffInfo | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """``TraceHeaderList``: the business part, the hops in order, and the ``Paper`` of the list (not ``Bussiness``')."""

    hops: tuple[TraceHeader, ...] = ()
    business: Business | None = None
    paper: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """One line of the manifest."""

    content_id: str | None = None
    content_type: str | None = None
    description: str | None = None
    attachment_name: str | None = None


def _no_payload() -> BinaryIO:
    raise ValueError("this attachment carries no payload")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attachment as it travelled.

    ``size`` (bytes) and ``sha256`` (lower-case hex) are those of the decoded payload *as it travelled*, so of the zip
    where the zip rule of the official client applies. ``open_payload`` gives a new binary reader over those bytes; it
    stays valid as long as the reading that made it. ``protocol.package.attachment.original`` gives the file itself.
    ``damaged`` says that the base64 held what base64 does not: the payload is then what a lenient decoder makes of it.
    """

    content_id: str | None
    name: str | None
    content_type: str | None
    description: str | None = None
    size: int = 0
    sha256: str = ""
    open_payload: Callable[[], BinaryIO] = field(default=_no_payload, repr=False, compare=False)
    field_name: str | None = None
    mime_type: str | None = None
    damaged: bool = field(default=False, compare=False)

    @property
    def has_payload(self) -> bool:
        """Whether there was an element for the payload at all; it may have been empty."""
        return self.open_payload is not _no_payload


@dataclass(frozen=True, slots=True)
class DocumentPackage:
    """A document package (gói tin văn bản). ``signature`` is the raw XML of its ``Signature`` element, if any."""

    header: DocumentHeader
    trace: Trace | None = None
    manifest: tuple[Reference, ...] | None = None
    attachments: tuple[Attachment, ...] = ()
    signature: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StatusHeader:
    """``MessageHeader`` of a status package (as observed on the wire)."""

    sender: Organisation
    response_for: ResponseFor
    status_code: str | None
    description: str | None = None
    timestamp: str | None = None
    staff: StaffInfo | None = None


@dataclass(frozen=True, slots=True)
class StatusPackage:
    """A processing-status package (gói tin trạng thái)."""

    header: StatusHeader


Package = DocumentPackage | StatusPackage
