"""Judges RFC 3161 timestamps: for these data, whole, by an allowed algorithm, from a trusted authority (SIG-12)."""

from __future__ import annotations

from datetime import datetime, timedelta

from protocol.signatures import algorithms, certificate, trust
from protocol.signatures.anchors import Trust
from protocol.signatures.outcome import Check
from protocol.signatures.pdf.facts import PaperFacts, Token
from protocol.signatures.pdf.strength import algorithm, evidence, integrity, worst
from protocol.signatures.revocation import Times

TOLERANCE = timedelta(minutes=5)
"""By how much two clocks may differ."""


def timestamp_check(
    token: Token, paper: PaperFacts, trusted: Trust, now: datetime, carried: datetime | None = None
) -> Check:
    """Judge a token; ``good`` means that it proves its time.

    ``carried`` is when a later timestamp that holds was put over it: from then on nobody could have made it.
    """
    return _form(token) or _standing(token, paper, trusted, Times(now, token.made_at, carried))


def _form(token: Token) -> Check | None:
    """Give what is wrong with a token by itself, if anything."""
    envelope = token.envelope
    if envelope.trouble or token.made_at is None:
        return Check("timestamp", "bad", "pdf-timestamp-malformed", "RFC 3161", envelope.trouble)
    if token.matches is None:
        allowed = ", ".join(algorithms.allowed_hashes())
        return Check("timestamp", "bad", "pdf-timestamp-algorithm", allowed, token.imprint)
    if not token.matches:
        return Check("timestamp", "bad", "pdf-timestamp-wrong-data", got=f"{token.made_at:%FT%TZ}")
    whole = integrity(envelope)
    if whole.result != "good":
        reason = "pdf-timestamp-broken" if whole.result == "bad" else "pdf-timestamp-unproven"
        return Check("timestamp", whole.result, reason, got=f"{token.made_at:%FT%TZ}", parts=(whole,))
    return None


def _standing(token: Token, paper: PaperFacts, trusted: Trust, times: Times) -> Check:
    envelope, made_at, now = token.envelope, token.made_at, times.now
    assert made_at is not None
    got = f"{made_at:%FT%TZ}"
    allowed = algorithm(envelope, certificate.read(envelope.certificate)[0], token.imprint)
    judged = trust.judge(
        envelope.certificate,
        (*envelope.others, *paper.certificates),
        trusted,
        times,
        evidence=evidence(paper, envelope),
        purpose="timestamp",
    )
    parts = (integrity(envelope), allowed, *judged)
    found = worst(parts)
    if found.result == "bad":
        reason = "pdf-timestamp-algorithm" if found is allowed else "pdf-timestamp-untrusted"
        return Check("timestamp", "bad", reason, found.expected, found.got, parts)
    if made_at > now + TOLERANCE:
        return Check("timestamp", "bad", "pdf-timestamp-in-future", f"<= {now:%FT%T%z}", got, parts)
    if found.result == "unknown":
        return Check("timestamp", "unknown", "pdf-timestamp-unproven", found.expected, found.got, parts)
    return Check("timestamp", "good", got=got, parts=parts)
