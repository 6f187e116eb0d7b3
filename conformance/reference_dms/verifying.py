"""Judges the signatures of an incoming document before it may be registered, shows the verdicts and keeps them.

QD 28/2018 Art. 9(1): the receiver checks authenticity and integrity before it accepts. A signature that is bad sends
the document back (02); one that nobody can judge holds it for the registry officer; one that is missing makes it a copy
for information only. What was found is kept with certificates and revocation data, and never judged again.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from conformance.reference_dms import vietnam
from conformance.reference_dms.credentials import Credentials
from conformance.reference_dms.office import Office, Refusal, Warned, listed, say
from conformance.reference_dms.sealing import explain_check
from protocol.package.attachment import AttachmentRefused, Original, original
from protocol.package.filekind import PDF_WITHIN, sniff
from protocol.package.model import DocumentPackage

if TYPE_CHECKING:
    from datetime import datetime

    from protocol.signatures.outcome import Check, Result, SignatureOutcome
    from protocol.signatures.pdf.facts import PaperFacts
    from protocol.signatures.trust import Trust

_TOUCHED = ("form", "integrity", "coverage", "changes")
"""Questions whose bad answer means that the document is not what was signed."""
_MARKS = (b"/ByteRange", b"/Sig")
_SHOWN = {"good": "valid", "bad": "invalid", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one signature: its answers as this DMS weighs them, who signed, and when."""

    outcome: SignatureOutcome
    result: Result
    against: tuple[Check, ...]

    @property
    def touched(self) -> bool:
        """Whether the document is not what was signed."""
        return any(check.question in _TOUCHED for check in self.against)


@dataclass(frozen=True, slots=True)
class Examined:
    """One PDF of a package: its digest and name, the verdicts on its signatures, and what has to be kept of it."""

    name: str
    sha256: str
    main: bool
    verdicts: tuple[Verdict, ...] = ()
    whole: tuple[Check, ...] = ()
    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    revocation: tuple[bytes, ...] = field(default=(), repr=False)


async def examine(office: Office, package: DocumentPackage) -> tuple[Examined, ...]:
    """Judge the signatures of every PDF of a package, at this moment; nothing where nobody is trusted yet."""
    if office.credentials is None:
        return ()
    found: list[Examined] = []
    others: list[Examined] = []
    for attachment in package.attachments:
        try:
            file = original(attachment)
            data = file.data
        except AttachmentRefused:
            continue
        if is_pdf(data):
            found.append(await _examined(office, office.credentials, file, data, main=not found))
        else:
            others.append(Examined(file.name, file.sha256, main=True))
    # Without a PDF there is no signature that this DMS could read: the first file stands for a document without one.
    return tuple(found or others[:1])


def is_pdf(data: bytes) -> bool:
    """Whether programs open a file as PDF: they find its header also behind a few other bytes."""
    return sniff(data[:PDF_WITHIN]) == "pdf"


async def _examined(office: Office, credentials: Credentials, file: Original, data: bytes, *, main: bool) -> Examined:
    if not any(mark in data for mark in _MARKS):
        return Examined(file.name, file.sha256, main)
    facts = await asyncio.to_thread(office.signature_reader().read_bytes, data)
    found = Examined(file.name, file.sha256, main)
    return await asyncio.to_thread(_judged, office, credentials, found, facts)


def _judged(office: Office, credentials: Credentials, file: Examined, facts: PaperFacts) -> Examined:
    from protocol.signatures.pdf.whole import judge_whole  # noqa: PLC0415 - takes time to import

    outcomes = office.behaviour.outcomes(facts, credentials.trust, office.clock())
    envelopes = [each.envelope for each in facts.signatures]
    certificates = dict.fromkeys(
        der for each in envelopes for der in (each.certificate, *each.others) if der
    ) | dict.fromkeys(facts.certificates)
    trusted = credentials.trust
    return replace(
        file,
        verdicts=tuple(_verdict(office, outcome) for outcome in outcomes),
        whole=judge_whole(facts, outcomes, needed=("person", "agency") if file.main else ("agency",)),
        certificates=tuple(certificates),
        revocation=(*facts.crls, *facts.ocsps, *_speaking_of(certificates, trusted.crls), *trusted.ocsps),
    )


def outcomes(facts: PaperFacts, trust: Trust, now: datetime) -> tuple[SignatureOutcome, ...]:
    """Judge each signature of a file by whom this DMS trusts, at this moment."""
    from protocol.signatures.pdf.judge import judge  # noqa: PLC0415 - as above

    return judge(facts, trust, now)


def _speaking_of(certificates: Iterable[bytes], crls: Iterable[bytes]) -> tuple[bytes, ...]:
    """Give the lists of those who issued the certificates: others prove nothing of this document."""
    from asn1crypto import crl, x509  # noqa: PLC0415 - as above

    try:
        issuers = {x509.Certificate.load(der).issuer.hashable for der in certificates}
        return tuple(der for der in crls if crl.CertificateList.load(der).issuer.hashable in issuers)
    except (ValueError, TypeError, KeyError):
        return tuple(crls)


