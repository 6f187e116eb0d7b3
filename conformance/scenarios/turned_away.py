"""Letters that must not be taken as they are: what became of them once the system has had time for it.

A system may verify beside its other work, and show a letter as held, or nothing of it, until it knows: what is seen at
first proves nothing. A story looks at its bad letters, lets a good one come after them, and judges the bad ones when
that is decided, some time later, and twice.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.case import Case, Delivered, Ref, Refusal
from conformance.letters import shown_briefly
from conformance.refusal import refused_on_axis
from conformance.scenarios.sightings import PATIENCE_S, PUT_ASIDE, codes_about, fetched, lingered, live
from conformance.scenarios.verified import plain, results_of, signatures_shown
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


async def decided(
    case: Case, *spoiled: Spoiled, good: Mapping[str, Any], reason: str
) -> list[tuple[list[Mapping[str, Any]], bool]]:
    """Wait until letters are put aside, or something is shown of their signatures, and for some time after that.

    Gives, for each, its entries as they are then, and whether it was put aside; what was, was so for a reason that the
    check accepts. ``good`` is as in ``require_turned_away``.
    """
    for each in spoiled:
        asked, seen = 0, await _seen(case, each)
        while not (seen.put_aside or any(map(signatures_shown, seen.entries))) and await case.again(asked):
            asked, seen = asked + 1, await _seen(case, each)
    missed = await settled(case)
    found = [await _seen(case, each) for each in spoiled]
    for each, seen in zip(spoiled, found, strict=True):
        if seen.put_aside:
            await _bound(case, each, seen, good, reason)
    if missed is not None:
        raise missed
    return [(seen.entries, seen.put_aside) for seen in found]


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


async def _turned(case: Case, each: Spoiled, good: Mapping[str, Any], reason: str) -> _Sight:
    """Wait until a letter is turned away; what was taken all the same is the violation at once."""
    asked, seen = 0, await _seen(case, each)
    while True:
        taken = [entry for entry in live(seen.entries) if entry["state"] != "arrived"]
        as_valid = [entry for entry in seen.entries if _as_valid(case, each, entry, good)]
        case.require(
            not ("03" in seen.codes or taken or as_valid),
            reason,
            expected=each.expected,
            got=told("statuses {codes}; {shown}", codes=_listed(seen.codes), shown=shown_briefly(seen.entries)),
        )
        marked = [_marked(case, each, entry, good) for entry in live(seen.entries)]
        if (seen.put_aside or marked) and all(marked):
            return seen
        if not await case.again(asked):
            raise Violation(reason, expected=each.expected, got=_unturned(seen), silent=True)
        asked, seen = asked + 1, await _seen(case, each)


async def _informed(case: Case, each: Spoiled, good: Mapping[str, Any], reason: str) -> _Sight:
    """Wait until a letter is put aside, or all that is shown of it is marked as for information."""
    asked, seen = 0, await _seen(case, each)
    while True:
        marked = [bool(_marks(entry, good)) for entry in live(seen.entries)]
        if (seen.put_aside or marked) and all(marked):
            return seen
        if not await case.again(asked):
            raise Violation(reason, expected=each.expected, got=_unturned(seen), silent=True)
        asked, seen = asked + 1, await _seen(case, each)


def _unturned(seen: _Sight) -> str:
    return told(
        "neither status 02 nor 'fail', nor held, nor marked by a warning; {shown}", shown=shown_briefly(seen.entries)
    )


async def _bound(case: Case, each: Spoiled, seen: _Sight, good: Mapping[str, Any], reason: str) -> None:
    """Bind why a letter was returned or held to what the check accepts."""
    aside = [entry for entry in seen.entries if entry["state"] in PUT_ASIDE]
    entry = next(iter(aside), {})
    shown = entry.get("refusal") or {}
    category, text = shown.get("category"), str(shown.get("text") or "")
    if seen.returned is not None:
        refusal = Refusal(seen.returned.form, category, seen.returned.reason or text)
    else:
        own = _own(entry, good)
        foreign = own and not _accepted(case, own) and not results_of(entry) - {"valid"}
        if category is None and foreign:
            category, text = own[0]
        refusal = Refusal("held", category, text)
    await case.require_refusal(refusal, reason=reason, expected=each.expected)


def _own(entry: Mapping[str, Any], good: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give category and text of the warnings that a letter has and a good one has not, by whatever name it goes."""
    usual = {(category, _words(good, text)) for category, text in _warnings(good)}
    return [(category, text) for category, text in _warnings(entry) if (category, _words(entry, text)) not in usual]


def _words(entry: Mapping[str, Any], text: str) -> str:
    """Give what a warning says beside which letter it speaks of: a notice that names each letter is still the same.

    Names are left out whole and not word by word: a subject may hold the very word in which two warnings differ.
    """
    said = _spaced(text)
    for name in sorted(_names(entry), key=len, reverse=True):
        said = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", said)
    return " ".join("".join(letter if letter.isalpha() else " " for letter in said).split())


def _names(entry: Mapping[str, Any]) -> set[str]:
    """Give what a letter, its files and its signers are called in an entry."""
    signer = entry.get("signer") or {}
    names = [entry.get(field) for field in ("document_id", "from", "notation", "subject", "type_name")]
    names += [signer.get("full_name"), *(file.get("name") for file in entry.get("attachments") or ())]
    names += [each.get("signer") for each in signatures_shown(entry)]
    return {_spaced(str(name)) for name in names if name and str(name).strip()}


def _spaced(text: str) -> str:
    return " ".join(plain(text).split())


def _warnings(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(row["category"]), str(row.get("text") or "")) for row in entry.get("warnings") or ()]


def _accepted(case: Case, warnings: Sequence[tuple[str, str]]) -> bool:
    return any(category in case.entry.accepts for category, _ in warnings)


def _marks(entry: Mapping[str, Any], good: Mapping[str, Any]) -> list[str]:
    return [text for category, text in _own(entry, good) if category == "signature"]


def _marked(case: Case, each: Spoiled, entry: Mapping[str, Any], good: Mapping[str, Any]) -> bool:
    """Say whether an officer sees before he registers a letter that its signatures are not in order."""
    return _accepted(case, _own(entry, good)) and (each.holds or bool(results_of(entry) - {"valid"}))


def _as_valid(case: Case, each: Spoiled, entry: Mapping[str, Any], good: Mapping[str, Any]) -> bool:
    """Say whether an entry shows valid signatures and tells of nothing that is wrong with them."""
    if results_of(entry) != {"valid"} or (each.holds and entry["state"] in PUT_ASIDE):
        return False
    return not (entry.get("refusal") or _accepted(case, _own(entry, good)))


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(codes) or told("none")
