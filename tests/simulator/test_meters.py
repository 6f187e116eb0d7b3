"""What the axis tells about itself: counters that name nobody, log lines with ids and without secrets, traces."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from protocol.wire.signing import sign, timestamp
from simulator.meters import Counts, Meters
from tests.axis_process import RunningAxis, running_axis
from tests.simulator.conftest import Office, Participant

SECRET = "not-a-real-secret-of-the-log"


def sample(text: str, name: str) -> float:
    """Give the value of one sample of the Prometheus text."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found is not None, name
    return float(found[1])


def metrics(axis: RunningAxis) -> str:
    answer = httpx.get(axis.control + "/metrics", trust_env=False)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text


def send(office: Office, sender: Participant, receiver: Participant) -> httpx.Response:
    letter = office.letter(sender, receiver)
    client = httpx.Client(trust_env=False)
    with client:
        return post(client, sender, "sendEdoc", {"from": sender.code, "messagetype": "edoc"}, body=letter)


def post(
    client: httpx.Client,
    participant: Participant,
    operation: str,
    parameters: dict[str, str],
    *,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    values = {"systemid": participant.system, "timestamp": timestamp(datetime.now(UTC)), **parameters}
    if operation == "sendEdoc":
        values["hash-file"] = hashlib.sha256(body).hexdigest()
    signed = [*sign(values, participant.secret), *(headers or {}).items()]
    return client.post(f"{participant.axis.url}/{operation}", content=body, headers=signed)


def poll(participant: Participant, headers: dict[str, str] | None = None) -> httpx.Response:
    with httpx.Client(trust_env=False) as client:
        return post(client, participant, "getReceivedEdocList", {"messagetype": "edoc"}, headers=headers)


def test_answers_seconds_bytes_and_commits_are_counted(
    office: Office, axis: RunningAxis, sender: Participant, receiver: Participant
) -> None:
    accepted = 'axis28_requests_total{error_code="0",operation="sendEdoc",status="OK"}'
    assert send(office, sender, receiver).json()["status"] == "OK"
    before = metrics(axis)
    assert send(office, sender, receiver).json()["status"] == "OK"
    after = metrics(axis)
    assert sample(after, accepted) >= sample(before, accepted) + 1
    timed = 'axis28_request_seconds_count{operation="sendEdoc"}'
    assert sample(after, timed) >= sample(before, timed) + 1
    assert sample(after, "axis28_received_bytes_total") > sample(before, "axis28_received_bytes_total") + 2_000
    assert sample(after, "axis28_sent_bytes_total") > sample(before, "axis28_sent_bytes_total")
    for name in ("axis28_store_transactions_total", "axis28_store_works_total", "axis28_store_commit_seconds_count"):
        assert sample(after, name) > sample(before, name)
    assert sample(after, "axis28_store_group_size_count") == sample(after, "axis28_store_transactions_total")


def test_no_label_names_a_system_an_agency_or_a_fault_rule(office: Office, axis: RunningAxis) -> None:
    participant = office.participant()
    rule = {"id": f"rule-{participant.code}", "fault": "latency", "match": {"system": participant.system}}
    axis.call("PUT", f"/faults/{rule['id']}", json={**rule, "args": {"seconds": 0.001}})
    assert poll(participant).status_code == 200
    axis.call("DELETE", f"/faults/{rule['id']}")
    text = metrics(axis)
    assert sample(text, 'axis28_faults_total{fault="latency"}') >= 1
    assert set(re.findall(r"[{,](\w+)=", text)) <= {"operation", "status", "error_code", "le", "fault"}
    for name in (participant.system, participant.code, participant.old_code, rule["id"]):
        assert str(name) not in text


def test_the_counts_of_several_processes_add_up_and_survive_them() -> None:
    first, second = Counts(), Counts()
    first.answers["sendEdoc", "OK", "0"] = 3
    second.answers["sendEdoc", "OK", "0"] = 4
    second.groups.add(5)
    second.faults["latency"] = 1
    first.merge(json.loads(json.dumps(second.to_json())))
    assert first.answers["sendEdoc", "OK", "0"] == 7
    assert (sum(first.groups.counts), first.groups.total) == (1, 5)
    assert first.faults == {"latency": 1}


def test_a_worker_answers_for_the_others_that_share_its_folder(tmp_path: Path) -> None:
    gone = Meters()
    gone.answered("sendEdoc", "OK", "0", 0.004)
    gone.share(tmp_path)
    (file,) = tmp_path.iterdir()
    file.rename(tmp_path / "1.json")  # what another process wrote
    (tmp_path / "2.json").write_text("{half", encoding="utf-8")  # and one that died while it wrote
    here = Meters()
    here.share(tmp_path)
    here.answered("sendEdoc", "OK", "0", 0.004)
    together = here.together()
    assert together.answers["sendEdoc", "OK", "0"] == 2
    assert sum(together.seconds["sendEdoc"].counts) == 2
    assert here.counts.answers["sendEdoc", "OK", "0"] == 1


def test_a_request_id_that_is_given_comes_back_and_stands_in_the_journal(
    axis: RunningAxis, sender: Participant
) -> None:
    answer = poll(sender, {"X-Request-Id": "trace-7.abc"})
    assert answer.headers["x-request-id"] == "trace-7.abc"
    (entry,) = [entry for entry in axis_entries(axis, sender) if entry["operation"] == "getReceivedEdocList"]
    assert axis.call("GET", f"/exchanges/{entry['seq']}").json()["request_id"] == "trace-7.abc"


@pytest.mark.parametrize("given", ["", "two words", "a" * 65, "x/y", "<script>"])
def test_an_odd_request_id_is_replaced_by_a_minted_one(sender: Participant, given: str) -> None:
    answer = poll(sender, {"X-Request-Id": given.encode("utf-8").decode("latin-1")})
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]+", answer.headers["x-request-id"])
    assert answer.headers["x-request-id"] != poll(sender).headers["x-request-id"]


