"""Organisation codes as far as a package alone and the tables of the law decide (QCVN 102, QD 20/2020, QD 09/2025)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import schemas
from protocol import organisation
from protocol.finding import Finding
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.rules.context import HEADER, Context, DocumentRule, StatusRule
from protocol.rules.wiretime import parse_date

_COUNCIL = re.compile(r"(?:hội đồng nhân dân|hđnd)\b", re.IGNORECASE)
_COMMITTEE = re.compile(r"(?:[uủ][yỷ] ban nhân dân|ubnd)\b", re.IGNORECASE)

Party = tuple[str, str, str]
"""Path below the root, code, name; both empty where the package has none."""


@dataclass(frozen=True, slots=True)
class TopLevel:
    """A code of the first level: the body's name and, where it was closed, since when and what took over."""

    name: str
    closed: date | None = None
    successor: str = ""


@lru_cache(maxsize=1)
def top_levels() -> Mapping[str, TopLevel]:
    """Read the codes of the first level that are known (QD 09/2025); the table is not complete."""
    codes = schemas.json_data("tables/level-one-codes.json")["codes"]
    return MappingProxyType(
        {
            code: TopLevel(
                entry["name"],
                date.fromisoformat(entry["closed"]) if "closed" in entry else None,
                entry.get("successor", ""),
            )
            for code, entry in codes.items()
        }
    )


def levels(context: Context, package: DocumentPackage | StatusPackage) -> Iterator[Finding]:
    """ID-03: a 13-character code uses no level below one that it does not use (``004.00.02.H99``)."""
    for path, text, _ in _parties(package):
        code = organisation.parse(text)
        if code and not code.consistent:
            yield from context.breach("organ-id-inconsistent", f"{path}/OrganId", expected=code.completed, got=text)


def closed_codes(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ID-06, ID-07: since QD 09/2025 nobody is named by the code of a ministry that was merged into another.

    Only for documents issued since: older ones keep the code that they had.
    """
    issued = parse_date(package.header.promulgation.date)
    if issued is None:
        return
    for path, text, _ in _parties(package):
        code = organisation.parse(text)
        known = top_levels().get(code.top) if code and code.top else None
        if known and known.closed and issued >= known.closed:
            expected = f"{known.successor} ({top_levels()[known.successor].name})"
            yield from context.breach("organ-code-closed", f"{path}/OrganId", expected=expected, got=text)


def kinds(context: Context, package: DocumentPackage | StatusPackage) -> Iterator[Finding]:
    """ID-08: a province's People's Committee (H..) and its People's Council (K..) are two bodies.

    Judged only where the code is that of the province itself and the name begins with what the body is.
    """
    for path, text, name in _parties(package):
        code = organisation.parse(text)
        if code is None or code.level != 1 or code.top is None:
            continue
        if code.kind == "committee" and _COUNCIL.match(name):
            yield from context.breach("organ-kind-differs", f"{path}/OrganId", expected=_lettered(text, "K"), got=text)
        elif code.kind == "council" and _COMMITTEE.match(name):
            yield from context.breach("organ-kind-differs", f"{path}/OrganId", expected=_lettered(text, "H"), got=text)


def _parties(package: DocumentPackage | StatusPackage) -> Iterator[Party]:
    header = package.header
    yield f"{HEADER}/From", header.sender.organ_id or "", header.sender.organ_name or ""
    if isinstance(package, StatusPackage):
        yield f"{HEADER}/ResponseFor", package.header.response_for.organ_id or "", ""
        return
    for number, body in enumerate(package.header.to, 1):
        yield f"{HEADER}/To[{number}]", body.organ_id or "", body.organ_name or ""


def _lettered(code: str, letter: str) -> str:
    """Give a code of the first level with another letter, in either generation."""
    return f"{code[:-3]}{letter}{code[-2:]}"


RULES: tuple[DocumentRule, ...] = (levels, closed_codes, kinds)
STATUS_RULES: tuple[StatusRule, ...] = (levels, kinds)
