"""The schema speaks last, of what no rule has spoken of, and costs nothing where a package is valid."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fixtures.casebook.letters import NOW, PROFILES, Profile, letter_bytes, status_bytes
from fixtures.casebook.spoiling import Spoil, attachment, both, element, text
from protocol.finding import Finding, Severity
from protocol.rules import judge

INVALID = "schema-invalid"


def findings(raw: bytes, profile: Profile = "strict") -> list[Finding]:
    with judge(raw, profile=profile, now=NOW) as reading:
        return [found for found in reading.findings if found.severity is not Severity.INFO]


def reasons(*changes: Spoil) -> set[str]:
    return {found.reason for found in findings(both(*changes)(letter_bytes()))}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (element("Subject", ""), "subject-missing"),
        (element("Subject", None), "subject-missing"),
        (element("From", ""), "sender-missing"),
        (element("SignerInfo", None), "signer-not-named"),
        (element("Priority", "9"), "priority-out-of-range"),
        (element("TraceHeader", None), "trace-missing"),
        (element("TraceHeaderList", None), "trace-missing"),
        (element("BussinessDocType", "3"), "replacement-details-missing"),
        (
            text(("<edXML:Bussiness>", "<edXML:Business>"), ("</edXML:Bussiness>", "</edXML:Business>")),
            "business-spelling",
        ),
    ],
)
def test_the_schema_does_not_repeat_what_a_rule_says(change: Spoil, reason: str) -> None:
    found = reasons(change)
    assert reason in found
    assert INVALID not in found


def test_another_fault_beside_a_found_one_is_told() -> None:
    found = reasons(attachment("AttachmentName", "a/b.xlsx", 3), attachment("ContentType", None, 3))
    assert {"attachment-name-unsafe", INVALID} <= found


def test_what_a_rule_says_of_one_attachment_does_not_hide_the_next() -> None:
    nameless = element("AttachmentName", None, inside="Reference")
    found = findings(nameless(text(("<ContentId>cid:2<", "<ContentId><"))(letter_bytes())))
    assert [one.where for one in found if one.reason == INVALID] == [
        "edXML/edXMLEnvelope/edXMLBody/edXMLManifest/Reference[1]/AttachmentName"
    ]


def test_a_rule_broken_more_often_than_it_is_told_is_not_told_by_the_schema() -> None:
    recipients = "".join(f"<edXML:To><edXML:OrganId>g98.{number}</edXML:OrganId></edXML:To>" for number in range(50))
    found = reasons(text(("<edXML:DocumentId>H99", f"{recipients}<edXML:DocumentId>H99")))
    assert "organ-id-unofficial" in found
    assert INVALID not in found


def test_faults_of_the_schema_are_told_twenty_times() -> None:
    hops = "<edXML:TraceHeader>?<edXML:Timestamp>2026/11/20 17:00:00</edXML:Timestamp></edXML:TraceHeader>" * 30
    raw = text(("</edXML:TraceHeader>", f"</edXML:TraceHeader>{hops}"))(letter_bytes())
    assert [found.reason for found in findings(raw)] == [INVALID] * 20


@pytest.mark.parametrize(("priority", "told"), [("9", {"priority-out-of-range"}), ("1", {INVALID})])
def test_a_package_too_large_to_be_explained_is_not_called_invalid_beside_what_a_rule_says(
    priority: str, told: set[str]
) -> None:
    hops = "<edXML:TraceHeader>?<edXML:Timestamp>2026/11/20 17:00:00</edXML:Timestamp></edXML:TraceHeader>" * 2_000
    many = text(("</edXML:TraceHeader>", f"</edXML:TraceHeader>{hops}"))
    assert reasons(many, element("Priority", priority)) == told


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(("raw", "requirement"), [(letter_bytes(), "PKG-02"), (status_bytes(), "PKG-10")])
def test_requirement_and_weight(raw: bytes, requirement: str, profile: Profile) -> None:
    (found,) = findings(text(("<edXML:From>", "<edXML:From>?"))(raw), profile)
    assert (found.reason, found.requirement, found.got) == (INVALID, requirement, "?")
    assert found.severity is (Severity.WARN if profile == "axis" else Severity.FAIL)


@pytest.mark.parametrize(("spoilt", "loaded"), [(False, False), (True, True)])
def test_only_an_invalid_package_loads_the_explaining_validator(spoilt: bool, loaded: bool) -> None:
    program = (
        "import sys; from fixtures.casebook.letters import NOW, letter_bytes; from protocol.rules import judge;"
        f"raw = letter_bytes().replace(b'<edXML:From>', b'<edXML:From>?' if {spoilt} else b'<edXML:From>');"
        "judge(raw, now=NOW).close(); print('xmlschema' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == str(loaded)
