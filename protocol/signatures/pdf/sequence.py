"""Judges in which order persons and agencies signed (SIG-02; ND 30/2020 Art. 32(2)(d)).

The agency signs what its competent person has signed. Where several agencies issue one document, each may put its
signature on it as soon as its own person has: only the persons of one organisation come before its own agency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from protocol import organisation
from protocol.signatures.outcome import Check, Result, Role, SignatureOutcome, Signer
from protocol.wire.plaintext import ascii_text

TIMES_ONLY = "pdf-signing-times-out-of-order"
"""The reason where times contradict the revisions. What a later revision signs holds the earlier signature and its
timestamp, so that a clock is wrong and not the order, also where the times are those of timestamps."""
TOLERANCE = timedelta(minutes=5)
"""From this on clocks differ too much: what came with a later revision was signed later, by a clock a bit off too."""
_Pair = tuple[SignatureOutcome, SignatureOutcome]


def order(signing: Sequence[SignatureOutcome], revisions: Mapping[str, int]) -> tuple[Check, ...]:
    """Say whether the persons signed before their agencies; nothing where either did not sign.

    ``revisions`` are those that the signatures came with, by their places. ``bad`` is what is certain: an agency signed
    before a person of its own, or before anybody, by the revisions. ``unknown``: nobody can tell for whom a person
    signed, or who signed before the agency; or times contradict the revisions.
    """
    placed = sorted(signing, key=lambda each: revisions[each.place])
    persons, agencies = _of(placed, "person"), _of(placed, "agency")
    if not persons or not agencies:
        return ()
    sealed = _organisations(agencies)
    own: list[list[SignatureOutcome]] = [[] for _ in sealed]
    strangers: list[SignatureOutcome] = []
    for person in persons:
        number = _whose(person.signer, sealed)
        (strangers if number is None else own[number]).append(person)
    matched = {each.place for signed in own for each in signed}
    if len(sealed) == 1:
        theirs = [
            each for each in strangers if own[0] and each.signer and (each.signer.codes or each.signer.organisation)
        ]
        own, strangers = [[each for each in persons if each not in theirs]], theirs
    pairs = [(signed[-1], group[0]) for signed, group in zip(own, sealed, strict=True) if signed]
    first = (persons[0], agencies[0])
    wrong = [pair for pair in (*pairs, first) if _before(pair, revisions)]
    somebody = any(_before((agencies[0], each), revisions) for each in _of(placed, "unknown"))
    known = [(each, group[0]) for signed, group in zip(own, sealed, strict=True) for each in reversed(signed)]
    own_late = [pair for pair in known if pair[0].place in matched and _before(pair, revisions)]
    certain = own_late if somebody else wrong
    if certain:
        return (_told(certain[0], "bad", _by_revision(certain[0], revisions)),)
    doubtful = (*wrong, *((stranger, agencies[0]) for stranger in strangers))
    for pair in doubtful:
        if _before(pair, revisions):
            return (_told(pair, "unknown", _by_revision(pair, revisions)),)
    late = next((pair for pair in pairs if _by_clock(pair)), None)
    if late is not None:
        return (Check("order", "unknown", TIMES_ONLY, _expected(late), _times(late)),)
    return (Check("order", "good", got=_expected(pairs[0] if pairs else first)),)


def _of(signing: Sequence[SignatureOutcome], role: Role) -> list[SignatureOutcome]:
    return [each for each in signing if each.is_of(role)]


def _organisations(agencies: Sequence[SignatureOutcome]) -> list[list[SignatureOutcome]]:
    """Put the signatures of one agency together, in the order of their revisions."""
    groups: list[list[SignatureOutcome]] = []
    for each in agencies:
        known = next((group for group in groups if _is_one(each.signer, group[0].signer)), None)
        if known is None:
            groups.append([each])
        else:
            known.append(each)
    return groups


def _is_one(one: Signer | None, other: Signer | None) -> bool:
    if one is None or other is None:
        return False
    return _same_code(one, other) if one.codes and other.codes else _same_name(one, other)


def _whose(person: Signer | None, sealed: Sequence[Sequence[SignatureOutcome]]) -> int | None:
    """Give which agency a person signs for: of his code, else of his organisation's name, else above or below it."""
    if person is None:
        return None
    for fits in (_same_code, _same_name, _related):
        found = [index for index, group in enumerate(sealed) if group[0].signer and fits(person, group[0].signer)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _same_code(one: Signer, other: Signer) -> bool:
    return bool(set(one.codes) & set(other.codes))


def _same_name(one: Signer, other: Signer) -> bool:
    return bool(set(_names(one)) & set(_names(other)))


def _related(one: Signer, other: Signer) -> bool:
    pairs = [(mine, theirs) for mine in one.codes for theirs in other.codes]
    return any(organisation.below(a, b) or organisation.below(b, a) for a, b in pairs)


def _names(signer: Signer) -> Iterator[str]:
    """Yield the names of an organisation without marks and case; a person's own name is none."""
    for name in (signer.organisation, signer.name if signer.role == "agency" else ""):
        if name:
            yield " ".join(ascii_text(name).casefold().split())


def _before(pair: _Pair, revisions: Mapping[str, int]) -> bool:
    """Whether the second of a pair signed before the first."""
    person, agency = pair
    return revisions[agency.place] < revisions[person.place]


def _by_clock(pair: _Pair) -> bool:
    person, agency = _moments(pair)
    return person is not None and agency is not None and person - agency >= TOLERANCE


def _moments(pair: _Pair) -> tuple[datetime | None, datetime | None]:
    """Give when person and agency signed: by their timestamps where both have one, else by what they claim."""
    person, agency = pair
    return (person.proven_at, agency.proven_at) if _stamped(pair) else (person.signed_at, agency.signed_at)


def _stamped(pair: _Pair) -> bool:
    """Whether both have a timestamp that is trusted."""
    answers = (each.answer("timestamp") for each in pair)
    return all(answer is not None and answer.result == "good" for answer in answers)


def _told(pair: _Pair, result: Result, got: str) -> Check:
    return Check("order", result, "pdf-agency-before-person", _expected(pair), got)


def _expected(pair: _Pair) -> str:
    return f"{pair[0].place} < {pair[1].place}"


def _by_revision(pair: _Pair, revisions: Mapping[str, int]) -> str:
    person, agency = pair
    return f"{agency.place} r{revisions[agency.place]} < {person.place} r{revisions[person.place]}"


def _times(pair: _Pair) -> str:
    person, agency = _moments(pair)
    return f"{agency:%FT%T%z} < {person:%FT%T%z}"
