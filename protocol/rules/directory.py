"""Sender and recipients against the directory of the axis and the system that sends, where these are known."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.composition import composed
from protocol.finding import Finding
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.rules.context import HEADER, Context, DocumentRule, StatusRule


def sender(context: Context, package: DocumentPackage | StatusPackage) -> Iterator[Finding]:
    """ID-10, ID-11: the sender stands in the directory, for the system that sends (H-X21)."""
    around = context.surroundings
    code, path = package.header.sender.organ_id, f"{HEADER}/From/OrganId"
    if around.agencies is None or not code:
        return
    agency = around.directory.get(code)
    if agency is None:
        yield from context.breach("sender-unknown", path, got=code)
    elif agency.closed:
        yield from context.breach("sender-closed", path, expected=agency.successor or "", got=code)
    elif around.system and agency.system and agency.system != around.system:
        own = sorted(each.code for each in around.agencies if each.system == around.system)
        yield from context.breach("sender-not-registered", path, expected=" ".join(own[:5]), got=code)


def recipients(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ID-07, ID-11, ID-17: every recipient can be reached, and no body stands there under both of its codes."""
    around = context.surroundings
    if around.agencies is None:
        return
    seen: dict[str, tuple[int, str]] = {}
    for number, body in enumerate(package.header.to, 1):
        path, code = f"{HEADER}/To[{number}]/OrganId", body.organ_id
        if not code:
            continue
        yield from _reachable(context, code, path)
        agency = around.directory.get(code)
        if agency is None:
            continue
        before, said = seen.setdefault(agency.code, (number, code))
        if said != code:
            yield from context.breach("recipient-under-two-codes", path, expected=f"To[{before}]: {said}", got=code)


def addressee(context: Context, package: StatusPackage) -> Iterator[Finding]:
    """ID-11: whom a status goes to (``ResponseFor/OrganId``) can be reached."""
    code = package.header.response_for.organ_id
    if context.surroundings.agencies is not None and code:
        yield from _reachable(context, code, f"{HEADER}/ResponseFor/OrganId")


def names(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ID-15: code and name belong together; told only, because one body has its name in many spellings."""
    parties = [(f"{HEADER}/From", package.header.sender)]
    parties += [(f"{HEADER}/To[{number}]", body) for number, body in enumerate(package.header.to, 1)]
    for path, body in parties:
        agency = context.surroundings.directory.get(body.organ_id or "")
        if agency and agency.name and body.organ_name and _plain(body.organ_name) != _plain(agency.name):
            yield from context.breach(
                "organ-name-differs", f"{path}/OrganName", expected=agency.name, got=body.organ_name
            )


def _reachable(context: Context, code: str, path: str) -> Iterator[Finding]:
    agency = context.surroundings.directory.get(code)
    if agency is None:
        yield from context.breach("receiver-unknown", path, got=code)
    elif agency.closed:
        yield from context.breach("receiver-closed", path, expected=agency.successor or "", got=code)
    elif agency.locked:
        yield from context.breach("receiver-locked", path, got=code)


def _plain(name: str) -> str:
    return " ".join(composed(name).casefold().split())


RULES: tuple[DocumentRule, ...] = (sender, recipients, names)
STATUS_RULES: tuple[StatusRule, ...] = (sender, addressee)
