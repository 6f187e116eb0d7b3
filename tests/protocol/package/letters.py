"""One clean letter and one clean status, and ways to spoil them."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Literal

from protocol.package.attachment import attach
from protocol.package.identity import document_id
from protocol.package.model import (
    Business,
    Code,
    DocumentHeader,
    DocumentPackage,
    DocumentType,
    Organisation,
    OtherInfo,
    PromulgationInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusHeader,
    StatusPackage,
    Trace,
    TraceHeader,
)
from protocol.package.writer import write_package

NOW = datetime.fromisoformat("2026-11-21T09:00:00+07:00")
Profile = Literal["axis", "strict"]
PROFILES: tuple[Profile, Profile] = ("axis", "strict")

SENDER = Organisation("H99.01", "UBND tỉnh Thử nghiệm", "Sở Thử nghiệm", "Số 1 phố Mẫu", "vanthu@example.vn")
RECEIVER = Organisation("G98.02", None, "Cục Mẫu")
CODE = Code("05", "QĐ-STN")
STAFF = StaffInfo("Văn thư", "Nguyễn Văn Thử", "vanthu@example.vn", "0900000000")
PDF = b"%PDF-1.7\nv\xc4\x83n b\xe1\xba\xa3n th\xe1\xbb\xad\n%%EOF\n"


def letter(pad: bytes = b"") -> DocumentPackage:
    """A letter with two PDFs and a spreadsheet; the first of them holds ``pad``."""
    files = [
        attach("phụ lục.pdf", b"%PDF-" + pad, content_id="cid:1"),
        attach("quyết định.pdf", PDF, content_id="cid:2"),
        attach("số liệu.xlsx", "bảng".encode() * 30, content_id="cid:3"),
    ]
    return DocumentPackage(
        header=DocumentHeader(
            sender=SENDER,
            to=(RECEIVER,),
            document_id=document_id("H99.01", "2026/11/20", CODE),
            code=CODE,
            promulgation=PromulgationInfo("Thử nghiệm", "2026/11/20"),
            document_type=DocumentType("2", "0", "Quyết định"),
            subject="V/v thử nghiệm liên thông",
            content="Thử nghiệm",
            signer=SignerInfo("KT. GIÁM ĐỐC", "Phó Giám đốc", "Trần Thị Mẫu"),
            due_date="2026/12/01",
            other=OtherInfo(priority="1", promulgation_amount="1", page_amount="2", direction="false"),
            response_for=(ResponseFor("G98.02", "7/CM", "G98.02,2026/11/01,7/CM", "2026/11/01"),),
            to_places=("Lưu: VT",),
        ),
        trace=Trace(
            hops=(TraceHeader("H99.01", "2026/11/20 16:30:00"),),
            business=Business(reason="Văn bản mới", staff=STAFF),
        ),
        manifest=tuple(reference for _, reference in files),
        attachments=tuple(attachment for attachment, _ in files),
    )


def status() -> StatusPackage:
    """A refusal with its reason."""
    return StatusPackage(
        StatusHeader(
            sender=RECEIVER,
            response_for=ResponseFor("H99.01", "05/QĐ-STN", "H99.01,2026/11/20,05/QĐ-STN", "2026/11/20"),
            status_code="02",
            description="Sai nơi nhận",
            timestamp="2026/11/21 08:00:00",
            staff=STAFF,
        )
    )


@lru_cache(maxsize=8)
def letter_bytes(pad: bytes = b"") -> bytes:
    """The letter as the writer writes it."""
    return write_package(letter(pad))


def status_bytes() -> bytes:
    """The status as the writer writes it."""
    return write_package(status())


def spoil(raw: bytes, *changes: tuple[str, str]) -> bytes:
    """Replace texts, each of which must be there."""
    for old, new in changes:
        assert old.encode() in raw, f"nothing to spoil: {old}"
        raw = raw.replace(old.encode(), new.encode(), 1)
    return raw
