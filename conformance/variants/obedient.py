"""A DMS that cancels by itself what its sender takes back, as QD 28/2018 Art. 9(2) words it, and asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conformance.reference_dms import recalls
from conformance.reference_dms.office import Office, Settings
from conformance.variants.variant import Variant
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.wire.items import QueueItem


def _agree_to_all(office: Office) -> None:
    for entry in office.store.rows("SELECT * FROM incoming WHERE recall_reason IS NOT NULL"):
        recalls.answer(office, entry["document_id"], entry["issuer"], agree=True)


def _take_request(office: Office, package: StatusPackage, item: QueueItem) -> None:
    recalls.take_request(office, package, item)
    _agree_to_all(office)


def _take_package(office: Office, package: DocumentPackage, item: QueueItem) -> None:
    recalls.take_recall_package(office, package, item)
    _agree_to_all(office)


def _without_a_question(settings: Settings) -> Settings:
    return replace(settings, withheld=frozenset({"answer_recall"}))


_TAKING: Mapping[str, Callable[..., Any]] = {"take_recall_request": _take_request, "take_recall_package": _take_package}

VARIANT = Variant("cancels-by-itself", _TAKING, _without_a_question)
REFUSING = Variant("cancels-and-refuses-answers", _TAKING)
