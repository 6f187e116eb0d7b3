"""Examples for the tests of the fuzzer: a plain letter, and renderings of it."""

from __future__ import annotations

import itertools
from dataclasses import replace

from conformance.fuzz.recipe import Party, Recipe, Rendered, Stamp, render
from fixtures.files import File
from protocol.package.model import (
    Code,
    DocumentHeader,
    DocumentType,
    Organisation,
    OtherInfo,
    PromulgationInfo,
    SignerInfo,
)

SENDER = Party("H99.01", "Sở Thử nghiệm")
RECIPIENTS = (Party("H98.02", "Ban Quản lý Thử nghiệm"), Party("H98.03", "Trung tâm Đối chứng"))
_numbers = itertools.count(1)

PLAIN = Recipe(
    header=DocumentHeader(
        sender=Organisation(),
        to=(),
        code=Code(None, "QĐ-STN"),
        promulgation=PromulgationInfo("Ví Dụ", "2025/11/21"),
        document_type=DocumentType("2", "0", "Quyết định"),
        subject="Về việc thử nghiệm đợt một",
        signer=SignerInfo("TM.", "Giám đốc", "Nguyễn Văn Thử"),
        due_date="2025/12/01",
        other=OtherInfo(priority="2"),
    ),
    files=(File("Phụ lục một.pdf", b"%PDF-1.7\n1"), File("Phụ lục hai.xlsx", b"bang tinh")),
)


def stamp() -> Stamp:
    """An identity that was not used before."""
    return Stamp(f"{next(_numbers):06d}", SENDER, RECIPIENTS)


def rendered(recipe: Recipe = PLAIN, **changes: object) -> Rendered:
    """Render a recipe under a new identity."""
    return render(replace(recipe, **changes), stamp())  # type: ignore[arg-type] # the fields differ in type
