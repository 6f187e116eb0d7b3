"""The structure of a tagged document, to which signing programs add the fields that they make (ISO 32000-1, 14.7).

It decides nothing of what is shown. New elements may stand for new signature fields and nothing else; what was there
stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis.commons import compare_dicts
from pyhanko.sign.diff_analysis.policy_api import SuspiciousModification
from pyhanko.sign.diff_analysis.rules_api import ReferenceUpdate, WhitelistRule

from protocol.signatures.pdf.entries import entry

_TREE = "/StructTreeRoot"
_ROOT_MAY_CHANGE = frozenset({"/K", "/ParentTree", "/ParentTreeNextKey"})
_ELEMENT = frozenset({"/Type", "/S", "/P", "/Pg", "/K"})
_OBJECT = frozenset({"/Type", "/Pg", "/Obj"})
_MOST_NODES = 10_000


class StructureTree(WhitelistRule):
    """Permits the structure to have more elements, each for a signature field that is new."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        """Explain what was written anew of the structure; raises where it holds something else than before."""
        before, after = entry(old.root, _TREE), entry(new.root, _TREE)
        if not isinstance(before, generic.DictionaryObject) or not isinstance(after, generic.DictionaryObject):
            return
        root, nodes = old.root.raw_get(_TREE), set(_nodes(before))
        for reference in new.explicit_refs_in_revision():
            if old.is_ref_unassignable(reference):
                continue
            one, other = old(reference), new(reference)
            if isinstance(root, generic.IndirectObject) and reference == root.reference:
                compare_dicts(one, other, _ROOT_MAY_CHANGE)
                if _node(one) != _node(other):
                    raise SuspiciousModification("the tree of parents was exchanged")
                added = _added(entry(one, "/K"), one, other)
            elif reference in nodes:
                compare_dicts(one, other, frozenset({"/Nums", "/Limits"}))
                added = _pairs(one, other)
            elif isinstance(one, generic.DictionaryObject) and "/S" in one and _is_element(old, reference):
                compare_dicts(one, other, frozenset({"/K"}))
                added = _added(entry(one, "/K"), one, other)
            else:
                continue
            yield ReferenceUpdate(reference)
            for each in added:
                yield from _element(each, old)


def _is_element(old: HistoricalResolver, reference: Any) -> bool:
    """Whether an object is reached through the structure; what else refers to it is left as it is."""
    paths = old._get_usages_of_ref(reference)  # noqa: SLF001 - pyHanko has no other way to ask
    return any(_TREE in path.path for path in paths)


def _nodes(root: Any) -> Iterator[Any]:
    """Give the references of the nodes of the tree of parents."""
    waiting, count = [_node(root)], 0
    while waiting and count < _MOST_NODES:
        each = waiting.pop()
        count += 1
        if isinstance(each, generic.IndirectObject):
            yield each.reference
            kids = entry(each.get_object(), "/Kids")
            waiting += [kids.raw_get(index) for index in range(len(kids or ()))]


def _node(root: Any) -> Any:
    found = root.raw_get("/ParentTree") if "/ParentTree" in root else None
    return found if isinstance(found, generic.IndirectObject) else None


def _added(was: Any, before: Any, after: Any) -> list[Any]:
    old = _list(before.raw_get("/K"), was) if was is not None else []
    now = entry(after, "/K")
    new = _list(after.raw_get("/K"), now) if now is not None else []
    if new[: len(old)] != old:
        raise SuspiciousModification("parts of the structure are gone")
    return new[len(old) :]


def _list(raw: Any, value: Any) -> list[Any]:
    if isinstance(value, generic.ArrayObject):
        return [value.raw_get(index) for index in range(len(value))]
    return [raw]


def _pairs(before: Any, after: Any) -> list[Any]:
    """Give the elements that a node of the tree of parents has beside those that it had."""
    old, new = (
        {int(each[index]): each.raw_get(index + 1) for index in range(0, len(each), 2)}
        for each in (entry(node, "/Nums", generic.ArrayObject()) for node in (before, after))
    )
    if any(new.get(key) != value for key, value in old.items()):
        raise SuspiciousModification("parents of the structure were exchanged")
    return [value for key, value in new.items() if key not in old]


def _element(raw: Any, old: HistoricalResolver) -> Iterator[ReferenceUpdate]:
    """Explain a new element: one for one signature field that is new."""
    element = _new(raw, old)
    if not set(element) <= _ELEMENT or entry(element, "/S") != "/Form":
        raise SuspiciousModification("a new element of the structure is no field")
    yield ReferenceUpdate(raw.reference)
    for held in _list(element.raw_get("/K"), entry(element, "/K")):
        value = held.get_object()
        if not isinstance(value, generic.DictionaryObject) or not set(value) <= _OBJECT:
            raise SuspiciousModification("a new element of the structure holds text")
        widget = _new(value.raw_get("/Obj"), old)
        kind = entry(widget, "/FT") or entry(entry(widget, "/Parent", {}), "/FT")
        if entry(widget, "/Subtype") != "/Widget" or kind != "/Sig":
            raise SuspiciousModification("a new element of the structure is for no signature")
        if isinstance(held, generic.IndirectObject):
            _new(held, old)
            yield ReferenceUpdate(held.reference)


def _new(raw: Any, old: HistoricalResolver) -> Any:
    if not isinstance(raw, generic.IndirectObject) or not old.is_ref_unassignable(raw.reference):
        raise SuspiciousModification("the structure was turned to what was there before")
    value = raw.get_object()
    if not isinstance(value, generic.DictionaryObject):
        raise SuspiciousModification("the structure holds no element")
    return value
