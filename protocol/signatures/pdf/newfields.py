"""Which new fields of a form a later signature may bring: signature fields, the groups that hold them, their widgets.

pyHanko's own rule refuses what signing programs lawfully do: a field below a group, the order of the tab key on a page
(``/Tabs``), a visible field after a certification that permits signing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import RawPdfPath
from pyhanko.sign.diff_analysis.commons import compare_dicts
from pyhanko.sign.diff_analysis.form_rules_api import (
    FieldComparisonContext,
    FieldComparisonSpec,
    FieldMDPRule,
    FormUpdate,
)
from pyhanko.sign.diff_analysis.policy_api import ModificationLevel, SuspiciousModification
from pyhanko.sign.diff_analysis.rules_api import RelativeContext

from protocol.signatures.pdf.entries import entry
from protocol.signatures.pdf.frames import is_shown

_Answer = tuple[ModificationLevel, FormUpdate]
_PARTS = ("/AP", "/Lock", "/SV", "/MK", "/DR")
_TABS = frozenset({"/R", "/C", "/S", "/A", "/W"})
_MAY_CHANGE = frozenset({"/Annots", "/Tabs"})


class SignatureFields(FieldMDPRule):
    """Permits new signature fields, new groups of nothing else, and their widgets on the pages."""

    def apply(self, context: FieldComparisonContext) -> Iterator[_Answer]:
        """Explain what new fields brought; raises for a field of another kind, and for one that is gone."""
        specs = context.field_specs
        if any(spec.old_field_ref and not spec.new_field_ref for spec in specs.values()):
            raise SuspiciousModification("fields were deleted")
        widgets: dict[Any, str] = {}
        for name, spec in specs.items():
            if spec.old_field_ref is not None:
                yield from _longer_group(name, spec)
            elif spec.field_type == "/Sig":
                yield from _new_field(name, spec.new_field_ref, context, widgets)
            elif spec.field_type is None and _is_group(spec.new_field):
                yield from _new_group(name, spec.new_field_ref, context)
            else:
                raise SuspiciousModification(f"a new field is no signature: {name}")
        if widgets:
            yield from _pages(context, widgets)


def _longer_group(name: str, spec: FieldComparisonSpec) -> Iterator[_Answer]:
    """Let a group have more members; whether these may be is asked of each."""
    old, new = spec.old_field, spec.new_field
    if spec.field_type is not None or old is None or new is None or not _is_group(old):
        return
    before, after = old.raw_get("/Kids"), new.raw_get("/Kids") if "/Kids" in new else None
    if before != after and isinstance(before, generic.ArrayObject) and isinstance(after, generic.ArrayObject):
        compare_dicts(old, new, frozenset({"/Kids"}))
        if list(after)[: len(before)] != list(before):
            raise SuspiciousModification(f"members of a group were exchanged: {name}")
        yield ModificationLevel.FORM_FILLING, FormUpdate(spec.new_field_ref, field_name=name)


def _is_group(field: Any) -> bool:
    kids = entry(field, "/Kids") if isinstance(field, generic.DictionaryObject) else None
    if not isinstance(kids, generic.ArrayObject) or not kids:
        return False
    return all("/T" in kids[index] for index in range(len(kids)))


def _new_group(name: str, reference: Any, context: FieldComparisonContext) -> Iterator[_Answer]:
    group = reference.get_object()
    if not set(group) <= {"/T", "/TU", "/TM", "/Kids", "/Parent"}:
        raise SuspiciousModification(f"a new group is more than that: {name}")
    for each in (reference, _reference(group, "/Kids")):
        if each is not None and context.old.is_ref_unassignable(each):
            yield ModificationLevel.LTA_UPDATES, FormUpdate(each, field_name=name)


def _new_field(
    name: str, reference: Any, context: FieldComparisonContext, widgets: dict[Any, str]
) -> Iterator[_Answer]:
    field = reference.get_object()
    visible = is_shown(field)
    level = ModificationLevel.FORM_FILLING if visible else ModificationLevel.LTA_UPDATES
    own = [reference]
    drawn = [field]
    if "/Kids" in field:
        own.append(_reference(field, "/Kids"))
        for kid in _references(field["/Kids"]):
            value = kid.get_object()
            if "/T" not in value:
                own.append(kid)
                drawn.append(value)
                widgets[kid] = name
    else:
        widgets[reference] = name
    for each in own:
        if each is not None and context.old.is_ref_unassignable(each):
            yield level, FormUpdate(each, field_name=name, valid_when_locked=not visible)
    for each in drawn:
        for part in (part for part in _PARTS if part in each):
            needed = context.new.collect_dependencies(each.raw_get(part), since_revision=context.old.revision + 1)
            yield from ((ModificationLevel.FORM_FILLING, FormUpdate(one, field_name=name)) for one in needed)


def _reference(holder: Any, key: str) -> Any:
    found = holder.raw_get(key)
    return found.reference if isinstance(found, generic.IndirectObject) else None


def _references(listed: Any) -> list[Any]:
    if not isinstance(listed, generic.ArrayObject):
        raise SuspiciousModification("not an array")
    found = [listed.raw_get(index) for index in range(len(listed))]
    if not all(isinstance(each, generic.IndirectObject) for each in found):
        raise SuspiciousModification("an array holds objects of its own")
    return [each.reference for each in found]


def _pages(context: FieldComparisonContext, widgets: dict[Any, str]) -> Iterator[_Answer]:
    """Let new widgets stand on pages that are otherwise the same."""
    waiting = [(context.old.root["/Pages"], context.new.root["/Pages"])]
    seen: set[Any] = set()
    while waiting:
        before, after = waiting.pop()
        old_kids, new_kids = _references(before["/Kids"]), _references(after["/Kids"])
        if old_kids != new_kids:
            raise SuspiciousModification("the pages are not the same")
        for old_kid, new_kid in zip(old_kids, new_kids, strict=True):
            if old_kid in seen:
                raise misc.PdfReadError("a page stands in two places")
            seen.add(old_kid)
            old_page, new_page = old_kid.get_object(), new_kid.get_object()
            if old_page["/Type"] == "/Pages":
                waiting.append((old_page, new_page))
            elif old_page["/Type"] == "/Page":
                yield from _page(context, widgets, (old_kid, old_page), (new_kid, new_page))


def _page(
    context: FieldComparisonContext, widgets: dict[Any, str], old: tuple[Any, Any], new: tuple[Any, Any]
) -> Iterable[_Answer]:
    (old_reference, before), (new_reference, after) = old, new
    listed = [set(_references(page["/Annots"])) if "/Annots" in page else set() for page in (before, after)]
    if listed[0] == listed[1]:
        return
    if not listed[0] <= listed[1] or not listed[1] - listed[0] <= widgets.keys():
        raise SuspiciousModification("annotations are gone, or others have come")
    compare_dicts(before, after, _MAY_CHANGE)
    if entry(after, "/Tabs") != entry(before, "/Tabs") and entry(after, "/Tabs") not in _TABS:
        raise SuspiciousModification("no order of the tab key")
    names = {widgets[each] for each in listed[1] - listed[0]}
    name = names.pop() if len(names) == 1 else None
    level, unlocked = ModificationLevel.LTA_UPDATES, name is not None
    yield level, FormUpdate(new_reference, field_name=name, valid_when_locked=unlocked)
    array = _reference(after, "/Annots")
    if array is not None and (_held(before) == array or context.old.is_ref_unassignable(array)):
        place = RelativeContext(old_reference, RawPdfPath("/Annots"))
        yield level, FormUpdate(array, field_name=name, valid_when_locked=unlocked, context_checked=place)


def _held(page: Any) -> Any:
    return _reference(page, "/Annots") if "/Annots" in page else None
