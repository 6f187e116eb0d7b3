"""Requests that come twice: what the axis does about a signature which it has seen before.

The MAC covers no nonce, and the official client signs with one timestamp for as long as a service object lives (H-S03),
so a repeated signature is often innocent: the axis notes it, and leaves refusing to those who ask for it. A signature
is remembered for ``WINDOW`` by the axis clock and among the last ``MOST``; it counts for every operation, because the
MAC does not cover which one was called (H-S11). The memory lies in the store: it survives a restart, and workers share
it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, func, select, update

from protocol.finding import Finding, Severity, quote
from protocol.wire.signing import SignedRequest
from simulator import answers
from simulator.answers import Refused, refused
from simulator.store.tables import signatures

Policy = Literal["accept", "note", "refuse"]
POLICIES: tuple[Policy, ...] = ("accept", "note", "refuse")
WINDOW = timedelta(hours=24)
MOST = 1_000_000
_SWEEP = 1024  # signatures between two looks for those that may be forgotten
_WINDOW_MS = int(WINDOW.total_seconds() * 1000)
# Every request enters one: by the driver that costs 9 µs, through the library 23.
_ENTER = {
    "sqlite": "INSERT INTO signatures (digest, at) VALUES (?, ?) ON CONFLICT DO NOTHING",
    "postgresql": "INSERT INTO signatures (digest, at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
}


class Replays:
    """The memory of signatures, and what is done about those that come again."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._entered = 0

    def noted(self, connection: Connection, signed: SignedRequest, at: int) -> tuple[Finding, ...]:
        """Remember a signature at the axis time ``at`` (milliseconds); give the remark on one seen before.

        Only the policy ``note`` remembers here.
        """
        if self.policy != "note" or not self._seen(connection, signed, at):
            return ()
        where = "XroadVnpt-hash-header"
        return (Finding("SND-09", "request-replayed", Severity.INFO, where, got=quote(signed.timestamp)),)

    def refusal(self, connection: Connection, signed: SignedRequest, at: int, now: datetime) -> Refused | None:
        """Refuse a signature that was seen before, and one so old or so far ahead that nobody could know.

        ``now`` is the axis time in Vietnam, in which clients sign.
        """
        if abs(signed.signed_at - now.replace(tzinfo=None)) > WINDOW:
            hours = int(WINDOW.total_seconds() // 3600)
            text = f"Thoi gian da ky cach gio cua truc qua {hours} gio: ky lai voi gio hien tai"
            return _refused(signed, "timestamp-outside-window", text, f"{now:%d%m%YT%H%M%S}")
        if self._seen(connection, signed, at):
            text = "Yeu cau nay da duoc nhan truoc do: ky lai voi thoi gian moi"
            return _refused(signed, "request-replayed", text)
        return None

    def _seen(self, connection: Connection, signed: SignedRequest, at: int) -> bool:
        """Remember a signature; tell whether it was there within the window."""
        digest = hashlib.sha256(signed.system_id.encode("utf-8") + b"\0" + signed.signed_text).digest()[:16]
        if connection.exec_driver_sql(_ENTER[connection.dialect.name], (digest, at)).rowcount:
            self._entered += 1
            if self._entered % _SWEEP == 0:
                _forget(connection, at)
            return False
        known = signatures.c.digest == digest
        before = connection.execute(select(signatures.c.at).where(known)).scalar_one()
        connection.execute(update(signatures).where(known).values(at=at))
        return bool(before >= at - _WINDOW_MS)


def _refused(signed: SignedRequest, reason: str, text: str, expected: str = "") -> Refused:
    return refused(
        answers.BAD_SIGNATURE, text, "SND-09", reason, where="timestamp", expected=expected, got=signed.timestamp
    )


def _forget(connection: Connection, at: int) -> None:
    """Forget what is out of the window, some at a time, and what is more than the most."""
    last = connection.execute(select(func.max(signatures.c.seq))).scalar_one()
    connection.execute(delete(signatures).where(signatures.c.seq <= last - MOST))
    oldest = select(signatures.c.seq).order_by(signatures.c.seq).limit(2 * _SWEEP)
    connection.execute(delete(signatures).where(signatures.c.seq.in_(oldest), signatures.c.at < at - _WINDOW_MS))
