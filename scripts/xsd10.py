"""The XSD 1.0 schemas of ``schemas/edxml/``, generated from the XSD 1.1 ones.

``python scripts/xsd10.py`` writes ``edxml-document-1.0.xsd`` and ``edxml-status-1.0.xsd``; ``--check`` only says which
are out of date (and exits 1). XSD 1.0 knows neither children in any order that repeat, nor open content, nor
assertions. So every ``xs:all`` becomes an ``xs:sequence`` in the official order, includes are pasted in, and each
assertion turns into a rule of an embedded Schematron, with the absolute path of every element that it speaks of.
Assertions keep to what XPath 1.0 and 2.0 say alike.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

FOLDER = Path(__file__).resolve().parent.parent / "schemas" / "edxml"
KINDS = ("document", "status")
XS = "{http://www.w3.org/2001/XMLSchema}"
SCH = "{http://purl.oclc.org/dsdl/schematron}"
MIN_VERSION = "{http://www.w3.org/2007/XMLSchema-versioning}minVersion"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
NOTICE = " Generated from {source} by `python scripts/xsd10.py`; edit that, not this file. "


def generate(kind: str) -> bytes:
    """Give the XSD 1.0 schema of ``document`` or ``status``."""
    source = FOLDER / f"edxml-{kind}.xsd"
    schema = _parse(source)
    _paste_includes(schema)
    rules = list(_rules(schema))
    for element in [*schema.iter(f"{XS}assert", f"{XS}defaultOpenContent")]:
        _remove(element)
    for group in schema.iter(f"{XS}all"):
        group.tag = f"{XS}sequence"
    schema.attrib.pop(MIN_VERSION, None)
    _embed(schema, rules)
    etree.indent(schema)
    body = etree.tostring(schema, encoding="unicode")
    return f"{DECLARATION}\n<!--{NOTICE.format(source=source.name)}-->\n{body}\n".encode()


def _parse(path: Path) -> etree._Element:
    return etree.parse(path, etree.XMLParser(remove_blank_text=True, resolve_entities=False)).getroot()


def _paste_includes(schema: etree._Element) -> None:
    for include in schema.findall(f"{XS}include"):
        pasted = _parse(FOLDER / include.attrib["schemaLocation"])
        for part in pasted:
            if part.tag not in {f"{XS}annotation", f"{XS}defaultOpenContent"}:
                include.addprevious(part)
        _remove(include)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _rules(schema: etree._Element) -> Iterator[tuple[str, str, str]]:
    """Give context, test and id of each assertion, for each place where its type is used."""
    types = {kind.attrib["name"]: kind for kind in schema.findall(f"{XS}complexType")}

    def walk(declaration: etree._Element, above: str) -> Iterator[tuple[str, str, str]]:
        kind = types.get(declaration.attrib["type"])
        if kind is None:
            return
        path = f"{above}/e:{declaration.attrib['name']}"
        for rule in kind.findall(f"{XS}assert"):
            yield path, rule.attrib["test"], rule.attrib["id"]
        for child in kind.iter(f"{XS}element"):
            yield from walk(child, path)

    for root in schema.findall(f"{XS}element"):
        yield from walk(root, "")


def _embed(schema: etree._Element, rules: list[tuple[str, str, str]]) -> None:
    annotation = schema.find(f"{XS}annotation")
    if annotation is None:
        raise SystemExit("a schema begins with its annotation")
    place = etree.SubElement(annotation, f"{XS}appinfo")
    etree.SubElement(place, f"{SCH}ns", {"prefix": "e", "uri": schema.attrib["targetNamespace"]}, {"sch": SCH[1:-1]})
    pattern = etree.SubElement(place, f"{SCH}pattern", None, {"sch": SCH[1:-1]})
    for context, test, name in rules:
        rule = etree.SubElement(pattern, f"{SCH}rule", {"context": context})
        etree.SubElement(rule, f"{SCH}assert", {"id": name, "test": test}).text = name


def main() -> int:
    """Write the schemas, or say which are out of date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a schema is out of date")
    check = parser.parse_args().check
    stale = 0
    for kind in KINDS:
        path, made = FOLDER / f"edxml-{kind}-1.0.xsd", generate(kind)
        if path.exists() and path.read_bytes() == made:
            continue
        if check:
            stale = 1
            print(f"{path.name} is out of date: python scripts/xsd10.py", file=sys.stderr)
        else:
            path.write_bytes(made)
    return stale


if __name__ == "__main__":
    sys.exit(main())
