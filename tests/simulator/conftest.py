"""One axis for all tests of this package (each test brings its own systems and codes), and what talks to it."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fixtures.documents import new_document, new_status
from fixtures.official_client import OfficialClient
from protocol.package.model import DocumentPackage, ResponseFor
from protocol.package.writer import write_package
from tests.axis_process import RunningAxis, start_axis
from tests.postgres import Cluster, cluster, why_not

_numbers = itertools.count(1)
_SEED, _ONE_IN = 17, 8
_SAMPLED = f"one in {_ONE_IN} of the tests of an axis also on PostgreSQL, seed {_SEED} (all of them: AXIS28_STORES=all)"
OLD_TIMESTAMP = "21112019T213551+0883"


def new_timestamp() -> str:
    """Give a timestamp that no other call gave: what is signed with it is a request of its own."""
    number = next(_numbers)
    return f"21112026T{number // 3600 % 24:02d}{number // 60 % 60:02d}{number % 60:02d}+0000"


@dataclass(frozen=True)
class Participant:
    """A registered system with one agency, and the axis that it talks to."""

    axis: RunningAxis
    system: str
    secret: str
    code: str
    old_code: str

    def official(self, endpoint: str | None = None, **options: Any) -> OfficialClient:
        """Give a new service object of the official client, its timestamp years old."""
        options.setdefault("timestamp", OLD_TIMESTAMP)
        return OfficialClient(endpoint or self.axis.url, self.system, self.secret, **options)

    def exchanges(self, operation: str | None = None) -> list[dict[str, Any]]:
        """Give the journal entries of this system, oldest first."""
        return [entry for entry in self.axis.exchanges(operation) if entry["system"] == self.system]


class Office:
    """Registers participants and invents what they exchange, different in every test."""

    def __init__(self, axis: RunningAxis) -> None:
        self.axis = axis
        self.random = random.Random(os.urandom(8))

    def participant(self, **agency: Any) -> Participant:
        """Register a fresh system with one agency."""
        number = next(_numbers)
        process = os.getpid()
        code = f"H99.{process}.{number}"
        old_code = f"000.{process}.{number}.H99"
        system, secret = f"TEST.SYS.{process}.{number}", f"not-a-real-secret-{process}-{number}"
        entry = {"code": code, "old_code": old_code, "name": f"Sở Thử nghiệm {number}", **agency}
        self.axis.register(system, secret, [entry])
        return Participant(self.axis, system, secret, code, old_code)

    def document(self, sender: Participant, *to: Participant | str, **options: Any) -> DocumentPackage:
        """Invent a document package."""
        codes = [receiver if isinstance(receiver, str) else receiver.code for receiver in to]
        options.setdefault("now", datetime.now(UTC))
        return new_document(self.random, options.pop("from_code", sender.code), codes, **options)

    def letter(self, sender: Participant, *to: Participant | str, **options: Any) -> bytes:
        """Invent a document package as bytes."""
        return write_package(self.document(sender, *to, **options))

    def status(
        self, original: DocumentPackage | ResponseFor, code: str, reporter: Participant, **options: Any
    ) -> bytes:
        """Invent a status package as bytes."""
        options.setdefault("now", datetime.now(UTC))
        return write_package(new_status(original, code, reporter.code, **options))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests of the common axis on the stores that ``AXIS28_STORES`` names: sqlite, postgresql or all.

    Without it all run on SQLite, and a seeded sample on PostgreSQL too.
    """
    if "axis" in metafunc.fixturenames:
        chosen = _stores(metafunc.definition.nodeid)
        if chosen != ["sqlite"]:
            metafunc.parametrize("axis", chosen, indirect=True)


def _stores(test: str) -> list[str]:
    told = os.environ.get("AXIS28_STORES", "")
    if told:
        assert told in ("sqlite", "postgresql", "all"), f"AXIS28_STORES={told}: sqlite, postgresql or all is meant"
        return ["sqlite", "postgresql"] if told == "all" else [told]
    sampled = zlib.crc32(f"{_SEED}:{test}".encode()) % _ONE_IN == 0
    return ["sqlite", "postgresql"] if sampled else ["sqlite"]


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[], Cluster]]:
    """Give the one PostgreSQL of this process; started when it is needed."""
    with contextlib.ExitStack() as running:
        started: list[Cluster] = []

        def server() -> Cluster:
            if reason := why_not():
                pytest.skip(reason)
            if not started:
                started.append(running.enter_context(cluster()))
            return started[0]

        yield server


@pytest.fixture
def postgres(servers: Callable[[], Cluster]) -> Cluster:
    """A PostgreSQL; each test takes a database of its own."""
    return servers()


@pytest.fixture(scope="session")
def axes(
    tmp_path_factory: pytest.TempPathFactory, servers: Callable[[], Cluster]
) -> Iterator[Callable[[str], RunningAxis]]:
    """Give the one axis on a store, in profile ``axis``, that serves the whole session; started when it is needed."""
    running: dict[str, RunningAxis] = {}

    def on(store: str) -> RunningAxis:
        if store not in running:
            extra = ("--store", servers().database()) if store == "postgresql" else ()
            running[store] = start_axis(tmp_path_factory.mktemp("axis"), *extra)
        return running[store]

    yield on
    for axis in running.values():
        axis.stop()
        assert "Traceback" not in Path(axis.log.name).read_text(encoding="utf-8")


@pytest.fixture
def axis(request: pytest.FixtureRequest, axes: Callable[[str], RunningAxis]) -> RunningAxis:
    """The common axis on the store that the test is for."""
    store = getattr(request, "param", "sqlite")
    if store == "postgresql" and not os.environ.get("AXIS28_STORES"):
        request.node.user_properties.append(("sample", _SAMPLED))
    return axes(store)


@pytest.fixture
def office(axis: RunningAxis) -> Office:
    """Who registers participants with the common axis."""
    return Office(axis)


@pytest.fixture
def sender(office: Office) -> Participant:
    """A fresh participant."""
    return office.participant()


@pytest.fixture
def receiver(office: Office) -> Participant:
    """Another fresh participant."""
    return office.participant()
