"""Letters that must not be taken as they are: what counts as turned away, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.letters import shown_as_text, shown_briefly
from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.dms import Dms
from conformance.reference_dms.office import Office, Refusal, Warned
from conformance.reference_dms.verifying import Examined
from conformance.told import in_language
from conformance.variants import VARIANTS
from conformance.verdict import Verdict
from protocol.package.model import DocumentPackage
from protocol.signatures.outcome import Check, Result
from tests.conformance import odd_systems
from tests.conformance.odd_systems import Change
from tests.conformance.stories import WAYS, judged, verdict

PATIENT = 4.0
HELD_S = 4.0
HASTY = 0.4
ALTERED, TAKEN = "SIG-05/altered-after-signing", "altered-letter-taken"
UNSIGNED, UNMARKED = "GEN-03/unsigned-is-for-information", "unsigned-shown-as-valid"
ENTRY = {
    "document_id": "H98.01,2026/11/22,12/UBND",
    "from": "H98.01",
    "state": "arrived",
    "warnings": [{"category": "signature", "text": "Chữ ký chưa kiểm tra được."}],
    "refusal": None,
    "attachments": [
        {"name": "Văn bản.pdf", "signatures": [{"result": "unknown", "certificates": ["MII" * 400], "revocation": []}]}
    ],
}


def test_a_report_tells_of_an_entry_what_decides_first_and_no_certificates() -> None:
    text = shown_as_text(ENTRY)
    assert text.startswith('{"state": "arrived", "results": ["unknown"], "warnings": [{"category": "signature"')
    assert "MII" not in text
    assert "Văn bản.pdf" in text


@pytest.mark.parametrize(
    ("entries", "english", "vietnamese"),
    [
        ([], "nothing of it is shown", "hệ thống không hiển thị gì về văn bản này"),
        (
            [ENTRY],
            "shown with state arrived, results unknown, warnings signature: Chữ ký chưa kiểm tra được.",
            "hiển thị trạng thái arrived, kết quả unknown, cảnh báo signature: Chữ ký chưa kiểm tra được.",
        ),
        (
            [{"state": "refused", "refusal": {"category": "integrity", "text": "Nội dung bị thay đổi."}}],
            "shown with state refused (integrity: Nội dung bị thay đổi.), results none, warnings none",
            "hiển thị trạng thái refused (integrity: Nội dung bị thay đổi.), kết quả không có, cảnh báo không có",
        ),
    ],
    ids=["nothing", "marked", "refused"],
)
def test_what_is_shown_of_a_letter_is_said_in_both_languages(
    entries: Sequence[dict[str, Any]], english: str, vietnamese: str
) -> None:
    said = shown_briefly(entries)
    assert (str(said), said.vi) == (english, vietnamese)


def _blind() -> Behaviour:
    """Give a DMS that verifies nothing and shows every signature as valid."""

    def good(check: Check) -> Result:
        del check
        return "good"

    def no_objection(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> Refusal | None:
        del office, package, examined
        return None

    def no_doubts(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> list[Warned]:
        del office, package, examined
        return []

    return replace(Behaviour(), weigh=good, objection=no_objection, doubts=no_doubts)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("SIG-05/altered-after-signing", "altered-letter-taken"),
        ("SIG-13/revocation-out-of-reach", "unknown-shown-as-valid"),
        ("SIG-12/forged-timestamp", "forged-timestamp-accepted"),
    ],
)
def test_to_hold_whatever_comes_for_seconds_is_no_verifying(check: str, reason: str, tmp_path: Path) -> None:
    change = odd_systems.late(HELD_S, odd_systems.held)
    outcome = judged(check, tmp_path, behaviour=_blind(), change=change, grace=PATIENT)
    assert verdict(outcome) == (Verdict.FAIL, reason), outcome.got


@pytest.mark.timeout(300)
@pytest.mark.parametrize("check", ["SIG-05/altered-after-signing", "SIG-20/foreign-seal-refused"])
@pytest.mark.parametrize("variant", ["marks-bad-signatures", "holds-bad-signatures"])
def test_a_bad_letter_may_be_left_to_the_registry_officer(variant: str, check: str, tmp_path: Path) -> None:
    behaviour, _ = VARIANTS[variant].applied(Behaviour(), WAYS)
    outcome = judged(check, tmp_path, behaviour=behaviour, grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got


@pytest.mark.timeout(300)
def test_what_is_held_as_a_duplicate_was_not_held_for_its_signature(tmp_path: Path) -> None:
    behaviour, _ = VARIANTS["holds-bad-signatures"].applied(Behaviour(), WAYS)
    change = odd_systems.held_for_another_reason
    outcome = judged("SIG-05/altered-after-signing", tmp_path, behaviour=behaviour, change=change, grace=PATIENT)
    assert verdict(outcome) == (Verdict.WRONG_REASON, "refused-for-another-reason"), outcome.got


@pytest.mark.timeout(300)
@pytest.mark.parametrize("check", ["SIG-06/signatures-are-shown", "SIG-11/told-in-vietnamese"])
def test_a_signer_may_be_shown_in_capitals(check: str, tmp_path: Path) -> None:
    outcome = judged(check, tmp_path, change=odd_systems.signers_in_capitals, grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got


async def _no_results(dms: Dms, request: odd_systems.Request) -> odd_systems.Request:
    """Show no signature of what is marked: the warning stands alone."""
    answer = await dms.handle(request)
    if request["op"] == "received" and "ok" in answer:
        for entry in answer["ok"]["documents"]:
            if any(row["category"] in ("signature", "integrity") for row in entry["warnings"]):
                entry["attachments"] = [file | {"signatures": []} for file in entry["attachments"]]
    return answer


async def _no_warnings(dms: Dms, request: odd_systems.Request) -> odd_systems.Request:
    """Show the results alone."""
    answer = await dms.handle(request)
    if request["op"] == "received" and "ok" in answer:
        for entry in answer["ok"]["documents"]:
            entry["warnings"] = []
    return answer


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("change", "english", "vietnamese"),
    [
        (_no_results, "a warning marks it, but no result other than valid", "có cảnh báo nhưng không có kết quả nào"),
        (
            _no_warnings,
            "but no warning of category signature / integrity",
            "có kết quả khác valid nhưng không có cảnh báo",
        ),
    ],
    ids=["warning-alone", "result-alone"],
)
def test_the_half_of_a_mark_that_is_missing_is_named(
    change: Change, english: str, vietnamese: str, tmp_path: Path
) -> None:
    behaviour, _ = VARIANTS["marks-bad-signatures"].applied(Behaviour(), WAYS)
    outcome = judged("SIG-05/altered-after-signing", tmp_path, behaviour=behaviour, change=change, grace=HASTY)
    assert verdict(outcome) == (Verdict.FAIL, "altered-letter-taken")
    assert english in in_language(outcome.got, "en")
    assert vietnamese in in_language(outcome.got, "vi")


def _beside(shown: Callable[[odd_systems.Request], odd_systems.Request], state: str = "held") -> Change:
    """Hold what is marked, and show it a second time as arrived, as ``shown`` makes that entry.

    With another ``state`` the first entry is shown so.
    """

    async def change(dms: Dms, request: odd_systems.Request) -> odd_systems.Request:
        answer = await dms.handle(request)
        if request["op"] == "received" and "ok" in answer:
            entries = []
            for entry in answer["ok"]["documents"]:
                marked = any(row["category"] in ("signature", "integrity") for row in entry["warnings"])
                entries += [entry | {"state": state}, shown(entry)] if marked else [entry]
            answer["ok"]["documents"] = entries
        return answer

    return change


def _bare(entry: odd_systems.Request) -> odd_systems.Request:
    files = [file | {"signatures": []} for file in entry["attachments"]]
    return entry | {"warnings": [], "attachments": files}


def _only_warned(entry: odd_systems.Request) -> odd_systems.Request:
    return _bare(entry) | {"warnings": entry["warnings"]}


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("check", "reason", "shown", "english", "vietnamese"),
    [
        (ALTERED, TAKEN, _bare, ", and no warning marks it", ", và không có cảnh báo nào đánh dấu"),
        (ALTERED, TAKEN, _only_warned, "; a warning marks it, but no result", "; có cảnh báo nhưng không có kết quả"),
        (UNSIGNED, UNMARKED, _bare, ", and no warning marks it", ", và không có cảnh báo nào đánh dấu"),
    ],
    ids=["unmarked", "warning-alone", "for-information"],
)
def test_a_letter_that_is_held_and_shown_a_second_time_is_not_called_unheld(
    check: str,
    reason: str,
    shown: Callable[[odd_systems.Request], odd_systems.Request],
    *,
    english: str,
    vietnamese: str,
    tmp_path: Path,
) -> None:
    behaviour, _ = VARIANTS["marks-bad-signatures"].applied(Behaviour(), WAYS)
    outcome = judged(check, tmp_path, behaviour=behaviour, change=_beside(shown), grace=HASTY)
    assert verdict(outcome) == (Verdict.FAIL, reason)
    aside = "returned or held, but another entry of the letter is still shown"
    assert in_language(outcome.got, "en").startswith(aside + english)
    another = "đã bị trả lại hoặc giữ lại, nhưng một mục khác của văn bản vẫn được hiển thị"
    assert in_language(outcome.got, "vi").startswith(another + vietnamese)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("check", "reason"), [(ALTERED, TAKEN), (UNSIGNED, UNMARKED)], ids=["turned-away", "for-information"]
)
def test_of_a_letter_that_is_shown_twice_and_marked_once_it_is_said_so(check: str, reason: str, tmp_path: Path) -> None:
    behaviour, _ = VARIANTS["marks-bad-signatures"].applied(Behaviour(), WAYS)
    change = _beside(_bare, "arrived")
    outcome = judged(check, tmp_path, behaviour=behaviour, change=change, grace=HASTY)
    assert verdict(outcome) == (Verdict.FAIL, reason)
    assert "; a warning marks one entry of it, and none another; " in in_language(outcome.got, "en")
    assert "; một mục của văn bản có cảnh báo đánh dấu, một mục khác thì không; " in in_language(outcome.got, "vi")
