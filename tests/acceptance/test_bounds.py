"""The largest requests and answers keep to a stated amount of memory of the server.

What is measured is how far the peak of its resident memory rises above where it stood before: after one small request
of the same kind, so that what any first request loads does not count.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Self

import httpx
import pytest

from fixtures.documents import new_document
from fixtures.files import new_file
from protocol.package.writer import write_package
from protocol.wire.signing import sign, timestamp
from tests.axis_process import RunningAxis, running_axis
from tests.proof import write_proof

SYSTEM, SECRET = "TEST.SYS.BOUNDS", "not-a-real-secret-of-bounds"
RECIPIENTS = 3_321
AGENCIES, SOME_AGENCIES = 111_339, 12_000
PENDING = 10_000
LARGE, SOMEWHAT_LARGE = 50_000_000, 8_000_000
"""Bytes of a package."""
BOUNDS_MB = {"recipients": 24.0, "directory": 16.0, "package": 24.0, "inbox": 48.0}
"""What each may add to the memory of the server."""


class Post:
    """One system with many agencies, over one connection."""

    def __init__(self, axis: RunningAxis, client: httpx.Client) -> None:
        self.axis = axis
        self.client = client
        self.random = Random(28)

    def ask(self, operation: str, values: dict[str, str], body: bytes = b"", **headers: str) -> httpx.Response:
        signed = self._signed(values, body, headers)
        return self.client.post(f"{self.axis.url}/{operation}", content=body, headers=signed)

    def size_of(self, operation: str, values: dict[str, str], **headers: str) -> tuple[int, int, bytes]:
        """Ask, and give of the answer the bytes on the wire, the bytes it stands for, and its last ones."""
        signed = self._signed(values, b"", headers)
        unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16)
        wire = size = 0
        end = b""
        with self.client.stream("POST", f"{self.axis.url}/{operation}", headers=signed) as answer:
            packed = answer.headers.get("content-encoding") == "gzip"
            for piece in answer.iter_raw():
                wire += len(piece)
                plain = unpacked.decompress(piece) if packed else piece
                size += len(plain)
                end = (end + plain)[-20:]
        return wire, size, end

    def send(self, to: list[str], *, size: int = 3_000, named: bool = False) -> httpx.Response:
        document = new_document(
            self.random, code(0), to, files=[new_file(self.random, size=size)], now=datetime.now(UTC)
        )
        raw = write_package(document)
        values = {"from": code(0), "messagetype": "edoc", "hash-file": hashlib.sha256(raw).hexdigest()}
        if named:
            values["to"] = json.dumps(to)
        return self.ask("sendEdoc", values, raw)

    def _signed(self, values: dict[str, str], body: bytes, headers: dict[str, str]) -> list[tuple[str, str]]:
        values = {"systemid": SYSTEM, "timestamp": timestamp(datetime.now(UTC)), **values}
        extra = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return [*sign(values, SECRET), ("Content-Length", str(len(body))), *extra]


def code(number: int) -> str:
    """Give the code of an agency: 13 characters, as those of communes are long."""
    return f"H99.{number // 1000:04d}.{number % 1000:04d}"


def memory(pid: int, kind: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(rf"^{kind}:\s+(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


class Growth:
    """By how many MB the peak of a process rises inside a ``with`` block."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.mb = 0.0

    def __enter__(self) -> Self:
        Path(f"/proc/{self._pid}/clear_refs").write_text("5")  # begin the peak anew
        self._before = memory(self._pid, "VmRSS")
        return self

    def __exit__(self, *_: object) -> None:
        self.mb = memory(self._pid, "VmHWM") - self._before


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with running_axis(tmp_path) as axis, httpx.Client(trust_env=False, timeout=300) as client:
        agencies = [{"code": code(number), "name": f"Sở Thử nghiệm {number}"} for number in range(RECIPIENTS + 1)]
        axis.register(SYSTEM, SECRET, agencies)
        yield Post(axis, client)


def to_many_recipients(post: Post) -> dict[str, Any]:
    codes = [code(number) for number in range(1, RECIPIENTS + 1)]
    assert post.send(codes[:5], named=True).json()["status"] == "OK"
    with Growth(post.axis.pid) as growth:
        answer = post.send(codes, named=True)
    assert answer.json()["status"] == "OK", answer.text[:300]
    head = sum(len(name) + len(value) + 4 for name, value in answer.request.headers.raw)
    (document,) = post.axis.call("GET", "/documents").json()["documents"][-1:]
    assert len(document["recipients"]) == RECIPIENTS
    return {"recipients": RECIPIENTS, "headers_bytes": head, "growth_mb": round(growth.mb, 1)}


