"""What may be asked of whoever receives an example. It judges the bytes, never the kind of damage that made them.

A receiver may be lenient: most damage leaves something that one system takes and another refuses, and both are right.
So only these are judged, and everything else has merely to be answered:

* ``arrives``: a letter without damage. It says what the sender wrote, in bytes that every receiver has to take.
* ``refused``: bytes that no correct receiver takes for a letter, of exactly four classes: not well-formed XML, even
  with its declaration left out and bad characters replaced; a document type declaration (which no edXML package has);
  not one declaration of the standard's namespace; and, for a DMS only, a manifest that names more attachments than
  there are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from xml.parsers import expat

from protocol.package.model import NAMESPACE, DocumentPackage
from protocol.package.reader import read_package

_DECLARATION = re.compile(r"<\?xml[^>]*\?>")


class Expectation(StrEnum):
    """What the receiver has to do with an example."""

    ARRIVES = "arrives"
    REFUSED = "refused"
    ANSWERED = "answered"


class DamageClass(StrEnum):
    """Why no correct receiver takes the bytes for a letter."""

    NOT_XML = "not-xml"
    DOCTYPE = "doctype"
    FOREIGN = "foreign-namespace"
    ATTACHMENT_MISSING = "attachment-missing"


REQUIREMENTS = {
    DamageClass.NOT_XML: "PKG-02",
    DamageClass.DOCTYPE: "PKG-09",
    DamageClass.FOREIGN: "PKG-02",
    DamageClass.ATTACHMENT_MISSING: "ATT-02",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The expectation, the requirement that it rests on and, for ``refused``, the class of damage."""

    expectation: Expectation
    requirement: str
    damage: DamageClass | None = None


def judge(raw: bytes, *, valid: bool, by_axis: bool) -> Judgement:
    """Say what the receiver of ``raw`` has to do. ``by_axis`` tells an axis from a DMS, which has one more duty."""
    if valid:
        return Judgement(Expectation.ARRIVES, "AXS-03" if by_axis else "REC-03")
    damage = classify(raw)
    if damage is None and not by_axis and _attachment_missing(raw):
        damage = DamageClass.ATTACHMENT_MISSING
    if damage is None:
        return Judgement(Expectation.ANSWERED, "AXS-03" if by_axis else "RCV-09")
    return Judgement(Expectation.REFUSED, REQUIREMENTS[damage], damage)


def classify(raw: bytes) -> DamageClass | None:
    """Find the class of damage that no correct receiver takes, from the bytes alone; ``None`` for all other bytes."""
    scan = _Scan()
    text = _DECLARATION.sub("", _decoded(raw).strip("\ufeff\x00 \t\r\n"), count=1)
    parser = expat.ParserCreate(namespace_separator=None)
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = scan.doctype_found
    parser.StartElementHandler = scan.element_found
    try:
        parser.Parse(text.encode("utf-8"), True)
    except expat.ExpatError:
        return DamageClass.DOCTYPE if scan.doctype else DamageClass.NOT_XML
    if scan.doctype:
        return DamageClass.DOCTYPE
    return None if scan.ours else DamageClass.FOREIGN


def _decoded(raw: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    return raw.decode("utf-8", "replace")


class _Scan:
    """What one pass over the markup saw. A namespace counts as soon as any declaration names it, at any prefix."""

    def __init__(self) -> None:
        self.doctype = False
        self.ours = False

    def doctype_found(self, *_declared: object) -> None:
        self.doctype = True

    def element_found(self, _name: str, attributes: dict[str, str]) -> None:
        declared = (value for name, value in attributes.items() if name == "xmlns" or name.startswith("xmlns:"))
        self.ours = self.ours or NAMESPACE in declared


def _attachment_missing(raw: bytes) -> bool:
    """Whether everything about the package is sound, but its manifest names more attachments than it carries."""
    with read_package(raw, profile="axis") as reading:
        package = reading.package
        if not isinstance(package, DocumentPackage) or not package.manifest:
            return False
        named = {_bare(line.content_id) for line in package.manifest if line.content_id}
        carried = {_bare(attachment.content_id) for attachment in package.attachments}
        return len(named - carried) > 0 and len(named) > len(package.attachments)


def _bare(content_id: str | None) -> str:
    return (content_id or "").removeprefix("cid:").strip()
