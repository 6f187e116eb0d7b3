"""The identifier of a document, as it is composed on the wire (QD 28/2018 Art. 10(2)(b), ID-13)."""

from __future__ import annotations

from protocol.package.model import Code


def document_id(organ_id: str, date: str, code: Code) -> str:
    """Compose ``<OrganId>,<yyyy/MM/dd>,<CodeNumber>/<CodeNotation>``: ``H99.01,2026/11/21,05/QĐ-STN``.

    ``date`` is the promulgation date in the wire's form. Only senders compose: a receiver treats the identifier as
    opaque, compares it exactly and never takes it apart to route, because the field has it in many shapes.
    """
    return f"{organ_id},{date},{code.sign}"
