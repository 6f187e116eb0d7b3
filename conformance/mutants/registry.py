"""Defects of the incoming register: duplicates and arrival numbers."""

from __future__ import annotations

from collections.abc import Callable

from conformance.mutants.defect import Defect
from conformance.reference_dms import lifecycle, registering
from conformance.reference_dms.office import Office
from conformance.reference_dms.registering import Duplicate
from protocol.package.model import DocumentPackage


def _blind_to(kind: str) -> Callable[[Office, str, DocumentPackage, str], Duplicate | None]:
    """Overlook one kind of duplicate; what it repeats is entered as if it were new."""

    def find(office: Office, organisation: str, package: DocumentPackage, digest: str) -> Duplicate | None:
        found = registering.find_duplicate(office, organisation, package, digest)
        return None if found is not None and found.kind == kind else found

    return find


def _last_number_again(office: Office, year: int) -> int:
    return max(lifecycle.next_arrival_number(office, year) - 1, 1)


def _every_other_number(office: Office, year: int) -> int:
    return lifecycle.next_arrival_number(office, year) + 1


DEFECTS = (
    Defect("registers-twice", "RCV-10", {"find_duplicate": _blind_to("same")}),
    Defect("no-duplicate-warning", "ID-14", {"find_duplicate": _blind_to("changed")}),
    Defect("duplicate-by-id-only", "ID-14", {"find_duplicate": _blind_to("number")}),
    Defect("skips-numbers", "RCV-06", {"next_arrival_number": _every_other_number}),
    Defect("reuses-numbers", "RCV-06", {"next_arrival_number": _last_number_again}),
)
