"""The chain from a certificate to a trusted root, found by signature and validated by RFC 5280; bounded, offline.

The search is ours and not that of ``pyhanko-certvalidator``, because a signature may embed certificates that certify
each other in circles: each step is taken only where a signature holds, and steps are counted. What was found is
validated by the library: path length, name constraints, policies, critical extensions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509
from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.keys import PublicKeyInfo
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

from protocol.signatures.certificate import BROKEN, instant
from protocol.signatures.outcome import Check

MOST_OTHERS = 64
"""Embedded certificates that are looked at."""
MOST_STEPS = 64
"""Signatures of certificates that are verified in the search for one chain."""
LONGEST = 8
"""Certificates of a chain, root included."""
UNVERIFIABLE: tuple[type[Exception], ...] = (*BROKEN, AssertionError)
"""What the library raises beside: for a signature by RSA under a key on a curve it asserts that the key is RSA."""
_VALIDATOR = DefaultSignatureValidator()


@dataclass(frozen=True, slots=True)
class Chain:
    """Certificates from the one that was asked about (first) to a trusted root (last)."""

    certificates: tuple[x509.Certificate, ...]

    @property
    def root(self) -> x509.Certificate:
        """Give the trusted root."""
        return self.certificates[-1]

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Give from when to when everybody above the first was valid, the root too; it may end before it begins."""
        above = self.certificates[1:]
        return max(each.not_valid_before for each in above), min(each.not_valid_after for each in above)


def certificates(ders: Iterable[bytes], most: int | None = None) -> tuple[x509.Certificate, ...]:
    """Parse different certificates, at most ``most``; those that cannot be read are left out."""
    found: dict[bytes, x509.Certificate] = {}
    for der in dict.fromkeys(ders):
        if len(found) == most:
            break
        try:
            parsed = x509.Certificate.load(der, strict=True)
            _ = parsed.subject.hashable, parsed.issuer.hashable, parsed.public_key.algorithm, parsed.ca
            validity = parsed["tbs_certificate"]["validity"]
            _ = instant(validity["not_before"]), instant(validity["not_after"])
        except BROKEN:
            continue
        found[der] = parsed
    return tuple(found.values())


def find(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    moment: datetime | None = None,
) -> tuple[tuple[Chain, ...], Check]:
    """Look for chains; the check names the root, or says how far the search went and why no further.

    Of several certificates of an issuer those that are valid at ``moment`` are tried first.
    """
    search = _Search(_valid_first(others, moment), _valid_first(roots, moment))
    chains = tuple(Chain(each) for each in search.up((leaf,)))
    if chains:
        return chains, Check("chain", "good", got=name(chains[0].root))
    if not roots:
        return (), Check("chain", "unknown", "trust-roots-missing")
    return (), search.failure()


def signed_by(signed: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the signature of a certificate holds under the key of another."""
    data = signed["tbs_certificate"].dump()
    return verified(signed["signature_value"].native, data, issuer.public_key, signed["signature_algorithm"])


def verified(value: bytes, data: bytes, key: PublicKeyInfo, algorithm: SignedDigestAlgorithm) -> bool:
    """Whether a key made a signature of data."""
    try:
        _VALIDATOR.validate_signature(
            signature=value, signed_data=data, public_key_info=key, signature_algorithm=algorithm
        )
    except UNVERIFIABLE:
        return False
    return True


def _valid_first(certificates: Sequence[x509.Certificate], moment: datetime | None) -> tuple[x509.Certificate, ...]:
    if moment is None:
        return tuple(certificates)
    return tuple(sorted(certificates, key=lambda each: not each.not_valid_before <= moment <= each.not_valid_after))


class _Search:
    """A search upwards, depth first, each step proven by a signature; it remembers why it stopped."""

    def __init__(self, others: tuple[x509.Certificate, ...], roots: tuple[x509.Certificate, ...]) -> None:
        self.others = others
        self.roots = roots
        self.trusted = {each.dump() for each in roots}
        self.steps = 0
        self.untrusted: x509.Certificate | None = None
        self.wrong: x509.Certificate | None = None
        self.missing: x509.Certificate | None = None
        self.alone = False

    def up(self, chain: tuple[x509.Certificate, ...]) -> Iterator[tuple[x509.Certificate, ...]]:
        """Give the chains that begin with this one and end in a trusted root."""
        last = chain[-1]
        if last.dump() in self.trusted:
            yield chain
            return
        if len(chain) == LONGEST:
            return
        seen = {each.dump() for each in chain}
        named = [each for each in (*self.roots, *self.others) if each.subject == last.issuer]
        if not named:
            self.missing = last
        for issuer in named:
            if self.steps == MOST_STEPS:
                return
            self.steps += 1
            if not signed_by(last, issuer):
                self.wrong = self.wrong or last
            elif issuer.dump() not in seen:
                yield from self.up((*chain, issuer))
        if last.subject == last.issuer and signed_by(last, last):
            self._ends_in(chain)

    def _ends_in(self, chain: tuple[x509.Certificate, ...]) -> None:
        self.untrusted = chain[-1]
        self.alone = len(chain) == 1

    def failure(self) -> Check:
        """Say why nothing was found; the most telling of the ends that were met."""
        if self.untrusted is not None:
            reason = "certificate-self-signed" if self.alone else "certificate-root-untrusted"
            return Check("chain", "bad", reason, " | ".join(map(name, self.roots)), name(self.untrusted))
        if self.missing is not None:
            return Check("chain", "bad", "certificate-issuer-missing", _name_of(self.missing.issuer))
        if self.wrong is not None:
            return Check("chain", "bad", "certificate-signature-wrong", _name_of(self.wrong.issuer), name(self.wrong))
        return Check("chain", "bad", "certificate-chain-broken", f"<= {LONGEST}, <= {MOST_STEPS}", str(self.steps))


def name(certificate: x509.Certificate) -> str:
    """Call a certificate by the common name of its subject."""
    return _name_of(certificate.subject)


def _name_of(name: x509.Name) -> str:
    found = {str(pair["type"].native): str(pair["value"].native)[:200] for part in name.chosen for pair in part}
    return found.get("common_name") or found.get("organization_name") or ""
