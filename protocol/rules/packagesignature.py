"""The signature of the package itself (SIG-17, SIG-18), under the policy that is in force (open question Q6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from protocol.finding import Finding, quote
from protocol.rules.context import PACKAGE_SIGNATURE, Context, StructureRule
from protocol.rules.paperparts import WITHOUT_TRUST
from protocol.rules.papersignatures import told
from protocol.signatures.outcome import Check, SignatureOutcome, Signer
from protocol.signatures.xml import place, policy
from protocol.signatures.xml.policy import Policy

_OTHER_PARTY = "xml-signature-other-party"
_PARTY_UNKNOWN = "xml-signature-party-unknown"
_PARTY_UNPROVEN = "xml-signature-party-unproven"


def package_signature(context: Context, root: etree._Element) -> Iterator[Finding]:
    """SIG-17, SIG-18: where there is a signature it holds, and covers just what is read; else it was not demanded."""
    if next(place.all_signatures(root), None) is None:
        if context.signing is not None and context.signing.policy == "required":
            yield from context.breach("xml-signature-missing", PACKAGE_SIGNATURE)
        return
    context.sealed.extend(_outcomes(context))
    for outcome in context.sealed:
        for check in told(outcome.checks):
            yield from context.breach(
                check.reason, PACKAGE_SIGNATURE, expected=quote(check.expected), got=check.got, signature=outcome
            )


def _outcomes(context: Context) -> Iterator[SignatureOutcome]:
    signing = context.signing
    if signing is None or context.source is None:
        return
    from protocol.signatures.trust import Times, Trust  # noqa: PLC0415 - takes time, and few packages are signed

    times = Times(context.now, proven=context.surroundings.sent_at)
    trusted = signing.trust or Trust()
    source = context.source()
    for outcome in policy.judge(context.reading, source, policy=signing.policy, trusted=trusted, times=times):
        known = (_demanded(context, _by_directory(context, each, outcome.signer)) for each in outcome.checks)
        kept = tuple(each for each in known if signing.trust is not None or _is_told(each, signing.policy))
        yield SignatureOutcome(outcome.place, outcome.signer, outcome.signed_at, outcome.proven_at, kept)


def _is_told(check: Check, policy: Policy) -> bool:
    """Whether an answer is given without anybody to trust.

    A certificate that names another agency is wrong whoever issued it. Where the sender's signature is demanded, one
    that nobody can trust is not passed over in silence.
    """
    if check.question == "party":
        return check.result == "bad"
    return check.question in WITHOUT_TRUST or (check.question == "chain" and policy == "required")


def _by_directory(context: Context, check: Check, signer: Signer | None) -> Check:
    """Take a signer under another code for the sender where the directory says so."""
    if check.reason != _OTHER_PARTY or signer is None or context.reading.package is None:
        return check
    sender = context.reading.package.header.sender.organ_id
    own = any(context.surroundings.same_body(code, sender) for code in signer.codes)
    return Check(check.question, "good", expected=check.expected, got=check.got) if own else check


def _demanded(context: Context, check: Check) -> Check:
    """Say more of a signer under no code where the sender's signature is demanded: it is not known to be his."""
    demanded = context.signing is not None and context.signing.policy == "required"
    return replace(check, reason=_PARTY_UNPROVEN) if demanded and check.reason == _PARTY_UNKNOWN else check


RULES: tuple[StructureRule, ...] = (package_signature,)
