"""A real axis with a DMS under test and a peer that is played by the test."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from conformance.reference_dms import Agency, Behaviour, Connection, Dms, Settings
from conformance.reference_dms.vietnam import host_clock
from fixtures.documents import new_document, new_status
from protocol.package.model import DocumentPackage, ResponseFor, StatusPackage
from protocol.package.reader import read_package
from protocol.package.writer import write_package
from tests.axis_process import RunningAxis

PATIENCE = 30.0
INTERVAL = 0.1
_numbers = itertools.count(10)

Entry = dict[str, Any]


class World:
    """One system under test (two agencies, one with an old code) and two peers, registered with fresh codes."""

    def __init__(self, axis: RunningAxis, data: Path) -> None:
        self.axis = axis
        self.data = data
        number = next(_numbers)
        self.random = random.Random(number)
        self.system, self.secret = f"SUT.{number}", f"secret-{number}"
        self.sut = Agency(f"H99.{number}", "Sở Thử nghiệm", f"000.00.{number % 100:02d}.H99")
        self.peer = Agency(f"H98.{number}", "Phòng Đối tác")
        self.stranger = Agency(f"H97.{number}", "Ban Người lạ")
        axis.register(self.system, self.secret, [_declared(self.sut)])
        axis.register(f"PEER.{number}", "peer", [_declared(self.peer)])
        axis.register(f"STRANGER.{number}", "stranger", [_declared(self.stranger)])

    @property
    def connection(self) -> Connection:
        return Connection(self.axis.url, self.system, self.secret, (self.sut,))

    def dms(self, behaviour: Behaviour | None = None, **settings: Any) -> Dms:
        ways = Settings(**{"poll_interval_s": INTERVAL, **settings})
        return Dms(self.data, connection=self.connection, behaviour=behaviour, settings=ways)

    def letter(
        self, sender: Agency | None = None, to: Sequence[Agency | str] | None = None, **fields: Any
    ) -> DocumentPackage:
        return new_document(self.random, sender or self.peer, to or [self.sut], now=host_clock(), **fields)

    def deliver(
        self, package: DocumentPackage | bytes, sender: Agency | None = None, **parameters: Any
    ) -> dict[str, Any]:
        raw = package if isinstance(package, bytes) else write_package(package)
        return self.axis.inject(raw, (sender or self.peer).code, **parameters)

    def report(self, about: ResponseFor, code: str, sender: Agency | None = None, **fields: Any) -> None:
        """Let a peer report a status, or ask for a document back."""
        who = sender or self.peer
        addressee = fields.pop("addressee", self.sut.code)
        status = new_status(about, code, who, now=fields.pop("at", host_clock()), addressee=addressee, **fields)
        self.axis.inject(write_package(status), who.code, messagetype="status")

    def statuses(self, document_id: str) -> list[tuple[str | None, str | None]]:
        """Give code and description of each status that the system under test has sent about a document, in order."""
        found = []
        for body in self._sent(document_id):
            with read_package(body) as reading:
                if isinstance(reading.package, StatusPackage):
                    header = reading.package.header
                    found.append((header.status_code, header.description))
        return found

    def codes(self, document_id: str) -> list[str | None]:
        """Give the codes of these statuses."""
        return [code for code, _ in self.statuses(document_id)]

    def _sent(self, document_id: str) -> list[bytes]:
        """Give the packages about a document that the axis took from the system under test.

        The same signed request again is the same send (its answer was lost) and counts once.
        """
        bodies: dict[str, bytes] = {}
        for exchange in self.axis.exchanges("sendEdoc"):
            if (exchange["system"], exchange["document_id"], exchange["status"]) == (self.system, document_id, "OK"):
                request = self.axis.call("GET", f"/exchanges/{exchange['seq']}").json()["request"]
                bodies[signed_text(request)] = base64.b64decode(request["body"])
        return list(bodies.values())


class Clerk:
    """Drives a DMS as the suite does and waits for what it shows."""

    def __init__(self, dms: Dms, run: str = "r-1") -> None:
        self.dms = dms
        self.run = run

    async def ask(self, operation: str, **args: Any) -> dict[str, Any]:
        return await self.dms.handle({"id": "7", "op": operation, "run": self.run, "args": args})

    async def do(self, operation: str, **args: Any) -> dict[str, Any]:
        answer = await self.ask(operation, **args)
        assert "ok" in answer, answer
        return dict(answer["ok"])

    async def refused(self, operation: str, **args: Any) -> dict[str, Any]:
        answer = await self.ask(operation, **args)
        assert "refused" in answer, answer
        return dict(answer["refused"])

    async def entries(self, where: str, document: Mapping[str, str]) -> list[Entry]:
        return list((await self.do(where, document=document))["documents"])

    async def shown(
        self, where: str, document: Mapping[str, str], until: Callable[[Entry], bool] = lambda _: True
    ) -> Entry:
        """Wait until the register shows the document as wanted."""
        seen: list[Entry] = []

        async def arrived() -> bool:
            seen[:] = await self.entries(where, document)
            return any(until(entry) for entry in seen)

        await eventually(arrived, lambda: f"{where} shows {seen}")
        return next(entry for entry in seen if until(entry))


async def eventually(condition: Callable[[], Awaitable[bool]], shown: Callable[[], object] = lambda: "") -> None:
    """Wait for a condition; fails with what was seen last."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, shown()
        await asyncio.sleep(0.03)


