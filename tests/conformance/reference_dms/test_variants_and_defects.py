"""Named defects and legal variants: their registry, their makers, and what a variant writes."""

from __future__ import annotations

import dataclasses
import random

import pytest
from lxml import etree

from conformance import mutants, variants
from conformance.reference_dms import Behaviour, Dms
from conformance.reference_dms.vietnam import host_clock
from conformance.variants.prefixes import PREFIX, write_otherwise
from fixtures.documents import new_document, new_status
from protocol.package.model import NAMESPACE, Package
from protocol.package.reader import read_package
from protocol.package.writer import write_package
from schemas import registry


def test_every_defect_is_registered_with_its_rule_and_nothing_else_is() -> None:
    assert set(registry.mutants()) == set(mutants.DEFECTS)
    for name, defect in mutants.DEFECTS.items():
        assert registry.mutants()[name].requirement == defect.requirement


@pytest.mark.parametrize("name", sorted(mutants.DEFECTS))
def test_a_defect_replaces_what_it_names_and_leaves_the_rest(name: str) -> None:
    sound, broken = Behaviour(), mutants.DEFECTS[name].applied(Behaviour())
    changed = {
        field.name
        for field in dataclasses.fields(Behaviour)
        if getattr(sound, field.name) is not getattr(broken, field.name)
    }
    assert changed == set(mutants.DEFECTS[name].replace)
    assert changed


def test_a_driver_spec_can_name_a_defect_or_a_variant() -> None:
    assert isinstance(mutants.no_01(), Dms)
    assert isinstance(variants.slow_but_in_time(), Dms)
    with pytest.raises(AttributeError, match="no-such-thing"):
        _ = mutants.no_such_thing
    with pytest.raises(AttributeError, match="no-such-thing"):
        _ = variants.no_such_thing


def _packages() -> list[Package]:
    chance = random.Random(28)
    document = new_document(chance, "H98.01", ["H99.01", "H99.02"], files=3, now=host_clock())
    return [document, new_status(document, "03", "H99.01", now=host_clock())]


@pytest.mark.parametrize("package", _packages(), ids=["document", "status"])
def test_another_prefix_and_order_say_the_same(package: Package) -> None:
    with read_package(write_package(package)) as usual, read_package(write_otherwise(package)) as other:
        assert not other.refused
        assert other.package == usual.package
    root = etree.fromstring(write_otherwise(package))
    assert root.nsmap == {PREFIX: NAMESPACE}
    children = [etree.QName(child).localname for child in root[0][0][0]]
    usual_children = [etree.QName(child).localname for child in etree.fromstring(write_package(package))[0][0][0]]
    assert sorted(children) == sorted(usual_children)
    assert package.header is not None
    if len(usual_children) > 10:
        assert children != usual_children
