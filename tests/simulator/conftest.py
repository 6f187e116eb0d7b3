"""One axis for all tests of this package (each test brings its own systems and codes), and what talks to it."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fixtures.documents import new_document, new_status
from fixtures.official_client import OfficialClient
from protocol.package.model import DocumentPackage
from protocol.package.writer import write_package
from tests.axis_process import RunningAxis, running_axis
from tests.postgres import Cluster, cluster, why_not

_numbers = itertools.count(1)
OLD_TIMESTAMP = "21112019T213551+0883"


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

    def status(self, original: DocumentPackage, code: str, reporter: Participant, **options: Any) -> bytes:
        """Invent a status package as bytes."""
        options.setdefault("now", datetime.now(UTC))
        return write_package(new_status(original, code, reporter.code, **options))


@pytest.fixture(scope="session")
def axis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAxis]:
    """One axis in profile ``axis`` for the whole session."""
    folder: Path = tmp_path_factory.mktemp("axis")
    with running_axis(folder) as running:
        yield running
        assert "Traceback" not in running.errors()


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL for the tests of this process; each takes a database of its own."""
    if reason := why_not():
        pytest.skip(reason)
    with cluster() as running:
        yield running
