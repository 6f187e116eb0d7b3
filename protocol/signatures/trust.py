"""What is to be held of a signer's certificate: its fields, chain, usage, validity and revocation, at the signing.

Everything is judged from what is at hand: the trust folder, and what came with the signature. Nothing is fetched,
nothing reads the clock. What cannot be known is ``unknown`` and never ``good`` (SIG-13).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, partial
from typing import Literal

from asn1crypto import x509

from protocol.signatures import certificate, paths, revocation, validation
from protocol.signatures.anchors import NO_EVIDENCE, Evidence, Trust, TrustError, load
from protocol.signatures.certificate import Certificate
from protocol.signatures.outcome import Check
from protocol.signatures.revocation import Times, Words

__all__ = ["NO_EVIDENCE", "Evidence", "Times", "Trust", "TrustError", "chain", "judge", "load"]

Purpose = Literal["document", "timestamp"]


def judge(
    signer: bytes,
    others: Iterable[bytes],
    trust: Trust,
    times: Times,
    *,
    evidence: Evidence = NO_EVIDENCE,
    purpose: Purpose = "document",
) -> tuple[Check, ...]:
    """Judge the certificate (DER) that made a signature: ``certificate, chain, usage, validity, revocation``.

    ``others`` are the certificates (DER) that came with it, ``evidence`` its revocation data. A certificate that cannot
    be read has the first check only; one without a trusted chain is not asked for revocation. For a timestamp,
    ``times.claimed`` is the time in the token and the roots for timestamps are trusted.
    """
    read, form = certificate.read(signer)
    if read is None:
        return (form,)
    usage = certificate.usage(read) if purpose == "document" else certificate.timestamp_usage(read)
    embedded = evidence.crls[: revocation.MOST_EMBEDDED], evidence.ocsps[: revocation.MOST_EMBEDDED]
    crls, ocsps = ([each for each in some if len(each) <= revocation.LARGEST_EMBEDDED] for some in embedded)
    words = cache(partial(revocation.words, trust.crls, crls, (*trust.ocsps, *ocsps)))
    found, linked = _chain(read, others, trust, times=times, purpose=purpose, words=words)
    checks = (form, linked, usage, validity(read, times))
    return (*checks, revocation.judge(found, words(), times)) if found else checks


def chain(signer: bytes, others: Iterable[bytes], trust: Trust) -> tuple[bytes, ...]:
    """Give the chain to a trusted root in DER, the signer first; empty where none is found.

    With a trust that has roots only, this tells whether a signature embeds everything that is needed (SIG-23).
    """
    leaf = paths.certificates([signer])
    if not leaf:
        return ()
    try:
        found, _ = paths.find(leaf[0], _others(trust, others), paths.certificates(trust.roots))
    except certificate.BROKEN:
        return ()
    return tuple(each.dump() for each in found[0].certificates) if found else ()


def validity(read: Certificate, times: Times) -> Check:
    """Whether a certificate was valid when it signed; after its end, only a proven time can say so (SIG-13).

    A signer is taken at his word where it is against him. Without it, only that is bad which is so at every instant at
    which he can have signed: before anything is known of the signature.
    """
    span = f"{read.not_before:%FT%TZ} … {read.not_after:%FT%TZ}"
    signing, known = times.signing, times.proven or times.now
    got = f"{signing:%FT%TZ}"
    if signing < read.not_before:
        return Check("validity", "bad", "certificate-not-yet-valid", span, got)
    if signing > read.not_after and times.claimed is not None:
        return Check("validity", "bad", "certificate-expired", span, got)
    if known > read.not_after:
        told = got if times.claimed is None else f"{got}, {known:%FT%TZ}"
        return Check("validity", "unknown", "signing-time-unproven", span, told)
    return Check("validity", "good", expected=span, got=got)


def _chain(
    read: Certificate,
    others: Iterable[bytes],
    trust: Trust,
    *,
    times: Times,
    purpose: Purpose,
    words: Callable[[], Words],
) -> tuple[tuple[paths.Chain, ...], Check]:
    leaf = paths.certificates([read.der])
    if not leaf:
        return (), Check("chain", "bad", "certificate-unreadable")
    roots = (trust.tsa_roots or trust.roots) if purpose == "timestamp" else trust.roots
    known = _within(read, times.proven or times.now)
    try:
        return validation.resolve(
            leaf[0],
            _others(trust, others),
            paths.certificates(roots),
            known,
            in_force=lambda chain: _in_force(chain, read, times),
            unrevoked=lambda chain: revocation.of_authorities(chain, words(), times),
        )
    except certificate.BROKEN as error:
        return (), Check("chain", "bad", "certificate-chain-broken", "RFC 5280", type(error).__name__)


def _in_force(chain: paths.Chain, read: Certificate, times: Times) -> Check:
    """Whether everybody above the signer was valid when he signed, by the same rule as for himself.

    His own validity is judged for itself, so that each instant is taken for the nearest at which he was valid.
    """
    signing, known = (_within(read, each) for each in (times.signing, times.proven or times.now))
    if len(chain.certificates) == 1:
        return validation.not_in_force(chain, known)
    begin, end = chain.span
    if times.claimed is not None and not begin <= signing <= end:
        return validation.not_in_force(chain, signing)
    if known < begin or max(begin, read.not_before) > end:
        return validation.not_in_force(chain, known)
    if known > end:
        got = f"{signing:%FT%TZ}, {known:%FT%TZ}"
        return Check("chain", "unknown", "signing-time-unproven", f"{begin:%FT%TZ} … {end:%FT%TZ}", got)
    return validation.not_in_force(chain, known)


def _others(trust: Trust, others: Iterable[bytes]) -> tuple[x509.Certificate, ...]:
    return (*paths.certificates(trust.intermediates), *paths.certificates(others, paths.MOST_OTHERS))


def _within(read: Certificate, moment: datetime) -> datetime:
    """Give the instant of the certificate's validity that is nearest, because its validity is judged for itself."""
    return max(min(moment, read.not_after), read.not_before)
