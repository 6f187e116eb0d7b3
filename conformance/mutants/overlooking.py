"""Defects of verifying a part of what came signed and taking it for the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from conformance.mutants.defect import Defect
from conformance.reference_dms import verifying
from conformance.reference_dms.office import Office, Refusal, Warned, say
from conformance.reference_dms.verifying import Examined, Verdict
from protocol.package.model import DocumentPackage

if TYPE_CHECKING:
    from protocol.signatures.outcome import Check, Result, SignatureOutcome
    from protocol.signatures.pdf.facts import PaperFacts, SignatureFacts
    from protocol.signatures.trust import Trust


def _updates(check: Check) -> Result:
    """Compute the digest of what was signed, and never look at what lies behind it."""
    return "good" if check.question in ("coverage", "changes") else verifying.weigh(check)


def _usage(check: Check) -> Result:
    return "good" if check.question == "usage" else verifying.weigh(check)


async def _last_signature(office: Office, package: DocumentPackage) -> tuple[Examined, ...]:
    """Let the last signature speak for those before it."""
    examined = await verifying.examine(office, package)
    return tuple(replace(file, verdicts=(*map(_taken, file.verdicts[:-1]), *file.verdicts[-1:])) for file in examined)


async def _seals_only(office: Office, package: DocumentPackage) -> tuple[Examined, ...]:
    """Take the signature of a person for good, whatever it is."""
    examined = await verifying.examine(office, package)
    return tuple(
        replace(file, verdicts=tuple(_taken(each) if _of_person(each) else each for each in file.verdicts))
        for file in examined
    )


async def _main_file_only(office: Office, package: DocumentPackage) -> tuple[Examined, ...]:
    return tuple(file for file in await verifying.examine(office, package) if file.main)


def _taken(verdict: Verdict) -> Verdict:
    return Verdict(verdict.outcome, "good", ())


def _of_person(verdict: Verdict) -> bool:
    signer = verdict.outcome.signer
    return signer is not None and signer.role == "person"


def _any_is_enough(examined: Sequence[Examined]) -> list[Warned]:
    """Miss signatures only where there is none."""
    main = next((file for file in examined if file.main), None)
    return [] if main is None or main.verdicts else verifying.lacks(examined)


def _always_lacking(examined: Sequence[Examined]) -> list[Warned]:
    """Mark whatever comes, so that the mark means nothing."""
    return [Warned("signature", say("warning.unsigned", name=file.name)) for file in examined if file.main]


async def _called_by_letter(office: Office, package: DocumentPackage) -> tuple[Examined, ...]:
    """Name the letter wherever the name of its file would stand."""
    name = package.header.document_id or "?"
    return tuple(replace(file, name=name) for file in await verifying.examine(office, package))


def _notice(examined: Sequence[Examined]) -> list[Warned]:
    return [Warned("signature", f"Hãy kiểm tra chữ ký số của văn bản {file.name}.") for file in examined if file.main]


def _any_seal(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> Refusal | None:
    del office, package, examined
    return None


def _stamped_as_malformed(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> Refusal | None:
    """Choke on timestamps: what bears one is sent back, and no signature of it was looked at."""
    outcomes = [verdict.outcome for file in examined for verdict in file.verdicts]
    if any(check.question == "timestamp" for outcome in outcomes for check in outcome.checks):
        return Refusal("format", "Tệp sai định dạng.")
    return verifying.objection(office, package, examined)


def _any_timestamp(facts: PaperFacts, trust: Trust, now: datetime) -> tuple[SignatureOutcome, ...]:
    """Believe each timestamp: as if it were for its signature, and from an authority that everybody trusts."""
    tokens = [token for signature in facts.signatures for token in signature.tokens]
    roots = tuple(der for token in tokens for der in (token.envelope.certificate, *token.envelope.others) if der)
    believed = replace(facts, signatures=tuple(map(_stamped_well, facts.signatures)))
    found = verifying.outcomes(believed, replace(trust, tsa_roots=(*trust.tsa_roots, *trust.roots, *roots)), now)
    return tuple(outcome.only(lambda check: check.question != "timestamp") for outcome in found)


def _any_timestamp_where_dated(facts: PaperFacts, trust: Trust, now: datetime) -> tuple[SignatureOutcome, ...]:
    """Believe each timestamp, but say nothing of a signature whose signer claims no time."""
    from protocol.signatures.outcome import Check  # noqa: PLC0415 - takes time to import

    undated = Check("time", "unknown", "pdf-signing-time-missing")
    found = _any_timestamp(facts, trust, now)
    return tuple(each if each.signed_at else replace(each, checks=(*each.checks, undated)) for each in found)


def _stamped_well(signature: SignatureFacts) -> SignatureFacts:
    return replace(signature, tokens=tuple(replace(token, matches=True) for token in signature.tokens))


DEFECTS = (
    Defect("updates-not-noticed", "SIG-19", {"weigh": _updates}),
    Defect("last-signature-only", "SIG-05", {"examine": _last_signature}),
    Defect("person-not-judged", "SIG-05", {"examine": _seals_only}),
    Defect("half-signed-as-whole", "GEN-03", {"lacks": _any_is_enough}),
    Defect("marks-everything", "GEN-03", {"lacks": _always_lacking}),
    Defect(
        "same-notice-on-every-letter",
        "GEN-03",
        {"examine": _called_by_letter, "lacks": _notice, "foreign_seal": _any_seal},
    ),
    Defect("appendixes-not-verified", "ATT-05", {"examine": _main_file_only}),
    Defect("usage-not-checked", "SIG-04", {"weigh": _usage}),
    Defect("any-timestamp-believed", "SIG-12", {"outcomes": _any_timestamp}),
    Defect("any-timestamp-believed-where-dated", "SIG-12", {"outcomes": _any_timestamp_where_dated}),
    Defect("stamped-is-malformed", "SIG-12", {"objection": _stamped_as_malformed}),
)
