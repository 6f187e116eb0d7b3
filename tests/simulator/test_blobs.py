"""The spool of a request and its way to rest: what was given up leaves no half a file, and nobody holds its digest."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from simulator.app import application
from simulator.axis import build
from simulator.blobs import INLINE, Blobs, Spool
from simulator.settings import Settings

LARGE = bytes(INLINE + 1)
DIGEST = hashlib.sha256(LARGE).hexdigest()


def test_a_thread_that_writes_on_after_the_request_was_given_up_leaves_no_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(LARGE)
    spool.close()
    with pytest.raises(ValueError, match="closed"):
        spool.write(LARGE)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_being_begun_while_the_request_is_given_up_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    begin = tempfile.mkstemp

    def slowly(dir: Path) -> tuple[int, str]:  # noqa: A002 - the name that mkstemp gives it
        begun.set()
        go_on.wait(10)
        return begin(dir=dir)

    monkeypatch.setattr(tempfile, "mkstemp", slowly)
    spool = Spool(tmp_path)
    writer = threading.Thread(target=spool.write, args=(bytes(INLINE + 1),))
    closer = threading.Thread(target=spool.close)
    writer.start()
    assert begun.wait(10)
    closer.start()
    closer.join(0.2)  # a spool that does not wait for its writer is closed by now
    go_on.set()
    writer.join(10)
    closer.join(10)
    assert not writer.is_alive()
    assert not closer.is_alive()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("body", [b"small", LARGE], ids=["small", "large"])
@pytest.mark.parametrize(
    "asked",
    [
        Spool.source,
        lambda spool: spool.cut(1),
        lambda spool: spool.write(b"more"),
        lambda spool: spool.settle(Path.unlink),
    ],
    ids=["source", "cut", "write", "settle"],
)
def test_a_closed_spool_does_not_pass_for_an_empty_one(
    asked: Callable[[Spool], object], body: bytes, tmp_path: Path
) -> None:
    spool = Spool(tmp_path)
    spool.write(body)
    spool.close()
    with pytest.raises(ValueError, match="closed"):
        asked(spool)
    assert spool.size == len(body)


def test_a_body_whose_request_was_given_up_is_neither_kept_empty_nor_held(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    spool = blobs.spool()
    spool.write(LARGE)
    spool.close()
    with pytest.raises(ValueError, match="closed"):
        blobs.keep(spool, DIGEST)
    assert kept_and_forgotten(blobs)


def test_a_body_that_the_disk_does_not_take_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    blobs = Blobs(tmp_path)
    spool = blobs.spool()
    spool.write(LARGE)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            blobs.keep(spool, DIGEST)
    with pytest.raises(ValueError, match="closed"):  # it cannot be kept as a body without bytes now
        blobs.keep(spool, DIGEST)
    spool.close()
    assert list((tmp_path / "incoming").iterdir()) == []
    assert kept_and_forgotten(blobs)


def kept_and_forgotten(blobs: Blobs) -> bool:
    """Keep the large body, let go of it, and say whether it can be forgotten then: nobody else holds it."""
    spool = blobs.spool()
    spool.write(LARGE)
    content = blobs.keep(spool)
    with blobs.open(content) as stream:
        assert stream.read() == LARGE
    blobs.release([content])
    blobs.forget(content.sha256)
    try:
        blobs.open(content).close()
    except FileNotFoundError:
        return True
    return False


def test_a_body_that_is_being_put_to_rest_while_the_request_is_given_up_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on = threading.Event(), threading.Event()
    sync = os.fsync

    def slowly(handle: int) -> None:
        asked.set()
        go_on.wait(10)
        sync(handle)

    monkeypatch.setattr(os, "fsync", slowly)
    blobs = Blobs(tmp_path)
    spool = blobs.spool()
    spool.write(LARGE)
    kept = []
    keeper = threading.Thread(target=lambda: kept.append(blobs.keep(spool, DIGEST)))
    closer = threading.Thread(target=spool.close)
    keeper.start()
    assert asked.wait(10)
    closer.start()
    closer.join(0.2)  # a spool that does not wait for the disk is closed by now
    go_on.set()
    keeper.join(10)
    closer.join(10)
    assert not keeper.is_alive()
    assert not closer.is_alive()
    assert [content.sha256 for content in kept] == [DIGEST]
    with blobs.open(kept[0]) as stream:
        assert stream.read() == LARGE
    assert list((tmp_path / "incoming").iterdir()) == []


def test_nothing_is_begun_after_a_body_was_put_to_rest(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    spool = blobs.spool()
    spool.write(LARGE)
    blobs.keep(spool)
    with pytest.raises(ValueError, match="closed"):
        spool.write(LARGE)
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize("times", [1, 2])
def test_a_request_that_is_cancelled_while_its_body_is_put_to_rest_stops_nobody_and_holds_nothing(
    times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on, kept_waiting = threading.Event(), threading.Event(), threading.Event()
    sync = os.fsync

    def slowly(handle: int) -> None:
        asked.set()
        if not go_on.wait(10):
            kept_waiting.set()
        sync(handle)

    async def given_up() -> None:
        transport = httpx.ASGITransport(application(axis))
        headers = {"Authorization": "Bearer a-token-of-the-tests"}
        async with httpx.AsyncClient(transport=transport, base_url="http://axis.example", headers=headers) as client:
            parameters = {"from": "H99.28", "to": "H99.29", "as_is": "true"}
            request = asyncio.create_task(client.post("/_axis/v1/packages", params=parameters, content=LARGE))
            assert await asyncio.to_thread(asked.wait, 10)
            for _ in range(times):
                request.cancel()
                await asyncio.sleep(0.05)
            go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await request

    axis = build(Settings(data=tmp_path, token="a-token-of-the-tests"))
    monkeypatch.setattr(os, "fsync", slowly)
    loop = asyncio.new_event_loop()
    axis.store.start(loop)
    try:
        loop.run_until_complete(given_up())
        assert not kept_waiting.is_set(), "the event loop stood still until the disk had answered"
        assert list((tmp_path / "bodies" / "incoming").iterdir()) == []
        at_rest = tmp_path / "bodies" / DIGEST[:2] / DIGEST
        assert at_rest.read_bytes() == LARGE
        axis.blobs.forget(DIGEST)
        assert not at_rest.exists(), "the digest is still held"
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        axis.close()
