"""Judges what came into a PDF after a signature, and what is laid over it by those that came later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from protocol.signatures.outcome import Check
from protocol.signatures.pdf.facts import Change, ChangeKind, SignatureFacts
from protocol.signatures.pdf.strength import worst

_REASONS: Mapping[ChangeKind, str] = {
    "page-content": "pdf-page-changed-after-signing",
    "page": "pdf-page-changed-after-signing",
    "annotation": "pdf-annotation-added-after-signing",
    "form-field": "pdf-form-changed-after-signing",
    "form": "pdf-form-changed-after-signing",
    "xfa": "pdf-form-changed-after-signing",
    "metadata": "pdf-metadata-changed-after-signing",
    "catalog": "pdf-structure-changed-after-signing",
    "structure": "pdf-structure-changed-after-signing",
    "signature": "pdf-signature-changed-after-signing",
    "validation-data": "pdf-structure-changed-after-signing",
    "freed": "pdf-object-replaced-after-signing",
    "other": "pdf-object-replaced-after-signing",
    "trailing-data": "pdf-data-after-end",
    "hidden-object": "pdf-object-replaced-after-signing",
    "overlay": "pdf-signature-hides-page",
}
_GRAVEST = (
    "page-content", "page", "freed", "hidden-object", "xfa", "form-field", "form", "annotation", "catalog", "structure",
)  # fmt: skip


def changes_check(facts: SignatureFacts) -> tuple[Check, ...]:
    """Answer what was changed after a signature; not asked where it does not even cover its own revision.

    The answer has a part for each change: ``got`` gives its revision, its kind, its place and its object.
    """
    if facts.coverage not in {"file", "revision"}:
        return ()
    parts = [_change(each) for each in sorted(facts.changes, key=_gravity)]
    if not parts:
        return (Check("changes", "good"),)
    found = worst(parts)
    return (replace(found, got=found.got if found.reason else "", parts=tuple(parts)),)


def _change(change: Change) -> Check:
    got = " ".join(filter(None, (f"r{change.revision}", change.kind, change.where, change.object)))
    if change.permitted:
        return Check("changes", "good", got=got)
    if change.permitted is None:
        return Check("changes", "unknown", "pdf-changes-undecided", got=got)
    return Check("changes", "bad", _REASONS[change.kind], got=got)


def _gravity(change: Change) -> int:
    return _GRAVEST.index(change.kind) if change.kind in _GRAVEST else len(_GRAVEST)
