"""Every reason is given for the package that breaks its rule, with the weight of the profile, and for nothing else."""

from __future__ import annotations

import json

import pytest

import schemas
from protocol.finding import Severity
from protocol.package.verdicts import verdicts
from protocol.rules import judge
from protocol.rules.surroundings import Surroundings
from tests.protocol.package.letters import NOW, PROFILES, Profile, letter_bytes, status_bytes
from tests.protocol.package.vectors import ALL, Vector

# Reasons whose packages are too large for the table; tests/protocol/package/test_limits.py has them.
ELSEWHERE = {"package-too-large", "too-many-attachments", "payload-too-large", "attachments-too-large"}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("vector", ALL, ids=str)
def test_a_broken_rule_is_found_and_weighed_by_the_profile(vector: Vector, profile: Profile) -> None:
    with judge(
        vector.raw(), profile=profile, now=NOW, surroundings=Surroundings(message_type=vector.message_type)
    ) as reading:
        found = {finding.reason: finding for finding in reading.findings}
        assert set(found) - vector.also - {vector.reason} == set()
        weight = vector.weight(profile)
        assert (found[vector.reason].severity if vector.reason in found else None) == weight
        assert reading.refused == any(finding.severity is Severity.FAIL for finding in reading.findings)
        if weight is Severity.FAIL:
            assert reading.refused
        for finding in reading.findings:
            assert finding.requirement
            assert len(finding.got) <= 200


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("raw", [letter_bytes(), status_bytes()], ids=["letter", "status"])
def test_a_clean_package_has_no_finding(raw: bytes, profile: Profile) -> None:
    with judge(raw, profile=profile, now=NOW) as reading:
        assert reading.findings == ()


def test_every_reason_has_a_vector() -> None:
    assert set(verdicts()) - ELSEWHERE == {vector.reason for vector in ALL}


def test_every_reason_is_explained_in_both_languages() -> None:
    explained = json.loads(schemas.data("reasons/package.json"))
    assert list(explained) == list(verdicts())
    for code, texts in explained.items():
        for part in ("text", "cause", "fix"):
            assert set(texts[part]) == {"vi", "en"}, code
            assert all(len(text) > 5 for text in texts[part].values()), code


def test_one_broken_rule_is_told_twenty_times_at_most() -> None:
    extra = b"<edXML:La>x</edXML:La>" * 100
    raw = letter_bytes().replace(b"<edXML:Subject>", extra + b"<edXML:Subject>")
    with judge(raw, now=NOW) as reading:
        assert len(reading.findings) == 20
