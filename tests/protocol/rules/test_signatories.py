"""The person who signed is held against the name that is printed on the document, where its text is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.casebook.letters import FIRST, NOW, letter_of
from fixtures.casebook.trusts import PUBLIC_DUTY, SIGNED, identity, trusted
from fixtures.letterhead import DECISION
from fixtures.signedpaper import signed_paper
from protocol.content.reader import ContentReader
from protocol.package.model import SignerInfo
from protocol.rules import judge
from protocol.rules.signatories import is_called
from protocol.rules.signing import Signing
from protocol.signatures.pdf.reader import SignatureReader


@pytest.fixture(scope="module")
def contents() -> Iterator[ContentReader]:
    with ContentReader() as reader:
        yield reader


def found(contents: ContentReader | None, person: str, **header: Any) -> dict[str, str]:
    data = signed_paper(DECISION, identity(person), identity("agency"), SIGNED)
    raw = letter_of(files=[(FIRST, data)], **header)()
    with SignatureReader() as papers:
        signing = Signing(papers, trusted(PUBLIC_DUTY))
        with judge(raw, profile="strict", now=NOW, signing=signing, contents=contents) as reading:
            return {each.reason: each.expected for each in reading.findings if "signer" in each.reason}


def named(name: str | None) -> dict[str, Any]:
    return {"signer": SignerInfo("KT. GIÁM ĐỐC", "Phó Giám đốc", name)}


def test_the_printed_name_counts_where_the_header_has_none(contents: ContentReader) -> None:
    assert found(contents, "person", **named(None)).keys() == {"signer-not-named"}
    told = found(contents, "second-person", **named(None))
    assert told["signer-name-differs"] == "Trần Thị Mẫu"
    assert "signer-name-differs" not in found(None, "second-person", **named(None))


def test_a_wrong_name_in_the_header_is_a_fault_of_the_header_alone(contents: ContentReader) -> None:
    assert found(contents, "person", **named("Lê Văn Mẫu")).keys() == {"printed-signer-differs"}


def test_who_is_named_by_the_header_only_is_the_fault_of_the_header_too(contents: ContentReader) -> None:
    assert found(contents, "second-person", **named("Lê Văn Mẫu")).keys() == {"printed-signer-differs"}


def test_nobody_is_told_apart_where_no_name_is_known() -> None:
    assert found(None, "namesake-elsewhere", signer=None).keys() == {"signer-not-named", "signer-from-elsewhere"}
    assert found(None, "person", signer=None).keys() == {"signer-not-named"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("TRAN THI MAU", "Trần Thị Mẫu"),
        ("TS. Trần Thị Mẫu", "Trần Thị Mẫu"),
        ("Trần Thị Mẫu", "PGS.TS. Trần Thị Mẫu"),
        ("Trần Thị Mẫu (H99.01)", "Trần Thị Mẫu"),
        ("Mẫu Trần Thị", "Trần Thị Mẫu"),
        ("Võ Lê", "Lê Võ"),
        ("Trần Thị Mẫu", "Trần T. Mẫu"),
        ("Lý Mỹ Mẫu", "Lí Mĩ Mẫu"),
        ("H'Mẫu Niê", "H' Mẫu Niê"),
        ("Trần Thị Mẫu", "Trần Thị Mẫu, Lê Văn Giả"),
    ],
)
def test_one_name_is_written_in_many_ways(name: str, said: str) -> None:
    assert is_called(name, ("Ngô Văn Lạ", said))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Trần Thị Mẫu", "Trần Văn Mẫu"),
        ("Trần Thị Mẫu", "Trần Thị Mẫn"),
        ("Trần Thị Mẫu", "Trần Th Mẫu"),
        ("Trần Thị Mẫu", "Trần V. Mẫu"),
        ("T. T. M.", "Trần Thị Mẫu"),
        ("Lê Văn Giả", "L"),
        ("", "Trần Thị Mẫu"),
    ],
)
def test_two_names_are_two(name: str, said: str) -> None:
    assert not is_called(name, (said,))
