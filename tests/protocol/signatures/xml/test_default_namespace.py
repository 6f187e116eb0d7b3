"""``#default`` in a list of inclusive prefixes, as Exclusive XML Canonicalization 1.0 means it (section 3)."""

from __future__ import annotations

import pytest
from lxml import etree

from protocol.signatures.xml import canonical
from protocol.signatures.xml.methods import EXCLUSIVE, INCLUSIVE, Canonical
from protocol.signatures.xml.refusal import Refused

SHOWN = {
    "used-at-the-top": (
        '<a xmlns="urn:d"><p:b xmlns:p="urn:p"/></a>',
        '<a xmlns="urn:d"><p:b xmlns:p="urn:p"></p:b></a>',
    ),
    "unused-at-the-top": (
        '<p:a xmlns="urn:d" xmlns:p="urn:p" b="1"><c/></p:a>',
        '<p:a xmlns="urn:d" xmlns:p="urn:p" b="1"><c></c></p:a>',
    ),
    "never-used": ('<p:a xmlns="urn:d" xmlns:p="urn:p"/>', '<p:a xmlns="urn:d" xmlns:p="urn:p"></p:a>'),
    "changed-below": (
        '<a xmlns="urn:d"><p:b xmlns:p="urn:p" xmlns="urn:e">x<c/>y</p:b>z<c/></a>',
        '<a xmlns="urn:d"><p:b xmlns="urn:e" xmlns:p="urn:p">x<c></c>y</p:b>z<c></c></a>',
    ),
    "taken-back": (
        '<a xmlns="urn:d"><p:b xmlns:p="urn:p" xmlns=""><c/></p:b></a>',
        '<a xmlns="urn:d"><p:b xmlns="" xmlns:p="urn:p"><c></c></p:b></a>',
    ),
    "changed-twice": (
        '<p:a xmlns:p="urn:p"><p:b xmlns="urn:d"><p:c xmlns="urn:e"><p:d xmlns="urn:d"/></p:c></p:b></p:a>',
        '<p:a xmlns:p="urn:p"><p:b xmlns="urn:d"><p:c xmlns="urn:e"><p:d xmlns="urn:d"></p:d></p:c></p:b></p:a>',
    ),
    "not-declared": ('<p:a xmlns:p="urn:p"><b/></p:a>', '<p:a xmlns:p="urn:p"><b></b></p:a>'),
    "beside-the-root": (
        '<?a b?><!-- x --><p:a xmlns="urn:d" xmlns:p="urn:p"/><?c?><?d?>',
        '<?a b?>\n<p:a xmlns="urn:d" xmlns:p="urn:p"></p:a>\n<?c?>\n<?d?>',
    ),
    "odd-letters": (
        """<p:a xmlns="urn:a?b='c'" xmlns:p="urn:p" b="&gt;"><!-- <x> --><?y <z> ?></p:a>""",
        """<p:a xmlns="urn:a?b='c'" xmlns:p="urn:p" b=">"><?y <z> ?></p:a>""",
    ),
    "vietnamese": (
        '<p:a xmlns="urn:d" xmlns:p="urn:p"><?ghi chú?><p:số xmlns="" điểm="mười"/><!-- số --></p:a>',
        '<p:a xmlns="urn:d" xmlns:p="urn:p"><?ghi chú?><p:số xmlns="" điểm="mười"></p:số></p:a>',
    ),
    "two-names-of-it": (
        '<p:a xmlns="urn:p" xmlns:p="urn:p"><p:b/><b/></p:a>',
        '<p:a xmlns="urn:p" xmlns:p="urn:p"><p:b></p:b><b></b></p:a>',
    ),
}


@pytest.mark.parametrize(("document", "expected"), SHOWN.values(), ids=SHOWN)
def test_the_default_namespace_is_written_where_it_is_declared(document: str, expected: str) -> None:
    tree = etree.fromstring(document).getroottree()
    assert canonical.written(tree, Canonical(EXCLUSIVE, ("#default",))).decode() == expected


def test_of_an_element_what_stands_above_it_counts() -> None:
    root = etree.fromstring('<a xmlns="urn:d" xmlns:p="urn:p"><p:b><p:c/></p:b></a>')
    expected = b'<p:b xmlns="urn:d" xmlns:p="urn:p"><p:c></p:c></p:b>'
    assert canonical.of_element(root[0], Canonical(EXCLUSIVE, ("#default",))) == expected
    assert canonical.of_element(root[0], Canonical(EXCLUSIVE)) == expected.replace(b' xmlns="urn:d"', b"")


def test_an_element_below_a_vietnamese_prefix_has_its_canonical_form() -> None:
    root = etree.fromstring('<a xmlns:số="urn:vi-du"><b><?ghi chú?></b></a>')
    assert canonical.of_element(root[0], Canonical(EXCLUSIVE)).decode() == "<b><?ghi chú?></b>"
    assert canonical.of_element(root[0], Canonical(INCLUSIVE)).decode() == '<b xmlns:số="urn:vi-du"><?ghi chú?></b>'


def test_a_namespace_that_would_be_written_unescaped_is_refused_where_it_is_written() -> None:
    """What libxml2 makes of it is not what the standard says (Canonical XML 1.0, 2.3): nobody knows who signed that."""
    address = "urn:a&amp;b"
    texts = (f'<b xmlns:x="{address}"/>', f'<b xmlns:x="{address}" x:c=""/>', f'<b xmlns="{address}"/>')
    unused, used, default = (etree.fromstring(each).getroottree() for each in texts)
    assert canonical.written(unused, Canonical(EXCLUSIVE)) == b"<b></b>"
    for tree, form in (
        (unused, Canonical(INCLUSIVE)),
        (unused, Canonical(EXCLUSIVE, ("x",))),
        (used, Canonical(EXCLUSIVE)),
        (default, Canonical(EXCLUSIVE)),
        (default, Canonical(EXCLUSIVE, ("#default",))),
    ):
        with pytest.raises(Refused) as refused:
            canonical.written(tree, form)
        assert (refused.value.check.result, refused.value.check.reason) == ("unknown", "xml-signature-form-unverified")


def test_what_cannot_be_read_again_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known that gets there; should there be something, the verifier says that it does not know."""
    monkeypatch.setattr(etree, "tostring", lambda *_, **__: b"<")
    with pytest.raises(Refused, match="xml-signature-form-unverified"):
        canonical.of_element(etree.fromstring("<a/>"), Canonical(EXCLUSIVE))
