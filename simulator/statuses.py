"""Status packages against the ledger: who may report what about which letter, and what it changes.

The axis passes on what it can route and notes what does not fit: real systems skip states, repeat codes and report at
equal instants, so none of this refuses (observed; the state machine itself is derived).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, update

from protocol import organisation
from protocol.finding import Finding, Severity, quote
from protocol.rules.progress import contradicted, this_round
from simulator import histories, succession
from simulator.directory import Agency, resolve
from simulator.examination import TAKE_BACK, UPDATE, Facts
from simulator.histories import AGREED, DECLINED, RECALL, Copy, Letter
from simulator.store.tables import deliveries, events

_ANSWERS = (AGREED, DECLINED)
# Reported by somebody who has no say in it: passed on, but it moves nothing.
_WITHOUT_SAY = {"status-by-non-recipient", "recall-not-by-sender", "recall-to-non-recipient"}


def examine(connection: Connection, facts: Facts, reporter: Agency) -> list[Finding]:
    """Compare a status with the letter that it is about (STS-13, STS-16, RCL-09, H-W16, H-W17)."""
    letter = _letter(connection, facts, reporter)
    if letter is None:
        return [_warning("STS-16", "status-document-unknown", "ResponseFor/DocumentId", facts.document_id)]
    if facts.status_code == RECALL:
        if letter.owner is None or reporter.code not in letter.codes:
            return [_warning("RCL-09", "recall-not-by-sender", "From/OrganId", reporter.code)]
        if _addressee(connection, facts, letter) is None:
            return [_warning("STS-13", "recall-to-non-recipient", "ResponseFor/OrganId", facts.about)]
        return []
    recipient = _recipient(connection, letter, reporter)
    if recipient is None:
        return [_warning("STS-16", "status-by-non-recipient", "From/OrganId", reporter.code)]
    # What came last is the copy that a report is first of all about: what was said before it, was said of others.
    newest = max(letter.copies_of(recipient.code), key=lambda copy: copy.document_seq)
    own = histories.codes_of(reporter, reporter.code)
    voices = histories.voices_of(connection, recipient, recipient.code)
    if reporter.code in voices:
        own |= voices
    reports = [each for each in histories.said(connection, letter) if each.code == RECALL or each.reporter in own]
    said = histories.of_copy(reports, letter, newest, recipient, voices)
    return _against_history(connection, facts.status_code, letter, said)


def apply(connection: Connection, facts: Facts, reporter: Agency, at: int, remarks: Sequence[Finding]) -> None:
    """Write a status into the history of each package that it is about and, from the right side, into their copies.

    ``remarks`` are what ``examine`` said about it.
    """
    letter = _letter(connection, facts, reporter)
    if letter is None:
        return
    without_say = any(remark.reason in _WITHOUT_SAY for remark in remarks)
    recall = facts.status_code == RECALL
    detail = f"{facts.status_code} {facts.description}".strip()[:500]
    recipient = _addressee(connection, facts, letter) if recall else _recipient(connection, letter, reporter)
    for each in (letter, *_answered(connection, facts, reporter, letter)):
        copies = each.copies_of(recipient.code) if recipient is not None and not without_say else ()
        _note(connection, each, copies, at=at, to_code=reporter.code, detail=detail)
        if recipient is not None and copies:
            _move(connection, each, copies, recipient)


def _note(connection: Connection, letter: Letter, copies: Sequence[Copy], **event: Any) -> None:
    """Write down what was said: at the packages whose copies it moves, or at the newest where it moves none."""
    packages = {copy.document_seq for copy in copies} or {max(copy.document_seq for copy in letter.copies)}
    connection.execute(
        insert(events),
        [{"document_seq": seq, "event": "status", **event} for seq in sorted(packages)],
    )


def _move(connection: Connection, letter: Letter, copies: Sequence[Copy], recipient: Agency) -> None:
    reports = histories.said(connection, letter)
    voices = histories.voices_of(connection, recipient, recipient.code)
    for copy in copies:
        state = histories.state(histories.of_copy(reports, letter, copy, recipient, voices))
        connection.execute(update(deliveries).where(deliveries.c.seq == copy.seq).values(business_status=state))


def _letter(connection: Connection, facts: Facts, reporter: Agency) -> Letter | None:
    """Find the letter of that id, by preference of whoever the status names as its sender. One without copies is none.

    A recall (13) names its addressee, and comes from the sender itself.
    """
    sender = reporter.code if facts.status_code == RECALL else facts.about or ""
    found = histories.letter(connection, facts.document_id, sender, tenant=reporter.tenant)
    return found if found is not None and found.copies else None


def _answered(connection: Connection, facts: Facts, reporter: Agency, letter: Letter) -> list[Letter]:
    """Give the letters that an answer is about too: what is taken back or updated by the package that it answers."""
    if facts.status_code not in _ANSWERS or letter.owner is None:
        return []
    owner = letter.owner.code
    found = (histories.letter(connection, key, owner, tenant=reporter.tenant) for key in letter.about)
    return [each for each in found if each is not None and each.copies and each.codes == letter.codes]


def _addressee(connection: Connection, facts: Facts, letter: Letter) -> Agency | None:
    """Give who is asked to give a letter back, where it was sent to them."""
    named = resolve(connection, [facts.about or ""], closed=True).get(facts.about or "")
    return named if named is not None and named.code in letter.recipients() else None


def _recipient(connection: Connection, letter: Letter, reporter: Agency) -> Agency | None:
    """Give whose copy somebody reports about: its own, for a unit that of the body above it, or its predecessor's."""
    recipients = letter.recipients()
    if reporter.code in recipients:
        return reporter
    unit = organisation.parse(reporter.code)
    while unit is not None and unit.superior:
        above = resolve(connection, [unit.superior], closed=True).get(unit.superior)
        if above is not None and above.code in recipients:
            return above
        unit = organisation.parse(unit.superior)
    return succession.predecessor(connection, reporter, recipients)


def _against_history(connection: Connection, code: str, letter: Letter, history: Sequence[str]) -> list[Finding]:
    """Compare a status of a recipient with all that it said about its copy before (STS-08, STS-13)."""
    if code in _ANSWERS:
        if RECALL not in history and not histories.asked(connection, letter, TAKE_BACK, UPDATE):
            return [_warning("STS-13", "answer-without-request", "StatusCode", code, expected=RECALL)]
        return []
    # One who agreed to an update keeps the letter and goes on with it.
    kept = AGREED in history and RECALL not in history and not histories.asked(connection, letter, TAKE_BACK)
    said = [each for each in history if each != RECALL and not (kept and each == AGREED)]
    against = contradicted(code, this_round((*said, code))[:-1])
    return [_warning("STS-08", "status-contradicts", "StatusCode", code, expected=against)] if against else []


def _warning(requirement: str, reason: str, where: str, got: str | None, *, expected: str = "") -> Finding:
    return Finding(requirement, reason, Severity.WARN, where, expected=expected, got=quote(got))
