"""Attached files and signatures: looked at after the answer in profile `axis`, before it in `strict`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from fixtures.files import File
from fixtures.pdf import new_pdf
from protocol.content.reader import ContentReader
from protocol.signatures.pdf.sign import sign
from protocol.signatures.pki.folder import files
from protocol.signatures.pki.hierarchy import Pki
from schemas import registry
from simulator import axis as axes
from simulator.answers import Refused
from simulator.sending import examined_content
from simulator.settings import Settings
from tests.axis_process import RunningAxis, running_axis, start_axis
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox, refusal

PATIENCE = 120.0


@pytest.fixture(scope="module")
def pki() -> Pki:
    return Pki(datetime.now(UTC) - timedelta(minutes=5))


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAxis]:
    """An axis that refuses what breaks a rule."""
    folder: Path = tmp_path_factory.mktemp("strict-inspection")
    with running_axis(folder, "--profile", "strict") as running:
        yield running
        assert "Traceback" not in running.errors()


def broken(pki: Pki, seed: int = 1) -> bytes:
    """Sign a PDF and change it afterwards."""
    signed = sign(new_pdf(Random(seed)), pki.agency("H99.01", "Sở Thử nghiệm"), pki.now, field="Seal")
    changed = signed.replace(b"ReportLab Generated", b"ReportLab generated", 1)
    assert changed != signed
    return changed


def letter(office: Office, sender: Participant, receiver: Participant, pdf: bytes, name: str = "van-ban.pdf") -> bytes:
    return office.letter(sender, receiver, files=[File(name, pdf, "application/pdf")])


def inspected(axis: RunningAxis, sender_id: str) -> dict[str, Any]:
    """Wait until a package was inspected, and give it as the ledger shows it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        shown: dict[str, Any] = axis.call("GET", f"/documents/{sender_id}").json()
        if shown["inspected"]:
            return shown
        time.sleep(0.2)
    raise AssertionError(f"{sender_id} was not inspected: {axis.errors()}")


