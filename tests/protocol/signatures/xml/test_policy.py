"""Three policies: off, verify if present, required."""

from __future__ import annotations

import io

import pytest

from fixtures.casebook.letters import letter_bytes
from fixtures.xmlattacks.places import placeholder
from protocol.package.reader import read_package
from protocol.signatures.outcome import SignatureOutcome
from protocol.signatures.trust import Times
from protocol.signatures.xml.policy import POLICIES, USUAL, Policy, judge
from tests.protocol.signatures.moments import NOW
from tests.protocol.signatures.xml.scene import signed, stage, trusted


def under(policy: Policy, data: bytes) -> tuple[SignatureOutcome, ...]:
    with read_package(data) as reading:
        return judge(reading, data, policy=policy, trusted=trusted(), times=Times(NOW))


def codes(outcomes: tuple[SignatureOutcome, ...]) -> list[str]:
    return [check.reason for outcome in outcomes for check in outcome.checks if check.reason]


def test_off_says_nothing_and_does_not_read() -> None:
    data = signed().replace("ban hành".encode(), "bãi bỏ".encode())
    assert under("off", data) == ()
    source = io.BytesIO(data)
    with read_package(data) as reading:
        judge(reading, source, policy="off", trusted=trusted(), times=Times(NOW))
    assert source.tell() == 0


def test_verify_if_present_says_nothing_of_an_unsigned_package() -> None:
    assert under("verify-if-present", letter_bytes()) == ()


@pytest.mark.parametrize("policy", ["verify-if-present", "required"])
def test_a_signature_is_judged_where_there_is_one(policy: Policy) -> None:
    (good,) = under(policy, signed())
    (bad,) = under(policy, signed().replace("ban hành".encode(), "bãi bỏ".encode()))
    assert (good.result, bad.result) == ("good", "bad")


def test_required_refuses_an_unsigned_package() -> None:
    outcomes = under("required", letter_bytes())
    assert [outcome.result for outcome in outcomes] == ["bad"]
    assert codes(outcomes) == ["xml-signature-missing"]


def test_a_placeholder_is_no_signature() -> None:
    data = placeholder(stage())
    assert codes(under("verify-if-present", data)) == ["xml-signature-placeholder"]
    assert codes(under("required", data)) == ["xml-signature-missing", "xml-signature-placeholder"]


def test_the_usual_policy_verifies_what_is_there() -> None:
    assert USUAL == "verify-if-present"
    assert set(POLICIES) == {"off", "verify-if-present", "required"}
