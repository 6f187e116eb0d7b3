"""Three accounts of one correspondence held against each other: the sender's, the axis's, the receiver's.

Pure: knows no store and no HTTP. What is compared is a letter to one recipient, whichever of its codes was written and
however many packages carried it; each such pair comes to exactly one outcome, so that counts add up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

Outcome = Literal[
    "agreed",
    "missing-at-axis",
    "missing-at-sender",
    "missing-at-receiver",
    "never-fetched",
    "acknowledged-not-shown",
    "shown-twice",
    "states-differ",
    "returned",
    "refused",
    "recalled",
]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
SETTLED = frozenset({"agreed", "returned", "refused", "recalled"})
"""Outcomes with which nothing is amiss: what went back, was refused or was recalled is not lost."""
_RETURNED, _RECALLED = frozenset({"02"}), frozenset({"13", "15"})
Pair: TypeAlias = tuple[str, str, str]
"""Id of the letter as ids are compared, code of its sender (empty: not said), code of the recipient."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of a list that a system gives: ``state`` is a transport state, ``status`` a business status, if told."""

    document_id: str
    sender: str
    recipient: str
    state: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """One copy as the axis holds it."""

    document_id: str
    sender: str
    recipient: str
    sender_id: str
    receiver_id: str
    at: int
    state: str
    fetched: bool
    status: str | None = None


@dataclass(slots=True)
class Accounts:
    """What each side says of one letter to one recipient; ``None`` where a side was not asked."""

    sent: list[Claim] | None
    received: list[Claim] | None
    held: list[Held] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one letter to one recipient came to. ``expected`` and ``got`` are told where states differ."""

    outcome: Outcome
    document_id: str
    sender: str
    recipient: str
    accounts: Accounts
    expected: str = ""
    got: str = ""


def compare(
    held: Iterable[tuple[Pair, Held]],
    sent: Iterable[tuple[Pair, Claim]] | None,
    received: Iterable[tuple[Pair, Claim]] | None,
) -> Iterator[Entry]:
    """Hold the accounts against each other, in the order of ids, senders and recipients.

    ``None`` for a list that nobody gave: then nothing is missing there. A claim that names no sender is about what the
    axis holds under that id for that recipient.
    """
    accounts: defaultdict[Pair, Accounts] = defaultdict(
        lambda: Accounts(None if sent is None else [], None if received is None else [])
    )
    for pair, copy in held:
        accounts[pair].held.append(copy)
    senders = {(letter, recipient): sender for letter, sender, recipient in accounts}
    for pair, claim in sent or ():
        said = accounts[_of_known_sender(pair, senders)].sent
        assert said is not None
        said.append(claim)
    senders |= {(letter, recipient): sender for letter, sender, recipient in accounts if sender}
    for pair, claim in received or ():
        said = accounts[_of_known_sender(pair, senders)].received
        assert said is not None
        said.append(claim)
    for (_, sender, recipient), all_said in sorted(accounts.items()):
        outcome, expected, got = _judged(all_said)
        first = [*all_said.held, *(all_said.sent or ()), *(all_said.received or ())][0]
        yield Entry(outcome, first.document_id, sender, recipient, all_said, expected, got)


def _of_known_sender(pair: Pair, senders: dict[tuple[str, str], str]) -> Pair:
    letter, sender, recipient = pair
    return letter, sender or senders.get((letter, recipient), ""), recipient


def _judged(said: Accounts) -> tuple[Outcome, str, str]:
    """Give the first that applies, with what the axis has and what was said instead."""
    if not said.held:
        return "missing-at-axis", "", ""
    if said.sent is not None and not said.sent:
        return "missing-at-sender", "", ""
    if said.received is not None and len(said.received) != 1:
        return ("shown-twice", "1", str(len(said.received))) if said.received else (_unseen(said.held), "", "")
    return _states(said)


def _states(said: Accounts) -> tuple[Outcome, str, str]:
    """Compare the states that were told; what is shown was fetched."""
    if all(_untouched(copy) for copy in said.held):
        return ("states-differ", said.held[0].state, "-") if said.received else ("never-fetched", "", "")
    for claim in (*(said.sent or ()), *(said.received or ())):
        differing = _difference(claim, said.held)
        if differing is not None:
            return "states-differ", *differing
    return "agreed", "", ""


def _unseen(held: Sequence[Held]) -> Outcome:
    """Say why a receiver does not show what was sent to it."""
    excuses = [_excuse(copy) for copy in held]
    lost = [copy for copy, excuse in zip(held, excuses, strict=True) if excuse is None]
    if not lost:
        return next(excuse for excuse in excuses if excuse is not None)
    if any(copy.state == "done" for copy in lost):
        return "acknowledged-not-shown"
    return "never-fetched" if all(_untouched(copy) for copy in lost) else "missing-at-receiver"


def _excuse(copy: Held) -> Outcome | None:
    if copy.status in _RETURNED:
        return "returned"
    if copy.status in _RECALLED:
        return "recalled"
    return "refused" if copy.state == "fail" else None


def _untouched(copy: Held) -> bool:
    return copy.state == "initial" and not copy.fetched


def _difference(claim: Claim, held: Sequence[Held]) -> tuple[str, str] | None:
    """Give what the axis has and what was said instead, where no copy is as it was said to be."""
    if claim.state is not None and claim.state not in {copy.state for copy in held}:
        return held[-1].state, claim.state
    if claim.status is not None and (claim.status or None) not in {copy.status for copy in held}:
        return held[-1].status or "-", claim.status or "-"
    return None
