"""Judges the signatures of a PDF: what the file says of them, held against law, trust and time.

Nothing here is one boolean: each signature gets a tree of answers, and a signature is as good as its worst answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from protocol.signatures import certificate, trust
from protocol.signatures.anchors import Trust
from protocol.signatures.outcome import Check, Result, SignatureOutcome
from protocol.signatures.pdf.changes_check import changes_check
from protocol.signatures.pdf.facts import Envelope, PaperFacts, SignatureFacts, Trouble
from protocol.signatures.pdf.strength import WORST_FIRST, algorithm, evidence, integrity
from protocol.signatures.pdf.timestamp import TOLERANCE, timestamp_check
from protocol.signatures.revocation import Times

_TROUBLES: Mapping[Trouble, str] = {
    "certificate-mismatch": "pdf-signer-certificate-exchanged",
    "contents-padded": "pdf-signature-padding-filled",
}


def judge(
    facts: PaperFacts, trusted: Trust, now: datetime, received: datetime | None = None
) -> tuple[SignatureOutcome, ...]:
    """Judge every signature of a file, in the order of its revisions; ``now`` is aware.

    A trusted timestamp over the file proves the time of all signatures and timestamps that it covers; so does the
    instant at which the file is known to have been ``received``. Hence the newest timestamps are judged first: each
    carries the older ones over the end of their certificates (ETSI EN 319 142-1, 5.5).
    """
    stamps: dict[str, SignatureOutcome] = {}
    proofs: list[tuple[int, datetime]] = []
    for each in reversed(facts.signatures):
        if each.kind == "timestamp":
            carried = min((at for revision, at in proofs if revision > each.revision), default=None)
            outcome = stamps[each.field] = _document_stamp(each, facts, trusted, now, carried)
            if outcome.result == "good" and outcome.proven_at:
                proofs.append((each.revision, outcome.proven_at))
    return tuple(
        stamps.get(each.field)
        or _signature(
            each,
            facts,
            trusted,
            now,
            proofs=[at for revision, at in proofs if revision > each.revision],
            received=received,
        )
        for each in facts.signatures
    )


def _signature(
    facts: SignatureFacts,
    paper: PaperFacts,
    trusted: Trust,
    now: datetime,
    *,
    proofs: list[datetime],
    received: datetime | None,
) -> SignatureOutcome:
    envelope = facts.envelope
    read = certificate.read(envelope.certificate)[0] if envelope.certificate else None
    signer = read.signer() if read else None
    claimed = envelope.signed_at or facts.claimed_at
    if facts.trouble:
        return SignatureOutcome(facts.field, signer, claimed, None, (_form(facts),))
    carried = min(proofs, default=None)
    stamped = [(token, timestamp_check(token, paper, trusted, now, carried)) for token in facts.tokens]
    proven = min(
        [*proofs, *(token.made_at for token, check in stamped if check.result == "good" and token.made_at)],
        default=None,
    )
    existed = min((at for at in (proven, received) if at is not None), default=None)
    checks = [_form(facts), integrity(envelope), _coverage(facts), *changes_check(facts)]
    if envelope.certificate:
        times = Times(now, claimed, existed)
        came_with = evidence(paper, envelope, *(token.envelope for token in facts.tokens))
        others = (*envelope.others, *paper.certificates)
        judged = trust.judge(envelope.certificate, others, trusted, times, evidence=came_with)
        checks += [algorithm(envelope, read), *judged, *_embedded(envelope, others, trusted)]
    checks += [_time(facts, claimed, proven, now, received), *_best([check for _, check in stamped])]
    return SignatureOutcome(facts.field, signer, claimed, existed, tuple(checks))


def _document_stamp(
    facts: SignatureFacts, paper: PaperFacts, trusted: Trust, now: datetime, carried: datetime | None
) -> SignatureOutcome:
    envelope = facts.envelope
    read = certificate.read(envelope.certificate)[0] if envelope.certificate else None
    signer = read.signer() if read else None
    if facts.trouble or not facts.tokens:
        return SignatureOutcome(facts.field, signer, None, None, (_form(facts),), facts.kind)
    token = facts.tokens[0]
    check = timestamp_check(token, paper, trusted, now, carried)
    checks = (_form(facts), _coverage(facts), *changes_check(facts), check)
    proven = token.made_at if check.result == "good" else None
    return SignatureOutcome(facts.field, signer, None, proven, checks, facts.kind)


def _form(facts: SignatureFacts) -> Check:
    if not facts.trouble:
        return Check("form", "good", got=facts.encoding)
    if facts.trouble == "encoding-unknown":
        return Check("form", "bad", "pdf-signature-encoding-unknown", "adbe.pkcs7.detached | ETSI.CAdES.detached",
                     facts.encoding)  # fmt: skip
    return Check("form", "bad", _TROUBLES.get(facts.trouble, "pdf-signature-malformed"), got=facts.trouble)


def _coverage(facts: SignatureFacts) -> Check:
    if facts.coverage in {"file", "revision"}:
        return Check("coverage", "good", got=facts.coverage)
    reason = "pdf-byte-range-gap" if facts.coverage == "gap" else "pdf-byte-range-partial"
    return Check("coverage", "bad", reason, "file", facts.coverage)


def _embedded(envelope: Envelope, others: tuple[bytes, ...], trusted: Trust) -> tuple[Check, ...]:
    """Whether the file alone leads from the signer to just below the root (SIG-23); not asked where nothing leads."""
    if trust.chain(envelope.certificate, others, Trust(roots=trusted.roots)):
        return (Check("embedded", "good", got=str(len(others))),)
    if trust.chain(envelope.certificate, others, trusted):
        return (Check("embedded", "bad", "pdf-chain-not-embedded", got=str(len(others))),)
    return ()


def _time(
    facts: SignatureFacts, claimed: datetime | None, proven: datetime | None, now: datetime, received: datetime | None
) -> Check:
    """Hold the claimed time against those that bound it.

    The instant of the sending is by another clock, for which nobody vouches, so that a later claim is in doubt only.
    """
    if claimed is None:
        if proven is not None:
            return Check("time", "good", got=f"{proven:%FT%TZ}")
        return Check("time", "unknown", "pdf-signing-time-missing")
    got = f"{claimed:%FT%T%z}"
    bounds: tuple[tuple[datetime | None, Result, str], ...] = (
        (now, "bad", "pdf-signing-time-in-future"),
        (proven, "bad", "pdf-signing-time-after-timestamp"),
        (received, "unknown", "pdf-signing-time-after-sending"),
    )
    for bound, result, reason in bounds:
        if bound is not None and claimed > bound + TOLERANCE:
            return Check("time", result, reason, f"<= {bound:%FT%T%z}", got)
    if facts.claimed_at is not None and abs(facts.claimed_at - claimed) > TOLERANCE:
        return Check("time", "unknown", "pdf-signing-times-differ", f"{facts.claimed_at:%FT%T%z}", got)
    return Check("time", "good", got=got)


def _best(checks: list[Check]) -> tuple[Check, ...]:
    """Of several timestamps one that is good is enough."""
    return tuple(sorted(checks, key=lambda check: WORST_FIRST.index(check.result), reverse=True)[:1])
