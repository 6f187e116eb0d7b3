"""Changes of a form that pyHanko's analysis passes over, because a careful signer could make them, too.

A new signature field may show anything, and nobody may ever sign it. The defaults of a form decide how viewers draw its
fields; with fields of text in the document they change what is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import HistoricalResolver

from protocol.signatures.pdf.broken import BROKEN
from protocol.signatures.pdf.entries import entry
from protocol.signatures.pdf.facts import Change
from protocol.signatures.pdf.frames import is_shown, with_widgets

MOST_FIELDS = 20_000
_DEFAULTS = ("/DA", "/Q")
_ACTING = frozenset({"/A", "/AA", "/OC", "/Popup", "/RC", "/IT", "/PA"})
"""What makes a widget do something, come and go, or be another annotation than a widget."""
_KNOWN = frozenset({
    "/Type", "/Subtype", "/FT", "/T", "/TU", "/TM", "/Ff", "/V", "/DV", "/DA", "/Q", "/DS", "/Kids", "/Parent", "/Rect",
    "/Contents", "/P", "/NM", "/M", "/F", "/AP", "/AS", "/Border", "/BS", "/C", "/H", "/MK", "/StructParent", "/Lock",
    "/SV", "/Lang", "/Metadata", "/PieceInfo", "/StructParents", "/Name", "/Reason", "/Location", "/ContactInfo",
})  # fmt: skip
"""What signature fields and their widgets have by ISO 32000 (12.5.2, 12.5.6.19, 12.7.4.1, 12.7.5.5), and what signing
programs write there beside the signature itself, which draws nothing."""
_FLAGS = 3
"""Of a form: that it has signatures, and is only to be appended to."""


def form_tricks(signed: HistoricalResolver, last: HistoricalResolver) -> Iterator[Change]:
    """Compare the form that was signed with the one that is shown now."""
    before, after = form_of(signed), form_of(last)
    known, shown = dict(_fields(before)), dict(_fields(after))
    for name, field in shown.items():
        if name not in known and entry(field, "/FT") == "/Sig" and not _is_filled(field) and is_shown(field):
            yield Change("annotation", last.revision + 1, where=name)
        if name not in known and entry(field, "/FT") == "/Sig":
            yield from _keys(field, name, last.revision + 1)
    if not _flags_kept(entry(before, "/SigFlags"), entry(after, "/SigFlags")):
        yield Change("form", last.revision + 1, where="/SigFlags")
    if any(entry(field, "/FT") != "/Sig" for field in known.values()):
        if bool(entry(after, "/NeedAppearances")) and not bool(entry(before, "/NeedAppearances")):
            yield Change("form", last.revision + 1, where="/NeedAppearances")
        for key in _DEFAULTS:
            if key in before and repr(entry(after, key)) != repr(before[key]):
                yield Change("form", last.revision + 1, where=key)
        if fonts_exchanged(before, after):
            yield Change("form", last.revision + 1, where="/DR")


def _keys(field: Any, name: str, revision: int) -> Iterator[Change]:
    """Look at what a new field is beside a place for a signature; of what is not known nobody can say what it does."""
    for each in with_widgets(field):
        keys = set(each)
        kinds = (entry(each, "/Type", "/Annot"), entry(each, "/Subtype", "/Widget"))
        if keys & _ACTING or kinds != ("/Annot", "/Widget"):
            yield Change("structure", revision, where=name)
        elif odd := sorted(key for key in keys - _KNOWN if not (key == "/DR" and _is_fonts(entry(each, key)))):
            yield Change("other", revision, where=f"{name} {odd[0]}", permitted=None)


def _is_fonts(resources: Any) -> bool:
    """Whether resources are fonts or nothing: iText puts such into every field, which no signature is drawn with."""
    return resources is None or (isinstance(resources, generic.DictionaryObject) and set(resources) <= {"/Font"})


def _flags_kept(before: Any, after: Any) -> bool:
    """Whether the flags of a form are the same, or more of those that every signing program sets."""
    if before == after:
        return True
    old, new = (0 if each is None else each for each in (before, after))
    return isinstance(old, int) and isinstance(new, int) and old & new == old and new & ~old & ~_FLAGS == 0


def form_of(resolver: HistoricalResolver) -> Any:
    """Give the form of a document, empty where it has none."""
    try:
        form = resolver.root["/AcroForm"]
    except BROKEN:
        return {}
    return form if isinstance(form, generic.DictionaryObject) else {}


def _fields(form: Any) -> Iterator[tuple[str, Any]]:
    """Give the fields without children by their names; those of one name count once, the last."""
    waiting: list[tuple[Any, str, Any]] = [(entry(form, "/Fields"), "", None)]
    count = 0
    while waiting:
        listed, prefix, kind = waiting.pop()
        if not isinstance(listed, generic.ArrayObject):
            continue
        for index in range(len(listed)):
            count += 1
            field = listed[index]
            if count > MOST_FIELDS:
                raise misc.PdfReadError("too many fields")
            if not isinstance(field, generic.DictionaryObject) or "/T" not in field:
                continue
            name = f"{prefix}{field['/T']}"
            if "/FT" not in field and kind is not None:
                field = generic.DictionaryObject({**field, generic.pdf_name("/FT"): kind})
            yield name, field
            if "/Kids" in field:
                waiting.append((field["/Kids"], f"{name}.", entry(field, "/FT")))


def _is_filled(field: Any) -> bool:
    value = entry(field, "/V")
    return value is not None and not isinstance(value, generic.NullObject)


def fonts_exchanged(before: Any, after: Any) -> bool:
    """Whether a font that the form had was replaced; new ones beside it are what signing programs add."""
    old, new = (_fonts(form) for form in (before, after))
    return any(name not in new or repr(new[name]) != repr(value) for name, value in old.items())


def _fonts(form: Any) -> dict[str, Any]:
    try:
        fonts = form["/DR"]["/Font"]
        return {str(name): fonts.raw_get(name) for name in fonts}
    except BROKEN:
        return {}
