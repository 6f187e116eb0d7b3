"""Three accounts of a correspondence: each letter to each recipient comes to one outcome."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.correspondence import OUTCOMES, Claim, Held, Pair, compare

PAIR: Pair = ("h99/1", "H99.01", "G98.02")


def held(state: str = "done", status: str | None = None, *, fetched: bool = True) -> Held:
    return Held("H99/1", "H99.01", "G98.02", "a" * 24, "b", 0, state, fetched, status)


def claim(state: str | None = None, status: str | None = None) -> Claim:
    return Claim("H99/1", "H99.01", "G98.02", state, status)


WAITING = held("initial", fetched=False)
CASES: list[tuple[list[Held], list[Claim] | None, list[Claim] | None, str]] = [
    ([held()], [claim()], [claim()], "agreed"),
    ([held()], [claim("done", "03")], [claim()], "states-differ"),
    ([held("done", "03")], [claim("done", "03")], [claim("done", "03")], "agreed"),
    ([held("done", "03")], [claim()], [claim("fail")], "states-differ"),
    ([], [claim()], [], "missing-at-axis"),
    ([], [claim()], None, "missing-at-axis"),
    ([], [], [claim()], "missing-at-axis"),
    ([held()], [], [claim()], "missing-at-sender"),
    ([held()], [], None, "missing-at-sender"),
    ([held()], None, None, "agreed"),
    ([WAITING], [claim()], None, "never-fetched"),
    ([WAITING], [claim()], [], "never-fetched"),
    ([WAITING], [claim()], [claim()], "states-differ"),
    ([held("processing")], [claim()], [], "missing-at-receiver"),
    ([held("processing")], [claim()], None, "agreed"),
    ([held()], [claim()], [], "acknowledged-not-shown"),
    ([held()], [claim()], [claim(), claim()], "shown-twice"),
    ([held(), held()], [claim()], [claim(), claim()], "shown-twice"),
    ([held(), WAITING], [claim(), claim()], [claim()], "agreed"),
    ([held("done", "02")], [claim()], [], "returned"),
    ([held("done", "02")], [claim()], [claim()], "agreed"),
    ([held("fail")], [claim()], [], "refused"),
    ([held("done", "15")], [claim()], [], "recalled"),
    ([held("done", "13")], [claim()], [], "recalled"),
    ([held("done", "02"), held("done")], [claim()], [], "acknowledged-not-shown"),
    ([held("done", "02"), WAITING], [claim()], [], "never-fetched"),
    ([held("fail"), held("fail")], [claim()], [], "refused"),
]


def pairs(given: list[Any] | None) -> Any:
    return None if given is None else [(PAIR, each) for each in given]


@pytest.mark.parametrize(("copies", "sent", "received", "outcome"), CASES)
def test_each_letter_comes_to_one_outcome(
    copies: list[Held], sent: list[Claim] | None, received: list[Claim] | None, outcome: str
) -> None:
    entries = list(compare(pairs(copies), pairs(sent), pairs(received)))
    assert [entry.outcome for entry in entries] == [outcome]


def test_every_outcome_has_a_case() -> None:
    assert {outcome for *_, outcome in CASES} == {*OUTCOMES}


def test_a_claim_that_names_no_sender_is_about_what_the_axis_holds() -> None:
    unnamed = (PAIR[0], "", PAIR[2])
    [entry] = compare([(PAIR, held())], [(unnamed, claim())], [(unnamed, claim())])
    assert (entry.outcome, entry.sender) == ("agreed", "H99.01")


def test_letters_of_two_senders_under_one_id_are_two() -> None:
    other = (PAIR[0], "H99.07", PAIR[2])
    entries = list(compare([(PAIR, held()), (other, held())], [(PAIR, claim())], None))
    assert [(entry.sender, entry.outcome) for entry in entries] == [
        ("H99.01", "agreed"),
        ("H99.07", "missing-at-sender"),
    ]
