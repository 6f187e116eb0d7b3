"""The parts of one axis, put together: what routes and control API work with."""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete

from schemas import messages
from simulator import agencies_file, forgetting, histories, registering, tenants, timekeeping
from simulator.blobs import Blobs
from simulator.clock import Clock
from simulator.directory import Directory
from simulator.faults import rulebook
from simulator.faults.rulebook import Faults
from simulator.folder import Folder
from simulator.inspection import Instruments
from simulator.journal import Journal
from simulator.limits import Limits
from simulator.memory import Memory
from simulator.meters import Meters
from simulator.redaction import Redaction
from simulator.replays import Replays
from simulator.sealed import take_seal
from simulator.sealing import Seal, key_file, seal_from
from simulator.settings import Settings
from simulator.shelves import FolderShelf, shelf_at
from simulator.store import tables
from simulator.store.failure import StorageFailed
from simulator.store.generation import bump
from simulator.store.store import Store
from simulator.tenants import Tenants
from simulator.traces import Traces

logger = logging.getLogger("simulator")


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis at work. ``instruments`` judge attached files before the answer, in profile ``strict``."""

    settings: Settings
    folder: Folder | None
    clock: Clock
    store: Store
    blobs: Blobs
    journal: Journal
    directory: Directory
    faults: Faults
    meters: Meters
    redaction: Redaction
    seal: Seal
    limits: Limits
    replays: Replays
    tenants: Tenants
    memory: Memory
    instruments: Instruments | None = None
    traces: Traces = field(default_factory=Traces)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Let go of everyone who waits: the axis is about to end."""
        self.stopping.set()
        self.journal.stop()

    def close(self) -> None:
        """Finish what is queued and give the data folder free."""
        self.store.close()
        if self.instruments is not None:
            self.instruments.close()
        self.traces.end()
        self.meters.publish()
        if self.folder is not None:
            self.folder.release()

    async def sweep(self) -> None:
        """Remove bodies that were discarded; at once where no other process is at work with them."""
        alone = not self.settings.worker and self.settings.blobs is None
        grace = 0 if alone else forgetting.GRACE
        try:
            while await self.store.write(lambda connection: forgetting.sweep(connection, self.blobs, grace)):
                pass
        except (OSError, StorageFailed) as error:
            logger.warning("discarded bodies stay for now: %s", error)

    async def refresh(self) -> None:
        """Bring what this process keeps in memory up to date with the store, whichever process changed it."""
        await self.memory.refresh()


def build(settings: Settings) -> Axis:
    """Take the data folder and put an axis together.

    A worker finds everything prepared: its parent holds the folder, and has built the axis once before.
    Raises ``FolderHeld``, ``UnusableStore``, ``DirectoryError``, ``TracesUnavailable``, ``KeyUnusable``, ``OSError``.
    """
    folder = None if settings.worker else Folder(settings.data)
    try:
        seal = seal_from(settings.secrets_key, settings.data)
        store = Store(settings.data, settings.store)
        blobs = _blobs(settings)
        redaction = Redaction([settings.token])
        journal = Journal(store, blobs, redaction)
        clock, known, rules, vendors = Clock(), Directory(seal), Faults(store), Tenants()
        memory = Memory(store, known, rules, tenants=vendors, clock=clock, redaction=redaction)
        axis = Axis(
            settings, folder, clock, store, blobs, journal, known, rules, Meters(), redaction, seal,
            Limits(settings.rate, settings.concurrency, settings.workers), Replays(settings.replays), vendors, memory,
            Instruments(settings.trust) if settings.profile == "strict" else None,
        )  # fmt: skip
        if not settings.worker:
            _prepare(axis)
        store.meter(axis.meters.committed)
        memory.reload()
        counts = settings.data / "meters"
        if settings.worker:
            axis.meters.share(counts)
        else:
            shutil.rmtree(counts, ignore_errors=True)  # of workers of an earlier start
        axis.traces.begin()
    except BaseException:
        if folder is not None:
            folder.release()
        raise
    return axis


def _blobs(settings: Settings) -> Blobs:
    """Open the place for bodies. Where others use it, too, this axis is known by a name made at its first start."""
    folder = settings.data / "bodies"
    if settings.blobs is None:
        return Blobs(folder, settings.worker)
    named = settings.data / "axis.id"
    if not named.exists():
        named.write_text(secrets.token_hex(8), encoding="ascii")
    shelf = shelf_at(settings.blobs, named.read_text(encoding="ascii"))
    if not settings.worker and isinstance(shelf, FolderShelf):
        shelf.sweep()
    return Blobs(folder, settings.worker, shelf)


def _prepare(axis: Axis) -> None:
    """Bring the store to where requests may come; workers find it done by their parent."""
    with axis.store.opening() as connection:
        take_seal(connection, axis.seal, key_file(axis.settings.secrets_key, axis.settings.data))
        histories.enter_keys(connection)
        timekeeping.load(connection, axis.clock)
        enter_systems(connection, axis, axis.clock.milliseconds())
        rulebook.begin(connection, axis.settings.fault_rules, axis.settings.seed)


def enter_systems(connection: Connection, axis: Axis, at: int) -> None:
    """Enter systems and directory with which the axis was started; of what is there already only what was changed."""
    for system in axis.settings.systems:
        registering.introduce(connection, system, at, axis.seal)
    if axis.settings.agencies is not None:
        agencies_file.bring_in(connection, axis.settings.agencies, messages.language(), at)


def empty(connection: Connection, axis: Axis) -> None:
    """Forget everything but tenants and the systems that the axis was started with, also how the clock was set.

    Journal numbers go on.
    """
    forgetting.discard_all(connection)
    for table in (
        tables.events,
        tables.deliveries,
        tables.documents,
        tables.exchanges,
        tables.contents,
        tables.ordinals,
        tables.signatures,
        tables.fault_log,
        tables.agencies,
        tables.systems,
        tables.fault_rules,
    ):
        connection.execute(delete(table))
    tenants.start_all_over(connection)
    timekeeping.release(connection)
    agencies_file.forget(connection)
    bump(connection)
    enter_systems(connection, axis, Clock().milliseconds())
    rulebook.begin(connection, axis.settings.fault_rules, axis.settings.seed)
