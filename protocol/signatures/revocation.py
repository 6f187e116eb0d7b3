"""Whether a certificate was revoked when it signed: good, bad or unknown, from lists and responses at hand.

Each list and each response is asked by itself whether it is genuine and what it says, at its own instant. What follows
from all of them for a signature is judged here: a claimed time of signing excuses nothing, because who stole a key also
chooses the time that he claims; only a proven one does. Where no time is known, nothing is held against a signature
but what is so at every time at which it can have been made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import ocsp

from protocol.signatures import responder, revocationlist
from protocol.signatures.certificate import BROKEN
from protocol.signatures.outcome import Check, Result
from protocol.signatures.paths import Chain
from protocol.signatures.revocationlist import RevocationList
from protocol.signatures.statement import Statement, revoked_since

MOST_EMBEDDED = 16
LARGEST_EMBEDDED = 1024 * 1024
"""Bytes of a list or response that came with a signature."""
TOLERANCE = timedelta(minutes=5)
"""By how much the clock of an authority may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Times:
    """``now``, when the signer claims to have signed, and by when the signature is proven to have existed; aware."""

    now: datetime
    claimed: datetime | None = None
    proven: datetime | None = None

    def __post_init__(self) -> None:
        for each in (self.now, self.claimed, self.proven):
            if each is not None and each.utcoffset() is None:
                raise ValueError("an instant needs an offset: give aware datetimes")

    @property
    def signing(self) -> datetime:
        """Give the best that is known of the time of signing, which cannot be later than what is proven."""
        return min((each for each in (self.claimed, self.proven) if each is not None), default=self.now)


@dataclass(frozen=True, slots=True)
class Words:
    """The lists and responses at hand, parsed."""

    lists: tuple[RevocationList, ...]
    responses: tuple[ocsp.OCSPResponse, ...]


def words(kept: tuple[bytes, ...], crls: Iterable[bytes], ocsps: Iterable[bytes]) -> Words:
    """Parse lists and responses; ``kept`` are the lists of a trust, which are there for all signatures."""
    known = revocationlist.kept(kept)
    return Words((*known, *revocationlist.read(crls)), tuple(responder.read(ocsps)))


def judge(chains: Sequence[Chain], said: Words, times: Times) -> Check:
    """Judge a certificate and all above it but the root, by the first of its chains; the parts are in its order.

    The other chains count where by them a genuine list calls the certificate itself revoked: whoever revoked it meant
    it, whichever of the authority's certificates was in force then.
    """
    first, *more = chains
    words = [_about(first, place, said) for place in range(len(first.certificates) - 1)]
    if words:
        words[0] += tuple(each for chain in more for each in _about(chain, 0, said) if each.revoked is not None)
    parts = tuple(_judged(first, place, told, times) for place, told in enumerate(words))
    for result in ("bad", "unknown"):
        for part in parts:
            if part.result == result:
                return Check("revocation", part.result, part.reason, part.expected, part.got, parts)
    return Check("revocation", "good", got=parts[0].got if parts else "", parts=parts)


def of_authorities(chain: Chain, said: Words, times: Times) -> Result:
    """Give the worst answer about those between a certificate and the root."""
    between = range(1, len(chain.certificates) - 1)
    found = {_judged(chain, place, _about(chain, place, said), times).result for place in between}
    return "bad" if "bad" in found else "unknown" if "unknown" in found else "good"


def _about(chain: Chain, place: int, said: Words) -> tuple[Statement, ...]:
    """Give what genuine lists and responses say about a certificate of the chain; others are passed over."""
    certificate, above = chain.certificates[place], chain.certificates[place + 1 :]
    found: list[Statement] = []
    for each in said.lists:
        try:
            statement = each.says(certificate, above)
        except BROKEN:
            continue
        if statement is not None:
            found.append(statement)
    for response in said.responses:
        try:
            found += responder.statements(response, certificate, above, said.lists)
        except BROKEN:
            continue
    return tuple(found)


def _judged(chain: Chain, place: int, said: Sequence[Statement], times: Times) -> Check:
    certificate = chain.certificates[place]
    usable = [each for each in said if each.made <= times.now + TOLERANCE]
    since = revoked_since(usable)
    if since is not None:
        return _after_revocation(chain, since, times)
    reference = times.proven or times.now
    before_expiry = [each for each in usable if each.made <= certificate.not_valid_after]
    if any(reference <= each.until for each in before_expiry):
        latest = max(each.made for each in before_expiry if reference <= each.until)
        return Check("revocation", "good", got=f"{latest:%FT%TZ}")
    if before_expiry:
        latest = max(each.until for each in before_expiry)
        return Check("revocation", "unknown", "revocation-stale", f">= {reference:%FT%TZ}", f"{latest:%FT%TZ}")
    return Check("revocation", "unknown", "revocation-unknown", got=f"{certificate.serial_number:x}")


def _after_revocation(chain: Chain, since: datetime, times: Times) -> Check:
    got = f"{since:%FT%TZ}"
    if times.proven is not None and times.proven < since:
        return Check("revocation", "good", expected=f"> {times.proven:%FT%TZ}", got=got)
    if times.claimed is None and since > chain.certificates[0].not_valid_before:
        known = times.proven or times.now
        return Check("revocation", "unknown", "revoked-signing-time-unknown", f"> {known:%FT%TZ}", got)
    if times.signing >= since:
        return Check("revocation", "bad", "certificate-revoked", f"> {times.signing:%FT%TZ}", got)
    return Check("revocation", "unknown", "revoked-after-claimed-signing", f"> {times.signing:%FT%TZ}", got)
