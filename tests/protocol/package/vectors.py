"""For every reason, a package that breaks its rule: one change to the clean letter or status."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

import pybase64

from protocol.finding import Severity
from tests.protocol.package.letters import CODE, Profile, letter_bytes, spoil, status_bytes

FAIL, WARN, INFO = Severity.FAIL, Severity.WARN, Severity.INFO
Spoil = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Vector:
    """What is done to which package, and what each profile says of it (``None``: nothing)."""

    reason: str
    change: Spoil
    axis: Severity | None
    strict: Severity | None
    name: str = ""
    of_status: bool = False
    message_type: str | None = None
    also: frozenset[str] = field(default_factory=frozenset)

    def __str__(self) -> str:
        """Name the case."""
        return f"{self.reason} {self.name}".strip()

    def raw(self, pad: bytes = b"") -> bytes:
        """Give the bytes; ``pad`` goes into the first attachment of a letter."""
        return self.change(status_bytes() if self.of_status else letter_bytes(pad))

    def weight(self, profile: Profile) -> Severity | None:
        """Give the severity in a profile."""
        return self.axis if profile == "axis" else self.strict


def text(*changes: tuple[str, str]) -> Spoil:
    """Change texts."""
    return lambda raw: spoil(raw, *changes)


def element(name: str, new: str | None, old: str = ".*?") -> Spoil:
    """Give an element of the envelope new content, or take it out."""

    def change(raw: bytes) -> bytes:
        pattern = rf"[ ]*<edXML:{name}>{old}</edXML:{name}>\r\n"
        content = "" if new is None else f"<edXML:{name}>{new}</edXML:{name}>\r\n"
        changed, count = re.subn(
            pattern.encode(), content.encode().replace(b"\\", b"\\\\"), raw, count=1, flags=re.DOTALL
        )
        assert count == 1, name
        return changed

    return change


def payload(data: bytes, number: int = 2) -> Spoil:
    """Give an attachment (1-based) other bytes."""
    return payload_text(pybase64.b64encode(data), number)


def payload_text(encoded: bytes, number: int = 2) -> Spoil:
    """Give an attachment (1-based) other base64 text."""

    def change(raw: bytes) -> bytes:
        found = list(re.finditer(rb"(<edXML:ContentTransferEncoded [^>]*>)([^<]*)", raw))[number - 1]
        return raw[: found.start(2)] + encoded + raw[found.end(2) :]

    return change


def both(*changes: Spoil) -> Spoil:
    """Do one change after another."""

    def change(raw: bytes) -> bytes:
        for each in changes:
            raw = each(raw)
        return raw

    return change


def zipped(*entries: tuple[str, bytes], encrypted: bool = False) -> bytes:
    """Make a zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    made = target.getvalue()
    if encrypted:
        made = made[:6] + b"\x01" + made[7:]
        at = made.index(b"PK\x01\x02")
        made = made[: at + 8] + b"\x01" + made[at + 9 :]
    return made


BOMB = zipped(("bom.txt", bytes(32 * 1024 * 1024)))
FIRST_NAME = "<AttachmentName>phụ lục.pdf"
SECOND_NAME = "<AttachmentName>quyết định.pdf"
XMLNS = 'xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"'
SPREADSHEET = 3

