"""Sender and recipients (QD 28/2018 Art. 10(2) points a, l, m; QD 20/2020 Art. 4)."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.finding import Finding
from protocol.package.model import DocumentPackage
from protocol.rules import codes
from protocol.rules.context import HEADER, Context, DocumentRule


def sender(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-01: the sender has a code and a name."""
    organisation = package.header.sender
    if not organisation.organ_id:
        yield from context.breach("sender-missing", f"{HEADER}/From/OrganId")
        return
    if not organisation.organ_name:
        yield from context.breach("sender-name-missing", f"{HEADER}/From/OrganName")
    yield from organ_id(context, organisation.organ_id, f"{HEADER}/From/OrganId")


def recipients(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-02, HDR-03: there are recipients, each has a code, none comes twice (H-X22)."""
    if not package.header.to:
        yield from context.breach("recipient-missing", f"{HEADER}/To", expected=">= 1", got="0")
    seen: dict[str, int] = {}
    for number, organisation in enumerate(package.header.to, 1):
        path = f"{HEADER}/To[{number}]/OrganId"
        code = organisation.organ_id
        if not code:
            yield from context.breach("recipient-code-missing", path)
            continue
        if code in seen:
            yield from context.breach("recipient-repeated", path, expected=f"To[{seen[code]}]", got=code)
        seen.setdefault(code, number)
        if code == package.header.sender.organ_id:
            yield from context.breach("recipient-is-sender", path, expected="!= From/OrganId", got=code)
        yield from organ_id(context, code, path)


def organ_id(context: Context, code: str, path: str) -> Iterator[Finding]:
    """ID-02, ID-04, ID-05, ID-09: the form of an organisation code; forms used without an act are told apart."""
    if not codes.is_token(code):
        yield from context.breach("organ-id-malformed", path, expected="A-Z 0-9 . (1-35)", got=code)
    elif not codes.is_official(code):
        expected, requirement = "H99.01 | 000.00.01.H99", codes.requirement(code)
        yield from context.breach("organ-id-unofficial", path, expected=expected, got=code, requirement=requirement)


RULES: tuple[DocumentRule, ...] = (sender, recipients)
