"""Whether a CMS structure holds: its digest and its signature value, and by which algorithms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from protocol.signatures import algorithms
from protocol.signatures.algorithms import SCHEMES, Algorithm
from protocol.signatures.anchors import Evidence
from protocol.signatures.certificate import Certificate
from protocol.signatures.outcome import Check, Result
from protocol.signatures.pdf.facts import Envelope, PaperFacts

WORST_FIRST: tuple[Result, ...] = ("bad", "unknown", "good")


def integrity(envelope: Envelope) -> Check:
    """Whether digest and signature value hold: two questions, of which neither answers the other.

    Without the certificate of the signer there is no telling by whom the value is; the digest differs all the same.
    """
    digest = _held(envelope.digest_holds, "pdf-digest-differs", envelope.digest)
    if not envelope.certificate:
        missing = Check("integrity", "unknown", "pdf-signer-certificate-missing")
        return replace(digest, parts=(digest, missing)) if digest.result == "bad" else missing
    parts = (digest, _held(envelope.value_holds, "pdf-signature-value-wrong", envelope.scheme))
    found = worst(parts)
    return Check("integrity", found.result, found.reason, found.expected, found.got, parts)


def _held(holds: bool | None, reason: str, got: str) -> Check:
    if holds is None:
        return Check("integrity", "unknown", "pdf-signature-uncheckable", got=got)
    return Check("integrity", "good" if holds else "bad", "" if holds else reason, got=got)


def algorithm(envelope: Envelope, read: Certificate | None, *further: str) -> Check:
    """Judge every hash function that the signature rests on, with its scheme and key."""
    key, bits = (read.key, read.bits) if read else ("", 0)
    scheme = SCHEMES.get(envelope.scheme, envelope.scheme)
    names = dict.fromkeys((envelope.digest, envelope.signature_digest, *further))
    return worst([algorithms.judge(Algorithm(name, scheme, key, bits)) for name in names])


def evidence(paper: PaperFacts, *envelopes: Envelope) -> Evidence:
    """Gather the revocation data that came with signatures and in the document security store."""
    return Evidence(
        tuple(each for envelope in envelopes for each in envelope.crls) + paper.crls,
        tuple(each for envelope in envelopes for each in envelope.ocsps) + paper.ocsps,
    )


def worst(checks: Iterable[Check]) -> Check:
    """Give the worst check; of equal ones that which has something to say."""
    return min(checks, key=lambda check: (WORST_FIRST.index(check.result), not check.reason))
