"""The identifier of a document, as it is composed on the wire (QD 28/2018 Art. 10(2)(b), ID-13)."""

from __future__ import annotations

import re

from protocol.package.model import Code

_COMPOSED = re.compile(r"[^,]+,[0-9]{4}/[0-9]{2}/[0-9]{2},[^/]+/.+", re.DOTALL)


def document_id(organ_id: str, date: str, code: Code) -> str:
    """Compose ``<OrganId>,<yyyy/MM/dd>,<CodeNumber>/<CodeNotation>``: ``H99.01,2026/11/21,05/QĐ-STN``.

    ``date`` is the promulgation date in the wire's form. Only senders compose: a receiver treats the identifier as
    opaque, compares it exactly and never takes it apart to route, because the field has it in many shapes.
    """
    return f"{organ_id},{date},{code.sign}"


def is_composed(document_id: str) -> bool:
    """Whether an identifier has the form of the wire, so that its parts can be held against the header."""
    return _COMPOSED.fullmatch(document_id) is not None
