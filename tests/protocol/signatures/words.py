"""Asking what is held of a signer, for the tests of trust."""

from __future__ import annotations

from protocol.signatures import trust
from protocol.signatures.outcome import Check
from protocol.signatures.pki import Identity, Pki, Validity
from protocol.signatures.trust import NO_EVIDENCE, Evidence, Times, Trust
from tests.protocol.signatures.moments import NOW

AT_ONCE = Times(NOW, claimed=NOW)


def agency(pki: Pki, validity: Validity | None = None) -> Identity:
    """Certify the seal of the agency that signs in these tests."""
    return pki.agency("H99.01", "Sở Thử nghiệm", validity=validity)


def judged(
    identity: Identity, trusted: Trust, times: Times = AT_ONCE, evidence: Evidence = NO_EVIDENCE
) -> dict[str, Check]:
    """Judge somebody who sends along all certificates above; the checks by their question."""
    checks = trust.judge(identity.der, identity.issuer_ders, trusted, times, evidence=evidence)
    return {check.question: check for check in checks}


def told(checks: dict[str, Check]) -> set[tuple[str, str, str]]:
    """Give question, result and reason of whatever is not plainly good."""
    return {(each.question, each.result, each.reason) for each in checks.values() if each.reason}


def impostor(pki: Pki) -> Pki:
    """Make a PKI whose authorities have the same names and other keys."""
    return Pki(pki.now, fresh=True)
