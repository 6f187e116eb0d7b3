"""What counts as the same letter."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from conformance.fuzz.comparison import packages_differ, shown_differs
from protocol.package.attachment import original
from protocol.package.model import DocumentPackage, OtherInfo, TraceHeader
from protocol.package.reader import read_package
from protocol.package.reserialise import reserialise
from tests.conformance.fuzz.examples import rendered

LETTER = rendered().letter


def shown(**changes: Any) -> dict[str, Any]:
    """The entry that a correct DMS shows for the letter."""
    header = LETTER.header
    assert header.signer is not None
    files = [original(attachment) for attachment in LETTER.attachments]
    entry: dict[str, Any] = {
        "document_id": header.document_id,
        "from": header.sender.organ_id,
        "subject": header.subject,
        "number": header.code.number,
        "notation": header.code.notation,
        "date": "2025-11-21",
        "type_name": "Quyết định",
        "priority": 2,
        "due_date": "2025-12-01",
        "signer": {"competence": "TM.", "position": "Giám đốc", "full_name": "Nguyễn Văn Thử"},
        "attachments": [{"name": file.name, "sha256": file.sha256, "size": file.size} for file in reversed(files)],
    }
    return {**entry, **changes}


def test_a_letter_shown_in_full_is_the_same() -> None:
    assert shown_differs(LETTER, shown()) == ()


def test_decomposed_and_respaced_text_is_the_same() -> None:
    subject = unicodedata.normalize("NFD", LETTER.header.subject or "").replace(" ", "  ")
    assert shown_differs(LETTER, shown(subject=subject)) == ()


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"subject": "Ve viec thu nghiem dot mot"}, "subject"),
        ({"due_date": None}, "due_date"),
        ({"priority": 0}, "priority"),
        ({"number": "1"}, "number"),
        ({"signer": {"competence": "TM.", "full_name": "Nguyễn Văn Thử"}}, "signer.position"),
        ({"attachments": []}, "attachments"),
        ({"attachments": shown()["attachments"][:1]}, "attachments"),
    ],
)
def test_each_lost_field_is_named(change: dict[str, Any], path: str) -> None:
    assert [difference.path for difference in shown_differs(LETTER, shown(**change))] == [path]


def test_what_the_axis_makes_of_a_package_is_the_same_letter() -> None:
    with read_package(rendered().raw) as sent:
        assert isinstance(sent.package, DocumentPackage)
        handed = reserialise(sent, TraceHeader(None, "2025/11/21 08:00:01"))
        with read_package(handed) as got:
            assert isinstance(got.package, DocumentPackage)
            assert packages_differ(sent.package, got.package) == ()


@pytest.mark.parametrize(
    "changed",
    [
        replace(LETTER, header=replace(LETTER.header, subject="khác")),
        replace(LETTER, header=replace(LETTER.header, other=OtherInfo(priority="0"))),
        replace(LETTER, header=replace(LETTER.header, to=LETTER.header.to[:1])),
        replace(LETTER, attachments=LETTER.attachments[:1]),
        replace(LETTER, attachments=tuple(reversed(LETTER.attachments))),
    ],
)
def test_a_package_that_changed_in_transit_is_not_the_same(changed: DocumentPackage) -> None:
    assert packages_differ(LETTER, changed)
