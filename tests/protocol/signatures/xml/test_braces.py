"""A brace in the address of a namespace, as libxml2 lets it into the brackets of a host, takes nothing down."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from fixtures.casebook.letters import letter_bytes
from protocol.package.reader import read_package
from protocol.rules import judge
from tests.protocol.signatures.xml.scene import outcome, reasons, signed

BRACES = ("http://[a}b]/", "http://[{a}b]/", "http://[a}{b]/")


def declared(data: bytes, address: str) -> bytes:
    """Declare a namespace at the root and put an attribute of it there."""
    at = re.search(rb"<[A-Za-z:]*edXML[ >]", data)
    assert at is not None
    end = at.end() - 1
    return data[:end] + f' xmlns:q="{address}" q:y="1"'.encode() + data[end:]


def put(data: bytes, what: str, before: bytes) -> bytes:
    assert before in data
    return data.replace(before, what.encode() + before, 1)


@pytest.mark.parametrize("address", BRACES)
def test_an_attribute_of_such_a_namespace_is_read(address: str) -> None:
    data = put(declared(letter_bytes(), address), '<edXML:ReplyFors q:y="1">x</edXML:ReplyFors>', b"</edXML:OtherInfo>")
    with read_package(data) as reading:
        assert reading.package is not None
    with judge(data, profile="strict", now=datetime(2026, 11, 21, tzinfo=UTC)) as judgement:
        assert judgement.findings is not None


@pytest.mark.parametrize("address", BRACES)
def test_an_element_of_such_a_namespace_with_a_comment_is_verified(address: str) -> None:
    data = put(declared(letter_bytes(), address), "<q:z><!-- x --></q:z>", b"</edXML:OtherInfo>")
    assert outcome(signed(letter=data)).result == "good"


@pytest.mark.parametrize("address", BRACES)
def test_a_package_whose_form_is_uncertain_besides_is_unknown(address: str) -> None:
    data = declared(signed(), address.replace("]", "&amp;]"))
    assert "xml-signature-form-unverified" in reasons(outcome(data))
