"""The driver protocol as the reference DMS speaks it; no axis is needed for what never leaves the house."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

import schemas
from conformance.reference_dms import Agency, Connection, Dms, Settings
from conformance.reference_dms.server import application
from tests.conformance.reference_dms.office_world import Clerk, file

NOWHERE = Connection("http://127.0.0.1:9", "SYS", "secret", (Agency("H99.01", "Sở Thử nghiệm"),))
DOCUMENT = {"document_id": "x", "from": "H98.01"}


def _dms(connection: Connection | None = NOWHERE, data: Path | None = None) -> Dms:
    return Dms(data, connection=connection, settings=Settings(poll_interval_s=60, send_at_once=False))


def _valid(definition: str, value: object) -> bool:
    whole = schemas.json_schema("driver")
    return Draft202012Validator({"$defs": whole["$defs"], "$ref": f"#/$defs/{definition}"}).is_valid(value)


def _draft(**changed: Any) -> dict[str, Any]:
    return {
        "state": "signed",
        "from": "H99.01",
        "to": ["H98.01"],
        "number": "7",
        "notation": "QĐ-STN",
        "date": "2026-11-21",
        "subject": "Về việc thử",
        "type": {"type": "2", "type_name": "Quyết định"},
        "files": [file("a.pdf", b"abc")],
        **changed,
    }


def test_the_schema_of_the_driver_protocol_is_a_schema() -> None:
    Draft202012Validator.check_schema(schemas.json_schema("driver"))


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (None, "request"),
        ([], "request"),
        ({}, "'id'"),
        ({"id": 7, "op": "poll"}, "id"),
        ({"id": "7"}, "'op'"),
        ({"id": "7", "op": ["poll"]}, "op"),
        ({"id": "7", "op": "received", "args": []}, "args"),
        ({"id": "7", "op": "received", "args": {"document": "x"}}, "document"),
        ({"id": "7", "op": "accept"}, "'document'"),
        ({"id": "7", "op": "send", "args": {"state": "sent"}}, "send"),
        ({"id": "7", "op": "poll", "run": 3}, "run"),
    ],
)
def test_a_bad_request_is_an_error_that_names_the_field(request_: object, says: str) -> None:
    async def story() -> None:
        async with _dms() as dms:
            answer = await dms.handle(request_)
            assert set(answer) == {"id", "error"}
            assert says in answer["error"]
            assert _valid("answer", answer)

    asyncio.run(story())


def test_what_the_dms_does_not_know_is_unsupported() -> None:
    async def story() -> None:
        async with _dms() as dms:
            for operation in ("statistics", "restart", "bogus", "__class__"):
                assert await dms.handle({"id": "7", "op": operation}) == {"id": "7", "unsupported": True}

    asyncio.run(story())


def test_describe_names_what_is_supported_and_nothing_else() -> None:
    async def story() -> None:
        async with _dms() as dms:
            described = await Clerk(dms).do("describe")
            assert _valid("describe.ok", described)
            assert described["organisations"] == [{"code": "H99.01", "name": "Sở Thử nghiệm", "old_code": None}]
            faculties = {"signing", "verifies"}
            assert faculties < set(described["capabilities"])
            for operation in set(described["capabilities"]) - faculties:
                answer = await dms.handle({"id": "7", "op": operation, "args": {"wrong": 1}})
                assert "unsupported" not in answer

    asyncio.run(story())


def test_without_a_connection_it_waits_to_be_configured() -> None:
    async def story() -> None:
        async with _dms(None) as dms:
            clerk = Clerk(dms)
            assert (await clerk.do("describe"))["system"] is None
            for operation, args in (
                ("poll", {}),
                ("send", _draft()),
                ("recall", {"document": DOCUMENT, "reason": "x"}),
            ):
                await clerk.refused(operation, **args)
            assert await clerk.do("received") == {"documents": []}
            given = {
                "axis_url": "http://127.0.0.1:9",
                "system_id": "S",
                "secret": "s",
                "agencies": [{"code": "H1", "name": "A"}],
            }
            await clerk.do("configure", **given)
            assert (await clerk.do("describe"))["organisations"][0]["code"] == "H1"
            assert "error" in await clerk.ask("configure", **given | {"ca": "/khong/co"})
            assert (await clerk.do("describe"))["system"] == "S"

    asyncio.run(story())


def test_every_answer_keeps_to_the_shape_of_its_operation() -> None:
    async def story() -> None:
        async with _dms() as dms:
            clerk = Clerk(dms)
            sent = await clerk.do("send", **_draft())
            assert _valid("send.ok", sent)
            for operation, args in (
                ("sent", sent),
                ("sent", {}),
                ("received", {}),
                ("export_history", sent),
                ("poll", {}),
            ):
                assert _valid(f"{operation}.ok", await clerk.do(operation, **args)), operation

    asyncio.run(story())


def test_the_secret_is_never_shown() -> None:
    async def story() -> None:
        async with _dms(Connection("http://127.0.0.1:9", "SYS", "geheimnis-28", NOWHERE.agencies)) as dms:
            clerk = Clerk(dms)
            sent = await clerk.do("send", **_draft())
            seen = [await clerk.do(operation) for operation in ("describe", "sent", "received", "export_history")]
            assert "geheimnis-28" not in json.dumps([sent, seen]) + repr(dms.office) + repr(dms.office.connection)

    asyncio.run(story())


def test_a_number_is_given_out_once() -> None:
    async def story() -> None:
        async with _dms() as dms:
            clerk = Clerk(dms)
            first, second = await asyncio.gather(
                clerk.ask("send", **_draft()), clerk.ask("send", **_draft(number="07"))
            )
            assert sorted(("ok" in first, "ok" in second)) == [False, True]
            refused = (first if "refused" in first else second)["refused"]
            assert refused["category"] == "duplicate"

    asyncio.run(story())


def test_what_is_refused_leaves_no_trace_in_the_register() -> None:
    async def story() -> None:
        async with _dms() as dms:
            clerk = Clerk(dms)
            for changed in ({"state": "draft"}, {"subject": "x" * 501}, {"from": "H98.01"}, {"kind": "update"}):
                await clerk.refused("send", **_draft(**changed))
            assert await clerk.do("sent") == {"documents": []}
            await clerk.do("send", **_draft())

    asyncio.run(story())


def test_reset_removes_what_belongs_to_its_run_and_nothing_else() -> None:
    async def story() -> None:
        async with _dms() as dms:
            one, two = Clerk(dms, "r-1"), Clerk(dms, "r-2")
            await one.do("send", **_draft(number="11"))
            await two.do("send", **_draft(number="12"))
            await one.do("reset")
            assert await one.do("sent") == {"documents": []}
            kept = (await two.do("sent"))["documents"]
            assert [entry["document_id"] for entry in kept] == ["H99.01,2026/11/21,12/QĐ-STN"]
            assert dms.office.store.row("SELECT count(*) AS n FROM outbox")["n"] == 1  # type: ignore[index] # count gives a row
            assert [line["event"] for line in (await two.do("export_history"))["history"]] == ["registered-out"]

    asyncio.run(story())


def test_several_systems_live_in_one_process_without_seeing_each_other(tmp_path: Path) -> None:
    async def story() -> None:
        async with _dms(data=tmp_path / "a") as a, _dms(data=tmp_path / "b") as b:
            await Clerk(a).do("send", **_draft())
            assert (await Clerk(b).do("sent"))["documents"] == []
            await Clerk(b).do("send", **_draft())
            assert len((await Clerk(a).do("sent"))["documents"]) == 1

    asyncio.run(story())


_HALF_A_PAIR = b'{"id":"1","op":"received","args":{"document":{"document_id":"\\ud800","from":"x"}}}'


def test_over_http_the_same_answers_come_and_no_json_is_an_error() -> None:
    async def story() -> None:
        async with _dms() as dms:
            transport = httpx.ASGITransport(application(dms))
            async with httpx.AsyncClient(transport=transport, base_url="http://dms") as client:
                answer = await client.post("/driver", json={"id": "1", "op": "describe"})
                assert answer.json()["ok"]["protocol"] == "axis28/driver/1"
                answer = await client.post("/driver", content=b'{"id":"\\ud800","op":"\\ud800"}')
                assert answer.json()["unsupported"] is True
                answer = await client.post("/driver", content=_HALF_A_PAIR)
                assert "error" in answer.json()
                for body in (b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5000):
                    answer = await client.post("/driver", content=body)
                    assert answer.status_code == 400
                    assert "JSON" in answer.json()["error"]
                assert (await client.get("/driver")).status_code == 405

    asyncio.run(story())
