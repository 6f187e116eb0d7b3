"""The page of the package's schemas: every element with its meaning, how often it stands, and where that comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

import schemas

XS = "{http://www.w3.org/2001/XMLSchema}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
KINDS = {"document": "Document package · Gói tin văn bản", "status": "Status package · Gói tin trạng thái"}


def lines() -> Iterator[str]:
    """Give the page without its title."""
    yield "What a conforming sender emits, from `edxml-document.xsd` and `edxml-status.xsd` (XSD 1.1, with"
    yield "`edxml-common.xsd`). Children stand in any order, unknown elements are tolerated everywhere, attributes are"
    yield "not judged, lengths count composed characters (NFC), `.{1,500}` being 1 to 500 of them."
    yield "`edxml-document-1.0.xsd` and `edxml-status-1.0.xsd` say the same in XSD 1.0 for validators that know nothing"
    yield "else: in a fixed order (the official one), without unknown elements, conditions as embedded Schematron."
    for kind, title in KINDS.items():
        yield from ("", f"## {title}")
        yield from _kind(kind)


def _kind(kind: str) -> Iterator[str]:
    roots = [etree.fromstring(schemas.data(f"edxml/edxml-{name}.xsd")) for name in (kind, "common")]
    types = {part.attrib["name"]: part for root in roots for part in root if part.tag in _TYPES}
    declaration = roots[0].find(f"{XS}element")
    if declaration is None:
        raise schemas.DataError(f"schemas/edxml/edxml-{kind}.xsd: declare the root element")
    yield from _element(declaration, types, "")


def _element(declaration: etree._Element, types: Mapping[str, etree._Element], above: str) -> Iterator[str]:
    kind = types[declaration.attrib["type"]]
    path = f"{above}/{declaration.attrib['name']}" if above else declaration.attrib["name"]
    children = list(kind.iter(f"{XS}element"))
    yield from ("", f"### {path}", "", f"{_meaning(declaration)}. {_source(declaration)}.", "")
    yield "| Element | Times | Value | Meaning | Source |"
    yield "| --- | --- | --- | --- | --- |"
    for child in children:
        times = f"{child.get('minOccurs', '1')}..{child.get('maxOccurs', '1').replace('unbounded', 'n')}"
        cells = (f"`{child.attrib['name']}`", times, _value(child, types), _meaning(child), _source(child))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    for condition in kind.findall(f"{XS}assert"):
        yield from ("", f"Condition `{condition.attrib['id']}`: {_meaning(condition)}.")
    for child in children:
        below = types.get(child.attrib["type"])
        if below is not None and below.find(f".//{XS}element") is not None:
            yield from _element(child, types, path)


_TYPES = {f"{XS}complexType", f"{XS}simpleType"}


def _value(child: etree._Element, types: Mapping[str, etree._Element]) -> str:
    kind = types.get(child.attrib["type"])
    if kind is None:
        return "text"
    if kind.tag == f"{XS}complexType":
        return "elements" if kind.find(f".//{XS}element") is not None else "anything"
    choices = [f"`{one.attrib['value']}` {_meaning(one)}" for one in kind.iter(f"{XS}enumeration")]
    form = kind.findtext(f"{XS}annotation/{XS}appinfo")
    return "; ".join(choices) or (f"`{form}`" if form else "text")


def _meaning(part: etree._Element) -> str:
    texts = {text.get(LANG): text.text or "" for text in part.findall(f"{XS}annotation/{XS}documentation")}
    return f"{texts['vi']} · *{texts['en']}*"


def _source(part: etree._Element) -> str:
    return part.findtext(f"{XS}annotation/{XS}appinfo") or ""
