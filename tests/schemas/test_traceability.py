"""The trace: it counts what is there and finds each way in which a catalogue can fail to hold together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from schemas.requirement import Later, Open, Requirement, Source, Verification
from schemas.traceability import EXCLUDED_AT_MOST, SIZE, Citation, Gap, Trace, trace

TEXT = {"vi": "một câu", "en": "a sentence"}
NOTHING = {"vi": "", "en": ""}


def entry(number: int, kind: str = "rule", *, pending: str | None = None, level: str = "L1") -> Requirement:
    return Requirement(
        id=f"HDR-{number:02d}",
        level=level,
        sources=(Source("QĐ 28/2018/QĐ-TTg", "Điều 10", True),),
        core=False,
        binds=("S",),
        text=TEXT,
        why=TEXT,
        verification=Verification(kind, TEXT, NOTHING, NOTHING, pending),
        certificate="exchange",
        profile="both",
    )


SOUND = tuple(entry(number) for number in range(1, SIZE + 1))
CITED = tuple(Citation("reason", f"reason-{one.id}", one.id) for one in SOUND)


def traced(
    changed: Requirement | None = None,
    more: Iterable[Citation] = (),
    *,
    without: str = "",
    questions: tuple[str, ...] = (),
) -> Trace:
    """Trace a catalogue that is sound but for one requirement, and its citations."""
    catalogue = {one.id: one for one in SOUND}
    if changed is not None:
        catalogue[changed.id] = changed
    citations = [citation for citation in CITED if citation.requirement != without]
    return trace([*citations, *more], catalogue, {one.id for one in SOUND}, questions)


def test_a_sound_catalogue_is_whole_and_counted() -> None:
    found = traced(replace(entry(7, "declaration", level="L2"), binds=("org",)))
    assert found.whole
    assert found.accounted == found.total == SIZE
    assert found.counts["declaration"] == {"L1": 0, "L2": 1, "L3": 0, "L4": 0}
    assert sum(sum(row.values()) for row in found.counts.values()) == SIZE


@pytest.mark.parametrize(
    ("kind", "proof", "other"),
    [
        ("rule", "reason", "check"),
        ("rule", "vector", "load"),
        ("scenario", "check", "reason"),
        ("load", "load", "check"),
        ("fuzz", "fuzz", "vector"),
    ],
)
def test_only_what_fits_its_kind_verifies_a_requirement(kind: str, proof: str, other: str) -> None:
    changed = entry(5, kind)
    unverified = (Gap("unverified", "HDR-05", kind),)
    assert traced(changed, without="HDR-05").gaps == unverified
    assert traced(changed, [Citation(other, "name", "HDR-05")], without="HDR-05").gaps == unverified
    assert traced(changed, [Citation(proof, "name", "HDR-05", proves=False)], without="HDR-05").gaps == unverified
    assert traced(changed, [Citation(proof, "name", "HDR-05")], without="HDR-05").whole


def test_what_is_pending_needs_no_proof_and_is_listed() -> None:
    found = traced(entry(5, "scenario", pending="suite"))
    assert found.whole
    assert found.pending["suite"] == ("HDR-05",)
    assert found.waiting == {"rule": 0, "scenario": 1, "load": 0, "fuzz": 0, "declaration": 0, "excluded": 0}
    assert found.verified == SIZE - 1


def test_what_is_verified_in_part_needs_proof_and_is_listed() -> None:
    whole = entry(5)
    partly = replace(whole, verification=replace(whole.verification, later=Later("axis", TEXT)))
    found = traced(partly)
    assert found.whole
    assert found.later["axis"] == ("HDR-05",)
    assert found.verified == SIZE
    assert traced(partly, without="HDR-05").gaps == (Gap("unverified", "HDR-05", "rule"),)


@pytest.mark.parametrize(
    ("level", "binds", "explained"),
    [("L1", "org", True), ("L1", "A", True), ("L3", "S", True), ("L1", "S", False), ("L2", "R", False)],
)
def test_paper_alone_for_what_the_law_demands_of_a_system_says_why(level: str, binds: str, explained: bool) -> None:
    declared = replace(entry(5, "declaration", level=level), binds=(binds,))
    assert traced(declared).gaps == (() if explained else (Gap("unexplained-declaration", "HDR-05"),))
    reasoned = replace(declared, verification=replace(declared.verification, reason=TEXT))
    assert traced(reasoned).whole


def test_an_open_question_is_known_and_cited() -> None:
    asking = replace(entry(5), open=Open("Q4", TEXT))
    assert traced(asking, questions=("Q4",)).whole
    assert traced(asking, questions=()).gaps == (Gap("unknown-question", "HDR-05", "Q4"),)
    assert traced(asking, questions=("Q4", "Q9")).gaps == (Gap("question-of-nothing", "Q9"),)


def test_pending_that_came_is_noticed() -> None:
    found = traced(entry(5, "scenario", pending="suite"), [Citation("check", "HDR-05/here", "HDR-05")])
    assert found.gaps == (Gap("pending-no-more", "HDR-05", "suite"),)
    assert found.accounted == SIZE - 1


@pytest.mark.parametrize("kind", ["declaration", "excluded"])
def test_paper_needs_no_citation(kind: str) -> None:
    assert traced(replace(entry(5, kind), binds=("org",)), without="HDR-05").whole


@pytest.mark.parametrize("kind", ["check", "reason", "vector", "mutant", "fault", "load", "fuzz"])
def test_a_citation_of_what_does_not_exist_is_noticed(kind: str) -> None:
    found = traced(more=[Citation(kind, "somebody", "HDR-999", proves=kind != "mutant")])
    assert found.gaps == (Gap("unknown-requirement", f"{kind} somebody", "HDR-999"),)


def test_a_lost_and_a_new_id_and_a_wrong_size_are_noticed() -> None:
    catalogue = {one.id: one for one in SOUND[1:]}
    frozen = {one.id for one in SOUND} - {"HDR-02"}
    gaps = trace(CITED[1:], catalogue, frozen, ()).gaps
    assert set(gaps) == {
        Gap("id-gone", "HDR-01"),
        Gap("id-new", "HDR-02"),
        Gap("size", "catalogue", f"{SIZE - 1} ≠ {SIZE}"),
    }


def test_one_exclusion_too_many_is_noticed() -> None:
    def excluding(count: int) -> Trace:
        catalogue = {one.id: one for one in SOUND} | {f"HDR-{n:02d}": entry(n, "excluded") for n in range(1, count + 1)}
        return trace(CITED, catalogue, set(catalogue), ())

    assert excluding(EXCLUDED_AT_MOST).whole
    assert [gap.code for gap in excluding(EXCLUDED_AT_MOST + 1).gaps] == ["too-many-excluded"]
