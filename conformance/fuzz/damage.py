"""Damage: what goes wrong with a package between the program that writes it and the one that reads it.

Markup damage works on the tree and keeps the bytes XML; byte damage comes after it and cares for nothing. Every kind is
deterministic.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from conformance.fuzz.byte_damage import BYTES, INSERTED
from conformance.fuzz.damage_kind import THOUSAND, Damage
from conformance.fuzz.markup_damage import ELEMENTS, MARKUP

__all__ = ["BYTES", "ELEMENTS", "INSERTED", "MARKUP", "THOUSAND", "Damage", "break_package"]


def break_package(raw: bytes, damages: Iterable[Damage]) -> bytes:
    """Apply damages: those of the markup first, then those of the bytes, each in the order given.

    Raises ``KeyError`` for a kind that is neither in ``MARKUP`` nor in ``BYTES``.
    """
    chosen = list(damages)
    on_markup = [one for one in chosen if one.kind in MARKUP]
    if on_markup:
        root = etree.fromstring(raw)
        for one in on_markup:
            root = MARKUP[one.kind](root, one)
        raw = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    for one in chosen:
        if one.kind not in MARKUP:
            raw = BYTES[one.kind](raw, one)
    return raw
