"""Single checks of the level for signatures, put to systems for which they were once too hard or too easy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.reference_dms import verifying
from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.dms import Dms
from conformance.reference_dms.office import Office, Refusal
from conformance.reference_dms.verifying import Examined
from conformance.reference_dms.verifying import Verdict as Verified
from conformance.signatures import Signatures
from conformance.variants import VARIANTS
from conformance.verdict import Verdict
from protocol.package.model import DocumentPackage
from protocol.signatures.pdf.facts import PaperFacts, Unread
from tests.conformance import odd_systems
from tests.conformance.odd_systems import Change
from tests.conformance.stories import WAYS, judged, verdict

LATE_S = 2.0
BAD_KEYS = 4
PATIENT = 4.0
pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("check", ["GEN-03/unsigned-is-for-information", "GEN-03/half-signed-is-for-information"])
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(odd_systems.late(LATE_S, odd_systems.hidden), id="shown-late"),
        pytest.param(odd_systems.late(LATE_S, odd_systems.unmarked), id="marked-late"),
    ],
)
def test_a_mark_may_come_with_the_verdict_and_not_at_once(check: str, change: Change, tmp_path: Path) -> None:
    outcome = judged(check, tmp_path, change=change, grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got


@pytest.mark.parametrize(
    "check", ["SIG-06/signatures-are-shown", "SIG-11/told-in-vietnamese", "SIG-13/revocation-out-of-reach"]
)
def test_a_system_may_verify_in_the_background(check: str, tmp_path: Path) -> None:
    slowly = replace(WAYS, poll_interval_s=0.5)
    behaviour, _ = VARIANTS["verifies-in-background"].applied(Behaviour(), slowly)
    outcome = judged(check, tmp_path, behaviour=behaviour, ways=slowly, grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got


@pytest.mark.parametrize(
    "check", ["SIG-06/signatures-are-shown", "SIG-13/signed-after-revocation", "SIG-13/expired-since-signing"]
)
def test_a_system_may_keep_one_revocation_list_of_each_ca(check: str, tmp_path: Path) -> None:
    outcome = judged(check, tmp_path, change=odd_systems.keeps_one_list_of_each_ca, grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got


def test_a_vietnamese_name_makes_no_sentence_vietnamese(tmp_path: Path) -> None:
    def in_english(signed: Verified) -> dict[str, Any]:
        shown = verifying.shown_signature(signed)
        return shown | {"text": {"vi": f"Văn bản đã ký số.pdf: {shown['result']}. Signed by {shown['signer']}."}}

    behaviour = replace(Behaviour(), shown_signature=in_english)
    outcome = judged("SIG-11/told-in-vietnamese", tmp_path, behaviour=behaviour, grace=PATIENT)
    assert verdict(outcome) == (Verdict.FAIL, "verdict-not-explained")


def test_bad_keys_may_be_refused_when_they_are_handed_over(tmp_path: Path) -> None:
    behaviour, _ = VARIANTS["refuses-bad-keys"].applied(Behaviour(), WAYS)
    outcome = judged("SIG-10/certificate-checked-first", tmp_path, behaviour=behaviour, grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got


def test_to_refuse_keys_and_to_sign_with_them_all_the_same_is_no_refusal(tmp_path: Path) -> None:
    """A system that says no to the keys, keeps them, and never looks at a certificate again."""

    signing: list[odd_systems.Request] = []

    async def refusing(dms: Dms, request: odd_systems.Request) -> odd_systems.Request:
        answer: odd_systems.Request = await dms.handle(request)
        if request["op"] == "trust" and "signing" in request["args"]:
            signing.append(request)
            if 1 < len(signing) <= 1 + BAD_KEYS:  # the first keys of the story are good ones
                refused = {"reason": "chứng thư không còn hiệu lực", "category": "signature"}
                return {"id": request["id"], "refused": refused}
        return answer

    def unchecked(*_: object) -> None:
        return None

    outcome = judged(
        "SIG-10/certificate-checked-first",
        tmp_path,
        behaviour=replace(Behaviour(), check_signer=unchecked),
        change=refusing,
    )
    assert verdict(outcome) == (Verdict.FAIL, "signed-with-bad-certificate")


def test_a_letter_that_cannot_be_decided_may_be_returned_without_its_files(tmp_path: Path) -> None:
    """Too strict, which costs a warning; it was never shown as valid."""

    def strict(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> Refusal | None:
        undecided = verifying.doubts(office, package, examined)
        return verifying.objection(office, package, examined) or (
            Refusal("signature", undecided[0].text) if undecided else None
        )

    outcome = judged(
        "SIG-13/revocation-out-of-reach",
        tmp_path,
        behaviour=replace(Behaviour(), objection=strict),
        change=odd_systems.shows_nothing_of_refused_letters,
        grace=PATIENT,
    )
    assert verdict(outcome) == (Verdict.WARN, "unknown-shown-as-invalid")


@pytest.mark.parametrize(
    ("unread", "meant"),
    [
        ("too-slow", (Verdict.INCONCLUSIVE, "judge-blind")),
        ("encrypted", (Verdict.FAIL, "signed-file-unreadable")),
    ],
)
def test_a_file_that_the_suite_cannot_read_is_not_called_unsigned(
    unread: Unread, meant: tuple[Verdict, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(self: Signatures, data: bytes) -> PaperFacts:
        del self, data
        return PaperFacts(unread)

    monkeypatch.setattr(Signatures, "read", read)
    assert verdict(judged("SIG-01/signed-by-both", tmp_path)) == meant