STRUCTURE = (
    Vector("empty-file", lambda _: b"", FAIL, FAIL),
    Vector("not-xml", text(("</edXML:Subject>", "</edXML:Subjec>")), FAIL, FAIL, "mismatched tag"),
    Vector("not-xml", text(("V/v thử", "V/v & thử")), FAIL, FAIL, "bare ampersand"),
    Vector("not-xml", lambda raw: raw.replace("Sở".encode(), b"S\xf4", 1), FAIL, FAIL, "latin-1 under UTF-8"),
    Vector("not-xml", lambda _: b'{"status":"FAIL"}', FAIL, FAIL, "JSON"),
    Vector("not-xml", lambda raw: raw[:-20], FAIL, FAIL, "cut"),
    Vector("not-xml", text(("V/v thử", "V/v &loai; thử")), FAIL, FAIL, "undefined entity"),
    Vector("bytes-before-declaration", lambda raw: b"1212" + raw, FAIL, FAIL),
    Vector("bytes-before-declaration", lambda raw: b"\r\n" + raw, FAIL, FAIL, "line break"),
    Vector("bytes-after-root", lambda raw: raw + b"--boundary--\r\n", FAIL, FAIL),
    Vector("doctype-present", text(("<edXML xmlns", "<!DOCTYPE edXML>\r\n<edXML xmlns")), FAIL, FAIL),
    Vector(
        "doctype-present",
        text(("<edXML xmlns", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><edXML xmlns')),
        FAIL,
        FAIL,
        "external entity",
    ),
    Vector("doctype-present", lambda _: b"<!DOCTYPE html><html><body>502</body></html>", FAIL, FAIL, "HTML page"),
    Vector("encoding-unknown", text(('encoding="UTF-8"', 'encoding="UTF-7"')), FAIL, FAIL),
    Vector("encoding-not-utf8", lambda raw: raw.decode().encode("utf-16"), INFO, WARN),
    Vector("nesting-too-deep", text(("V/v thử", "<x>" * 60 + "</x>" * 60)), FAIL, FAIL),
    Vector("too-much-markup", text(("V/v thử", "<x/>" * 200_000)), FAIL, FAIL),
    Vector("markup-too-large", text(("V/v thử", "x" * 9_000_000)), FAIL, FAIL),
    Vector("undeclared-prefix", text(("<edXML:Reference>", '<edXML:Reference xlink:href="">')), WARN, FAIL, "xlink"),
    Vector("undeclared-prefix", text((" " + XMLNS[:5] + ":edXML" + XMLNS[5:] + ">JV", ">JV")), WARN, FAIL, "edXML"),
    Vector("namespace-wrong", text((XMLNS, 'xmlns="http://example.vn/edxml"')), FAIL, FAIL),
    Vector("namespace-wrong", text((" " + XMLNS, "")), FAIL, FAIL, "none"),
    Vector(
        "namespace-wrong",
        text((XMLNS[:5] + ":edXML" + XMLNS[5:], 'xmlns:edXML="http://example.vn"')),
        FAIL,
        FAIL,
        "envelope",
    ),
    Vector(
        "envelope-as-root",
        lambda raw: re.sub(rb"<edXML xmlns=[^>]*>\s*|<AttachmentEncoded>.*", b"", raw, flags=re.DOTALL),
        FAIL,
        FAIL,
    ),
    Vector("foreign-dialect", text((XMLNS, 'xmlns="http://www.e-doc.vn/Schema/"')), FAIL, FAIL, "e-doc.vn"),
    Vector("foreign-dialect", lambda _: b"<EdXMLEnvelope><Promulgator/></EdXMLEnvelope>", FAIL, FAIL, "EdXMLEnvelope"),
    Vector(
        "foreign-dialect",
        text(("<AttachmentEncoded>", "<edXMLAttachments><AttachmentData/></edXMLAttachments><AttachmentEncoded>")),
        FAIL,
        FAIL,
        "edXMLAttachments",
    ),
    Vector(
        "foreign-dialect",
        text(("<ContentId>cid:1</ContentId>", "<FileName>a.pdf</FileName><Content>JVBERi0=</Content>")),
        FAIL,
        FAIL,
        "inline file",
    ),
    Vector(
        "namespace-wrong",
        text((" " + XMLNS, ""), (" " + XMLNS[:5] + ":edXML" + XMLNS[5:], "")),
        FAIL,
        FAIL,
        "declared nowhere",
    ),
    Vector("root-renamed", text(("<edXML xmlns", "<EdXML xmlns"), ("</edXML>", "</EdXML>")), WARN, FAIL),
    Vector("frame-incomplete", lambda raw: raw.replace(b"edXML:MessageHeader", b"edXML:Header"), FAIL, FAIL),
    Vector(
        "kind-mixed",
        text(("<edXML:Subject>", "<edXML:StatusCode>03</edXML:StatusCode><edXML:Subject>")),
        WARN,
        FAIL,
        also=frozenset({"unknown-element"}),
    ),
    Vector(
        "element-repeated", text(("<edXML:Subject>", "<edXML:Subject>Khác</edXML:Subject><edXML:Subject>")), WARN, FAIL
    ),
    Vector("unknown-element", text(("<edXML:Subject>", "<edXML:Mở>x</edXML:Mở><edXML:Subject>")), INFO, INFO),
    Vector(
        "order-differs",
        both(
            element("SteeringType", None),
            text(("<edXML:DocumentId>H99", "<edXML:SteeringType>0</edXML:SteeringType><edXML:DocumentId>H99")),
        ),
        None,
        INFO,
    ),
    Vector(
        "prefix-unofficial",
        lambda raw: re.sub(rb"(</?)edXML:(?!ContentT)", rb"\1", raw),
        WARN,
        WARN,
        "default namespace",
    ),
    Vector(
        "prefix-unofficial",
        lambda raw: raw.replace(b"edXML:", b"e:").replace(b"xmlns:edXML", b"xmlns:e"),
        WARN,
        WARN,
        "other prefix",
    ),
    Vector("business-spelling", lambda raw: raw.replace(b"Bussiness", b"Business"), INFO, WARN),
    Vector("payload-has-elements", payload_text(b"JVBE<b>Ri0</b>xLjc="), FAIL, FAIL),
    Vector("payload-has-comment", payload_text(b"JVBERi0<!-- x -->xLjc="), WARN, WARN),
    Vector(
        "payload-not-base64",
        payload_text(b"${__StringFromFile(tep-dinh-kem.txt)}"),
        WARN,
        FAIL,
        "placeholder",
        also=frozenset({"content-differs-from-name"}),
    ),
    Vector("payload-not-base64", payload_text(b"JVBERi0xLjcK="), WARN, FAIL, "padding"),
    Vector("payload-empty", payload_text(b""), WARN, FAIL),
    Vector(
        "payload-missing",
        lambda raw: re.sub(rb"<edXML:ContentTransferEncoded [^>]*>[^<]*</[^>]*>", b"", raw, count=1),
        FAIL,
        FAIL,
    ),
    Vector(
        "payload-misplaced",
        text(("<AttachmentEncoded>", "<ContentTransferEncoded>QQ==</ContentTransferEncoded><AttachmentEncoded>")),
        WARN,
        FAIL,
        also=frozenset({"unknown-element"}),
    ),
)

DOCUMENT = (
    Vector("sender-missing", element("From", ""), FAIL, FAIL),
    Vector("sender-name-missing", element("OrganName", None), WARN, FAIL),
    Vector("recipient-missing", element("To", None), FAIL, FAIL),
    Vector("recipient-code-missing", element("To", "<edXML:OrganName>Cục Mẫu</edXML:OrganName>"), FAIL, FAIL),
    Vector(
        "recipient-repeated",
        text(("<edXML:To>", "<edXML:To><edXML:OrganId>G98.02</edXML:OrganId></edXML:To><edXML:To>")),
        WARN,
        FAIL,
    ),
    Vector(
        "organ-id-malformed",
        text(("<edXML:OrganId>G98.02", "<edXML:OrganId>" + "G98." + "1" * 33)),
        FAIL,
        FAIL,
        "37 characters",
    ),
    Vector("organ-id-malformed", text(("<edXML:OrganId>G98.02", "<edXML:OrganId>Đ98.02")), FAIL, FAIL, "Đ"),
    Vector("organ-id-unofficial", text(("<edXML:OrganId>G98.02", "<edXML:OrganId>vxp.saas.03")), WARN, FAIL),
    Vector("document-id-missing", element("DocumentId", None), FAIL, FAIL),
    Vector("document-id-missing", element("DocumentId", " "), FAIL, FAIL, "empty"),
    Vector("document-id-differs", element("DocumentId", "8d8ac610-566d-4ef0-9c22-186b2a5ed793"), None, WARN),
    Vector("code-missing", element("CodeNumber", None), WARN, FAIL, "number", also=frozenset({"document-id-differs"})),
    Vector(
        "code-missing", element("CodeNotation", ""), WARN, FAIL, "notation", also=frozenset({"document-id-differs"})
    ),
    Vector(
        "code-number-holds-sign", element("CodeNumber", CODE.sign), WARN, FAIL, also=frozenset({"document-id-differs"})
    ),
    Vector(
        "code-number-unusual", element("CodeNumber", "74fass22"), WARN, WARN, also=frozenset({"document-id-differs"})
    ),
    Vector("code-number-without-zero", element("CodeNumber", "5"), WARN, FAIL, also=frozenset({"document-id-differs"})),
    Vector(
        "code-notation-malformed",
        element("CodeNotation", "QĐ - STN"),
        WARN,
        FAIL,
        also=frozenset({"document-id-differs"}),
    ),
    Vector("type-name-missing", element("TypeName", None), WARN, FAIL),
    Vector("type-not-number", element("Type", "QĐ"), WARN, FAIL),
    Vector("type-detail-missing", element("TypeDetail", None), WARN, FAIL),
    Vector("subject-missing", element("Subject", None), WARN, FAIL),
    Vector("subject-too-long", element("Subject", "ữ" * 501), WARN, FAIL),
    Vector("field-too-long", element("FullName", "Nguyễn " * 8), WARN, FAIL),
    Vector("field-longer-than-usual", element("Content", "dài" * 167), INFO, WARN),
    Vector("signer-not-named", element("SignerInfo", None), WARN, FAIL),
    Vector("signer-not-named", element("Position", None), WARN, FAIL, "position"),
    Vector("competence-unknown", element("Competence", "Trực tiếp"), INFO, WARN),
    Vector("title-before-name", element("FullName", "TS. Trần Thị Mẫu"), INFO, WARN),
    Vector("priority-not-number", element("Priority", "Khẩn"), WARN, FAIL),
    Vector("priority-out-of-range", element("Priority", "5"), WARN, FAIL),
    Vector("amount-not-number", element("PageAmount", "1000"), WARN, FAIL),
    Vector("steering-type-not-number", element("SteeringType", ""), FAIL, FAIL, "empty"),
    Vector("steering-type-not-number", element("SteeringType", "không"), FAIL, FAIL),
    Vector("steering-type-missing", element("SteeringType", None), WARN, WARN),
    Vector("steering-type-unknown", element("SteeringType", "7"), WARN, WARN),
    Vector("response-for-incomplete", element("DocumentId", None, "G98[^<]*"), WARN, WARN),
    Vector("date-missing", element("PromulgationDate", None), WARN, FAIL, also=frozenset({"document-id-differs"})),
    Vector(
        "date-day-first", element("PromulgationDate", "20/11/2026"), WARN, FAIL, also=frozenset({"document-id-differs"})
    ),
    Vector("date-iso", element("PromulgationDate", "2026-11-20"), WARN, FAIL, also=frozenset({"document-id-differs"})),
    Vector("date-with-time", element("DueDate", "2026/12/01 08:00:00"), WARN, FAIL),
    Vector("date-impossible", element("DueDate", "2027/02/30"), WARN, FAIL),
    Vector("date-unreadable", element("DueDate", "tuần sau"), WARN, FAIL),
    Vector(
        "date-in-future", element("PromulgationDate", "2026/11/22"), WARN, WARN, also=frozenset({"document-id-differs"})
    ),
    Vector("due-before-promulgation", element("DueDate", "2026/11/19"), WARN, WARN),
    Vector("trace-time-malformed", element("Timestamp", "2026-11-20T16:30:00+07:00"), WARN, FAIL),
    Vector("timestamp-in-future", element("Timestamp", "2026/11/21 09:02:01"), WARN, WARN),
    Vector("trace-missing", element("TraceHeader", None), WARN, FAIL),
    Vector(
        "trace-organ-missing",
        text(
            (
                "<edXML:OrganId>H99.01</edXML:OrganId>\r\n          <edXML:Timestamp>",
                "<edXML:OrganId>null</edXML:OrganId><edXML:Timestamp>",
            )
        ),
        WARN,
        FAIL,
    ),
    Vector("business-missing", element("Bussiness", None), WARN, FAIL),
    Vector(
        "business-repeated",
        text(
            (
                "<edXML:Bussiness>",
                "<edXML:Bussiness><edXML:BussinessDocType>0</edXML:BussinessDocType></edXML:Bussiness><edXML:Bussiness>",
            )
        ),
        WARN,
        FAIL,
    ),
    Vector("business-type-unknown", element("BussinessDocType", "9"), WARN, FAIL),
    Vector(
        "recall-reason-missing", both(element("BussinessDocType", "1"), element("BussinessDocReason", None)), WARN, FAIL
    ),
    Vector("update-details-missing", element("BussinessDocType", "2"), WARN, FAIL),
    Vector(
        "receiver-type-unknown",
        both(
            element("BussinessDocType", "2"),
            text(
                (
                    "<edXML:StaffInfo>",
                    "<edXML:BussinessDocumentInfo><edXML:ReceiverList><edXML:Receiver><edXML:OrganId>G98</edXML:OrganId><edXML:ReceiverType>2</edXML:ReceiverType></edXML:Receiver></edXML:ReceiverList></edXML:BussinessDocumentInfo><edXML:StaffInfo>",
                )
            ),
        ),
        WARN,
        FAIL,
    ),
    Vector("replacement-details-missing", element("BussinessDocType", "3"), WARN, FAIL),
    Vector(
        "attachments-missing",
        lambda raw: re.sub(
            rb"<AttachmentEncoded>.*</AttachmentEncoded>|<edXML:edXMLBody>.*</edXML:edXMLBody>",
            b"",
            raw,
            flags=re.DOTALL,
        ),
        WARN,
        FAIL,
    ),
    Vector(
        "manifest-missing",
        lambda raw: re.sub(rb"<edXML:edXMLBody>.*</edXML:edXMLBody>", b"", raw, flags=re.DOTALL),
        WARN,
        FAIL,
    ),
    Vector("manifest-reference-missing", element("Reference", None), WARN, FAIL),
    Vector(
        "manifest-attachment-missing",
        text(("<ContentId>cid:1", "<ContentId>cid:9")),
        WARN,
        FAIL,
        also=frozenset({"manifest-reference-missing"}),
    ),
    Vector(
        "content-id-missing",
        text(("<ContentId>cid:1</ContentId>", "")),
        WARN,
        FAIL,
        also=frozenset({"manifest-attachment-missing"}),
    ),
    Vector(
        "content-id-repeated",
        text(("<ContentId>cid:1<", "<ContentId>cid:2<")),
        WARN,
        FAIL,
        also=frozenset({"manifest-attachment-missing"}),
    ),
    Vector("attachment-name-missing", text((FIRST_NAME + "</AttachmentName>", "")), WARN, FAIL),
    Vector("attachment-name-repeated", text((FIRST_NAME, SECOND_NAME)), WARN, WARN),
    Vector("attachment-name-too-long", text((FIRST_NAME, "<AttachmentName>" + "phụ" * 80 + ".pdf")), WARN, FAIL),
    Vector(
        "attachment-name-unsafe",
        text((FIRST_NAME, "<AttachmentName>C:\\Users\\vt\\phụ lục.pdf")),
        WARN,
        FAIL,
        "Windows path",
    ),
    Vector("attachment-name-unsafe", text((FIRST_NAME, "<AttachmentName>../../etc/phụ lục.pdf")), WARN, FAIL, "dots"),
    Vector("attachment-name-deceives", text((FIRST_NAME, "<AttachmentName>phụ lục.pdf.exe")), WARN, WARN),
    Vector("zip-invalid", payload(b"%PDF-1.7", SPREADSHEET), FAIL, FAIL, "raw file"),
    Vector("zip-invalid", payload(zipped(), SPREADSHEET), FAIL, FAIL, "empty"),
    Vector("zip-invalid", payload(zipped(("a.xlsx", b"x" * 400))[:-30], SPREADSHEET), FAIL, FAIL, "cut"),
    Vector(
        "zip-damaged",
        payload_text(b"${__StringFromFile(tep-dinh-kem.txt)}", SPREADSHEET),
        WARN,
        FAIL,
        "placeholder",
        also=frozenset({"payload-not-base64"}),
    ),
    Vector("zip-encrypted", payload(zipped(("a.xlsx", b"x"), encrypted=True), SPREADSHEET), FAIL, FAIL),
    Vector("zip-nested", payload(zipped(("a.zip", zipped(("b", b"x")))), SPREADSHEET), FAIL, FAIL),
    Vector("zip-bomb", payload(BOMB, SPREADSHEET), FAIL, FAIL, "ratio"),
    Vector("zip-bomb", payload(zipped(*((str(n), b"") for n in range(1001))), SPREADSHEET), FAIL, FAIL, "entries"),
    Vector("zip-several-entries", payload(zipped(("a.xlsx", b"x"), ("b", b"y")), SPREADSHEET), WARN, FAIL),
    Vector("zip-not-declared", payload(zipped(("a.pdf", b"%PDF-"))), WARN, FAIL),
    Vector("content-differs-from-name", payload(b"xin chao"), WARN, WARN),
    Vector("payload-damaged-by-utf8", payload(b"%PDF-1.7\n" + b"\xef\xbf\xbd" * 9), WARN, FAIL),
    Vector("message-type-differs", lambda raw: raw, WARN, FAIL, message_type="status"),
)

STATUS = tuple(
    Vector(reason, change, axis, strict, name, of_status=True, message_type=kind)
    for reason, change, axis, strict, name, kind in (
        ("status-sender-missing", element("From", None), FAIL, FAIL, "", None),
        ("status-addressee-missing", element("ResponseFor", None), FAIL, FAIL, "", None),
        ("status-original-incomplete", element("DocumentId", None), WARN, FAIL, "", None),
        ("status-original-swapped", element("OrganId", "05/QĐ-STN", "H99.01"), FAIL, FAIL, "", None),
        ("status-code-missing", element("StatusCode", ""), FAIL, FAIL, "", None),
        ("status-code-not-two-digits", element("StatusCode", "2"), WARN, FAIL, "", None),
        ("status-code-unassigned", element("StatusCode", "14"), WARN, FAIL, "14", None),
        ("status-code-unassigned", element("StatusCode", "99"), WARN, FAIL, "99", None),
        ("status-reason-missing", element("Description", None), WARN, FAIL, "", None),
        (
            "status-recall-reason-missing",
            both(element("StatusCode", "13"), element("Description", "")),
            WARN,
            FAIL,
            "",
            None,
        ),
        ("status-time-missing", element("Timestamp", None), WARN, FAIL, "", None),
        ("status-time-malformed", element("Timestamp", "2026/02/30 10:00:00"), WARN, FAIL, "", None),
        ("status-staff-missing", element("StaffInfo", None), None, INFO, "", None),
        ("sample-values-left", element("Code", "7816/VPCP-TTĐT"), WARN, WARN, "", None),
        ("message-type-differs", lambda raw: raw, WARN, FAIL, "", "edoc"),
        ("date-iso", element("PromulgationDate", "2026-11-20"), WARN, FAIL, "", None),
    )
)

ALL = (*STRUCTURE, *DOCUMENT, *STATUS)