def the_whole_directory(post: Post, agencies: int) -> dict[str, Any]:
    lines = (
        json.dumps({"code": code(number), "name": f"Ủy ban nhân dân xã Thử nghiệm {number}"}).encode() + b"\n"
        for number in range(RECIPIENTS + 1, agencies)
    )
    entered = post.axis.call("PUT", "/agencies", content=b"".join(lines))
    assert entered.status_code == 200, entered.text
    told: dict[str, Any] = {"agencies": agencies}
    for operation in ("getAgenciesList", "getAgenciesListQD20", "getSynchronizeUnit"):
        for encoding in ("identity", "gzip"):
            with Growth(post.axis.pid) as growth:
                wire, size, end = post.size_of(operation, {}, Accept_Encoding=encoding)
            assert end.endswith(b"}]}")
            assert size > 90 * agencies
            told[f"{operation} {encoding}"] = {"wire": wire, "bytes": size, "growth_mb": round(growth.mb, 1)}
    told["growth_mb"] = max(found["growth_mb"] for found in told.values() if isinstance(found, dict))
    listed = post.ask("getSynchronizeUnit", {}).json()["data"]
    assert [unit["code"] for unit in listed] == [code(number) for number in range(agencies)]
    return told


def a_large_package(post: Post, size: int) -> dict[str, Any]:
    assert post.send([code(1)], size=200_000).json()["status"] == "OK"
    content = int(size * 0.75)  # in base64 it grows by a third
    with Growth(post.axis.pid) as growth:
        answer = post.send([code(1)], size=content)
        assert answer.json()["status"] == "OK", answer.text[:300]
        entry = post.ask("getReceivedEdocList", {"messagetype": "edoc"}).json()["data"][-1]
        fetched = post.size_of("getEdoc", {"docId": entry["docId"]})
    assert fetched[1] > size
    return {"package_bytes": len(answer.request.content), "fetched_bytes": fetched[1], "growth_mb": round(growth.mb, 1)}


def a_full_inbox(post: Post) -> dict[str, Any]:
    left = PENDING - int(post.ask("countReceiveEdoc", {}).json()["count"])  # those of other measurements wait too
    while left:
        several = min(left, RECIPIENTS)
        assert post.send([code(number) for number in range(1, several + 1)]).json()["status"] == "OK"
        left -= several
    with Growth(post.axis.pid) as growth:
        listed = post.ask("getReceivedEdocList", {"messagetype": "edoc"}).json()["data"]
        packed = post.size_of("getReceivedEdocList", {"messagetype": "edoc"}, Accept_Encoding="gzip")
    assert len({entry["docId"] for entry in listed}) == PENDING
    return {"pending": PENDING, "bytes": packed[1], "growth_mb": round(growth.mb, 1)}


def test_a_package_to_3321_recipients_keeps_to_its_bound(post: Post) -> None:
    assert to_many_recipients(post)["growth_mb"] <= BOUNDS_MB["recipients"]


def test_a_long_directory_is_streamed_within_its_bound(post: Post) -> None:
    assert the_whole_directory(post, SOME_AGENCIES)["growth_mb"] <= BOUNDS_MB["directory"]


def test_a_large_package_keeps_to_its_bound(post: Post) -> None:
    assert a_large_package(post, SOMEWHAT_LARGE)["growth_mb"] <= BOUNDS_MB["package"]


def test_an_inbox_of_10000_keeps_to_its_bound(post: Post) -> None:
    assert a_full_inbox(post)["growth_mb"] <= BOUNDS_MB["inbox"]


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_the_largest_of_everything_keeps_to_its_bound(post: Post) -> None:
    told = {
        "recipients": to_many_recipients(post),
        "package": a_large_package(post, LARGE),
        "inbox": a_full_inbox(post),
        "directory": the_whole_directory(post, AGENCIES),
    }
    write_proof("bounds", {"bounds_mb": BOUNDS_MB, "seen": told})
    for name, found in told.items():
        assert found["growth_mb"] <= BOUNDS_MB[name], (name, found)
