"""What waits to be sent: stored, then signed and stored again, and only then sent.

A send whose answer was lost is repeated with exactly the same bytes and signature, so that the axis knows it for the
same one. What belongs to one document forms a thread and leaves in its order; threads do not wait for each other.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import sqlite3
import time

from conformance.reference_dms.office import PARALLEL, Office
from protocol.wire.client import AxisClient, SignedSend
from protocol.wire.errors import AxisError, AxisRefused

log = logging.getLogger("axis28.reference_dms")


def put(
    office: Office,
    *,
    thread: str,
    message_type: str,
    document_key: str,
    sender: str,
    step: str,
    body: bytes,
    run: str,
) -> None:
    """Add one package; call ``office.outbox_wakes.set()`` after the transaction has ended."""
    office.store.execute(
        "INSERT INTO outbox (thread, message_type, document_key, sender, step, body, run) VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(thread, message_type, document_key, sender, step, body, run),
    )


def is_final(error: AxisError, attempts: int, limit: int) -> bool:
    """Say whether to give up: after ``limit`` tries, or when repeating cannot help (10, 15, 18, 19, 22, 23)."""
    return (isinstance(error, AxisRefused) and error.permanent) or attempts >= limit


def ready(office: Office, axis: AxisClient, row: sqlite3.Row) -> SignedSend:
    """Give the signed request of an outbox row: the stored one, or for the first time a new one, stored at once."""
    if row["signed"]:
        return SignedSend.restore(row["signed"], row["body"])
    signed = axis.sign_send(row["body"], sender=row["sender"], message_type=row["message_type"])
    office.store.execute("UPDATE outbox SET signed = ? WHERE id = ?", signed.headers_json(), row["id"])
    return signed


def unsign(office: Office) -> None:
    """Forget the signatures of what still waits: the system or its secret has changed."""
    office.store.execute("UPDATE outbox SET signed = NULL WHERE state = 'waiting'")


class Postman:
    """Sends what is due, several threads at a time, each thread in its order."""

    def __init__(self, office: Office, axis: AxisClient) -> None:
        self._office = office
        self._axis = axis
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(PARALLEL)

    async def serve(self) -> None:
        """Send for ever: whenever something is put into the outbox and whenever a retry falls due."""
        wakes = self._office.outbox_wakes
        while True:
            wakes.clear()
            self._start()
            try:
                async with asyncio.timeout(self._pause()):
                    await wakes.wait()
            except TimeoutError:
                continue

    async def flush(self) -> None:
        """Send all that is due now and wait until that is done."""
        self._start()
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def under_way(self) -> tuple[asyncio.Task[None], ...]:
        """Begin to send what is due and give the tasks that are sending."""
        self._start()
        return tuple(self._busy.values())

    async def stop(self) -> None:
        """Break off what is under way; it is in the outbox still."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self) -> None:
        now = time.time()
        for thread, due in self._waiting().items():
            if due <= now:
                task = asyncio.create_task(self._drain(thread), name=f"outbox {thread}")
                self._busy[thread] = task
                task.add_done_callback(functools.partial(self._ended, thread))

    def _ended(self, thread: str, task: asyncio.Task[None]) -> None:
        del self._busy[thread]
        if not task.cancelled() and (error := task.exception()) is not None:
            # A fault of ours, not of the axis: keep the thread for later, do not turn in circles.
            log.error("the outbox could not send", exc_info=error)
            later = time.time() + self._office.settings.poll_interval_s
            self._office.store.execute(
                "UPDATE outbox SET due = ? WHERE thread = ? AND state = 'waiting'", later, thread
            )
        self._office.outbox_wakes.set()

    def _waiting(self) -> dict[str, float]:
        """Give the idle threads that have something to send, and when the first of it is due."""
        rows = self._office.store.rows(
            # SQLite takes the bare columns from the row that has the minimum.
            "SELECT thread, min(id), due FROM outbox WHERE state = 'waiting' GROUP BY thread"
        )
        return {row["thread"]: row["due"] for row in rows if row["thread"] not in self._busy}

    def _pause(self) -> float | None:
        """Seconds until the next retry; ``None`` when there is nothing to wait for but new work."""
        waiting = self._waiting()
        return max(min(waiting.values()) - time.time(), 0.01) if waiting else None

    async def _drain(self, thread: str) -> None:
        async with self._slots:
            while row := self._office.store.row(
                "SELECT * FROM outbox WHERE thread = ? AND state = 'waiting' ORDER BY id LIMIT 1", thread
            ):
                if row["due"] > time.time():
                    return
                await _attempt(self._office, self._axis, row)


async def _attempt(office: Office, axis: AxisClient, row: sqlite3.Row) -> None:
    behaviour, store = office.behaviour, office.store
    signed = behaviour.ready(office, axis, row)
    attempts = row["attempts"] + 1
    try:
        answer = await axis.send_signed(signed)
    except AxisError as error:
        with store.transaction():
            if behaviour.is_final(error, attempts, office.settings.max_attempts):
                store.execute(
                    "UPDATE outbox SET state = 'failed', attempts = ?, error = ? WHERE id = ?",
                    attempts,
                    str(error),
                    row["id"],
                )
                behaviour.failed(office, row, error)
            else:
                due = time.time() + _wait_before(attempts, office)
                store.execute(
                    "UPDATE outbox SET attempts = ?, due = ?, error = ? WHERE id = ?",
                    attempts,
                    due,
                    str(error),
                    row["id"],
                )
        log.warning("attempt %d to send %s of %s: %s", attempts, row["step"], row["document_key"], error)
        return
    with store.transaction():
        store.execute("UPDATE outbox SET state = 'sent', attempts = ?, error = NULL WHERE id = ?", attempts, row["id"])
        behaviour.accepted(office, row, answer.doc_id)


def _wait_before(attempts: int, office: Office) -> float:
    """Half a polling interval after the first failure, then twice as long each time, up to the longest pause."""
    first = office.settings.poll_interval_s / 2
    return float(min(first * 2 ** (attempts - 1), office.settings.max_pause_s))
