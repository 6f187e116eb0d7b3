"""Which objects a revision of a PDF gives to references that older revisions left empty.

A reference to an object that is not there stands for null (ISO 32000-1, 7.3.10). Whoever defines that object later
changes what was signed without touching anything that is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

Number = tuple[int, int]
"""Number and generation of an object."""


def filled_in(reader: PdfFileReader) -> dict[int, frozenset[int]]:
    """Give for each revision (0-based) but the first the objects that it defines and an older one referred to."""
    referred: set[Number] = set()
    found: dict[int, frozenset[int]] = {}
    for number in range(reader.xrefs.total_revisions):
        resolver = reader.get_historical_resolver(number)
        written = set(_written(reader, number))
        if number:
            empty = (each for each in written & referred if not _was_there(reader, each, number - 1))
            found[number] = frozenset(idnum for idnum, _ in empty)
        _reach(resolver, written & referred, referred)
    return found


def _written(reader: PdfFileReader, number: int) -> Iterator[Number]:
    xrefs = reader.xrefs
    for reference in xrefs.explicit_refs_in_revision(number):
        yield reference.idnum, reference.generation
    hybrid = xrefs.get_xref_data(number).hybrid
    for meta in (xrefs.get_xref_container_info(number), hybrid.meta_info if hybrid else None):
        if meta is not None and meta.stream_ref is not None:  # a table is an object, too, and need not list itself
            yield meta.stream_ref.idnum, meta.stream_ref.generation


def _was_there(reader: PdfFileReader, number: Number, revision: int) -> bool:
    return reader.xrefs.get_historical_ref(generic.Reference(*number, reader), revision) is not None


def _reach(resolver: HistoricalResolver, rewritten: Iterable[Number], referred: set[Number]) -> None:
    """Add all that can be reached from the trailer and from objects that were written anew."""
    waiting: list[Any] = [value for name, value in resolver.trailer_view.items() if name != "/Encrypt"]
    waiting += [resolver.get_object(generic.Reference(*each, resolver)) for each in rewritten]
    while waiting:
        each = waiting.pop()
        if isinstance(each, generic.DecryptedObjectProxy):
            each = each.raw_object
        if isinstance(each, generic.IndirectObject):
            number = (each.idnum, each.generation)
            if number not in referred:
                referred.add(number)
                waiting.append(resolver.get_object(generic.Reference(*number, resolver)))
        elif isinstance(each, generic.DictionaryObject):
            waiting += each.values()
        elif isinstance(each, generic.ArrayObject):
            waiting += list(each)
