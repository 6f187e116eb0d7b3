"""The registries: reasons, checks, requirements, questions, mutants, faults and cases, merged and typed.

Ids in them are never renamed and never used again for something else, because reports and waivers of other people cite
them. Every lookup of an unknown id raises ``UnknownId`` (a ``KeyError``); a file that breaks its shape raises
``schemas.DataError`` naming file, entry and field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import schemas
from schemas.fields import Fields
from schemas.requirement import GROUPS, Requirement
from schemas.requirement import read as read_requirement

_Entry = TypeVar("_Entry")

WEIGHTS = ("fail", "warn", "info")


class UnknownId(KeyError):  # noqa: N818 - says which mistake it is, as KeyError itself does
    """No registry entry has this id."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a finding or a verdict was given: what is wrong, what causes it and what mends it (each ``{"vi", "en"}``).

    A reason that a package can deserve also names the ``requirement`` that is broken, how much that weighs in the
    profiles ``axis`` and ``strict`` (``fail``, ``warn``, ``info``, or ``None``: that profile says nothing) and the
    observed cases (``quirk``) that it stands for; for every other reason these are empty.
    """

    code: str
    text: Mapping[str, str]
    cause: Mapping[str, str]
    fix: Mapping[str, str]
    requirement: str = ""
    axis: str | None = None
    strict: str | None = None
    quirk: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """What the registry says about one check; its story is the scenario that carries the id.

    ``needs`` are the driver operations without which the check is ``not-supported``; ``accepts`` the refusal categories
    that count as refusing for the right reason; ``reasons`` the reason codes that it may give.
    """

    id: str
    requirements: tuple[str, ...]
    quirk: tuple[str, ...]
    level: str
    role: str
    phase: str
    needs: tuple[str, ...]
    scored: bool
    title: Mapping[str, str]
    law: str
    why: Mapping[str, str]
    fix: Mapping[str, str]
    reasons: tuple[str, ...]
    accepts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A named defect of the reference DMS. ``kills`` is the exact set of check ids that it must fail.

    ``reasons`` gives, where it matters, the reason code that a killed check must give. A ``load`` mutant is one that
    only a load profile can tell from the sound system: it kills no check.
    """

    name: str
    requirement: str
    kills: tuple[str, ...]
    reasons: Mapping[str, str]
    description: Mapping[str, str]
    load: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """A disturbance that the axis can be told to make; ``entry`` is its whole registry entry.

    ``breaks`` is the rule or expectation that it breaks, ``requirements`` and ``quirk`` (observed cases) are what the
    scenario that uses it proves.
    """

    name: str
    description: Mapping[str, str]
    breaks: Mapping[str, str]
    requirements: tuple[str, ...]
    quirk: tuple[str, ...]
    entry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A question that the sources leave open, why it matters and what holds until it is answered."""

    id: str
    question: Mapping[str, str]
    why: Mapping[str, str]
    policy: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Quirk:
    """A case observed in the field, on the wire or in packages, that a receiver or a sender has to live with."""

    id: str
    text: Mapping[str, str]


def reason(code: str) -> Reason:
    """Give the reason ``code``; ``UnknownId`` when there is none."""
    return _found(reasons(), code, "reason code")


def check(check_id: str) -> CheckEntry:
    """Give the check ``check_id``; ``UnknownId`` when there is none."""
    return _found(checks(), check_id, "check")


def requirement(requirement_id: str) -> Requirement:
    """Give the requirement ``requirement_id``; ``UnknownId`` when there is none."""
    return _found(requirements(), requirement_id, "requirement")


def quirk(case: str) -> Quirk:
    """Give the observed case ``case``; ``UnknownId`` when there is none."""
    return _found(quirks(), case, "observed case")


@lru_cache(maxsize=1)
def reasons() -> Mapping[str, Reason]:
    """Merge the reason codes of all areas (``schemas/reasons/*.json``)."""
    return _merged(schemas.names("reasons", ".json"), _reason)


@lru_cache(maxsize=1)
def checks() -> Mapping[str, CheckEntry]:
    """Read the checks in their registry order (``schemas/checks.json``)."""
    return _merged(["checks.json"], _check)


@lru_cache(maxsize=1)
def requirements() -> Mapping[str, Requirement]:
    """Merge the requirement catalogue (``schemas/requirements/<GROUP>.json``) in the order of its groups."""
    order = {f"requirements/{group}.json": number for number, group in enumerate(GROUPS)}
    names = sorted(schemas.names("requirements", ".json"), key=lambda name: order.get(name, len(order)))
    return _merged(names, read_requirement)


@lru_cache(maxsize=1)
def mutants() -> Mapping[str, Mutant]:
    """Read the named defects of the reference DMS (``schemas/mutants.json``)."""
    return _merged(["mutants.json"], _mutant)


@lru_cache(maxsize=1)
def faults() -> Mapping[str, Fault]:
    """Read the disturbances that the axis knows (``schemas/faults.json``)."""
    return _merged(["faults.json"], _fault)


@lru_cache(maxsize=1)
def quirks() -> Mapping[str, Quirk]:
    """Read the cases observed in the field (``schemas/quirks.json``)."""
    return _merged(["quirks.json"], _quirk)


def question(question_id: str) -> Question:
    """Give the open question ``question_id``; ``UnknownId`` when there is none."""
    return _found(questions(), question_id, "open question")


@lru_cache(maxsize=1)
def questions() -> Mapping[str, Question]:
    """Read the questions that the sources leave open (``schemas/questions.json``)."""
    return _merged(["questions.json"], _question)


def _found(entries: Mapping[str, _Entry], key: str, kind: str) -> _Entry:
    try:
        return entries[key]
    except KeyError:
        raise UnknownId(f"no {kind} {key!r} in the registry") from None


def _merged(names: Any, build: Callable[[Fields], _Entry]) -> Mapping[str, _Entry]:
    merged: dict[str, _Entry] = {}
    homes: dict[str, str] = {}
    for name in names:
        content = schemas.json_data(name)
        if not isinstance(content, dict):
            raise schemas.DataError(f"schemas/{name}: a registry is one object, id → entry")
        for key, entry in content.items():
            if key in merged:
                raise schemas.DataError(f"schemas/{name}: {key!r} stands in schemas/{homes[key]} already")
            if not isinstance(entry, dict):
                raise schemas.DataError(f"schemas/{name}: the entry {key!r} is no object")
            merged[key] = build(Fields(name, key, entry))
            homes[key] = name
    return merged


def _reason(fields: Fields) -> Reason:
    return Reason(
        fields.key,
        fields.bilingual("text"),
        fields.bilingual("cause"),
        fields.bilingual("fix"),
        requirement=fields.string("requirement") if "requirement" in fields.entry else "",
        axis=fields.choice("axis", WEIGHTS),
        strict=fields.choice("strict", WEIGHTS),
        quirk=fields.strings("quirk", optional=True),
    )


def _check(fields: Fields) -> CheckEntry:
    return CheckEntry(
        id=fields.key,
        requirements=fields.strings("requirements"),
        quirk=fields.strings("quirk", optional=True),
        level=fields.string("level"),
        role=fields.string("role"),
        phase=fields.string("phase"),
        needs=fields.strings("needs", optional=True),
        scored=fields.flag("scored", default=True),
        title=fields.bilingual("title"),
        law=fields.string("law"),
        why=fields.bilingual("why"),
        fix=fields.bilingual("fix"),
        reasons=fields.strings("reasons"),
        accepts=fields.strings("accepts", optional=True),
    )


def _mutant(fields: Fields) -> Mutant:
    return Mutant(
        name=fields.key,
        requirement=fields.string("requirement"),
        kills=fields.strings("kills"),
        reasons=dict(fields.entry.get("reasons", {})),
        description=fields.bilingual("description"),
        load=fields.flag("load", default=False),
    )


def _quirk(fields: Fields) -> Quirk:
    return Quirk(fields.key, fields.bilingual("text"))


def _question(fields: Fields) -> Question:
    return Question(fields.key, fields.bilingual("question"), fields.bilingual("why"), fields.bilingual("policy"))


def _fault(fields: Fields) -> Fault:
    return Fault(
        name=fields.key,
        description=fields.bilingual("description"),
        breaks=fields.bilingual("breaks"),
        requirements=fields.strings("requirements"),
        quirk=fields.strings("quirk"),
        entry=fields.entry,
    )
