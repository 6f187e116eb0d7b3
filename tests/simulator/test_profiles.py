"""What the profile `strict` and the switch of the re-serialisation change; a package of the largest size."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from protocol.package.writer import write_package
from tests.axis_process import RunningAxis, running_axis
from tests.simulator.conftest import Office
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox, reasons, refusal


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAxis]:
    """An axis that refuses what breaks a rule and passes packages on as they came."""
    folder: Path = tmp_path_factory.mktemp("strict")
    with running_axis(folder, "--profile", "strict", "--reserialise", "off") as running:
        yield running
        assert "Traceback" not in running.errors()


def test_strict_refuses_what_axis_only_notes(axis: RunningAxis, strict: RunningAxis) -> None:
    for where, accepted in ((axis, True), (strict, False)):
        office = Office(where)
        sender, receiver = office.participant(), office.participant()
        letter = office.letter(sender, receiver).replace(
            b"<edXML:PromulgationDate>20", b"<edXML:PromulgationDate>30/10/20"
        )
        if accepted:
            ok(sender.official().send(letter, sender=sender.code).result)
            assert "warn" in reasons(sender).values()
        else:
            code, text = refusal(sender, letter)
            assert code == "22"
            assert text is not None
            assert "PromulgationDate" in text
        assert len(inbox(receiver)) == int(accepted)


def test_without_reserialisation_the_bytes_pass_as_they_came(strict: RunningAxis) -> None:
    office = Office(strict)
    sender, receiver = office.participant(), office.participant()
    letter = office.letter(sender, receiver)
    ok(sender.official().send(letter, sender=sender.code).result)
    [item] = inbox(receiver)
    assert ok(receiver.official().fetch(item["docId"]).result).text == letter
    assert strict.call("GET", "/healthz").json() == {"status": "ok", "profile": "strict", "reserialise": False}


def test_a_package_of_the_largest_size_goes_through_in_little_memory(tmp_path: Path) -> None:
    """A file of 30 MB (40 MB in base64): read, rewritten, stored and handed out piece by piece; larger is refused."""
    with running_axis(tmp_path, "--body-limit", "48") as axis:
        office = Office(axis)
        sender, receiver = office.participant(), office.participant()
        ok(sender.official().send(office.letter(sender, receiver), sender=sender.code).result)
        process = psutil.Process(axis.pid)
        before = process.memory_info().rss
        document = office.document(sender, receiver)
        with document.attachments[0].open_payload() as payload:
            old = base64.b64encode(payload.read())
        new = base64.b64encode(office.random.randbytes(30_000_000))
        letter = write_package(document).replace(old, new, 1)
        ok(sender.official(timeout=120).send(letter, sender=sender.code).result)
        first, second = inbox(receiver)
        ok(receiver.official().update_status(first["docId"]).result)
        package = receiver.official(timeout=120).download(second["docId"]).result
        assert package is not None
        assert package.text is not None
        assert new in package.text
        assert ok(receiver.official(timeout=120).fetch(second["docId"]).result).text == package.text
        assert process.memory_info().rss - before < 64 * 1024 * 1024
        code, text = refusal(sender, letter + b" " * 20_000_000)
        assert code == "10"
        assert text is not None
        assert str(48 * 1024 * 1024) in text
