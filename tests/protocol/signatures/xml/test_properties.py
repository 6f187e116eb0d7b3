"""Whatever is done to a signed package: nobody gets an exception, and good is said only of what was signed."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pybase64 import b64encode

from fixtures.casebook.letters import letter_bytes
from fixtures.xmlattacks.content import payload
from protocol.package.model import XMLDSIG_NAMESPACE, DocumentPackage
from protocol.package.reader import read_package
from protocol.signatures.xml import canonical, payloads, place
from protocol.signatures.xml.methods import CANONICALS, EXCLUSIVE, Canonical
from protocol.signatures.xml.sign import Style
from tests.protocol.signatures.xml.scene import judged, signed

SIGNATURE = f"{{{XMLDSIG_NAMESPACE}}}Signature"
MARKUP = (
    b"<!-- -->",
    b"<?x?>",
    b"&#13;",
    b"&#65;",
    b"<![CDATA[",
    b"]]>",
    b"\r\n",
    b" ",
    b"<",
    b">",
    b"&",
    b"\x00",
    b"A",
)


def plain(data: bytes, form: str) -> bytes:
    """Write the canonical form of a whole package without its signature, as lxml does it from the whole tree."""
    root = etree.fromstring(data, etree.XMLParser(huge_tree=True, resolve_entities=False))
    signature = next(root.iter(SIGNATURE))
    above, before = signature.getparent(), signature.getprevious()
    assert above is not None
    if before is None:
        above.text = (above.text or "") + (signature.tail or "")
    else:
        before.tail = (before.tail or "") + (signature.tail or "")
    above.remove(signature)
    exclusive = form == EXCLUSIVE
    return etree.tostring(root.getroottree(), method="c14n", exclusive=exclusive, with_comments=False)


@lru_cache(maxsize=1)
def original() -> bytes:
    return signed()


@lru_cache(maxsize=1)
def original_form() -> bytes:
    return plain(original(), EXCLUSIVE)


@settings(max_examples=150, deadline=None)
@given(
    place_of=st.floats(0, 1),
    length=st.integers(0, 12),
    new=st.one_of(st.binary(max_size=4), st.sampled_from(MARKUP)),
)
def test_damage_anywhere_is_good_only_where_it_changes_nothing_that_was_signed(
    place_of: float, length: int, new: bytes
) -> None:
    at = int(place_of * len(original()))
    data = original()[:at] + new + original()[at + length :]
    found = judged(data)
    if found is not None and found.result == "good":
        assert plain(data, EXCLUSIVE) == original_form()


PIECES = (
    *(b"QUJD", b"REVG", b"Q", b"=", b"&#65;", b"<![CDATA[R0hJ]]>"),
    *(b" ", b"\t", b"\n", b"\r\n", b"&#13;", b"&#xD;\n", b"&#10;", b"*", b"&amp;", b"&#233;"),
)
TEXT = st.lists(st.sampled_from(PIECES), max_size=40)


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(TEXT, min_size=1, max_size=4), form=st.sampled_from(CANONICALS))
def test_the_digest_taken_in_pieces_is_that_of_the_whole(texts: list[list[bytes]], form: str) -> None:
    data = original()
    start = data.index(b"<Attachment>")
    begin, end = payload(data)
    template, rest = data[start:begin], data[end : data.index(b"</Attachment>") + len(b"</Attachment>")]
    after = data[data.index(b"</AttachmentEncoded>") :]
    whole = data[:start] + b"".join(template + b"".join(text) + rest for text in texts) + after
    with read_package(whole) as reading:
        assert reading.root is not None
        signature = place.find(reading.root)
        assert signature is not None
        pieces = canonical.of_package(reading.root, signature, Canonical(form), whole=True)
        digest, contents = payloads.digest(whole, pieces, "sha256")
        assert isinstance(reading.package, DocumentPackage)
        used = [(attachment.size, attachment.sha256) for attachment in reading.package.attachments]
    assert digest == hashlib.sha256(plain(whole, form)).digest()
    assert [(content.size, content.sha256) for content in contents] == used


@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=5_000), form=st.sampled_from(CANONICALS))
def test_what_is_signed_here_is_good_here(content: bytes, form: str) -> None:
    letter = letter_bytes()
    begin, end = payload(letter)
    letter = letter[:begin] + b64encode(content) + letter[end:]
    found = judged(signed(style=Style(canonical=Canonical(form)), letter=letter))
    assert found is not None
    assert found.result == "good"
