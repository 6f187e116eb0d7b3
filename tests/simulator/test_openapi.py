"""The OpenAPI document of the control API is complete and true: Schemathesis calls everything that it describes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fixtures.rawhttp import RawConnection
from tests.axis_process import RunningAxis, running_axis
from tests.proof import ROOT, write_proof
from tests.simulator.conftest import Office

SEED = "28"
EXAMPLES, MANY = 3, 60
_NOT_CHECKED = "positive_data_acceptance"
"""That a body fits its schema does not mean that the code in it is free: rules go beyond schemas."""
_PATIENT = """
[[operations]]
include-name = "GET /_axis/v1/exchanges"
parameters = { wait = 0.1 }
"""


@pytest.fixture
def own_axis(tmp_path: Path) -> Iterator[RunningAxis]:
    """One axis for one test: what is called here resets it and sets its clock."""
    with running_axis(tmp_path) as running:
        office = Office(running)
        sender, receiver = office.participant(), office.participant()
        sent = sender.official().send(office.letter(sender, receiver), sender=sender.code).result
        assert sent is not None
        yield running
        assert "Traceback" not in running.errors()


def call_everything(axis: RunningAxis, folder: Path, examples: int) -> str:
    """Let Schemathesis loose; gives its report, and fails with it where it found something."""
    (folder / "schemathesis.toml").write_text(_PATIENT, encoding="utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(folder / "schemathesis.toml"), "run"]
    command += [f"{axis.control}/openapi.json", "--header", f"Authorization: Bearer {axis.token}", "--no-color"]
    command += ["--max-examples", str(examples), "--seed", SEED, "--generation-database", "none"]
    command += ["--exclude-checks", _NOT_CHECKED, "--request-timeout", "120"]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.simulator.schemathesis_hooks", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    return done.stdout


@pytest.mark.timeout(900)
def test_every_answer_is_as_described_and_none_says_500(own_axis: RunningAxis, tmp_path: Path) -> None:
    assert "Test Phases:" in call_everything(own_axis, tmp_path, EXAMPLES)


@pytest.mark.proof
@pytest.mark.timeout(7200)
def test_of_many_requests_every_answer_is_as_described(own_axis: RunningAxis, tmp_path: Path) -> None:
    report = call_everything(own_axis, tmp_path, MANY)
    cases = next(line.strip() for line in report.splitlines() if "generated" in line)
    write_proof("openapi", {"seed": int(SEED), "examples": MANY, "not_checked": [_NOT_CHECKED], "cases": cases})


def test_every_answer_has_a_schema(axis: RunningAxis) -> None:
    document = axis.call("GET", "/openapi.json").json()
    bare = [
        f"{method.upper()} {path} {status}"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        for status, response in operation["responses"].items()
        if status != "204" and not any(content.get("schema") for content in response.get("content", {}).values())
    ]
    assert bare == []


def test_every_reference_leads_somewhere(axis: RunningAxis) -> None:
    document = axis.call("GET", "/openapi.json").json()

    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    found = set(references(document))
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert found <= known


def _calls(axis: RunningAxis) -> list[tuple[str, str]]:
    paths = axis.call("GET", "/openapi.json").json()["paths"]
    return [(method.upper(), path.removeprefix("/_axis/v1")) for path, item in paths.items() for method in item]


@pytest.mark.parametrize(
    "filling",
    ["%00", "%ED%A0%80", "%FF%FE", "a%00b", "..%2F..", "%2e%2e", "9" * 400, "-1", "x" * 6000, "%F0%9F%92%A3", "%0d%0a"],
)
def test_no_path_breaks_it(own_axis: RunningAxis, filling: str) -> None:
    for method, path in _calls(own_axis):
        if "{" not in path:
            continue
        start, _, rest = path.partition("{")
        target = f"/_axis/v1{start}{filling}{rest.partition('}')[2]}"
        head = f"{method} {target} HTTP/1.1\r\nHost: axis\r\nAuthorization: Bearer {own_axis.token}\r\n"
        with RawConnection(own_axis.url) as connection:
            connection.send(f"{head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}".encode())
            status = connection.read_answer().status
        assert status < 500, (method, target[:100], status)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"\\ud800"',
        b'{"\\ud800": "\\udfff"}',
        b'{"name": "\\u0000", "secret": "\\u0000", "fault": "\\u0000", "agencies": []}',
        b'{"secret": "s\\ud800", "agencies": [{"code": "H1", "name": "\\udc00"}]}',
        b"[" * 50_000,
        b'{"times": 1e400, "limits": {"systems": 1e400}, "rate": -1e400}',
        b'{"times": ' + b"9" * 5000 + b', "limits": {"systems": ' + b"9" * 5000 + b"}}",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_no_body_breaks_it(own_axis: RunningAxis, body: bytes) -> None:
    for method, path in _calls(own_axis):
        if method not in ("PUT", "POST"):
            continue
        target = path.partition("{")[0] + ("x" if "{" in path else "") + path.partition("}")[2]
        answer = own_axis.call(method, target, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, (method, target, answer.text)


def test_a_method_that_is_not_there_is_answered_with_those_that_are(axis: RunningAxis) -> None:
    for path, methods in (
        ("/faults", "DELETE, GET, PUT"),
        ("/faults/log", "GET"),
        ("/faults/a/b", "DELETE, PUT"),
        ("/systems/x", "DELETE, GET, PUT"),
        ("/agencies/x/close", "POST"),
        ("/tenants/x/token", "PUT"),
        ("/reset", "POST"),
    ):
        answer = axis.call("PATCH", path)
        assert answer.status_code == 405
        assert answer.headers["allow"] == methods
        assert json.loads(answer.text)["status"] == 405
    assert httpx.request("PATCH", f"{axis.control}/faults", trust_env=False).status_code == 401
