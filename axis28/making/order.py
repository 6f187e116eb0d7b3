"""What a package is to be made from: the members of ``schemas/new-package.schema.json``, from a file and from flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

import schemas
from axis28.jsontext import NotJson, parsed
from axis28.making.objection import objection, source
from schemas import messages, registry

Order = dict[str, Any]

SCHEMA = "new-package"


class OrderRefused(Exception):  # noqa: N818 - an answer about the order, not a fault of the program
    """An order that no package can be made from; ``text`` is one line in the reader's language."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Needed:
    """A member that a package cannot do without: its path in the order, its flag, and the requirement that says so.

    ``sampled``: whether ``--sample`` would fill it.
    """

    path: tuple[str, ...]
    flag: str
    requirement: str
    sampled: bool = True


DOCUMENT_NEEDS = (
    Needed(("from", "code"), "--from CODE=NAME", "HDR-01"),
    Needed(("from", "name"), "--from CODE=NAME", "HDR-01"),
    Needed(("to",), "--to CODE=NAME", "HDR-02"),
    Needed(("number",), "--number N", "HDR-05"),
    Needed(("notation",), "--notation TEXT", "HDR-05"),
    Needed(("type",), "--type NAME", "HDR-11"),
    Needed(("subject",), "--subject TEXT", "HDR-12"),
    Needed(("signer", "position"), "--signer-position TEXT", "HDR-14"),
    Needed(("signer", "name"), "--signer-name NAME", "HDR-14"),
)
FILES = Needed(("files",), "--attach FILE", "PKG-08")
REASON = Needed(("reason",), "--reason TEXT", "RCL-06")
ABOUT = {
    kind: Needed(("about",), "--about FILE", requirement, sampled=False)
    for kind, requirement in (("recall", "RCL-06"), ("update", "RCL-10"), ("replace", "RCL-11"))
}
STATUS_NEEDS = (
    Needed(("code",), "--code NN", "STS-04"),
    Needed(("about",), "--about FILE", "STS-07"),
)
REPORTER = Needed(("from",), "--from CODE=NAME", "STS-13", sampled=False)
ADDRESSEE = Needed(("addressee",), "--addressee CODE", "STS-07", sampled=False)


def parse(text: bytes, lang: str) -> Order:
    """Read an order from JSON. Raises ``OrderRefused``."""
    try:
        given = parsed(text, lang)
    except NotJson as error:
        raise OrderRefused(messages.text("new.not-json", lang, problem=error)) from error
    validate(given, lang)
    return cast("Order", given)


def validate(order: object, lang: str, flags: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Hold an order to its schema; raises ``OrderRefused`` naming the rule and the member, or the flag that gave it."""
    from jsonschema import Draft202012Validator

    schema = schemas.json_schema(SCHEMA)
    package = order.get("package") if isinstance(order, dict) else None
    part = package if package in ("document", "status") else None
    # The part that is meant is judged alone: what is wrong with the other one helps nobody.
    chosen = {"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]} if part else schema
    errors = Draft202012Validator(chosen).iter_errors(order)
    error = min(errors, key=lambda each: len(each.absolute_path), default=None)
    if error is not None:
        place = source(error.absolute_path, flags)
        raise OrderRefused(messages.text("new.wrong-member", lang, place=place, problem=objection(error, lang)))


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> Order:
    """Give ``base`` with the members of ``over`` in their place; objects are merged, lists replaced."""
    result = dict(base)
    for name, value in over.items():
        before = result.get(name)
        result[name] = merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return result


def demand(order: Mapping[str, Any], needs: Sequence[Needed], lang: str) -> None:
    """Raise ``OrderRefused`` for the first member that is missing: flag, rule and place."""
    for need in needs:
        value: Any = order
        for step in need.path:
            value = value.get(step) if isinstance(value, Mapping) else None
        if value in (None, "", [], {}):
            rule = registry.requirements().get(need.requirement)
            raise OrderRefused(
                messages.text(
                    "new.missing" if need.sampled else "new.missing-for-good",
                    lang,
                    flag=need.flag,
                    rule=rule.text[lang] if rule else "",
                    requirement=need.requirement,
                    member="/".join(need.path),
                )
            )
