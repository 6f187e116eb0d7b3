"""Who can be asked: the registry officer and e-mail addresses (as the official samples and receivers have them)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from protocol.finding import Finding
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.rules.context import HEADER, TRACE, Context, DocumentRule, StatusRule

_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>.]+(?:\.[^@\s<>.]+)+")
_BETWEEN = re.compile(r"[;,]")
_LONGEST = 1000


def officer(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-27: the registry officer in charge is named; only told, real packages do without."""
    business = package.trace.business if package.trace else None
    if business is not None and (business.staff is None or not (business.staff.staff or business.staff.department)):
        yield from context.breach("staff-missing", f"{TRACE}/Bussiness/StaffInfo", expected="Department, Staff")


def addresses(context: Context, package: DocumentPackage | StatusPackage) -> Iterator[Finding]:
    """HDR-28: what stands as an e-mail address is one, or several with a comma or semicolon between them."""
    for path, text in _addresses(package):
        if not text or len(text) > _LONGEST:
            continue
        parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
        if not parts or not all(map(_ADDRESS.fullmatch, parts)):
            yield from context.breach("email-malformed", path, expected="vanthu@example.org", got=text)


def _addresses(package: DocumentPackage | StatusPackage) -> Iterator[tuple[str, str | None]]:
    yield f"{HEADER}/From/Email", package.header.sender.email
    if isinstance(package, StatusPackage):
        yield f"{HEADER}/StaffInfo/Email", package.header.staff.email if package.header.staff else None
        return
    for number, body in enumerate(package.header.to, 1):
        yield f"{HEADER}/To[{number}]/Email", body.email
    staff = package.trace.business.staff if package.trace and package.trace.business else None
    yield f"{TRACE}/Bussiness/StaffInfo/Email", staff.email if staff else None


RULES: tuple[DocumentRule, ...] = (officer, addresses)
STATUS_RULES: tuple[StatusRule, ...] = (addresses,)
