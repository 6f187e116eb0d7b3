"""What this installation knows of an id: a requirement, check, reason, vector, case, question, mutant or fault.

Facts are language-neutral values, ``{"vi", "en"}`` texts and lists of these; ``axis28/explain.py`` shows them.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from axis28.citations import every_citation, vectors
from schemas import registry
from schemas.requirement import Requirement

Facts = Mapping[str, Any]
SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class Explanation:
    """One thing that has the id; an id may name several, such as a reason and the vector that shows it."""

    kind: str
    id: str
    facts: Facts


def explain(wanted: str) -> tuple[Explanation, ...]:
    """Give everything with this id, whatever its case; nothing where no registry holds it."""
    folded = wanted.strip().casefold()
    return tuple(
        Explanation(kind, name, facts(name))
        for kind, (names, facts) in _holders().items()
        for name in names
        if name.casefold() == folded
    )


def nearest(wanted: str) -> tuple[str, ...]:
    """Give the ids that somebody who wrote ``wanted`` may have meant, likeliest first."""
    names = {name.casefold(): name for names, _ in _holders().values() for name in names}
    folded = wanted.strip().casefold()
    holding = [key for key in sorted(names) if folded and folded in key]
    close = difflib.get_close_matches(folded, names, n=SUGGESTIONS, cutoff=0.6)
    return tuple(names[key] for key in dict.fromkeys([*close, *holding]))[:SUGGESTIONS]


@lru_cache(maxsize=1)
def _holders() -> Mapping[str, tuple[tuple[str, ...], Callable[[str], Facts]]]:
    return {
        "requirement": (tuple(registry.requirements()), _requirement),
        "check": (tuple(registry.checks()), _check),
        "reason": (tuple(registry.reasons()), _reason),
        "vector": (tuple(vector["id"] for vector in vectors()), _vector),
        "quirk": (tuple(registry.quirks()), _quirk),
        "question": (tuple(registry.questions()), _question),
        "mutant": (tuple(registry.mutants()), _mutant),
        "fault": (tuple(registry.faults()), _fault),
    }


def _requirement(name: str) -> Facts:
    entry = registry.requirement(name)
    return {**_demanded(entry), **_verified(entry), **_cited_by(name)}


def _demanded(entry: Requirement) -> Facts:
    return {
        "text": entry.text,
        "group": entry.group,
        "level": entry.level,
        "core": entry.core,
        "source": [{"act": one.act, "article": one.article, "verified": one.verified} for one in entry.sources],
        "binds": list(entry.binds),
        "why": entry.why,
    }


def _verified(entry: Requirement) -> Facts:
    verification = entry.verification
    return {
        "verification": verification.kind,
        "pending": verification.pending,
        "how": verification.how,
        "later": {"part": verification.later.part, "what": verification.later.what} if verification.later else None,
        "evidence": verification.evidence if verification.kind == "declaration" else None,
        "excluded": verification.reason if verification.reason["en"] else None,
        "certificate": entry.certificate,
        "profile": entry.profile,
        "question": _asked(entry.open.question) if entry.open else None,
        "policy": entry.open.policy if entry.open else None,
    }


def _asked(question: str) -> Facts:
    return {"id": question, "question": registry.question(question).question}


def _cited_by(requirement: str) -> Facts:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for citation in every_citation():
        if citation.requirement == requirement:
            found[citation.kind].append(citation.name)
    return {
        "checks": found["check"],
        "reasons": [_weighed(code) for code in found["reason"]],
        "vectors": found["vector"],
        "load": found["load"],
        "fuzz": found["fuzz"],
        "mutants": found["mutant"],
        "faults": found["fault"],
    }


def _weighed(code: str) -> Facts:
    entry = registry.reason(code)
    return {"reason": code, "axis": entry.axis, "strict": entry.strict}


def _check(name: str) -> Facts:
    entry = registry.check(name)
    return {
        "text": entry.title,
        "level": entry.level,
        "role": entry.role,
        "phase": entry.phase,
        "law": entry.law,
        "requirements": list(entry.requirements),
        "quirks": list(entry.quirk),
        "why": entry.why,
        "fix": entry.fix,
        "needs": list(entry.needs),
        "accepts": list(entry.accepts),
        "gives": list(entry.reasons),
        "mutants": [mutant.name for mutant in registry.mutants().values() if name in mutant.kills],
    }


def _reason(name: str) -> Facts:
    entry = registry.reason(name)
    return {
        "text": entry.text,
        "cause": entry.cause,
        "fix": entry.fix,
        "requirement": entry.requirement or None,
        "weight": {"axis": entry.axis, "strict": entry.strict} if entry.requirement else None,
        "quirks": list(entry.quirk),
        "checks": [check.id for check in registry.checks().values() if name in check.reasons],
        "vectors": [vector["id"] for vector in vectors() if vector["reason"] == name],
    }


def _vector(name: str) -> Facts:
    vector = next(one for one in vectors() if one["id"] == name)
    return {
        "text": vector["description"],
        "file": f"fixtures/vectors/{vector['file']}",
        "requirement": vector["requirement"],
        "reason": vector["reason"],
        "where": vector["where"] or None,
        "expect": vector["expect"],
        "twin": vector["twin"],
        "now": vector["now"],
        "context": vector["context"],
        "quirks": vector["quirk"],
        "provenance": vector["provenance"],
    }


def _quirk(name: str) -> Facts:
    return {
        "text": registry.quirk(name).text,
        "checks": [check.id for check in registry.checks().values() if name in check.quirk],
        "reasons": [_weighed(reason.code) for reason in registry.reasons().values() if name in reason.quirk],
        "cases": [_judged(vector) for vector in vectors() if name in vector["quirk"]],
        "faults": [fault.name for fault in registry.faults().values() if name in fault.entry.get("quirk", ())],
    }


def _judged(vector: Facts) -> Facts:
    verdicts = {profile: vector["expect"][profile]["verdict"] for profile in ("axis", "strict")}
    return {"vector": vector["id"], "requirement": vector["requirement"], **verdicts}


def _question(name: str) -> Facts:
    entry = registry.question(name)
    citing = [one.id for one in registry.requirements().values() if one.open and one.open.question == name]
    return {"text": entry.question, "why": entry.why, "policy": entry.policy, "requirements": citing}


def _mutant(name: str) -> Facts:
    entry = registry.mutants()[name]
    return {"text": entry.description, "requirement": entry.requirement, "checks": list(entry.kills)}


def _fault(name: str) -> Facts:
    entry = registry.faults()[name]
    return {
        "text": entry.description,
        "requirements": list(_several(entry.entry.get("requirements"))),
        "quirks": list(_several(entry.entry.get("quirk"))),
        "arguments": entry.entry.get("args"),
    }


def _several(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from map(str, value)
