"""Packages that lack one thing or nearly everything, judged with all that can be known: findings, never a traceback."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from fixtures.casebook.duplicates import CASES as DUPLICATES
from fixtures.casebook.exchanged import document, known, old, reports
from fixtures.casebook.history import reported
from fixtures.casebook.letters import NOW, letter_bytes, letter_of
from fixtures.casebook.recalls import acting, replacing, updated
from protocol.rules import judge
from protocol.rules.contextfile import from_json

AROUND = from_json(
    {
        **known(document(statuses=reports("01", "13"), requests=["recall"]), old(), old(code=None, date=None, to=())),
        "sent_at": "2026-11-20T16:30:00+07:00",
        "system": "VD.01",
        "agencies": [{"code": "H99.01", "name": "Sở Thử nghiệm", "system": "VD.01"}, {"code": "G98.02"}],
    }
)
PACKAGES: dict[str, Callable[[], bytes]] = {
    "letter": letter_bytes,
    "recall": letter_of(**acting("1")),
    "update": updated(("G98.05", "1"), ("G98.02", "0"), to=("G98.02", "G98.05")),
    "replacement": replacing(),
    "status": reported("16"),
}
ELEMENT = re.compile(rb"[ ]*<edXML:(\w+)>[^<]*</edXML:\1>\r\n")
PARENT = re.compile(rb"[ ]*<edXML:(\w+)>\r\n[ ]*</edXML:\1>\r\n")


def judged(raw: bytes) -> None:
    with judge(raw, profile="strict", now=NOW, surroundings=AROUND) as reading:
        assert all(finding.reason for finding in reading.findings)


@pytest.mark.parametrize("name", PACKAGES)
def test_without_any_one_element(name: str) -> None:
    raw = PACKAGES[name]()
    places = list(ELEMENT.finditer(raw))
    assert len(places) > 10
    for place in places:
        judged(raw[: place.start()] + raw[place.end() :])


@pytest.mark.parametrize("name", PACKAGES)
def test_with_any_one_element_empty(name: str) -> None:
    raw = PACKAGES[name]()
    for place in ELEMENT.finditer(raw):
        judged(raw[: place.start()] + b"<edXML:%s></edXML:%s>\r\n" % (place[1], place[1]) + raw[place.end() :])


@pytest.mark.parametrize("name", PACKAGES)
def test_without_all_elements_of_one_name(name: str) -> None:
    raw = PACKAGES[name]()
    for element in sorted({place[1] for place in ELEMENT.finditer(raw)}):
        judged(re.sub(rb"[ ]*<edXML:%s>[^<]*</edXML:%s>\r\n" % (element, element), b"", raw))


@pytest.mark.parametrize("name", PACKAGES)
def test_with_the_frame_alone(name: str) -> None:
    raw = ELEMENT.sub(b"", PACKAGES[name]())
    while PARENT.search(raw):
        judged(raw)
        raw = PARENT.sub(b"", raw, count=1)
    judged(raw)


def test_a_context_that_knows_nothing_changes_no_verdict() -> None:
    nothing = from_json({})
    for case in DUPLICATES:
        raw = case.raw()
        with judge(raw, now=NOW, surroundings=nothing) as one, judge(raw, now=NOW) as other:
            assert one.findings == other.findings
