"""The schemas as files: annotated in both languages, generated freshly, and of one structure with the reader's."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from lxml import etree
from xmlschema import XMLSchema11

import schemas
from protocol.package import layout
from protocol.package.model import NAMESPACE
from schemas import registry

XS = "{http://www.w3.org/2001/XMLSchema}"
SCH = "{http://purl.oclc.org/dsdl/schematron}"
SOURCES = ("edxml-common", "edxml-document", "edxml-status")
GENERATED = ("document", "status")
OTHER_NAMES = {"DigitalSignature", "Manifest"}
"""Elements of the schema for which the layout has another name or none."""
FOLDER = Path(schemas.__file__).parent / "edxml"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "scripts" / "xsd10.py"
    spec = importlib.util.spec_from_file_location("xsd10", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parsed(name: str) -> etree._Element:
    return etree.fromstring(schemas.data(f"edxml/{name}.xsd"))


def described(root: etree._Element) -> Iterator[etree._Element]:
    for tag in ("schema", "element", "complexType", "simpleType", "attribute", "enumeration", "assert"):
        yield from root.iter(f"{XS}{tag}")


@pytest.mark.parametrize("name", SOURCES)
def test_every_part_is_described_in_both_languages(name: str) -> None:
    for part in described(parsed(name)):
        texts = {
            text.get("{http://www.w3.org/XML/1998/namespace}lang"): (text.text or "").strip()
            for text in part.findall(f"{XS}annotation/{XS}documentation")
        }
        assert set(texts) == {"vi", "en"}, (name, part.attrib)
        assert all(len(text) > 2 for text in texts.values()), (name, part.attrib)


@pytest.mark.parametrize("name", SOURCES)
def test_every_element_says_where_it_comes_from(name: str) -> None:
    for part in parsed(name).iter(f"{XS}element", f"{XS}complexType"):
        source = part.findtext(f"{XS}annotation/{XS}appinfo") or ""
        if part.get("name") != "Opaque":
            assert any(word in source for word in ("observed on the wire", "QD ", "ND ", "QCVN ")), part.attrib


@pytest.mark.parametrize("name", SOURCES)
def test_every_cited_requirement_is_in_the_catalogue(name: str) -> None:
    for part in parsed(name).iter(f"{XS}schema", f"{XS}element", f"{XS}complexType"):
        cited, middle, _ = (part.findtext(f"{XS}annotation/{XS}appinfo") or "").partition(" · ")
        for requirement in cited.split(", ") if middle else ():
            registry.requirement(requirement)


@pytest.mark.parametrize("kind", GENERATED)
def test_the_sources_are_valid_schemas(kind: str) -> None:
    schema = XMLSchema11(str(FOLDER / f"edxml-{kind}.xsd"), allow="local")
    assert schema.target_namespace == NAMESPACE
    assert list(schema.elements) == ["edXML"]


@pytest.mark.parametrize("kind", GENERATED)
def test_the_generated_schemas_are_fresh_and_complete(kind: str, generator: ModuleType) -> None:
    made = generator.generate(kind)
    assert schemas.data(f"edxml/edxml-{kind}-1.0.xsd") == made
    root = etree.fromstring(made)
    etree.XMLSchema(root)
    ours = {rule.get("id") for source in ("common", kind) for rule in parsed(f"edxml-{source}").iter(f"{XS}assert")}
    assert {rule.get("id") for rule in root.iter(f"{SCH}assert")} == ours
    assert not list(root.iter(f"{XS}all", f"{XS}assert", f"{XS}include"))


@pytest.mark.parametrize("kind", GENERATED)
def test_structure_and_order_are_those_of_the_layout(kind: str) -> None:
    root = parsed(f"edxml-{kind}-1.0")
    types = {part.attrib["name"]: part for part in root.findall(f"{XS}complexType")}

    def compare(name: str, place: layout.Place) -> None:
        if name not in types or name == "Opaque":
            assert not place.children
            return
        declared = types[name].iter(f"{XS}element")
        inside = [part for part in declared if part.attrib["name"] not in OTHER_NAMES]
        names = [part.attrib["name"] for part in inside]
        assert names == [child for child in place.children if child in names]
        assert kind == "status" or len(names) == len(place.children)
        assert {part.attrib["name"] for part in inside if part.get("maxOccurs")} == place.many & set(names)
        for part in inside:
            compare(part.attrib["type"], place.children[part.attrib["name"]])

    compare("Package", layout.DOCUMENT if kind == "document" else layout.STATUS)