def _verdict(office: Office, outcome: SignatureOutcome) -> Verdict:
    weighed = [(check, office.behaviour.weigh(check)) for check in outcome.checks]
    for result in ("bad", "unknown"):
        against = tuple(check for check, weight in weighed if weight == result)
        if against:
            return Verdict(outcome, result, against)
    return Verdict(outcome, "good" if weighed else "unknown", ())


def weigh(check: Check) -> Result:
    """Give what an answer counts for: what it says."""
    return check.result


def objection(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> Refusal | None:
    """Give the reason why the signatures send a document back, or ``None``."""
    for file in examined:
        bad = [verdict for verdict in file.verdicts if verdict.result == "bad"]
        torn = [check for check in file.whole if check.result == "bad" and check.question in _TOUCHED]
        if bad or torn:
            reasons = dict.fromkeys(explain_check(check) for check in (*torn, *(c for v in bad for c in v.against)))
            touched = torn or any(verdict.touched for verdict in bad)
            text = say("refusal.signature", name=file.name, reasons=listed(reasons))
            return Refusal("integrity" if touched else "signature", text)
    return office.behaviour.foreign_seal(office, package, examined)


def foreign_seal(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> Refusal | None:
    """Refuse a document that bears another agency's seal than its issuer's (ND 30/2020 Art. 32(2)(c))."""
    issuer = package.header.sender.organ_id or ""
    for file in examined:
        for verdict in file.verdicts:
            signer = verdict.outcome.signer
            if signer is None or signer.role != "agency" or not signer.codes:
                continue
            if not any(code == issuer.upper() or office.same_agency(code, issuer) for code in signer.codes):
                return Refusal(
                    "signature",
                    say("refusal.foreign-seal", name=file.name, codes=listed(signer.codes), issuer=issuer),
                )
    return None


def doubts(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> list[Warned]:
    """Tell the officer what cannot be judged: a document with such a signature waits for him."""
    del office, package
    found: list[Warned] = []
    for file in examined:
        unknown = [check for check in file.whole if check.result == "unknown"]
        unknown += [check for each in file.verdicts if each.result == "unknown" for check in each.against]
        if unknown:
            reasons = dict.fromkeys(map(explain_check, unknown))
            found.append(Warned("signature", say("warning.unjudged", name=file.name, reasons=listed(reasons))))
    return found


def lacks(examined: Sequence[Examined]) -> list[Warned]:
    """Tell the officer that a document is for information only: its signatures are not all there, or out of order."""
    main = next((file for file in examined if file.main), None)
    if main is None:
        return []
    if not main.verdicts:
        return [Warned("signature", say("warning.unsigned", name=main.name))]
    missing = [explain_check(check) for check in main.whole if check.result == "bad"]
    return [Warned("signature", say("warning.incomplete", name=main.name, reasons=listed(missing)))] if missing else []


def keep(office: Office, entry: int, examined: Sequence[Examined]) -> None:
    """Keep verdicts, certificates and revocation data with an entry (TT 41/2017; SIG-22)."""
    for file in examined:
        signatures = [office.behaviour.shown_signature(verdict) for verdict in file.verdicts]
        evidence = {
            "certificates": [base64.b64encode(der).decode() for der in file.certificates],
            "revocation": [base64.b64encode(der).decode() for der in file.revocation],
        }
        office.store.execute(
            "INSERT INTO verification VALUES (?, ?, ?, ?, ?)",
            *(entry, file.sha256, json.dumps(signatures, ensure_ascii=False), json.dumps(evidence), office.now()),
        )


def shown_signature(verdict: Verdict) -> dict[str, Any]:
    """Say in Vietnamese whether a signature holds, who signed, when, and whether the document is whole (SIG-11)."""
    outcome = verdict.outcome
    signer = outcome.signer.name if outcome.signer else None
    moment = outcome.proven_at or outcome.signed_at
    at = vietnam.moment(moment) if moment else None
    reasons = listed(dict.fromkeys(explain_check(check) for check in verdict.against))
    text = say(
        f"signature.{_SHOWN[verdict.result]}",
        signer=signer or "?",
        at=at or "?",
        whole=say("signature.touched" if verdict.touched else "signature.whole"),
        reasons=reasons,
    )
    return {
        "signer": signer,
        "signed_at": at,
        "result": _SHOWN[verdict.result],
        "reason": verdict.against[0].reason if verdict.against else None,
        "text": {"vi": text},
    }


def kept(office: Office, entry: sqlite3.Row) -> dict[str, list[dict[str, Any]]]:
    """Give what was found when an entry arrived: digest of the file → its signatures, with what proves them."""
    rows = office.store.rows("SELECT * FROM verification WHERE entry = ? ORDER BY rowid", entry["entry"])
    return {
        row["sha256"]: [signature | json.loads(row["evidence"]) for signature in json.loads(row["signatures"])]
        for row in rows
    }
