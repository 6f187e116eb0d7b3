"""Which element stands where, in the order in which the official builder writes (QCVN 102:2016, observed on the wire).

Readers are insensitive to order, so this serves the rules (unknown and repeated elements, order) and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from protocol.package.model import NAMESPACE


@dataclass(frozen=True, slots=True)
class Place:
    """What an element may hold: its children in official order; ``many`` names those that may repeat.

    ``tags`` gives the position of a child by its qualified name, as a tree has it.
    """

    children: dict[str, Place]
    many: frozenset[str] = frozenset()
    positions: dict[str, int] = field(init=False, repr=False, compare=False)
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    tags: dict[object, int] = field(init=False, repr=False, compare=False)
    order: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out once where each child stands, and how the order reads."""
        object.__setattr__(self, "positions", {name: number for number, name in enumerate(self.children)})
        object.__setattr__(self, "names", tuple(self.children))
        tags = {f"{{{NAMESPACE}}}{name}": number for number, name in enumerate(self.children)}
        object.__setattr__(self, "tags", tags)
        object.__setattr__(self, "order", ", ".join(self.children))


def _place(many: str = "", /, **children: Place | None) -> Place:
    return Place({name: child or LEAF for name, child in children.items()}, frozenset(many.split()))


LEAF = Place({})

_ORGANISATION = _place(
    OrganId=None,
    OrganizationInCharge=None,
    OrganName=None,
    OrganAdd=None,
    Email=None,
    Telephone=None,
    Fax=None,
    Website=None,
)
_STAFF = _place(Department=None, DepartmentId=None, Staff=None, StaffId=None, Email=None, Mobile=None)
_RESPONSE_FOR = _place(OrganId=None, Code=None, DocumentId=None, PromulgationDate=None)
_OTHER_INFO = _place(
    Priority=None,
    SphereOfPromulgation=None,
    TyperNotation=None,
    PromulgationAmount=None,
    PageAmount=None,
    ReplyFors=None,
    Direction=None,
    ReferenceCodes=None,
    Appendixes=_place("Appendix", Appendix=None),
)
_DOCUMENT_HEADER = _place(
    "To ResponseFor",
    From=_ORGANISATION,
    To=_ORGANISATION,
    DocumentId=None,
    Code=_place(CodeNumber=None, CodeNotation=None),
    PromulgationInfo=_place(Place=None, PromulgationDate=None),
    DocumentType=_place(Type=None, TypeDetail=None, TypeName=None),
    Subject=None,
    Content=None,
    SignerInfo=_place(Competence=None, Position=None, FullName=None),
    DueDate=None,
    OtherInfo=_OTHER_INFO,
    ResponseFor=_RESPONSE_FOR,
    SteeringType=None,
    ResponseForTask=_place("TaskCode", TaskCode=None),
    ApplicationType=None,
    ToPlaces=_place("Place", Place=None),
)
_STATUS_HEADER = _place(
    From=_ORGANISATION,
    ResponseFor=_RESPONSE_FOR,
    StaffInfo=_STAFF,
    StatusCode=None,
    Description=None,
    Timestamp=None,
)
_BUSINESS = _place(
    DocumentId=None,
    BussinessDocType=None,
    BussinessDocReason=None,
    Paper=None,
    BussinessDocumentInfo=_place(
        DocumentInfo=None,
        DocumentReceiver=None,
        ReceiverList=_place("Receiver", Receiver=_place(OrganId=None, ReceiverType=None)),
    ),
    ReplacementInfoList=_place(
        "ReplacementInfo",
        ReplacementInfo=_place(DocumentId=None, OrganIdList=_place("OrganId", OrganId=None)),
    ),
    StaffInfo=_STAFF,
)
_TRACE = _place("TraceHeader", Paper=None, Bussiness=_BUSINESS, TraceHeader=_place(OrganId=None, Timestamp=None))
_MANIFEST = _place(
    "Reference",
    Reference=_place(ContentId=None, ContentType=None, Description=None, AttachmentName=None),
)
_ATTACHMENTS = _place(
    "Attachment",
    Attachment=_place(
        ContentId=None,
        AttachmentName=None,
        Description=None,
        FieldName=None,
        MimeType=None,
        ContentType=None,
        ContentTransferEncoded=None,
    ),
)


def _package(header: Place) -> Place:
    return _place(
        edXMLEnvelope=_place(
            edXMLHeader=_place(MessageHeader=header, TraceHeaderList=_TRACE, Signature=None),
            edXMLBody=_place(edXMLManifest=_MANIFEST),
        ),
        AttachmentEncoded=_ATTACHMENTS,
    )


DOCUMENT = _package(_DOCUMENT_HEADER)
STATUS = _package(_STATUS_HEADER)

# Spellings that readers take for another: element names keep the historic double s on the wire (PKG-05).
SPELLINGS = {
    "Manifest": "edXMLManifest",
    "Business": "Bussiness",
    "BusinessDocType": "BussinessDocType",
    "BusinessDocReason": "BussinessDocReason",
    "BusinessDocumentInfo": "BussinessDocumentInfo",
}
OPAQUE = frozenset({"Signature", "DigitalSignature", "ReplyFors", "ReferenceCodes"})
"""Elements whose inside is none of this package's business."""
