"""Where large bodies lie: a folder, another disk, S3 (moto's server, in this process), and what an axis says of it."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from fixtures.official_results import OfficialResult
from simulator.blobs import INLINE, Blobs
from simulator.shelves import FolderShelf, Shelf, ShelfFailed, StorageShelf, shelf_at
from tests.axis_process import RunningAxis, start_axis
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox

BODY = b"what an agency sends" * 5000
DIGEST = hashlib.sha256(BODY).hexdigest()
BUCKET = f"axis28-{secrets.token_hex(8)}"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ThreadedMotoServer]:
    """S3 with an empty bucket, known to this process and its children by the environment."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "not-a-real-key",
        "AWS_SECRET_ACCESS_KEY": "not-a-real-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }.items():
        monkeypatch.setenv(name, value)
    storage = fsspec.filesystem("s3", skip_instance_cache=True)
    if not storage.exists(BUCKET):  # this process has one memory for all its servers
        storage.mkdir(BUCKET)
    for name in storage.find(BUCKET):
        storage.rm_file(name)
    yield server
    server.stop()


@pytest.fixture(params=["folder", "other-disk", "storage", "s3"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    if request.param == "s3":
        request.getfixturevalue("s3")
        yield shelf_at(f"s3://{BUCKET}/bodies", "one")
    elif request.param == "storage":
        yield StorageShelf(f"memory://{tmp_path.name}")
    elif request.param == "other-disk":
        other = Path(tempfile.mkdtemp(dir="/dev/shm"))
        assert other.stat().st_dev != tmp_path.stat().st_dev
        yield FolderShelf(other, "one")
        assert not [file for file in other.glob("incoming/one/*") if file.is_file()]
        shutil.rmtree(other)
    else:
        yield shelf_at(f"file://{tmp_path}/shared%20bodies", "one")


def _put(shelf: Shelf, tmp_path: Path, body: bytes = BODY, name: str = DIGEST) -> None:
    file = tmp_path / "arrived"
    file.write_bytes(body)
    shelf.put(file, name)


def test_what_is_put_is_there_until_it_is_removed(shelf: Shelf, tmp_path: Path) -> None:
    assert not shelf.has(DIGEST, len(BODY))
    assert list(shelf.names()) == []
    with pytest.raises(FileNotFoundError):
        shelf.open(DIGEST)
    for _ in range(2):  # the second is there already
        _put(shelf, tmp_path)
    assert shelf.has(DIGEST, len(BODY))
    assert not shelf.has(DIGEST, len(BODY) - 1)
    assert list(shelf.names()) == [(DIGEST, len(BODY))]
    with shelf.open(DIGEST) as stream:
        assert stream.read() == BODY
    for _ in range(2):
        shelf.remove(DIGEST)
    assert not shelf.has(DIGEST, len(BODY))


def test_half_an_upload_is_noticed_before_anything_refers_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = StorageShelf(f"memory://{tmp_path.name}")
    monkeypatch.setattr(
        shelf._storage, "put_file", lambda _, path: shelf._storage.pipe_file(path, BODY[: len(BODY) // 2])
    )
    with pytest.raises(ShelfFailed, match=f"{len(BODY) // 2} bytes of {len(BODY)} arrived"):
        _put(shelf, tmp_path)
    monkeypatch.undo()
    _put(shelf, tmp_path)  # and the half does not pass for the whole
    with shelf.open(DIGEST) as stream:
        assert stream.read() == BODY


def test_an_upload_that_arrived_altered_is_noticed_before_anything_refers_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = StorageShelf(f"memory://{tmp_path.name}")
    altered = b"W" + BODY[1:]
    monkeypatch.setattr(shelf._storage, "put_file", lambda _, path: shelf._storage.pipe_file(path, altered))
    with pytest.raises(ShelfFailed, match="something else lies under this name"):
        _put(shelf, tmp_path)


def test_a_storage_whose_library_has_errors_of_its_own_fails_like_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OwnError(Exception):
        pass

    def broken(*_: object, **__: object) -> None:
        raise OwnError("credentials expired")

    shelf = StorageShelf(f"memory://{tmp_path.name}")
    for name in ("info", "open", "put_file", "rm_file", "exists"):
        monkeypatch.setattr(shelf._storage, name, broken)
    for asked in (
        lambda: _put(shelf, tmp_path),
        lambda: shelf.open(DIGEST),
        lambda: shelf.has(DIGEST, 1),
        lambda: shelf.remove(DIGEST),
        lambda: list(shelf.names()),
    ):
        with pytest.raises(OSError, match="credentials expired"):
            asked()


def test_copies_that_a_killed_axis_left_are_swept_by_itself_only(tmp_path: Path) -> None:
    for owner in ("one", "two"):
        (tmp_path / "incoming" / owner).mkdir(parents=True)
        (tmp_path / "incoming" / owner / "half").write_bytes(b"half")
    assert FolderShelf(tmp_path, "one").sweep() == 1
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("half")] == ["incoming/two/half"]


def test_a_body_cut_short_on_its_shelf_is_not_handed_out(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    spool = blobs.spool()
    spool.write(BODY)
    content = blobs.keep(spool)
    os.truncate(tmp_path / content.sha256[:2] / content.sha256, 10)
    with pytest.raises(OSError, match=f"10 bytes lie there, not {len(BODY)}"):
        blobs.open(content)


def _sent(office: Office, sender: Participant, receiver: Participant) -> bytes:
    letter = office.letter(sender, receiver) + b" " * 2 * INLINE
    ok(sender.official().send(letter, sender=sender.code).result)
    return letter


def _refused(result: OfficialResult | None) -> None:
    assert result is not None
    assert (result.status, result.error_code) == ("FAIL", "20")


def _failed(axis: RunningAxis, who: Participant, operation: str) -> bool:
    entry = who.exchanges(operation)[-1]
    return (entry["status"], entry["error_code"]) == ("FAIL", "20")


def test_an_axis_keeps_large_bodies_in_s3_and_says_20_when_it_cannot(tmp_path: Path, s3: ThreadedMotoServer) -> None:
    axis = start_axis(tmp_path, "--blobs", f"s3://{BUCKET}/axis", "--reserialise", "off")
    try:
        office = Office(axis)
        sender, receiver = office.participant(), office.participant()
        letters = [_sent(office, sender, receiver) for _ in range(2)]
        names = [hashlib.sha256(letter).hexdigest() for letter in letters]
        objects = fsspec.filesystem("s3", skip_instance_cache=True).find(f"{BUCKET}/axis")
        assert {name.rpartition("/")[2] for name in objects} == set(names)
        assert not [file for file in (tmp_path / "axis" / "bodies").rglob("*") if file.is_file()]
        first, second = (item["docId"] for item in inbox(receiver))
        assert ok(receiver.official().fetch(first).result).text == letters[0]

        fsspec.filesystem("s3", skip_instance_cache=True).rm_file(f"{BUCKET}/axis/{names[1][:2]}/{names[1]}")
        _refused(receiver.official().fetch(second).result)
        assert _failed(axis, receiver, "getEdoc")
        assert second in [item["docId"] for item in inbox(receiver)]

        s3.stop()
        letter = office.letter(sender, receiver) + b" " * 2 * INLINE
        _refused(sender.official().send(letter, sender=sender.code).result)
        assert _failed(axis, sender, "sendEdoc")
        injected = axis.call("POST", "/packages", params={"from": sender.code}, content=letter)
        assert injected.status_code == 503
        ok(sender.official().send(office.letter(sender, receiver, files=0), sender=sender.code).result)
        assert len(axis.call("GET", "/documents", params={"system": sender.system}).json()["documents"]) == 3
        assert axis.call("GET", "/healthz").status_code == 200
    finally:
        axis.stop()


def test_a_missing_body_is_answered_20_and_not_counted_as_fetched(
    axis: RunningAxis, office: Office, sender: Participant, receiver: Participant
) -> None:
    letter = office.letter(sender, receiver) + b" " * 2 * INLINE
    axis.inject(letter, sender.code, to=receiver.code, as_is="true")
    [entry] = inbox(receiver)
    folder = Path(axis.log.name).parent / "axis" / "bodies"
    for file in folder.glob("??/*"):
        file.rename(file.with_suffix(".gone"))
    try:
        _refused(receiver.official().fetch(entry["docId"]).result)
        assert _failed(axis, receiver, "getEdoc")
    finally:
        for file in folder.glob("??/*.gone"):
            file.rename(file.with_suffix(""))
    assert inbox(receiver) == [entry]
    ok(receiver.official().fetch(entry["docId"]).result)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("memory://here", "gone with the process"),
        ("", "gone with the process"),
        ("s3://key:not-a-real-secret@bucket/prefix", "no key belongs into the address"),
        ("nowhere://bucket", "cannot be used"),
        ("/proc/nothing", "cannot be used"),
    ],
)
def test_a_place_that_cannot_be_used_is_said_at_the_start_in_one_line(tmp_path: Path, place: str, said: str) -> None:
    with pytest.raises(AssertionError, match=said) as failed:
        start_axis(tmp_path, "--blobs", place)
    assert "not-a-real-secret" not in str(failed.value)
    assert str(failed.value).strip().count("\n") == 0
