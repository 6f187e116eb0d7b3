"""What is sent to harm whoever reads it is refused with a finding, quickly, in little memory, touching nothing else."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pybase64
import pytest

from tests.command.packages import ENGLISH, NOW, clean_letter

SECONDS, MEGABYTES = 20, 64
"""The memory that is promised, and four times the promised time: tests share their machine with others."""
# Runs the command and tells its peak memory; its own would count as the command's if it were large.
MEASURE = """
import json, resource, subprocess, sys, time
begun = time.monotonic()
answer = subprocess.run(sys.argv[1:], capture_output=True, check=False)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
said = {"code": answer.returncode, "stdout": answer.stdout.decode(), "stderr": answer.stderr.decode()}
print(json.dumps({**said, "seconds": time.monotonic() - begun, "peak": peak}))
"""


def measured(file: Path) -> dict[str, object]:
    command = [sys.executable, "-m", "axis28", "check", str(file), "--now", NOW, "--format", "json"]
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], capture_output=True, env=os.environ | ENGLISH, check=True
    )
    found: dict[str, object] = json.loads(answer.stdout)
    return found


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> float:
    """The peak of checking a clean letter, in MB."""
    file = tmp_path_factory.mktemp("usual") / "letter.edxml"
    file.write_bytes(clean_letter())
    found = measured(file)
    assert found["code"] == 0, found
    assert isinstance(found["peak"], float)
    return found["peak"]


def with_doctype(subset: str, body: str = "") -> bytes:
    return f'<?xml version="1.0"?>\n<!DOCTYPE edXML [{subset}]>\n<edXML>{body}</edXML>'.encode()


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return with_doctype(f'<!ENTITY l0 "lol">{entities}', "&l9;")


def quadratic() -> bytes:
    return with_doctype(f'<!ENTITY a "{"a" * 60_000}">', "&a;" * 60_000)


def deep() -> bytes:
    return clean_letter().replace(
        b"<edXML:Subject>", b"<edXML:x>" * 10_000 + b"</edXML:x>" * 10_000 + b"<edXML:Subject>"
    )


def zip_bomb() -> bytes:
    """A gigabyte of zeros in a zip of a megabyte, as the attachment that travels zipped."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bomb, bomb.open("a", "w") as entry:
        for _ in range(1024):
            entry.write(bytes(1024 * 1024))
    raw = clean_letter()
    sheet = raw.index("số liệu.xlsx</AttachmentName>".encode())
    start = raw.index(b'2016">', raw.index(b"ContentTransferEncoded", sheet)) + 6
    return raw[:start] + pybase64.b64encode(packed.getvalue()) + raw[raw.index(b"<", start) :]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (laughs, "doctype-present"),
        (quadratic, "doctype-present"),
        (deep, "nesting-too-deep"),
        (zip_bomb, "zip-bomb"),
    ],
    ids=["laughs", "quadratic", "deep", "zip-bomb"],
)
def test_what_would_grow_is_refused_quickly_and_in_little_memory(
    tmp_path: Path, usual: float, make: Callable[[], bytes], reason: str
) -> None:
    file = tmp_path / "hostile.edxml"
    file.write_bytes(make())
    found = measured(file)
    assert found["code"] == 1, found
    assert reason in str(found["stdout"])
    assert isinstance(found["seconds"], float)
    assert isinstance(found["peak"], float)
    assert found["seconds"] < SECONDS
    assert found["peak"] < usual + MEGABYTES


def test_no_entity_reaches_a_file_or_the_network(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    os.mkfifo(trap)  # opening it for reading would never come back
    calls: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()
        watch = threading.Thread(target=_count, args=(listener, calls, over))
        watch.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x.dtd"
        packages = {
            "file": with_doctype(f'<!ENTITY x SYSTEM "file://{trap}">', "&x;"),
            "parameter": with_doctype(f'<!ENTITY % x SYSTEM "file://{trap}"> %x;'),
            "network": with_doctype(f'<!ENTITY x SYSTEM "{url}">', "&x;"),
            "dtd": f'<!DOCTYPE edXML SYSTEM "{url}"><edXML/>'.encode(),
            "schema": clean_letter().replace(
                b"<edXML xmlns=",
                f'<edXML xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:noNamespaceSchemaLocation="{url}" '
                f'i:schemaLocation="http://www.mic.gov.vn/TBT/QCVN_102_2016 {url}" xmlns='.encode(),
                1,
            ),
        }
        for name, raw in packages.items():
            (tmp_path / f"{name}.edxml").write_bytes(raw)
            found = measured(tmp_path / f"{name}.edxml")
            assert found["code"] == int(name != "schema"), (name, found)
            assert isinstance(found["seconds"], float)
            assert found["seconds"] < SECONDS
        over.set()
        watch.join()
    assert calls == []


def _count(listener: socket.socket, calls: list[object], over: threading.Event) -> None:
    listener.settimeout(0.2)
    while not over.is_set():
        try:
            connection, address = listener.accept()
        except TimeoutError:
            continue
        connection.close()
        calls.append(address)