def reasons(shown: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {finding["reason"]: finding for finding in shown["findings"]}


def test_a_broken_signature_is_accepted_and_told_afterwards(
    office: Office, sender: Participant, receiver: Participant, pki: Pki
) -> None:
    """The answer does not wait, and the ledger tells what the finding weighs in either profile."""
    result = ok(sender.official().send(letter(office, sender, receiver, broken(pki)), sender=sender.code).result)
    assert sender.exchanges("sendEdoc")[-1]["findings"] == []
    assert len(inbox(receiver)) == 1
    assert result.doc_id is not None
    finding = reasons(inspected(office.axis, result.doc_id))["pdf-digest-differs"]
    assert (finding["severity"], finding["strict"]) == ("warn", "fail")
    assert finding["signature"]


def test_what_only_strict_has_a_word_for_is_recorded_and_marked(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    pdf = new_pdf(Random(3))
    injected = office.axis.inject(letter(office, sender, receiver, pdf, "van-ban"), sender.code)
    finding = reasons(inspected(office.axis, injected["sender_id"]))["attachment-name-without-extension"]
    known = registry.reason(finding["reason"])
    assert (known.axis, known.strict) == (None, finding["severity"])
    assert finding["profile"] == "strict"


def test_a_finding_that_was_told_with_the_answer_is_not_told_twice(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    odd = office.letter(sender, receiver).replace(b"<edXML:PromulgationDate>20", b"<edXML:PromulgationDate>30/10/20")
    injected = office.axis.inject(odd, sender.code)
    told = [finding["reason"] for finding in injected["findings"]]
    found = [finding["reason"] for finding in inspected(office.axis, injected["sender_id"])["findings"]]
    assert told
    assert found[: len(told)] == told
    assert len(found) == len(set(found))


def test_strict_refuses_a_broken_signature_with_the_finding(strict: RunningAxis, pki: Pki) -> None:
    office = Office(strict)
    sender, receiver = office.participant(), office.participant()
    code, said = refusal(sender, letter(office, sender, receiver, broken(pki)))
    assert code == "22"
    assert "pdf-digest-differs" in {finding["reason"] for finding in sender.exchanges("sendEdoc")[-1]["findings"]}
    assert said
    assert said.isascii()
    assert inbox(receiver) == []
    result = ok(sender.official().send(office.letter(sender, receiver), sender=sender.code).result)
    assert strict.call("GET", f"/documents/{result.doc_id}").json()["inspected"] is True


def test_an_axis_that_cannot_read_attached_files_says_so_in_strict(tmp_path: Path, pki: Pki) -> None:
    """Code 20: the fault is the axis's own, and the package may be as it should."""

    class Broken(ContentReader):
        module = "simulator.no_such_module"

    axis = axes.build(Settings(tmp_path, "not-a-real-token", profile="strict"))
    try:
        assert axis.instruments is not None
        axis.instruments.contents = Broken()
        office = Office(None)  # type: ignore[arg-type] # nobody is asked to register anything
        sender, receiver = (Participant(None, "S", "s", f"H99.{n}", "") for n in (1, 2))  # type: ignore[arg-type] # as above
        spool, rewritten = axis.blobs.spool(), axis.blobs.spool()
        spool.write(letter(office, sender, receiver, new_pdf(Random(4))))
        content = axis.blobs.keep(spool)
        with pytest.raises(Refused) as refused:
            asyncio.run(examined_content(axis, content, axis.clock.milliseconds(), "edoc", rewritten))
        assert refused.value.code == "20"
        assert [finding.reason for finding in refused.value.findings] == ["inspection-unavailable"]
        spool.close()
        rewritten.close()
    finally:
        axis.close()


def test_what_was_not_inspected_at_a_crash_is_inspected_at_the_next_start(tmp_path: Path, pki: Pki) -> None:
    running = start_axis(tmp_path)
    office = Office(running)
    sender, receiver = office.participant(), office.participant()
    pdf = broken(pki)
    sent = [running.inject(letter(office, sender, receiver, pdf), sender.code)["sender_id"] for _ in range(8)]
    running.kill()
    engine = create_engine(f"sqlite:///{tmp_path / 'axis' / 'axis.sqlite3'}")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM documents WHERE NOT inspected")).scalar_one() > 0
    engine.dispose()
    with running_axis(tmp_path, token=running.token) as again:
        for sender_id in sent:
            assert "pdf-digest-differs" in reasons(inspected(again, sender_id))
        assert "axis28_inspections_waiting 0.0" in httpx.get(again.control + "/metrics", trust_env=False).text


def test_a_body_that_is_gone_does_not_keep_others_from_being_inspected(tmp_path: Path, pki: Pki) -> None:
    running = start_axis(tmp_path)
    office = Office(running)
    sender, receiver = office.participant(), office.participant()
    running.inject(letter(office, sender, receiver, new_pdf(Random(5), size=200_000)), sender.code)
    sent = running.inject(letter(office, sender, receiver, broken(pki)), sender.code)["sender_id"]
    running.kill()
    lost = [file for file in (tmp_path / "axis" / "bodies").rglob("*") if file.is_file()]
    assert lost
    for file in lost:
        file.unlink()
    with running_axis(tmp_path, token=running.token) as again:
        assert "pdf-digest-differs" in reasons(inspected(again, sent))
        assert "axis28_inspections_waiting 0.0" in httpx.get(again.control + "/metrics", trust_env=False).text


def test_a_body_out_of_reach_holds_up_nobody_and_is_inspected_when_it_is_back(tmp_path: Path, pki: Pki) -> None:
    """It does not count as inspected meanwhile."""
    running = start_axis(tmp_path)
    office = Office(running)
    sender, receiver = office.participant(), office.participant()
    large = office.letter(
        sender, receiver, files=[File("van-ban.pdf", broken(pki) + b"\n" * 200_000, "application/pdf")]
    )
    stuck = running.inject(large, sender.code)["sender_id"]
    sent = running.inject(letter(office, sender, receiver, broken(pki)), sender.code)["sender_id"]
    running.kill()
    bodies = {file: file.read_bytes() for file in (tmp_path / "axis" / "bodies").rglob("*") if file.is_file()}
    assert bodies
    for file, whole in bodies.items():
        file.write_bytes(whole[:-1])
    engine = create_engine(f"sqlite:///{tmp_path / 'axis' / 'axis.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE documents SET inspected = false"))
    engine.dispose()
    with running_axis(tmp_path, token=running.token) as again:
        assert "pdf-digest-differs" in reasons(inspected(again, sent))
        assert "axis28_inspections_waiting 1.0" in httpx.get(again.control + "/metrics", trust_env=False).text
        for file, whole in bodies.items():
            file.write_bytes(whole)
        assert inspected(again, stuck)["inspected"]


def test_with_a_trust_folder_it_is_judged_who_signed(tmp_path: Path, pki: Pki) -> None:
    """Without one nothing is said of documents that nobody signed."""
    for file in files(pki, {}):
        if file.name.startswith("trust/"):
            (tmp_path / file.name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file.name).write_bytes(file.content)
    with running_axis(tmp_path, "--trust", str(tmp_path / "trust")) as axis:
        office = Office(axis)
        sender, receiver = office.participant(), office.participant()
        with_trust = axis.inject(office.letter(sender, receiver), sender.code)["sender_id"]
        found = set(reasons(inspected(axis, with_trust)))
    (tmp_path / "untrusting").mkdir()
    with running_axis(tmp_path / "untrusting") as axis:
        office = Office(axis)
        sender, receiver = office.participant(), office.participant()
        without = axis.inject(office.letter(sender, receiver), sender.code)["sender_id"]
        assert found - set(reasons(inspected(axis, without)))


def test_a_trust_folder_that_cannot_be_used_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="--trust"):
        start_axis(tmp_path, "--trust", str(tmp_path / "nowhere"))
