"""The signed text: the compact JSON object that ``XroadVnpt-sign-header`` carries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\t": "\\t",
    "\b": "\\b",
    "\n": "\\n",
    "\r": "\\r",
    "\f": "\\f",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_ESCAPED = re.compile('["\\\\\x00-\x1f\u2028\u2029]')


@dataclass(frozen=True, slots=True)
class SignedMember:
    """One signed parameter, its name without the prefix and as it was written."""

    name: str
    value: str


class SignedTextError(ValueError):
    """A signed text that is no object of texts; ``reason`` is a code of the reason registry."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def compact_json(members: Iterable[tuple[str, str]]) -> str:
    """Write the members as one JSON object the way the official client does.

    No blanks; quotation marks, backslashes, control characters, U+2028 and U+2029 escaped; ``<``, ``&``, ``'``, ``=``
    and ``/`` as they are, and everything else beyond ASCII raw.
    """
    return "{" + ",".join(f"{_text(name)}:{_text(value)}" for name, value in members) + "}"


def _text(value: str) -> str:
    escaped = _ESCAPED.sub(lambda found: _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}", value)
    return f'"{escaped}"'


def read_members(signed: bytes, prefix: str) -> tuple[tuple[SignedMember, ...], list[tuple[str, str]]]:
    """Read a signed text: its members in order, and remarks as pairs (member name, reason code).

    The order and the spacing are the signer's (H-S05). Members whose names lack ``prefix`` are refused, as are members
    that stand twice and values that are no text; numbers and booleans are taken by their literal text, with a remark.
    Raises ``SignedTextError``.
    """
    try:
        pairs = json.loads(
            signed.decode("utf-8"),
            object_pairs_hook=_Pairs,
            parse_int=_Literal,
            parse_float=_Literal,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as error:
        raise SignedTextError("sign-header-not-json") from error
    if not isinstance(pairs, _Pairs):
        raise SignedTextError("sign-header-not-json")
    members: list[SignedMember] = []
    remarks: list[tuple[str, str]] = []
    seen: set[str] = set()
    for key, value in pairs:
        if key in seen:
            raise SignedTextError("sign-header-doubled-member", key[:100])
        seen.add(key)
        if not key.lower().startswith(prefix.lower()) or len(key) == len(prefix):
            raise SignedTextError("signed-member-unprefixed", key[:100])
        if isinstance(value, bool):
            text = "true" if value else "false"
        elif isinstance(value, str):
            text = str(value)
        else:
            raise SignedTextError("signed-member-not-text", key[:100])
        if not isinstance(value, str) or isinstance(value, _Literal):
            remarks.append((key, "signed-member-not-text"))
        members.append(SignedMember(key[len(prefix) :], text))
    return tuple(members), remarks


class _Pairs(list[tuple[str, object]]):
    """The members of an object in order; a plain list is a JSON array."""


class _Literal(str):
    """A number, kept as it was written."""

    __slots__ = ()


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
