"""At the limit a value passes, one beyond it does not; lengths count characters, not bytes."""

from __future__ import annotations

import unicodedata
from datetime import datetime

import pytest

from fixtures.casebook.letters import NOW, letter_bytes, status_bytes
from fixtures.casebook.spoiling import Spoil, element, text
from protocol.rules import examine, judge


def reasons(raw: bytes, now: datetime = NOW) -> set[str]:
    with judge(raw, profile="strict", now=now) as reading:
        return {finding.reason for finding in reading.findings} - {
            "document-id-differs",
            "sent-late",
            "sent-before-issue",
        }


UNUSUAL = {
    "CodeNumber": "code-number-unusual",
    "CodeNotation": "notation-lacks-type",
    "TypeName": "type-name-unknown",
}
"""What else is wrong with a field that repeats one letter."""


@pytest.mark.parametrize(
    ("name", "limit", "letters", "reason"),
    [
        ("Subject", 500, "ữ", "subject-too-long"),
        ("Subject", 500, unicodedata.normalize("NFD", "ữ"), "subject-too-long"),
        ("Subject", 500, "𝄞", "subject-too-long"),
        ("CodeNumber", 11, "9", "field-too-long"),
        ("CodeNotation", 30, "Đ", "field-too-long"),
        ("TypeName", 100, "ế", "field-too-long"),
        ("Position", 100, "ó", "field-too-long"),
        ("FullName", 50, "ễ", "field-too-long"),
        ("OrganName", 200, "ở", "field-too-long"),
        ("Content", 500, "ộ", "field-longer-than-usual"),
    ],
)
def test_length_limits(name: str, limit: int, letters: str, reason: str) -> None:
    at, beyond = element(name, letters * limit), element(name, letters * (limit + 1))
    unusual = {UNUSUAL[name]} if name in UNUSUAL else set()
    assert reasons(at(letter_bytes())) - unusual == set()
    assert reasons(beyond(letter_bytes())) - unusual == {reason}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("000.00.13.H53", None),
        ("H53", None),
        ("H53.13", None),
        ("H37.02.02", None),
        ("H37.DN.001", None),
        ("020123456789", None),
        ("G" + "98.1" * 8 + ".1", None),
        ("G98." + "1" * 31, None),
        ("G98." + "1" * 32, "organ-id-malformed"),
        ("h53.13", "organ-id-unofficial"),
        ("00.22.W00", "organ-id-unofficial"),
        ("00.00.13.H53", "organ-id-unofficial"),
        ("0000.00.13.H53", "organ-id-unofficial"),
        ("H53..13", "organ-id-unofficial"),
        ("null", "organ-id-unofficial"),
        ("H53 13", "organ-id-malformed"),
        ("H53\u066013", "organ-id-malformed"),
        ("Đ53", "organ-id-malformed"),
    ],
)
def test_forms_of_organisation_codes(code: str, reason: str | None) -> None:
    assert reasons(text(("<edXML:OrganId>G98.02<", f"<edXML:OrganId>{code}<"))(letter_bytes())) == ({reason} - {None})


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        ("2026/11/20", None),
        ("2024/02/29", None),
        ("2026/02/29", "date-impossible"),
        ("2026/13/01", "date-impossible"),
        ("0000/01/01", "date-impossible"),
        ("2026/11/20 10:00:00", "date-with-time"),
        ("2026/1/2", "date-unreadable"),
        ("1/2/2026", "date-day-first"),
        ("20.11.2026", "date-day-first"),
        ("2026-11-20T00:00:00", "date-iso"),
        ("20261120", "date-unreadable"),
        ("٢٠٢٦/١١/٢٠", "date-unreadable"),
    ],
)
def test_forms_of_dates(date: str, reason: str | None) -> None:
    assert reasons(element("PromulgationDate", date)(letter_bytes())) == ({reason} - {None})


def test_today_is_counted_in_vietnam() -> None:
    issued_tomorrow = element("PromulgationDate", "2026/11/21")(letter_bytes())
    assert reasons(issued_tomorrow, datetime.fromisoformat("2026-11-20T16:59:59+00:00")) == {"date-in-future"}
    assert reasons(issued_tomorrow, datetime.fromisoformat("2026-11-20T17:00:00+00:00")) == set()


def test_a_clock_two_minutes_ahead_is_forgiven() -> None:
    assert reasons(element("Timestamp", "2026/11/21 09:02:00")(status_bytes())) == set()
    assert reasons(element("Timestamp", "2026/11/21 09:02:01")(status_bytes())) == {"timestamp-in-future"}


@pytest.mark.parametrize("year", [1, 1899, 9001, 9999])
def test_now_is_an_instant_with_a_vietnamese_wall_time(year: int) -> None:
    edge = NOW.replace(year=year)
    with judge(letter_bytes(), now=NOW) as reading, pytest.raises(ValueError, match="from 1900 to 9000"):
        examine(reading, "strict", edge)


def test_now_needs_an_offset() -> None:
    with judge(letter_bytes(), now=NOW) as reading, pytest.raises(ValueError, match="offset"):
        examine(reading, "axis", NOW.replace(tzinfo=None))


AXIS_HOP = "<edXML:TraceHeader><edXML:Timestamp>2026/11/20 17:00:00</edXML:Timestamp></edXML:TraceHeader>"
EVERYDAY: dict[str, Spoil] = {
    "empty answer": element("ResponseFor", ""),
    "no deadline": element("DueDate", None),
    "empty deadline": element("DueDate", ""),
    "type 71": element("Type", "71"),
    "no authority": element("Competence", None),
    "no other info": element("OtherInfo", None),
    "no places": element("ToPlaces", None),
    "no cid": text(("<ContentId>cid:1", "<ContentId>1")),
    "axis hop": text(("</edXML:TraceHeader>", "</edXML:TraceHeader>" + AXIS_HOP)),
    "stale type": text(("<edXML:ContentType>application/pdf", "<edXML:ContentType>application/zip")),
    "empty signature": text(("</edXML:TraceHeaderList>", "</edXML:TraceHeaderList><edXML:DigitalSignature/>")),
}


@pytest.mark.parametrize("case", EVERYDAY)
def test_what_the_field_does_every_day_is_no_finding(case: str) -> None:
    assert reasons(EVERYDAY[case](letter_bytes())) == set()
