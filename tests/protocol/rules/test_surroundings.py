"""The context of a package: what is read, what is refused and where, and that schema and reader agree."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import schemas
from protocol.package.limits import Limits
from protocol.rules.contextfile import TIGHTENED, SurroundingsError, from_json
from protocol.rules.surroundings import NOTHING_KNOWN

WHOLE: dict[str, Any] = {
    "sent_at": "2026-11-20T16:30:00+07:00",
    "system": "VD.01",
    "message_type": "edoc",
    "agencies": [
        {
            "code": "H99.01",
            "name": "Sở Thử nghiệm",
            "old_code": "000.00.01.H99",
            "system": "VD.01",
            "closed": True,
            "successor": "H99.09",
            "locked": False,
        },
        {"code": "G98.02"},
    ],
    "documents": [
        {
            "document_id": "H99.01,2026/11/20,05/QĐ-STN",
            "from": "H99.01",
            "to": ["G98.02"],
            "code": "05/QĐ-STN",
            "date": "2026/11/20",
            "statuses": [{"from": "G98.02", "code": "01"}, {"agency": "G98.02", "code": "03"}],
            "requests": ["recall"],
        },
        {"document_id": "x", "from": "H99.01"},
    ],
    "end_of_morning": "11:30",
    "limits": {"policy_bytes": 20_000_000, "attachments": 7},
}
VALIDATOR = Draft202012Validator(schemas.json_schema("check-context"))


def changed(path: str, value: object) -> dict[str, Any]:
    """Give the whole context with one member set, or taken out where ``value`` is ``...``."""
    content = copy.deepcopy(WHOLE)
    at: Any = content
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")[1:]]
    for step in steps:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return content


WRONG = [
    ("/sent_at", "2026-11-20T16:30:00", "/sent_at"),
    ("/sent_at", "yesterday", "/sent_at"),
    ("/sent_at", 20261120, "/sent_at"),
    ("/system", "", "/system"),
    ("/system", None, "/system"),
    ("/message_type", "letter", "/message_type"),
    ("/sendt_at", "2026-11-20T16:30:00+07:00", "/sendt_at"),
    ("/a~b", 1, "/a~0b"),
    ("/agencies", {}, "/agencies"),
    ("/agencies/1", "G98.02", "/agencies/1"),
    ("/agencies/0/code", ..., "/agencies/0/code"),
    ("/agencies/0/code", "", "/agencies/0/code"),
    ("/agencies/0/name", 7, "/agencies/0/name"),
    ("/agencies/0/closed", "yes", "/agencies/0/closed"),
    ("/agencies/0/locked", 1, "/agencies/0/locked"),
    ("/agencies/0/parent", "H99", "/agencies/0/parent"),
    ("/documents", "none", "/documents"),
    ("/documents/0/document_id", ..., "/documents/0/document_id"),
    ("/documents/1/from", ..., "/documents/1/from"),
    ("/documents/0/to", "G98.02", "/documents/0/to"),
    ("/documents/0/to/0", "", "/documents/0/to/0"),
    ("/documents/0/statuses/0/code", ..., "/documents/0/statuses/0/code"),
    ("/documents/0/statuses/0/from", ..., "/documents/0/statuses/0"),
    ("/documents/0/statuses/0/agency", "G98.02", "/documents/0/statuses/0"),
    ("/documents/0/date", "20/11/2026", "/documents/0/date"),
    ("/documents/0/date", "2026/13/01", "/documents/0/date"),
    ("/documents/0/statuses/0/code", "3", "/documents/0/statuses/0/code"),
    ("/documents/0/requests/0", "replace", "/documents/0/requests/0"),
    ("/end_of_morning", "24:00", "/end_of_morning"),
    ("/end_of_morning", "9:30", "/end_of_morning"),
    ("/end_of_morning", "11:60", "/end_of_morning"),
    ("/end_of_morning", "11:30:00", "/end_of_morning"),
    ("/end_of_morning", 12, "/end_of_morning"),
    ("/limits", 50, "/limits"),
    ("/limits/depth", 3, "/limits/depth"),
    ("/limits/policy_bytes", 0, "/limits/policy_bytes"),
    ("/limits/policy_bytes", "50 MB", "/limits/policy_bytes"),
    ("/limits/policy_bytes", True, "/limits/policy_bytes"),
    ("/limits/policy_bytes", Limits().decoded_bytes + 1, "/limits/policy_bytes"),
    *((f"/limits/{name}", getattr(Limits(), name) + 1, f"/limits/{name}") for name in TIGHTENED),
]


def test_the_whole_context_is_read() -> None:
    around = from_json(WHOLE)
    assert around.sent_at is not None
    assert around.sent_at.isoformat() == "2026-11-20T16:30:00+07:00"
    assert (around.system, around.message_type) == ("VD.01", "edoc")
    assert around.agencies is not None
    assert around.agencies[0].successor == "H99.09"
    assert around.agencies[0].closed
    assert not around.agencies[0].locked
    assert around.documents is not None
    assert around.documents[0].statuses == (("G98.02", "01"), ("G98.02", "03"))
    assert around.documents[0].requests == ("recall",)
    assert around.documents[1].to == ()
    assert around.end_of_morning == time(11, 30)
    assert around.limits == replace(Limits(), policy_bytes=20_000_000, attachments=7)


def test_an_empty_context_knows_nothing_and_an_empty_list_is_known_to_be_empty() -> None:
    assert from_json({}) == NOTHING_KNOWN
    assert from_json({"agencies": []}).agencies == ()


@pytest.mark.parametrize(("path", "value", "field"), WRONG, ids=[f"{path} {value}" for path, value, _ in WRONG])
def test_what_is_wrong_is_named_by_its_place(path: str, value: object, field: str) -> None:
    with pytest.raises(SurroundingsError) as caught:
        from_json(changed(path, value))
    assert caught.value.field == field
    assert str(caught.value) == f"{field}: {caught.value.rule}"


@pytest.mark.parametrize("value", [[], "x", 1, None])
def test_a_context_is_an_object(value: object) -> None:
    with pytest.raises(SurroundingsError, match=r"^/: must be an object"):
        from_json(value)


def test_the_schema_accepts_what_the_reader_accepts() -> None:
    assert VALIDATOR.is_valid(WHOLE)
    assert VALIDATOR.is_valid({})


@pytest.mark.parametrize(("path", "value", "field"), WRONG, ids=[f"{path} {value}" for path, value, _ in WRONG])
def test_the_schema_refuses_what_the_reader_refuses(path: str, value: object, field: str) -> None:
    assert not VALIDATOR.is_valid(changed(path, value))


@pytest.mark.parametrize("name", TIGHTENED)
def test_a_limit_can_be_what_it_is_without_a_context(name: str) -> None:
    content = {"limits": {name: getattr(Limits(), name)}}
    assert VALIDATOR.is_valid(content)
    assert from_json(content) == NOTHING_KNOWN


def test_two_codes_of_one_agency_are_one_body() -> None:
    around = from_json(WHOLE)
    assert around.same_body("H99.01", "000.00.01.H99")
    assert around.same_body("X", "X")
    assert not around.same_body("H99.01", "G98.02")
    assert not around.same_body(None, None)
    assert not around.same_body("", "")
    assert around.bodies(["000.00.01.H99", "X"]) == {"H99.01", "X"}


def test_identifiers_are_found_whichever_way_their_letters_are_composed() -> None:
    decomposed = "H99.01,2026/11/20,05/QĐ-THO\u031b\u0300I"
    around = from_json({"documents": [{"document_id": decomposed, "from": "H99.01"}]})
    assert list(around.history) == ["H99.01,2026/11/20,05/QĐ-THỜI"]
