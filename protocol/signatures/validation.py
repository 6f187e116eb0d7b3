"""Whether a chain holds: by RFC 5280, by what its root says of itself, and by the algorithms that bind it together.

The library validates what stands below the root: path length, name constraints, policies, critical extensions. Times
are left out, because which instant counts is a question about the signature.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from asn1crypto import x509
from pyhanko_certvalidator.authority import CertTrustAnchor, TrustedServiceType, TrustQualifiers, derive_quals_from_cert
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import ExpiredError, NotYetValidError, PathValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, AcceptAllAlgorithms, CertRevTrustPolicy
from pyhanko_certvalidator.validate import SUPPORTED_EXTENSIONS, async_validate_path

from protocol.signatures import algorithms
from protocol.signatures.outcome import Check, Result
from protocol.signatures.paths import LONGEST, UNVERIFIABLE, Chain, find, name

MOST_CHAINS = 16
"""Chains that are validated: those first that were in force."""
_BEST_FIRST = ("good", "unknown", "bad")
_TOLD = (
    ("is not a CA", "basicConstraints"),
    ("not allowed to sign certificates", "keyUsage"),
    ("maximum path length", "pathLenConstraint"),
    ("namespace", "nameConstraints"),
    ("policies", "certificatePolicies"),
    ("policy", "certificatePolicies"),
    ("critical extension", "critical"),
)
"""What the library's sentences are about, in the words of RFC 5280."""
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())  # what it finds is answered, not printed

_Value = TypeVar("_Value")


def resolve(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    moment: datetime,
    *,
    in_force: Callable[[Chain], Check],
    unrevoked: Callable[[Chain], Result],
) -> tuple[tuple[Chain, ...], Check]:
    """Give the chains that nothing is against, the best first; without one, the check says what is wrong.

    ``in_force`` judges by the times of a chain, ``unrevoked`` its authorities. An authority that renewed its
    certificate and kept its key has two that both fit: one that was in force and is not revoked is enough, in whatever
    order they come. A chain that is merely not known to have been is given as well.
    """
    chains, check = find(leaf, others, roots, moment)
    timed = sorted(((each, in_force(each)) for each in chains), key=lambda pair: _BEST_FIRST.index(pair[1].result))
    found: list[tuple[int, Chain, Check]] = []
    wrong: list[Check] = []
    for chain, told in timed[:MOST_CHAINS]:
        verdict = validate(chain)
        if verdict.result == "good":
            verdict = told
        if verdict.result == "bad":
            wrong.append(verdict)
        else:
            found.append((max(map(_BEST_FIRST.index, (verdict.result, unrevoked(chain)))), chain, verdict))
    found.sort(key=lambda each: each[0])
    if not found:
        return (), wrong[0] if wrong else check
    return tuple(chain for _, chain, _ in found), found[0][2]


def validate(chain: Chain) -> Check:
    """Validate a chain by RFC 5280 but for its times, and what its root says of itself; a root alone is good."""
    if len(chain.certificates) == 1:
        return Check("chain", "good", got=name(chain.root))
    try:
        weak = next(_weak_links(chain), None)
        if weak is not None:
            return Check("chain", "bad", "certificate-algorithm-weak", weak.expected, weak.got, (weak,))
        told = _unfit(chain.root)
        if not told:
            _finished(async_validate_path(_context(chain), _path(chain)))
    except (ExpiredError, NotYetValidError):  # no instant at which all were valid: that is said of its times
        told = ""
    except PathValidationError as error:
        told = next((word for sentence, word in _TOLD if sentence in str(error)), "RFC 5280")
    except UNVERIFIABLE as error:
        return Check("chain", "bad", "certificate-chain-broken", "RFC 5280", type(error).__name__)
    if told:
        return Check("chain", "bad", "certificate-chain-broken", told)
    return Check("chain", "good", got=name(chain.root))


def not_in_force(chain: Chain, moment: datetime) -> Check:
    """Say which certificate above the first was not valid at an instant: an issuer's, or only the root's."""
    for each in chain.certificates[1:]:
        if not each.not_valid_before <= moment <= each.not_valid_after:
            span = f"{name(each)}: {each.not_valid_before:%FT%TZ} … {each.not_valid_after:%FT%TZ}"
            reason = "certificate-root-not-valid" if each is chain.root else "certificate-issuer-not-valid"
            return Check("chain", "bad", reason, f"{moment:%FT%TZ}", span)
    return Check("chain", "good", got=name(chain.root))


def _finished(coroutine: Coroutine[Any, Any, _Value]) -> _Value:
    """Run a coroutine of the library, which waits for nothing where nothing is fetched, without any event loop."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: _Value = end.value
        return value
    coroutine.close()
    raise RuntimeError("certificate validation waited for something: it must not fetch")


def _path(chain: Chain) -> ValidationPath:
    *below, root = chain.certificates
    leaf, *between = below
    return ValidationPath(CertTrustAnchor(root, _limits(root)), interm=tuple(reversed(between)), leaf=leaf)


def _context(chain: Chain) -> ValidationContext:
    """Give a context of the library that trusts this root alone, fetches nothing and judges no revocation."""
    return ValidationContext(
        trust_roots=[chain.root],
        other_certs=chain.certificates[:-1],
        moment=_common(chain),
        allow_fetching=False,
        revinfo_policy=CertRevTrustPolicy(NO_REVOCATION),
        algorithm_usage_policy=AcceptAllAlgorithms(),
    )


def _common(chain: Chain) -> datetime:
    """Give an instant at which all certificates of a chain were valid, if there is one."""
    begin, end = chain.span
    leaf: datetime = chain.certificates[0].not_valid_before
    return max(begin, min(leaf, end))


def _limits(root: x509.Certificate) -> TrustQualifiers:
    """Give what a root lays down for those below it: how many, and of which names.

    Its policies are left out, because they oblige nobody (RFC 5280, 6.1.1), and its times are judged elsewhere.
    """
    own = derive_quals_from_cert(root)
    params = own.standard_parameters
    if params is not None:
        params = replace(params, user_initial_policy_set=frozenset({"any_policy"}), initial_explicit_policy=False)
    return TrustQualifiers(
        standard_parameters=params,
        max_path_length=own.max_path_length,
        max_aa_path_length=LONGEST,  # the library counts it down as soon as the other one is set
        trusted_service_type=TrustedServiceType.UNSPECIFIED,
    )


def _unfit(root: x509.Certificate) -> str:
    """Say in a word of RFC 5280 why a root may issue nothing; the library asks that of those below it only."""
    if not root.ca:
        return "basicConstraints"
    if root.key_usage_value is not None and "key_cert_sign" not in root.key_usage_value.native:
        return "keyUsage"
    return "" if root.critical_extensions <= SUPPORTED_EXTENSIONS else "critical"


def _weak_links(chain: Chain) -> Iterator[Check]:
    for signed, issuer in zip(chain.certificates, chain.certificates[1:], strict=False):
        try:
            judged = algorithms.judge(algorithms.of(signed["signature_algorithm"], issuer.public_key))
        except UNVERIFIABLE as error:
            judged = Check("algorithm", "bad", "signature-scheme-not-allowed", "", type(error).__name__)
        if judged.result == "bad":
            yield judged
