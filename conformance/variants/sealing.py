"""DMSs that treat signatures otherwise and as lawfully: other hash functions, other moments, a person who decides."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from conformance.reference_dms import registering, sealing, verifying
from conformance.reference_dms.credentials import Credentials, Keys
from conformance.reference_dms.drafts import Draft, File
from conformance.reference_dms.office import Office, Refusal, Warned
from conformance.reference_dms.verifying import Examined
from conformance.variants.variant import Variant
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package


def _by_sha512(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    from protocol.signatures.pdf.structures import Manner  # noqa: PLC0415 - takes time to import

    return sealing.with_signatures(draft, keys, at, manner=Manner(digest="sha512"))


def _no_objection(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> Refusal | None:
    del office, package, examined
    return None


def _no_doubt(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> list[Warned]:
    del office, package, examined
    return []


def _keep_and_mark(office: Office, entry: int, examined: Sequence[Examined]) -> None:
    """Take what is badly signed to the counter with a warning, for the registry officer to return it."""
    verifying.keep(office, entry, examined)
    row = office.store.row("SELECT content FROM package WHERE entry = ?", entry)
    assert row is not None
    with read_package(row["content"]) as reading:
        package = reading.package
        if isinstance(package, DocumentPackage):
            refusal = verifying.objection(office, package, examined)
            for found in [refusal] if refusal else verifying.doubts(office, package, examined):
                registering.warn(office, entry, Warned(found.category, found.text))


def _every_doubt(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> list[Warned]:
    """Hold for the registry officer what the reference DMS sends back."""
    found = verifying.doubts(office, package, examined)
    refusal = verifying.objection(office, package, examined)
    return [*found, Warned(refusal.category, refusal.text)] if refusal else found


def _decided_later(office: Office, entry: sqlite3.Row) -> dict[str, list[dict[str, Any]]]:
    """Verify beside the other work: for two polling intervals what has arrived is shown as not verified yet."""
    found = verifying.kept(office, entry)
    age = office.clock() - datetime.fromisoformat(entry["arrived_at"])
    if age < timedelta(seconds=2 * office.settings.poll_interval_s):
        for signature in (each for signatures in found.values() for each in signatures):
            signature.update(result="unknown", reason="pending", text={"vi": "Đang kiểm tra chữ ký số."})
    return found


def _good_keys(office: Office, given: Credentials) -> Refusal | None:
    """Take no key whose certificate is not good at this moment."""
    before, office.credentials = office.credentials, given
    try:
        both = [identity for keys in given.keys.values() for identity in (keys.person, keys.agency)]
        refusals = (sealing.check_signer(office, identity, office.clock()) for identity in both)
        return next((refusal for refusal in refusals if refusal), None)
    finally:
        office.credentials = before


VARIANT = Variant("signs-by-sha512", {"seal": _by_sha512})
HOLDING = Variant("holds-bad-signatures", {"objection": _no_objection, "doubts": _every_doubt})
MARKING = Variant("marks-bad-signatures", {"objection": _no_objection, "doubts": _no_doubt, "keep": _keep_and_mark})
LATER = Variant("verifies-in-background", {"kept": _decided_later})
EARLY = Variant("refuses-bad-keys", {"keys_to_take": _good_keys})
