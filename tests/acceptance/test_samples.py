"""The samples that are published with the official client are accepted by an axis, sent as that client sends them."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from pathlib import Path

import pytest

from protocol.package.reader import read_package
from protocol.wire.client import AxisClient

from .commands import Running, serving

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "samples"
SAMPLES = sorted(REFERENCE.glob("*.edxml"))
SECRET = "not-a-real-secret-s1"
CODES = ("000.00.00.G22", "000.00.00.H41", "000.00.00.H14", "000.00.00.G17", "000.00.00.H13", "000.00.00.H17")


def _register(axis: Running, code: str) -> None:
    body = json.dumps({"secret": SECRET, "agencies": [{"code": code, "name": f"Cơ quan {code}"}]}).encode()
    request = urllib.request.Request(
        f"{axis.control}/systems/SYS.{code}",
        data=body,
        method="PUT",
        headers={"Authorization": f"Bearer {axis.token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status in (200, 201)


async def _send(axis: Running, sender: str, body: bytes, kind: str) -> str:
    async with AxisClient(axis.url, f"SYS.{sender}", SECRET) as client:
        return (await client.send(body, sender=sender, message_type=kind)).doc_id


@pytest.mark.skipif(not SAMPLES, reason="the official sample packages are not part of this project and not beside it")
def test_every_official_sample_is_accepted_in_profile_axis(tmp_path: Path) -> None:
    with serving("simulate", "--port", "0", "--data", str(tmp_path / "axis")) as axis:
        for code in CODES:
            _register(axis, code)
        for sample in SAMPLES:
            body = sample.read_bytes()
            with read_package(body) as reading:
                assert reading.package is not None, (sample.name, reading.findings)
                sender = reading.package.header.sender.organ_id
                kind = "status" if reading.kind == "status" else "edoc"
            assert sender is not None
            assert len(asyncio.run(_send(axis, sender, body, kind))) == 24, sample.name
