"""The servers of the benchmarks, each a process of its own on one core: an axis, the bare application R, WireMock."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.axis.asking import AGENCIES, SECRET, SYSTEM

SERVER_CORE, CLIENT_CORE = 0, 1
_PATIENCE = 60.0
_SHIM = "int fsync(int f) { (void)f; return 0; }\nint fdatasync(int f) { (void)f; return 0; }\n"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers. ``token`` is that of an axis's control API."""

    name: str
    port: int
    pid: int
    token: str = ""

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API of an axis."""
        data = None if body is None else json.dumps(body).encode("utf-8")
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/_axis/v1{path}", data, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=_PATIENCE) as answer:
            raw = answer.read()
        return json.loads(raw) if raw.startswith((b"{", b"[")) else raw.decode("utf-8")

    def gauge(self, name: str) -> float | None:
        """Read one sample of ``/metrics`` of an axis, ``None`` where there is no such sample."""
        found = re.search(rf"^{name} (\S+)$", self.control("GET", "/metrics"), re.MULTILINE)
        return None if found is None else float(found[1])

    def memory(self, kind: str = "VmRSS") -> float:
        """Give the memory of the process and its children in MB: ``VmRSS`` now, ``VmHWM`` at its highest."""
        return sum(_memory(pid, kind) for pid in [self.pid, *_children(self.pid)])


def pinned() -> bool:
    """Tell whether this machine has a core for the server and another for the client."""
    return {SERVER_CORE, CLIENT_CORE} <= os.sched_getaffinity(0) and shutil.which("taskset") is not None


@contextlib.contextmanager
def raw() -> Iterator[Server]:
    """Run R."""
    with _running([sys.executable, "-m", "benchmarks.axis.raw", SECRET]) as (process, line):
        yield Server("R", line["port"], process.pid)


@contextlib.contextmanager
def axis(data: Path, *flags: str, name: str = "axis", synced: bool = True, pin: bool = True) -> Iterator[Server]:
    """Run an axis that knows the system of the benchmarks; without ``synced`` its fsync does nothing."""
    token = secrets.token_urlsafe(16)
    environment = {"AXIS28_CONTROL_TOKEN": token} | ({} if synced else {"LD_PRELOAD": str(_unsynced(data))})
    command = [sys.executable, "-m", "axis28", "simulate", "--port", "0", "--data", str(data), *flags]
    with _running(command, environment, pin=pin) as (process, line):
        server = Server(name, int(line["url"].rpartition(":")[2]), process.pid, token)
        server.control("PUT", f"/systems/{SYSTEM}", {"secret": SECRET, "agencies": AGENCIES})
        yield server


@contextlib.contextmanager
def wiremock(folder: Path) -> Iterator[Server]:
    """Run WireMock as npm ships it, with one rule: a header by regular expression and the body by XPath."""
    if not (folder / "node_modules").exists():
        (folder / "package.json").write_text("{}", encoding="utf-8")
        subprocess.run(["npm", "install", "--silent", "wiremock@3"], cwd=folder, check=True, capture_output=True)
    jar = next((folder / "node_modules" / "wiremock").rglob("wiremock*.jar"))
    port = _free_port()
    options = [
        "--port",
        str(port),
        "--no-request-journal",
        "--disable-banner",
        "--container-threads",
        "80",
        "--use-chunked-encoding",
        "never",
    ]
    process = subprocess.Popen(
        [*_on_core(pin=True), "java", "-jar", str(jar), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    server = Server("WireMock", port, process.pid)
    try:
        _await_port(port, process)
        _teach(port)
        yield server
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _teach(port: int) -> None:
    answer = {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong", "DocId": "0123456789abcdef01234567"}
    rule = {
        "request": {
            "method": "POST",
            "urlPath": "/sendEdoc",
            "headers": {"XroadVnpt-from": {"matches": r"H\d{2}\.\d+"}},
            "bodyPatterns": [{"matchesXPath": "//*[local-name()='MessageHeader']/*[local-name()='DocumentId']"}],
        },
        "response": {"status": 200, "jsonBody": answer, "headers": {"Content-Type": "application/json"}},
    }
    data = json.dumps(rule).encode("utf-8")
    request = urllib.request.Request(f"http://127.0.0.1:{port}/__admin/mappings", data, method="POST")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=_PATIENCE).close()


@contextlib.contextmanager
def _running(
    command: list[str], environment: Mapping[str, str] | None = None, *, pin: bool = True
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Run a server that prints a JSON line when it is ready."""
    process = subprocess.Popen(
        [*_on_core(pin=pin), *command], stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _on_core(*, pin: bool) -> list[str]:
    return ["taskset", "-c", str(SERVER_CORE)] if pin and pinned() else []


def _unsynced(folder: Path) -> Path:
    """Build what makes fsync do nothing, with the C compiler of this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    source, shim = folder / "unsynced.c", folder / "unsynced.so"
    source.write_text(_SHIM, encoding="ascii")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(source)], check=True)
    return shim


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def _memory(pid: int, kind: str) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(rf"^{kind}:\s+(\d+) kB", status, re.MULTILINE)
    return 0.0 if found is None else int(found[1]) / 1024


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [grandchild for child in map(int, found) for grandchild in (child, *_children(child))]
