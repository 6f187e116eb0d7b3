"""What came into a PDF after a signature: named object by object, and weighed by pyHanko's analysis of differences.

Permitted is what others may do to a signed document: sign it again, add validation data, note it in the metadata. To
fill in a form is not: a document that an agency has signed has nothing left to fill in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel, SuspiciousModification
from pyhanko.sign.diff_analysis.constants import ACROFORM_EXEMPT_STRICT_COMPARISON
from pyhanko.sign.diff_analysis.form_rules_api import FormUpdatingRule
from pyhanko.sign.diff_analysis.policies import StandardDiffPolicy
from pyhanko.sign.diff_analysis.rules.file_structure_rules import (
    CatalogModificationRule,
    ObjectStreamRule,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.rules.form_field_rules import DSSCompareRule, SigFieldModificationRule
from pyhanko.sign.diff_analysis.rules.metadata_rules import DocInfoRule, MetadataUpdateRule

from protocol.signatures.pdf.appended import unlisted
from protocol.signatures.pdf.broken import BROKEN
from protocol.signatures.pdf.facts import Change, ChangeKind
from protocol.signatures.pdf.formtricks import form_tricks
from protocol.signatures.pdf.newfields import SignatureFields
from protocol.signatures.pdf.references import filled_in
from protocol.signatures.pdf.roles import CATALOG_KINDS, Named, roles_of
from protocol.signatures.pdf.structuretree import StructureTree

POLICY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
        MetadataUpdateRule().as_qualified(ModificationLevel.LTA_UPDATES),
        StructureTree().as_qualified(ModificationLevel.FORM_FILLING),
    ],
    form_rule=FormUpdatingRule(
        field_rules=[SignatureFields(), SigFieldModificationRule()],
        # the form tricks look at the flags
        ignored_acroform_keys=ACROFORM_EXEMPT_STRICT_COMPARISON | {"/SigFlags"},
    ),
)
MOST_CHANGES = 50
LONGEST_PLACE = 200
_SUSPECTS: tuple[ChangeKind, ...] = ("signature", "validation-data", "metadata")
"""What may change, the likeliest culprit first where it was changed as it may not."""
_HARMLESS = frozenset(_SUSPECTS)
_SURELY_READ = frozenset({"page-content", "xfa", "form-field"})
"""What no later signature brings, so that a change of it is one even where the analysis cannot be made."""
_CONTENT_KEYS = frozenset({"/Contents", "/Resources"})
_Found = tuple[str, ChangeKind, str]
"""Number of an object, and what it is for."""


class Changes:
    """What each revision of a file brought; made once for all of its signatures."""

    def __init__(self, reader: PdfFileReader, data: bytes, *, lenient: bool) -> None:
        self.reader = reader
        self.data = data
        self._lenient = lenient
        self._named: dict[int, tuple[_Found, ...]] = {}

    def after(self, signed: int, end: int, field_lock: Any, permission: Any) -> tuple[Change, ...]:
        """Give what the revisions after ``signed`` (0-based) brought; nothing where there are none.

        ``end`` is where the signed bytes end; ``field_lock`` and ``permission`` are what the signature itself forbids,
        in pyHanko's types. Every revision is weighed against what was signed, or against the last that was refused; of
        too many changes those are given that count most.
        """
        last = self.reader.xrefs.total_revisions - 1
        if signed == last:
            return ()
        changes = [Change("other", signed + 2, where="repaired", permitted=None)] if self._lenient else []
        base = signed
        for number in range(signed + 1, last + 1):
            brought = list(self._revision(base, number, field_lock, permission))
            if any(change.permitted is False for change in brought):
                base = number  # what it brought is told; the next is weighed by what it brings itself
            changes += brought
        changes += unlisted(self.reader, self.data, signed, end)
        changes += self._tricks(signed)
        return most_important(changes)

    def _revision(self, base: int, number: int, field_lock: Any, permission: Any) -> Iterator[Change]:
        old, new = (self.reader.get_historical_resolver(each) for each in (base, number))
        permitted: bool | None
        try:
            result = POLICY.apply(old, new, field_lock, permission)
            permitted = permission is None or result.modification_level.value <= max(permission.value, 1)
        except SuspiciousModification:
            permitted = False
        except BROKEN:
            permitted = None
        named = self._objects(number)
        if permitted is None and any(kind in _SURELY_READ for _, kind, _ in named):
            permitted = False
        if permitted is None:
            yield Change("other", number + 1, permitted=None)
        else:
            yield from _summary(named, number + 1, permitted=permitted)
        yield from self._late(named, number)

    def _late(self, named: Sequence[_Found], number: int) -> Iterator[Change]:
        """Name objects that the revision gave to references which what was signed left empty."""
        if self._filled_in is None:
            yield Change("other", number + 1, permitted=None)
            return
        known = {each: (kind, where) for each, kind, where in named}
        for each in sorted(self._filled_in.get(number, ())):
            kind, where = known.get(str(each), ("other", ""))
            yield Change("other" if kind in _HARMLESS else kind, number + 1, str(each), where)

    @cached_property
    def _filled_in(self) -> dict[int, frozenset[int]] | None:
        try:
            return filled_in(self.reader)
        except BROKEN:
            return None

    def _objects(self, number: int) -> tuple[_Found, ...]:
        if number not in self._named:
            old, new = (self.reader.get_historical_resolver(each) for each in (number - 1, number))
            self._named[number] = tuple(_named_changes(self.reader, old, new, number))
        return self._named[number]

    def _tricks(self, signed: int) -> list[Change]:
        last = self.reader.xrefs.total_revisions - 1
        old, new = (self.reader.get_historical_resolver(each) for each in (signed, last))
        try:
            return list(form_tricks(old, new))
        except BROKEN:
            return [Change("other", last + 1, where="/AcroForm", permitted=None)]


def most_important(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Give as many changes as are told of, what is forbidden first, and then what is in doubt."""
    ordered = sorted(dict.fromkeys(changes), key=lambda each: (each.permitted is not False, each.permitted is True))
    kept = ordered[:MOST_CHANGES]
    return tuple(replace(each, where=each.where[:LONGEST_PLACE]) for each in sorted(kept, key=_revision_of))


