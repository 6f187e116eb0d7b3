"""Whether every requirement of the catalogue is verified by something that exists, and everything cites what exists.

A pure function of the catalogue and of the citations; ``axis28/citations.py`` gathers the latter from all packages.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import schemas
from schemas import registry
from schemas.requirement import KINDS, LEVELS, PARTS, Requirement

SIZE = 232
"""Requirements of the catalogue; none is added or removed without a new edition of it."""
EXCLUDED_AT_MOST = 12

PROOFS: Mapping[str, frozenset[str]] = {
    "rule": frozenset({"reason", "vector"}),
    "scenario": frozenset({"check"}),
    "load": frozenset({"load"}),
    "fuzz": frozenset({"fuzz"}),
}
"""What verifies a requirement of a kind; the other kinds are verified on paper or not at all."""


@dataclass(frozen=True, slots=True)
class Citation:
    """``name``, a thing of ``kind`` (check, reason, vector, load, fuzz, mutant, fault), cites ``requirement``.

    ``proves`` is false for what only mentions the requirement: a legal vector, a mutant, a fault.
    """

    kind: str
    name: str
    requirement: str
    proves: bool = True


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that does not hold together: ``code`` is a message below ``trace.gap``, ``id`` what it is about."""

    code: str
    id: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """The catalogue as it stands: how each requirement is verified, what is still to come, and what is wrong.

    ``counts`` are by kind and level, ``waiting`` by kind: how many of these nothing verifies yet. ``pending`` and
    ``later`` list the ids by the part that brings all, or the rest, of their verification.
    """

    counts: Mapping[str, Mapping[str, int]]
    waiting: Mapping[str, int]
    pending: Mapping[str, tuple[str, ...]]
    later: Mapping[str, tuple[str, ...]]
    open: tuple[str, ...]
    gaps: tuple[Gap, ...]
    total: int
    accounted: int

    def of_kind(self, kind: str) -> int:
        """Count the requirements that are verified in this way, or will be."""
        return sum(self.counts[kind].values())

    @property
    def verified(self) -> int:
        """Count the requirements that something in this tree verifies."""
        return sum(self.of_kind(kind) - self.waiting[kind] for kind in PROOFS)

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.gaps


def registered() -> Iterator[Citation]:
    """Give what the registries cite: checks, reasons, mutants and faults."""
    for check in registry.checks().values():
        yield from (Citation("check", check.id, cited) for cited in check.requirements)
    for reason in registry.reasons().values():
        if reason.requirement:
            yield Citation("reason", reason.code, reason.requirement)
    for mutant in registry.mutants().values():
        yield Citation("mutant", mutant.name, mutant.requirement, proves=False)
    for fault in registry.faults().values():
        cited = fault.entry.get("requirements", ())
        yield from (Citation("fault", fault.name, requirement, proves=False) for requirement in cited)


def trace(
    citations: Iterable[Citation],
    catalogue: Mapping[str, Requirement] | None = None,
    frozen: Collection[str] | None = None,
    questions: Collection[str] | None = None,
) -> Trace:
    """Judge the catalogue (of this installation) against what cites it, the ids ``frozen`` and the open questions."""
    entries = registry.requirements() if catalogue is None else catalogue
    known = schemas.json_data("frozen.json").get("requirements", []) if frozen is None else frozen
    cited = tuple(citations)
    wrong = [
        *_ids(entries, known),
        *_strangers(cited, entries),
        *_verified(entries, cited),
        *_exclusions(entries),
        *_declarations(entries.values()),
        *_questions(entries.values(), registry.questions() if questions is None else questions),
    ]
    blamed = {gap.id for gap in wrong}
    return Trace(
        counts=_counts(entries.values()),
        waiting=_waiting(entries.values()),
        pending=_by_part((entry.id, entry.verification.pending) for entry in entries.values()),
        later=_by_part(
            (entry.id, entry.verification.later.part) for entry in entries.values() if entry.verification.later
        ),
        open=tuple(entry.id for entry in entries.values() if entry.open is not None),
        gaps=tuple(wrong),
        total=len(entries),
        accounted=sum(identifier not in blamed for identifier in entries),
    )


def _counts(entries: Iterable[Requirement]) -> Mapping[str, Mapping[str, int]]:
    found = Counter((entry.verification.kind, entry.level) for entry in entries)
    return {kind: {level: found[kind, level] for level in LEVELS} for kind in KINDS}


def _waiting(entries: Iterable[Requirement]) -> Mapping[str, int]:
    found = Counter(entry.verification.kind for entry in entries if entry.verification.pending is not None)
    return {kind: found[kind] for kind in KINDS}


def _by_part(parted: Iterable[tuple[str, str | None]]) -> Mapping[str, tuple[str, ...]]:
    pairs = tuple(parted)
    return {part: tuple(identifier for identifier, its in pairs if its == part) for part in PARTS}


def _ids(entries: Mapping[str, Requirement], frozen: Collection[str]) -> Iterator[Gap]:
    yield from (Gap("id-gone", identifier) for identifier in sorted(set(frozen) - set(entries)))
    yield from (Gap("id-new", identifier) for identifier in sorted(set(entries) - set(frozen)))
    if len(entries) != SIZE:
        yield Gap("size", "catalogue", f"{len(entries)} ≠ {SIZE}")


def _strangers(citations: Iterable[Citation], entries: Mapping[str, Requirement]) -> Iterator[Gap]:
    for citation in citations:
        if citation.requirement not in entries:
            yield Gap("unknown-requirement", f"{citation.kind} {citation.name}", citation.requirement)


def _verified(entries: Mapping[str, Requirement], citations: Iterable[Citation]) -> Iterator[Gap]:
    proofs: defaultdict[str, set[str]] = defaultdict(set)
    for citation in citations:
        if citation.proves:
            proofs[citation.requirement].add(citation.kind)
    for entry in entries.values():
        kind, pending = entry.verification.kind, entry.verification.pending
        if kind not in PROOFS:
            continue
        proven = bool(PROOFS[kind] & proofs[entry.id])
        if not proven and pending is None:
            yield Gap("unverified", entry.id, kind)
        elif proven and pending is not None:
            yield Gap("pending-no-more", entry.id, pending)


def _exclusions(entries: Mapping[str, Requirement]) -> Iterator[Gap]:
    excluded = [entry.id for entry in entries.values() if entry.verification.kind == "excluded"]
    if len(excluded) > EXCLUDED_AT_MOST:
        yield Gap("too-many-excluded", ", ".join(excluded), f"{len(excluded)} > {EXCLUDED_AT_MOST}")


def _declarations(entries: Iterable[Requirement]) -> Iterator[Gap]:
    """Find what the law demands of a system and only paper shows, without saying why nothing is executed."""
    for entry in entries:
        binding = entry.level in {"L1", "L2"} and not {"S", "R"}.isdisjoint(entry.binds)
        if binding and entry.verification.kind == "declaration" and not entry.verification.reason["en"]:
            yield Gap("unexplained-declaration", entry.id)


def _questions(entries: Iterable[Requirement], known: Collection[str]) -> Iterator[Gap]:
    asked: set[str] = set()
    for entry in entries:
        if entry.open is not None:
            asked.add(entry.open.question)
            if entry.open.question not in known:
                yield Gap("unknown-question", entry.id, entry.open.question)
    yield from (Gap("question-of-nothing", question) for question in known if question not in asked)
