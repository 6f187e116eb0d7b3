"""Requests to an axis as bytes: signed, each different from all others, so that none passes for a repeated one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from fixtures.documents import new_document
from fixtures.files import new_file
from protocol.package.writer import write_package
from protocol.wire.operations import OCTETS, Operation
from protocol.wire.signing import VIETNAM, sign, timestamp

SYSTEM, SECRET = "BENCH.SYS.01", "not-a-real-secret-of-the-benchmark"
SENDER, RECEIVER = "H99.90", "H99.91"
"""Two agencies of the one system of the benchmarks."""
AGENCIES = [{"code": SENDER, "name": "Sở Thử nghiệm"}, {"code": RECEIVER, "name": "Sở Kiểm định thử"}]
_FIRST_NUMBER = 100_000
_PLACE = "22222"


@dataclass(frozen=True, slots=True)
class Letters:
    """Any number of packages that differ in document number and date of signing of the request only."""

    before: tuple[bytes, ...]

    def number(self, number: int) -> bytes:
        """Give one package; the same number is the same package."""
        return str(_FIRST_NUMBER + number).encode("ascii").join(self.before)


def letters(size: int) -> Letters:
    """Make packages with one PDF of ``size`` bytes."""
    random = Random(28)
    document = new_document(
        random, SENDER, [RECEIVER], files=[new_file(random, size=size)], now=datetime.now(VIETNAM) - timedelta(hours=1)
    )
    raw = write_package(document)
    number = document.header.code.number
    assert number
    # The number of a document stands in its id and in its code; both become the place for a number of our own.
    marks = (b",%s/" % number.encode(), b"CodeNumber>%s<" % number.encode())
    for mark in marks:
        assert raw.count(mark) >= 1
        raw = raw.replace(mark, mark.replace(number.encode(), _PLACE.encode()))
    return Letters(tuple(raw.split(_PLACE.encode())))


def sending(package: bytes, number: int) -> bytes:
    """Make a ``sendEdoc`` of a package."""
    values = {"from": SENDER, "messagetype": "edoc", "hash-file": hashlib.sha256(package).hexdigest()}
    return _request(Operation.SEND, values, package, number)


def polling(number: int) -> bytes:
    """Make a ``getReceivedEdocList``."""
    return _request(Operation.RECEIVED, {"messagetype": "edoc"}, b"", number)


def _request(operation: Operation, values: dict[str, str], body: bytes, number: int) -> bytes:
    stamp = timestamp(datetime(2026, 1, 1, tzinfo=VIETNAM) + timedelta(milliseconds=number))
    headers = sign({"systemid": SYSTEM, "timestamp": stamp, "Content-Type": OCTETS, **values}, SECRET)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"POST /{operation} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    return head.encode("utf-8") + body