def _revision_of(change: Change) -> int:
    return change.revision


def trailing(reader: PdfFileReader, data: bytes) -> Change | None:
    """Find bytes behind the end of the last revision: no viewer needs them, and some may read them."""
    last = reader.xrefs.total_revisions - 1
    try:
        end_of_table = reader.xrefs.get_xref_container_info(last).end_location
    except BROKEN:
        return None
    end = data.find(b"%%EOF", end_of_table)
    if end < 0 or not data[end + len(b"%%EOF") :].strip():
        return None
    return Change("trailing-data", last + 1)


def _summary(found: Iterable[tuple[str, ChangeKind, str]], revision: int, *, permitted: bool) -> Iterator[Change]:
    """Give one change for every kind and place; of a revision that is refused, only those that can be to blame."""
    seen: dict[Named, str] = {}
    for number, kind, where in found:
        seen.setdefault((kind, where), number)
    guilty = {key: number for key, number in seen.items() if key[0] not in _HARMLESS}
    if permitted:
        # new annotations and fields belong to signatures, or the analysis had refused them; what such a field carries
        # and covers beside its signature is asked elsewhere
        kinds = {kind if kind in _HARMLESS else "signature": (number, where) for (kind, where), number in seen.items()}
        yield from (Change(kind, revision, number, where, permitted=True) for kind, (number, where) in kinds.items())
    elif guilty:
        yield from (Change(kind, revision, number, where) for (kind, where), number in guilty.items())
    else:
        suspects = [(kind, where) for suspect in _SUSPECTS for kind, where in seen if kind == suspect]
        kind, where = next(iter(suspects), ("other", ""))
        yield Change(kind, revision, seen.get((kind, where), ""), where)


def _named_changes(
    reader: PdfFileReader, old: HistoricalResolver, new: HistoricalResolver, number: int
) -> Iterator[tuple[str, ChangeKind, str]]:
    """Say of every object that a revision wrote or freed what it is in the document."""
    try:
        freed = {ref.idnum for ref in new.refs_freed_in_revision()}
        written = {ref.idnum for ref in new.explicit_refs_in_revision()} - freed
    except BROKEN:
        return
    places = roles_of(new)
    if not (freed | written) <= places.keys():
        places = {**roles_of(old), **places}  # what is gone had a place before
    table = reader.xrefs.get_xref_container_info(number).stream_ref
    streams = {ref.idnum for ref in new.object_streams_used()} | ({table.idnum} if table else set())
    for ref in sorted(freed):
        kind, where = places.get(ref, ("freed", ""))
        yield str(ref), "freed" if kind == "other" else kind, where
    for ref in sorted(written - streams):
        kind, where = places.get(ref, ("other", ""))
        if kind in {"catalog", "page", "form"}:
            yield from ((str(ref), *named) for named in _keys_changed(old, new, ref, kind, where))
        elif kind != "other" or not _is_new(old, ref):
            yield str(ref), kind, where  # a new object without a place is none, unless an old reference was waiting


def _is_new(old: HistoricalResolver, number: int) -> bool:
    try:
        return old.is_ref_unassignable(generic.Reference(number, 0, old))
    except BROKEN:
        return False


def _keys_changed(
    old: HistoricalResolver, new: HistoricalResolver, number: int, kind: ChangeKind, where: str
) -> Iterator[Named]:
    """Say which entries of a catalog, page or form differ."""
    before, after = _dictionary(old, number), _dictionary(new, number)
    names = {name for name in before.keys() | after.keys() if _differs(before, after, name)}
    if kind == "page":
        for name in sorted(names):
            yield "page-content" if name in _CONTENT_KEYS else "annotation" if name == "/Annots" else "page", where
    elif kind == "catalog":
        for name in sorted(names - {"/Version"}):
            yield CATALOG_KINDS.get(name, "catalog"), name
    else:
        for name in sorted(names):
            yield ("xfa", name) if name == "/XFA" else ("form", name)


def _dictionary(resolver: HistoricalResolver, number: int) -> dict[str, Any]:
    try:
        found = resolver(generic.Reference(number, 0, resolver))
        return {str(name): found.raw_get(name) for name in found} if isinstance(found, generic.DictionaryObject) else {}
    except BROKEN:
        return {}


def _differs(before: dict[str, Any], after: dict[str, Any], name: str) -> bool:
    if name not in before or name not in after:
        return True
    return repr(before[name]) != repr(after[name])
