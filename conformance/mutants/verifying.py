"""Defects of verifying what came signed."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from conformance.mutants.defect import Defect
from conformance.reference_dms import verifying, vietnam
from conformance.reference_dms.office import Office, Refusal, Warned
from conformance.reference_dms.verifying import Examined, Verdict
from protocol.package.model import DocumentPackage

if TYPE_CHECKING:
    from protocol.signatures.outcome import Check, Result


async def _nothing_examined(office: Office, package: DocumentPackage) -> tuple[Examined, ...]:
    del office, package
    return ()


def _blind_to(overlooked: Callable[[Check], bool]) -> Callable[[Check], Result]:
    """Take some answers for good."""

    def weigh(check: Check) -> Result:
        return "good" if overlooked(check) else verifying.weigh(check)

    return weigh


def _content(check: Check) -> bool:
    return check.question == "integrity"


def _hash(check: Check) -> bool:
    return check.reason == "signature-hash-not-allowed"


def _key_length(check: Check) -> bool:
    return check.reason == "signature-key-too-short"


def _chain(check: Check) -> bool:
    return check.question == "chain"


def _revocation(check: Check) -> bool:
    return check.question == "revocation"


def _unknown(check: Check) -> bool:
    return check.result == "unknown"


def _validity(check: Check) -> bool:
    return check.question == "validity"


def _as_of_today(check: Check) -> Result:
    """Hold the end of the validity against today, whatever was proven about the time of signing."""
    if check.question != "validity":
        return verifying.weigh(check)
    end = datetime.fromisoformat(check.expected.rpartition(" ")[2])
    return "bad" if end < vietnam.host_clock() else check.result


def _no_lacks(examined: Sequence[Examined]) -> list[Warned]:
    del examined
    return []


def _any_seal(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> Refusal | None:
    del office, package, examined
    return None


def _time_of_arrival(verdict: Verdict) -> dict[str, Any]:
    return verifying.shown_signature(verdict) | {"signed_at": vietnam.moment(vietnam.host_clock())}


def _one_text(verdict: Verdict) -> dict[str, Any]:
    return verifying.shown_signature(verdict) | {"text": {"vi": "Đã kiểm tra chữ ký số."}}


def _one_for_all(verdict: Verdict) -> dict[str, Any]:
    return verifying.shown_signature(verdict) | {"signer": None, "signed_at": None}


def _in_english(verdict: Verdict) -> dict[str, Any]:
    shown = verifying.shown_signature(verdict)
    said = f"Signature is {shown['result'].upper()}. Signer: {shown['signer']}. Signed at: {shown['signed_at']}."
    return shown | {"text": {"vi": said}}


def _bad_in_english(verdict: Verdict) -> dict[str, Any]:
    return verifying.shown_signature(verdict) if verdict.result == "good" else _in_english(verdict)


def _judged_at_each_look(office: Office, entry: sqlite3.Row) -> dict[str, list[dict[str, Any]]]:
    """Show what was found only while the authority of today still stands behind it."""
    from protocol.signatures.trust import chain  # noqa: PLC0415 - takes time to import

    found = verifying.kept(office, entry)
    for signatures in found.values():
        for signature in signatures:
            ders = [base64.b64decode(each) for each in signature["certificates"]]
            if office.credentials is None or not ders or not chain(ders[0], ders[1:], office.credentials.trust):
                signature.update(result="unknown", certificates=[], revocation=[])
    return found


DEFECTS = (
    Defect("signatures-not-checked", "SIG-05", {"examine": _nothing_examined}),
    Defect("digest-not-compared", "SIG-05", {"weigh": _blind_to(_content)}),
    Defect("unsigned-as-valid", "GEN-03", {"lacks": _no_lacks}),
    Defect("signer-not-shown", "SIG-06", {"shown_signature": _one_for_all}),
    Defect("shows-its-own-time", "SIG-06", {"shown_signature": _time_of_arrival}),
    Defect("one-text-for-all", "SIG-11", {"shown_signature": _one_text}),
    Defect("verdict-in-english", "SIG-11", {"shown_signature": _in_english}),
    Defect("bad-verdict-in-english", "SIG-11", {"shown_signature": _bad_in_english}),
    Defect("any-root-trusted", "SIG-11", {"weigh": _blind_to(_chain)}),
    Defect("sha1-accepted", "SIG-07", {"weigh": _blind_to(_hash)}),
    Defect("short-keys-accepted", "SIG-08", {"weigh": _blind_to(_key_length)}),
    Defect("validity-not-checked", "SIG-13", {"weigh": _blind_to(_validity)}),
    Defect("judged-as-of-today", "SIG-13", {"weigh": _as_of_today}),
    Defect("revocation-not-checked", "SIG-13", {"weigh": _blind_to(_revocation)}),
    Defect("unknown-means-valid", "SIG-13", {"weigh": _blind_to(_unknown)}),
    Defect("any-seal-accepted", "SIG-20", {"foreign_seal": _any_seal}),
    Defect("judged-at-each-look", "SIG-22", {"kept": _judged_at_each_look}),
)