async def until(condition: Callable[[], bool], shown: Callable[[], object] = lambda: "") -> None:
    """Wait for a condition that is looked up outside the event loop (the journal of the axis, over HTTP)."""
    await eventually(lambda: asyncio.to_thread(condition), shown)


def named(package: DocumentPackage) -> dict[str, str]:
    """Name a document as the driver does."""
    return {"document_id": package.header.document_id or "", "from": package.header.sender.organ_id or ""}


def about(package: DocumentPackage) -> ResponseFor:
    """Name a document as a status does."""
    header = package.header
    return ResponseFor(header.sender.organ_id, header.code.sign, header.document_id, header.promulgation.date)


def sent_reference(sent: Mapping[str, str]) -> ResponseFor:
    """Name a document that the system under test has sent, as a status about it must."""
    _, date, sign = sent["document_id"].split(",")
    return ResponseFor(sent["from"], sign, sent["document_id"], date)


def draft(world: World, **fields: Any) -> dict[str, Any]:
    """Give the arguments of ``send`` for a signed document to the peer."""
    data = f"%PDF-1.4 {world.random.random()}".encode()
    return {
        "state": "signed",
        "kind": "new",
        "from": world.sut.code,
        "to": [world.peer.code],
        "number": str(world.random.randint(100, 99999)),
        "notation": "QĐ-STN",
        "date": "2026-11-21",
        "subject": "Về việc thử nghiệm liên thông",
        "type": {"type": "2", "type_name": "Quyết định"},
        "priority": 1,
        "signer": {"competence": "KT.", "position": "Phó Giám đốc", "full_name": "Nguyễn Văn Thử"},
        "appendixes": [],
        "files": [file("văn bản.pdf", data)],
        **fields,
    }


def file(name: str, data: bytes) -> dict[str, str]:
    """Give a file as the driver carries it."""
    return {
        "name": name,
        "media_type": "application/octet-stream",
        "sha256": hashlib.sha256(data).hexdigest(),
        "base64": base64.b64encode(data).decode(),
    }


def later(seconds: float) -> datetime:
    """Give a moment so many seconds from now."""
    return host_clock() + timedelta(seconds=seconds)


def _declared(agency: Agency) -> dict[str, Any]:
    return {"code": agency.code, "name": agency.name} | ({"old_code": agency.old_code} if agency.old_code else {})


def signed_text(request: Mapping[str, Any]) -> str:
    """Give the text that the signature of a journalled request covers."""
    return next(str(value) for name, value in request["headers"] if name.lower() == "xroadvnpt-sign-header")
