"""Letters that must not be taken as they are: what became of them once the system has had time for it.

A system may verify beside its other work, and show a letter as held, or nothing of it, until it knows: what is seen at
first proves nothing. A story looks at its bad letters, lets a good one come after them, and judges the bad ones when
that is decided, some time later, and twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.case import Case, Delivered, Ref, Refusal
from conformance.letters import shown_briefly
from conformance.refusal import refused_on_axis
from conformance.scenarios.marks import own_warnings
from conformance.scenarios.sightings import PATIENCE_S, PUT_ASIDE, codes_about, fetched, lingered, live
from conformance.scenarios.verified import results_of, signatures_shown
from conformance.told import told
from conformance.violation import Violation
from protocol.package.model import DocumentPackage

SETTLE_S = 2.0
"""How long at least lies between the two looks: who acts by itself on what it held does so within that."""
_LAST_S = 1.0


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A letter that must not be taken as it is, and how it was delivered; ``expected`` says why, for a report.

    ``holds``: its signatures are good in themselves, and what is wrong is whose they are.
    """

    letter: DocumentPackage
    delivered: Delivered
    expected: str
    holds: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a letter: its entries as they are then, and whether it was returned or is refused or held."""

    entries: list[Mapping[str, Any]]
    put_aside: bool


@dataclass(frozen=True, slots=True)
class _Sight:
    """What is to be seen of a letter: its entries, the codes reported about it, and its refusal on the axis."""

    entries: list[Mapping[str, Any]]
    codes: list[str]
    returned: Refusal | None

    @property
    def put_aside(self) -> bool:
        """Whether it was returned, or is shown as refused or held."""
        return self.returned is not None or any(entry["state"] in PUT_ASIDE for entry in self.entries)


async def looked_at(case: Case, *spoiled: Spoiled) -> None:
    """Wait until the system has got letters and shows something of them, for two rounds at most: it may show nothing.

    A system may begin to verify when it is first asked: a good letter that is decided later than this proves that the
    time for these is over too.
    """
    for each in spoiled:
        await fetched(case, each.delivered)
    loop = asyncio.get_running_loop()
    now = loop.time()
    patience = min((now + case.deadline) / 2, now + max(2 * case.interval, PATIENCE_S))
    for each in spoiled:
        asked, seen = 0, await _seen(case, each)
        while not (seen.entries or seen.put_aside) and loop.time() < patience and await case.again(asked):
            asked, seen = asked + 1, await _seen(case, each)


async def require_turned_away(case: Case, *spoiled: Spoiled, good: Mapping[str, Any], reason: str) -> None:
    """Require letters to be returned, held or marked, never to be registered (03) and never to be shown as valid.

    ``good`` is the entry of a well signed letter that came after these and is decided: what is said of it too is no
    mark. A mark is a warning of a category that the check accepts, beside a result other than ``valid``.
    """
    for each in spoiled:
        await _turned(case, each, good, reason)
    missed = await settled(case)
    for each in spoiled:
        seen = await _turned(case, each, good, reason)
        if seen.put_aside:
            await _bound(case, each, seen, good, reason)
    if missed is not None:
        raise missed


async def require_for_information(
    case: Case, *spoiled: Spoiled, good: Mapping[str, Any], reason: str
) -> list[Mapping[str, Any]]:
    """Require letters to be marked as for information, returned or held, and give their entries as they are then.

    ``good`` is as in ``require_turned_away``: what is said of every letter marks none.
    """
    for each in spoiled:
        await _informed(case, each, good, reason)
    missed = await settled(case)
    entries: list[Mapping[str, Any]] = []
    for each in spoiled:
        seen = await _informed(case, each, good, reason)
        entries += seen.entries
        if not any(_marks(entry, good) for entry in seen.entries):
            await _bound(case, each, seen, good, reason)
    if missed is not None:
        raise missed
    return entries


async def decided(case: Case, *spoiled: Spoiled, good: Mapping[str, Any], reason: str) -> list[Decision]:
    """Wait until letters are put aside, or something is shown of their signatures, and for some time after that.

    What was put aside was so for a reason that the check accepts; what was registered (03) all the same, by nobody's
    hand, is the violation. ``good`` is as in ``require_turned_away``.
    """
    for each in spoiled:
        await _judged(case, each)
    missed = await settled(case)
    found = [await _decision(case, each, good, reason) for each in spoiled]
    if missed is not None:
        raise missed
    return found


async def settled(case: Case) -> Violation | None:
    """Let an interval pass and ``SETTLE_S`` at least; gives what is to be raised where the system did not poll."""
    loop = asyncio.get_running_loop()
    until = loop.time() + SETTLE_S
    missed = await lingered(case, 1)
    await asyncio.sleep(max(0.0, min(until, case.deadline - _LAST_S) - loop.time()))
    return missed


async def _seen(case: Case, each: Spoiled) -> _Sight:
    entries = await case.dms.register("received", each.letter)
    returned = refused_on_axis(case, Ref.of(each.letter), each.delivered.receiver_ids)
    return _Sight(entries, codes_about(case, each.letter), returned)


async def _judged(case: Case, each: Spoiled) -> None:
    """Wait until a letter is put aside, or something is shown of its signatures."""
    asked, seen = 0, await _seen(case, each)
    while not (seen.put_aside or any(map(signatures_shown, seen.entries))) and await case.again(asked):
        asked, seen = asked + 1, await _seen(case, each)


async def _decision(case: Case, each: Spoiled, good: Mapping[str, Any], reason: str) -> Decision:
    seen = await _seen(case, each)
    case.require(not _taken(seen), reason, expected=each.expected, got=_told(seen))
    if seen.put_aside:
        await _bound(case, each, seen, good, reason)
    return Decision(seen.entries, seen.put_aside)


async def _turned(case: Case, each: Spoiled, good: Mapping[str, Any], reason: str) -> _Sight:
    """Wait until a letter is turned away; what was taken all the same is the violation at once."""
    asked, seen = 0, await _seen(case, each)
    while True:
        as_valid = [entry for entry in seen.entries if _as_valid(case, each, entry, good)]
        case.require(not (_taken(seen) or as_valid), reason, expected=each.expected, got=_told(seen))
        marked = [_marked(case, each, entry, good) for entry in live(seen.entries)]
        if (seen.put_aside or marked) and all(marked):
            return seen
        if not await case.again(asked):
            raise Violation(reason, expected=each.expected, got=_half_marked(case, each, seen, good), silent=True)
        asked, seen = asked + 1, await _seen(case, each)


async def _informed(case: Case, each: Spoiled, good: Mapping[str, Any], reason: str) -> _Sight:
    """Wait until a letter is put aside, or all that is shown of it is marked as for information."""
    asked, seen = 0, await _seen(case, each)
    while True:
        marked = [bool(_marks(entry, good)) for entry in live(seen.entries)]
        if (seen.put_aside or marked) and all(marked):
            return seen
        if not await case.again(asked):
            raise Violation(reason, expected=each.expected, got=_unturned(seen, marked), silent=True)
        asked, seen = asked + 1, await _seen(case, each)


def _taken(seen: _Sight) -> bool:
    """Say whether a letter was registered, or is shown beyond its arrival: no officer of the story did that."""
    return "03" in seen.codes or any(entry["state"] != "arrived" for entry in live(seen.entries))


def _told(seen: _Sight) -> str:
    codes = ", ".join(seen.codes) or told("none")
    return told("statuses {codes}; {shown}", codes=codes, shown=shown_briefly(seen.entries))


def _unturned(seen: _Sight, marked: Sequence[bool]) -> str:
    """Tell of a letter some entry of which has no mark at all; ``marked`` says so of each that is live."""
    if any(marked):
        return told(
            "{fate}; a warning marks one entry of it, and none another; {shown}",
            fate=_fate(seen),
            shown=shown_briefly(seen.entries),
        )
    return told("{fate}, and no warning marks it; {shown}", fate=_fate(seen), shown=shown_briefly(seen.entries))


def _fate(seen: _Sight) -> str:
    """Tell whether a letter was put aside at all: then what has no mark is another entry of it."""
    if seen.put_aside:
        return told("returned or held, but another entry of the letter is still shown")
    return told("neither status 02 nor 'fail', nor held")


def _half_marked(case: Case, each: Spoiled, seen: _Sight, good: Mapping[str, Any]) -> str:
    """Tell what is missing where a warning stands without a result other than valid, or the result without one."""
    for entry in live(seen.entries):
        warned, doubted = _accepted(case, own_warnings(entry, good)), bool(results_of(entry) - {"valid"})
        if warned and not (doubted or each.holds):
            return told(
                "{fate}; a warning marks it, but no result other than valid; {shown}",
                fate=_fate(seen),
                shown=shown_briefly(seen.entries),
            )
        if doubted and not warned:
            return told(
                "{fate}; a result is other than valid, but no warning of category {categories} that a good letter "
                "does not have; {shown}",
                fate=_fate(seen),
                categories=" / ".join(case.entry.accepts),
                shown=shown_briefly(seen.entries),
            )
    return _unturned(seen, [_marked(case, each, entry, good) for entry in live(seen.entries)])


async def _bound(case: Case, each: Spoiled, seen: _Sight, good: Mapping[str, Any], reason: str) -> None:
    """Bind why a letter was returned or held to what the check accepts."""
    aside = [entry for entry in seen.entries if entry["state"] in PUT_ASIDE]
    entry = next(iter(aside), {})
    shown = entry.get("refusal") or {}
    category, text = shown.get("category"), str(shown.get("text") or "")
    if seen.returned is not None:
        refusal = Refusal(seen.returned.form, category, seen.returned.reason or text)
    else:
        own = own_warnings(entry, good)
        foreign = own and not _accepted(case, own) and not results_of(entry) - {"valid"}
        if category is None and foreign:
            category, text = own[0]
        refusal = Refusal("held", category, text)
    await case.require_refusal(refusal, reason=reason, expected=each.expected)


def _accepted(case: Case, warnings: Sequence[tuple[str, str]]) -> bool:
    return any(category in case.entry.accepts for category, _ in warnings)


def _marks(entry: Mapping[str, Any], good: Mapping[str, Any]) -> list[str]:
    return [text for category, text in own_warnings(entry, good) if category == "signature"]


def _marked(case: Case, each: Spoiled, entry: Mapping[str, Any], good: Mapping[str, Any]) -> bool:
    """Say whether an officer sees before he registers a letter that its signatures are not in order."""
    return _accepted(case, own_warnings(entry, good)) and (each.holds or bool(results_of(entry) - {"valid"}))


def _as_valid(case: Case, each: Spoiled, entry: Mapping[str, Any], good: Mapping[str, Any]) -> bool:
    """Say whether an entry shows valid signatures and tells of nothing that is wrong with them."""
    if results_of(entry) != {"valid"} or (each.holds and entry["state"] in PUT_ASIDE):
        return False
    return not (entry.get("refusal") or _accepted(case, own_warnings(entry, good)))
