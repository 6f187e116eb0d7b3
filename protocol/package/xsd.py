"""Whether a package keeps the schemas of ``schemas/edxml/``: a fast yes or no, and an explanation of the no.

The schemas are written in XSD 1.1: children in any order, unknown elements tolerated, conditions between elements.
``fast`` decides with the XSD 1.0 schemas that are generated from them, in libxml2: first on the skeleton as it is,
which is enough for what the official builder writes, then on a copy whose children stand in official order.
``explain`` runs the XSD 1.1 schemas themselves, a hundred times slower, to say where and why. Neither looks at
payloads, which the skeleton does not carry, nor at attributes, which nobody reads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Literal, cast

from lxml import etree

import schemas
from protocol.composition import composed
from protocol.finding import quote
from protocol.package.model import NAMESPACE
from protocol.package.tree import child as child_of
from protocol.package.tree import elements, local_name, text_of, where

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
    from xmlschema import XMLSchema11

    Origin = dict[Element, Element]

Kind = Literal["document", "status"]

MOST_ELEMENTS = 4_000
"""Elements of a package that is still explained; beyond it only the root is named."""
MOST_FAULTS = 500
"""Faults that are told of one package."""
_VALUE_ERRORS = frozenset(
    f"SCHEMAV_CVC_{name}"
    for name in (
        "PATTERN_VALID",
        "LENGTH_VALID",
        "MINLENGTH_VALID",
        "MAXLENGTH_VALID",
        "ENUMERATION_VALID",
        "MININCLUSIVE_VALID",
        "MAXINCLUSIVE_VALID",
        "DATATYPE_VALID_1_2_1",
        "DATATYPE_VALID_1_2_2",
        "DATATYPE_VALID_1_2_3",
    )
)
_XS = "{http://www.w3.org/2001/XMLSchema}"
_SCH = "{http://purl.oclc.org/dsdl/schematron}"
_BLANKS = " \t\r\n"
_OTHER_BLANKS = str.maketrans(
    dict.fromkeys("\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))), "\xb7")
)
"""What Python calls blank and XML does not: the explaining validator would trim it, so it is shown a dot instead."""


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """One place where a package differs from the schema.

    ``path`` is of local names with 1-based indices; for what is ``absent``, that of the place where it should be.
    ``line`` is 1-based. ``expected`` and ``got`` are values, the same in every language; ``message`` is what the
    validator says, in English, at most 200 characters.
    """

    path: str
    line: int | None
    expected: str
    got: str
    message: str = field(compare=False)
    absent: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """What the schema says of one element: ``form`` of a text, or children (by tag) in official order."""

    form: str = ""
    children: Mapping[str, _Place] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    positions: Mapping[str, int] = field(default_factory=dict)
    is_text: bool = False
    is_opaque: bool = False


_UNKNOWN = _Place(is_opaque=True)


@dataclass(frozen=True, slots=True)
class _Grammar:
    """A generated schema, compiled: the XSD 1.0 part, the broken conditions, and the structure.

    The threads of a server share it, and lxml keeps one error log for each schema: ``turn`` keeps them apart.
    """

    schema: etree.XMLSchema
    broken: etree.XPath
    root: _Place
    turn: threading.Lock = field(default_factory=threading.Lock)

    def holds(self, root: Element) -> bool:
        return self.errors(root) is None and not self.broken(root)

    def errors(self, root: Element) -> tuple[etree._LogEntry, ...] | None:
        """Give what libxml2 says against a tree; ``None`` where the schema holds."""
        with self.turn:
            return None if self.schema.validate(root) else tuple(self.schema.error_log)


def fast(root: Element, kind: Kind) -> bool:
    """Whether the skeleton with this root element is what the schema of its kind describes."""
    grammar = _grammar(kind)
    return grammar.holds(root) or grammar.holds(_copied(root, grammar.root))


def wrong_values(root: Element, kind: Kind) -> tuple[str, ...] | None:
    """Give the places of wrong values in a package that is not ``fast`` and has no other fault; else ``None``.

    What libxml2 says of values is as good as what XSD 1.1 says, and comes a hundred times sooner.
    """
    grammar = _grammar(kind)
    copy = _copied(root, grammar.root)
    errors = grammar.errors(copy)
    if errors is None or grammar.broken(copy):
        return None
    tree, places = copy.getroottree(), []
    for error in errors:
        if error.type_name not in _VALUE_ERRORS or not error.path:
            return None
        found = tree.xpath(error.path, namespaces={name: uri for name, uri in copy.nsmap.items() if name})
        if not isinstance(found, list) or len(found) != 1:
            return None
        places.append(where(found[0]))
    return tuple(dict.fromkeys(places))


def explain(root: Element, kind: Kind) -> Iterator[SchemaFault]:
    """Say, in the order in which the validator comes across them, where and why the skeleton breaks the schema."""
    place = _grammar(kind).root
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        yield SchemaFault(where(root), root.sourceline, f"<= {MOST_ELEMENTS}", "", "too large to be explained")
        return
    origin: Origin = {}
    copy = cast("Any", _copied(root, place, origin))  # an lxml tree is what the validator works on, but not its stubs
    said: set[SchemaFault] = set()
    for error in _schema11(kind).iter_errors(copy, use_location_hints=False):
        element = origin.get(cast("Any", error.elem), root)
        for fault in _faults(error, element, _place_of(element, place), origin):
            if len(said) == MOST_FAULTS:
                return
            if fault not in said:
                said.add(fault)
                yield fault


def _faults(error: Any, element: Element, place: _Place, origin: Origin) -> Iterator[SchemaFault]:
    """Turn one error of the validator, at an element of the package, into faults."""
    line, message = element.sourceline, quote(error.reason)
    index = getattr(error, "index", None)
    if index is not None and error.invalid_tag is not None:
        child = origin[error.elem[index]]
        yield SchemaFault(where(child), child.sourceline, "1", local_name(child), message)
    elif index is not None:
        present = {child.tag for child in element}
        for tag in place.required:
            if tag not in present:
                name = tag.rpartition("}")[2]
                yield SchemaFault(f"{where(element)}/{name}", line, name, "", message, absent=True)
    elif getattr(getattr(error.validator, "elem", None), "tag", "") == f"{_XS}assert":
        condition = error.validator.elem
        path, absent = _below(element, condition.findtext(f"{_XS}annotation/{_XS}appinfo") or "")
        name = path.rpartition("/")[2].partition("[")[0]
        yield SchemaFault(path, line, name, "", quote(condition.get("test")), absent=absent)
    elif not place.is_text:
        yield SchemaFault(where(element), line, "", quote(_own_text(element)), message)
    elif (found := next(elements(element), None)) is not None:
        yield SchemaFault(where(found), found.sourceline, "", local_name(found), message)
    else:
        yield SchemaFault(where(element), line, place.form, quote(text_of(element)), message)


def _below(element: Element, path: str) -> tuple[str, bool]:
    """Give the path of what a condition speaks of, and whether it is absent."""
    steps = path.split("/") if path else []
    for done, name in enumerate(steps):
        found = child_of(element, name)
        if found is None:
            return "/".join([where(element), *steps[done:]]), True
        element = found
    return where(element), False


def _place_of(element: Element, root: _Place) -> _Place:
    above = element.getparent()
    if above is None:
        return root
    return _place_of(above, root).children.get(str(element.tag), _UNKNOWN)


def _copied(element: Element, place: _Place, origin: Origin | None = None) -> Element:
    """Copy what the schema speaks of: no comments, no attributes, texts composed (NFC).

    For XSD 1.0 (no ``origin``) unknown elements are left out and the others stand in official order; otherwise all
    stand as they stood, and ``origin`` is filled with the element from which each was copied.
    """
    copy = etree.Element(element.tag)
    _fill(copy, element, place, origin)
    return copy


def _fill(copy: Element, element: Element, place: _Place, origin: Origin | None) -> None:
    if origin is not None:
        origin[copy] = element
    if place.is_opaque:
        return
    blanks = {} if origin is None else _OTHER_BLANKS
    if place.is_text:
        copy.text = composed(_own_text(element)).translate(blanks)
        if len(element):
            for child in elements(element):
                etree.SubElement(copy, child.tag)  # where it must not be
        return
    copy.text = _own_text(element).strip(_BLANKS).translate(blanks) or None
    inside = elements(element)
    if origin is None:
        positions = place.positions
        known = [child for child in inside if child.tag in positions]
        inside = iter(sorted(known, key=lambda child: positions[str(child.tag)]))
    for child in inside:
        _fill(etree.SubElement(copy, child.tag), child, place.children.get(str(child.tag), _UNKNOWN), origin)


def _own_text(element: Element) -> str:
    if not len(element):
        return element.text or ""
    return (element.text or "") + "".join(child.tail or "" for child in element)


@lru_cache(maxsize=2)
def _grammar(kind: Kind) -> _Grammar:
    source = etree.fromstring(schemas.data(f"edxml/edxml-{kind}-1.0.xsd"))
    rules = [
        f"{rule.get('context')}[not({condition.get('test')})]"
        for rule in source.iter(f"{_SCH}rule")
        for condition in rule.findall(f"{_SCH}assert")
    ]
    return _Grammar(
        etree.XMLSchema(source),
        etree.XPath(f"boolean({' | '.join(rules)})", namespaces={"e": NAMESPACE}),
        _structure(source),
    )


def _structure(source: Element) -> _Place:
    types = {kind.attrib["name"]: kind for kind in source if isinstance(kind.tag, str) and "name" in kind.attrib}

    def place(declaration: Element) -> _Place:
        kind = types.get(declaration.attrib["type"])
        if kind is None or kind.tag != f"{_XS}complexType":
            form = "" if kind is None else kind.findtext(f"{_XS}annotation/{_XS}appinfo") or ""
            return _Place(form=form, is_text=True)
        if kind.get("mixed"):
            return _Place(is_opaque=True)
        inside = {f"{{{NAMESPACE}}}{child.attrib['name']}": child for child in kind.iter(f"{_XS}element")}
        required = tuple(tag for tag, child in inside.items() if child.get("minOccurs") != "0")
        return _Place(
            children={tag: place(child) for tag, child in inside.items()},
            required=() if kind.find(f"{_XS}choice") is not None else required,
            positions={tag: number for number, tag in enumerate(inside)},
        )

    root = source.find(f"{_XS}element")
    if root is None:
        raise schemas.DataError("schemas/edxml: a schema declares its root element")
    return place(root)


@lru_cache(maxsize=2)
def _schema11(kind: Kind) -> XMLSchema11:
    from xmlschema import XMLSchema11  # noqa: PLC0415 - half a second that valid packages do not pay

    with as_file(files("schemas").joinpath("edxml")) as folder:
        return XMLSchema11(str(folder / f"edxml-{kind}.xsd"), allow="local", use_xpath3=False)
