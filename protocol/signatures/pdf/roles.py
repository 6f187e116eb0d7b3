"""What every object of a PDF is for: page, annotation, form, metadata, by the ways that lead to it from the catalog."""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver

from protocol.signatures.pdf.broken import BROKEN
from protocol.signatures.pdf.entries import entry
from protocol.signatures.pdf.facts import ChangeKind

CATALOG_KINDS: dict[str, ChangeKind] = {
    "/AcroForm": "form",
    "/DSS": "validation-data",
    "/Extensions": "validation-data",
    "/Metadata": "metadata",
    "/Pages": "page",
}
_MOST_OBJECTS = 200_000
Named = tuple[ChangeKind, str]


def roles_of(resolver: HistoricalResolver) -> dict[int, Named]:
    """Give for every object that is reached from the catalog what it is for; the most telling use wins."""
    roles: dict[int, Named] = {}
    try:
        root = resolver.root
        roles[resolver.root_ref.idnum] = ("catalog", "")
        info = resolver.trailer_view.get_value_as_reference("/Info", optional=True)
        if info is not None:
            roles[info.idnum] = ("metadata", "/Info")
        _pages(root.raw_get("/Pages"), roles)
        for name in root:
            kind = CATALOG_KINDS.get(name, "structure")
            if name == "/AcroForm":
                _form(root, roles)
            elif name != "/Pages":
                _spread(root.raw_get(name), (kind, str(name)), roles)
    except BROKEN:
        return roles
    return roles


def _pages(tree: Any, roles: dict[int, Named]) -> None:
    waiting, page_number = [tree], 0
    while waiting and len(roles) < _MOST_OBJECTS:
        node = waiting.pop()
        if not isinstance(node, generic.IndirectObject) or node.idnum in roles:
            continue
        value = node.get_object()
        if not isinstance(value, generic.DictionaryObject):
            continue
        kids = entry(value, "/Kids")
        if isinstance(kids, generic.ArrayObject):
            roles[node.idnum] = ("page", "/Pages")
            waiting += reversed([kids.raw_get(index) for index in range(len(kids))])
            continue
        page_number += 1
        where = f"p.{page_number}"
        roles[node.idnum] = ("page", where)
        _annotations(value, where, roles)
        for name in value:
            if name not in {"/Annots", "/Parent"}:
                _spread(value.raw_get(name), ("page-content", where), roles)


def _annotations(page: Any, where: str, roles: dict[int, Named]) -> None:
    if "/Annots" not in page:
        return
    listed = page.raw_get("/Annots")
    if isinstance(listed, generic.IndirectObject):
        roles.setdefault(listed.idnum, ("annotation", where))
        listed = listed.get_object()
    for index in range(len(listed) if isinstance(listed, generic.ArrayObject) else 0):
        annotation = listed.raw_get(index)
        value = annotation.get_object()
        if not isinstance(value, generic.DictionaryObject):
            continue
        kind = _widget_kind(value) if entry(value, "/Subtype") == "/Widget" else "annotation"
        _spread(
            annotation, (kind, str(entry(value, "/T", "")) or where), roles, stop=frozenset({"/P", "/Parent", "/Popup"})
        )


def _widget_kind(value: Any) -> ChangeKind:
    kind = entry(value, "/FT") or (
        entry(value["/Parent"], "/FT") if isinstance(entry(value, "/Parent"), generic.DictionaryObject) else None
    )
    return "signature" if kind == "/Sig" else "form-field"


def _form(root: Any, roles: dict[int, Named]) -> None:
    form = root.raw_get("/AcroForm")
    if isinstance(form, generic.IndirectObject):
        roles[form.idnum] = ("form", "/AcroForm")
        form = form.get_object()
    if "/XFA" in form:
        _spread(form.raw_get("/XFA"), ("xfa", "/XFA"), roles)
    listed: Any = form.raw_get("/Fields") if "/Fields" in form else None
    if isinstance(listed, generic.IndirectObject):
        roles.setdefault(listed.idnum, ("form", "/Fields"))
        listed = listed.get_object()
    for index in range(len(listed) if isinstance(listed, generic.ArrayObject) else 0):
        field = listed.raw_get(index)
        value = field.get_object()
        if isinstance(value, generic.DictionaryObject):
            named = (_widget_kind(value), str(entry(value, "/T", "")))
            _spread(field, named, roles, stop=frozenset({"/P", "/Parent"}))
    for name in form:
        if name not in {"/XFA", "/Fields"}:
            _spread(form.raw_get(name), ("form", str(name)), roles)


def _spread(
    value: Any, named: Named, roles: dict[int, Named], stop: frozenset[str] = frozenset({"/P", "/Parent"})
) -> None:
    """Give a role to every object that a value refers to and that has none yet; pages end it."""
    waiting = [value]
    while waiting and len(roles) < _MOST_OBJECTS:
        each = waiting.pop()
        if isinstance(each, generic.IndirectObject):
            if each.idnum in roles:
                continue
            roles[each.idnum] = named
            each = each.get_object()
        if isinstance(each, generic.DictionaryObject):
            if entry(each, "/Type") in {"/Page", "/Pages", "/Catalog"}:
                continue
            waiting += [each.raw_get(name) for name in each if name not in stop]
        elif isinstance(each, generic.ArrayObject):
            waiting += [each.raw_get(index) for index in range(len(each))]
