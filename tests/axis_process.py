"""One axis as a process of its own, for any test that wants to talk to one over HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

_PATIENCE = 30.0


@dataclass
class RunningAxis:
    """An axis that said that it is ready. ``stop`` ends it by SIGTERM, ``kill`` by SIGKILL."""

    url: str
    control: str
    token: str
    pid: int
    process: subprocess.Popen[str] = field(repr=False)
    log: IO[str] = field(repr=False)
    ready: Mapping[str, Any] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.url.rpartition(":")[2])

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call the control API (``path`` below ``/_axis/v1``) with the token."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return httpx.request(method, self.control + path, headers=headers, timeout=60, trust_env=False, **options)

    def register(self, system_id: str, secret: str, agencies: Sequence[Mapping[str, Any]]) -> None:
        """Register a system with its agencies."""
        answer = self.call("PUT", f"/systems/{system_id}", json={"secret": secret, "agencies": list(agencies)})
        assert answer.status_code in (200, 201), answer.text

    def inject(self, package: bytes, sender: str, **parameters: Any) -> dict[str, Any]:
        """Deliver a package through the control API."""
        answer = self.call("POST", "/packages", params={"from": sender, **parameters}, content=package)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def exchanges(self, operation: str | None = None, after: int = 0) -> list[dict[str, Any]]:
        """Read the whole journal from ``after`` on, of one operation or of all."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.call("GET", "/exchanges", params={"after": after, "limit": 1000}).json()
            found += page["exchanges"]
            if not page["exchanges"]:
                return [entry for entry in found if operation in (None, entry["operation"])]
            after = page["next"]

    def last_exchange(self, operation: str) -> dict[str, Any]:
        """Wait for the newest journal entry of an operation (reads are journalled a moment after their answer)."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            found = self.exchanges(operation)
            if found:
                detail: dict[str, Any] = self.call("GET", f"/exchanges/{found[-1]['seq']}").json()
                return detail
            self.call("GET", "/exchanges", params={"after": 2**40, "wait": 0.05})
        raise AssertionError(f"no exchange of {operation}")

    def errors(self) -> str:
        """What it has written to stderr."""
        self.log.flush()
        return Path(self.log.name).read_text(encoding="utf-8")

    def stop(self) -> int:
        """End it by SIGTERM and give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self._gone()

    def kill(self) -> int:
        """End it by SIGKILL."""
        if self.process.poll() is None:
            self.process.kill()
        return self._gone()

    def _gone(self) -> int:
        try:
            return self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.log.close()


def start_axis(tmp_path: Path, *extra: str, token: str | None = None, data: str = "axis") -> RunningAxis:
    """Start an axis on a free port with its data below ``tmp_path``; the caller ends it."""
    given = token or secrets.token_urlsafe(24)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AXIS28_")}
    environment.update({"AXIS28_CONTROL_TOKEN": given, "LC_ALL": "C.UTF-8"})
    log = (tmp_path / f"{data}.{time.monotonic_ns()}.log").open("w+", encoding="utf-8")
    arguments = [sys.executable, "-m", "axis28", "simulate", "--port", "0", "--data", str(tmp_path / data), *extra]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait(_PATIENCE)
        process.stdout.close()
        log.close()
        raise AssertionError(f"the axis did not start: {Path(log.name).read_text(encoding='utf-8')}")
    ready = json.loads(line)
    return RunningAxis(ready["url"], ready["control"], given, ready["pid"], process, log, ready)


@contextlib.contextmanager
def running_axis(tmp_path: Path, *extra: str, token: str | None = None) -> Iterator[RunningAxis]:
    """Run an axis for the length of a ``with`` block."""
    axis = start_axis(tmp_path, *extra, token=token)
    try:
        yield axis
    finally:
        axis.stop()