def axis_entries(axis: RunningAxis, participant: Participant) -> list[dict[str, Any]]:
    axis.call("GET", "/exchanges", params={"after": 2**40, "wait": 0.3})
    return [entry for entry in axis.exchanges() if entry["system"] == participant.system]


def logged(tmp_path: Path, form: str) -> tuple[str, str]:
    """Run an axis at level info, send a careless request, and give its log and its token."""
    with running_axis(tmp_path, "--log-format", form, "--log-level", "info") as axis:
        axis.register("TEST.LOG", SECRET, [{"code": "H99.77", "name": "Sở Thử nghiệm"}])
        participant = Participant(axis, "TEST.LOG", SECRET, "H99.77", "")
        assert poll(participant, {"X-Request-Id": "id-of-this-request"}).status_code == 200
        careless = Participant(axis, SECRET, SECRET, "H99.77", "")  # the secret in the place of the system
        assert poll(careless).json()["status"] == "FAIL"
        text, token = axis.errors(), axis.token
    return text, token


def test_json_lines_carry_the_request_id_and_no_secret(tmp_path: Path) -> None:
    text, token = logged(tmp_path, "json")
    lines = [json.loads(line) for line in text.splitlines()]
    (mine,) = [line for line in lines if line.get("request_id") == "id-of-this-request"]
    assert (mine["event"], mine["operation"], mine["status"]) == ("answered", "getReceivedEdocList", "OK")
    assert (mine["level"], mine["logger"]) == ("info", "simulator.requests")
    assert mine["milliseconds"] > 0
    assert any(line.get("system") == "***" for line in lines)
    assert SECRET not in text
    assert token not in text


def test_text_lines_carry_the_request_id_and_no_secret(tmp_path: Path) -> None:
    text, token = logged(tmp_path, "text")
    (mine,) = [line for line in text.splitlines() if "request_id='id-of-this-request'" in line]
    assert "simulator.requests INFO answered" in mine
    assert "***" in text
    assert SECRET not in text
    assert token not in text


class Receiver:
    """A tiny OTLP receiver: keeps what is posted to ``/v1/traces``."""

    def __init__(self) -> None:
        bodies: list[bytes] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
                pass

        self.bodies = bodies
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def collector() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def test_spans_go_to_the_collector_that_the_environment_names(
    tmp_path: Path, collector: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    with running_axis(tmp_path) as axis:
        office = Office(axis)
        assert send(office, office.participant(), receiver := office.participant()).json()["status"] == "OK"
        assert poll(receiver).status_code == 200
    spans = [
        span
        for body in collector.bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    by_name = {span.name: span for span in spans}
    assert set(by_name) == {"sendEdoc", "read", "judge", "commit", "getReceivedEdocList"}
    assert all(by_name[name].parent_span_id == by_name["sendEdoc"].span_id for name in ("read", "judge", "commit"))


def test_without_the_variable_nothing_of_opentelemetry_is_loaded() -> None:
    code = "import sys, simulator.serve, simulator.traces as t; t.Traces().begin(); print(*sys.modules)"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "simulator.traces" in done.stdout.split()
    assert not [name for name in done.stdout.split() if name.startswith("opentelemetry.sdk")]
