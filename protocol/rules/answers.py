"""``ResponseFor``: which document a package answers or reports on (as observed on the wire)."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.finding import Finding
from protocol.package.model import DocumentPackage, ResponseFor, StatusPackage
from protocol.rules.context import HEADER, Context, DocumentRule, StatusRule

_PARTS = 3


def complete(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-25: an answer names the document that it answers; a wholly empty element is normal (H-X14)."""
    for number, answered in enumerate(package.header.response_for, 1):
        members = {"OrganId": answered.organ_id, "Code": answered.code, "DocumentId": answered.document_id}
        missing = [name for name, text in members.items() if not text]
        if missing and (any(members.values()) or answered.promulgation_date):
            path = f"{HEADER}/ResponseFor[{number}]"
            yield from context.breach("response-for-incomplete", path, expected=", ".join(missing))


def others(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-25: a new document or a replacement answers others, not itself, and each of them once."""
    business = package.trace.business if package.trace else None
    itself = package.header.document_id if business is None or business.doc_type in {"0", "3"} else None
    seen: dict[str, int] = {}
    for number, answered in enumerate(package.header.response_for, 1):
        name, path = answered.document_id, f"{HEADER}/ResponseFor[{number}]/DocumentId"
        if not name:
            continue
        if name == itself:
            yield from context.breach("response-for-itself", path, expected="!= MessageHeader/DocumentId", got=name)
        if name in seen:
            yield from context.breach("response-for-repeated", path, expected=f"ResponseFor[{seen[name]}]", got=name)
        seen.setdefault(name, number)


def signs(context: Context, package: DocumentPackage | StatusPackage) -> Iterator[Finding]:
    """HDR-25, STS-07: the sign is whole (``7816/VPCP-TTĐT``) and the one that the identifier ends with.

    An identifier of another shape is opaque and says nothing; its date and organ differ in official samples too.
    The Party writes ``12-CV/TU`` where the identifier has number and notation with a slash.
    """
    for path, requirement, answered in _answered(package):
        sign = answered.code
        if not sign:
            continue
        if "/" not in sign:
            yield from context.breach(
                "answered-sign-not-whole", f"{path}/Code", expected="05/QĐ-STN", got=sign, requirement=requirement
            )
            continue
        parts = (answered.document_id or "").split(",", _PARTS - 1)
        if len(parts) == _PARTS and "/" in parts[-1] and joined(parts[-1].strip()) != joined(sign):
            yield from context.breach(
                "answered-identifier-differs",
                f"{path}/DocumentId",
                expected=f"{parts[0]},{parts[1]},{sign}",
                got=answered.document_id,
                requirement=requirement,
            )


def joined(sign: str) -> str:
    """Write a sign the one way in which signs of the Party (``12-CV/TU``) and of the state compare."""
    return sign.replace("-", "/")


def _answered(package: DocumentPackage | StatusPackage) -> Iterator[tuple[str, str, ResponseFor]]:
    if isinstance(package, StatusPackage):
        yield f"{HEADER}/ResponseFor", "STS-07", package.header.response_for
        return
    for number, answered in enumerate(package.header.response_for, 1):
        yield f"{HEADER}/ResponseFor[{number}]", "HDR-25", answered


RULES: tuple[DocumentRule, ...] = (complete, others, signs)
STATUS_RULES: tuple[StatusRule, ...] = (signs,)
