"""The parts of one axis, put together: what routes and control API work with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete

from simulator import directory, faults
from simulator.blobs import Blobs
from simulator.clock import Clock
from simulator.directory import Directory
from simulator.faults import Faults
from simulator.journal import Journal
from simulator.meters import Meters
from simulator.settings import Settings
from simulator.store import tables
from simulator.store.store import Store


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis at work."""

    settings: Settings
    clock: Clock
    store: Store
    blobs: Blobs
    journal: Journal
    directory: Directory
    faults: Faults
    meters: Meters

    def reload(self) -> None:
        """Read anew what is kept in memory: secrets and fault rules."""

        def load(connection: Connection) -> None:
            self.directory.load(connection)
            self.faults.load(connection)

        self.store.read(load)


def build(settings: Settings) -> Axis:
    """Open the data folder and put an axis together. Raises ``UnusableStore``, ``DirectoryError``, ``OSError``."""
    settings.data.mkdir(parents=True, exist_ok=True)
    store = Store(settings.data)
    blobs = Blobs(settings.data / "bodies")
    clock = Clock()
    axis = Axis(settings, clock, store, blobs, Journal(store, blobs), Directory(), Faults(store), Meters())
    with store.opening() as connection:
        enter_systems(connection, axis)
    axis.reload()
    return axis


def enter_systems(connection: Connection, axis: Axis) -> None:
    """Enter the systems that the axis was started with; those that are there already take on what the file says."""
    for system in axis.settings.systems:
        directory.put_system(connection, system, axis.clock.milliseconds())


def empty(connection: Connection, axis: Axis) -> None:
    """Forget everything but the systems that the axis was started with. Journal numbers go on."""
    for table in (
        tables.events,
        tables.deliveries,
        tables.documents,
        tables.exchanges,
        tables.contents,
        tables.ordinals,
        tables.agencies,
        tables.systems,
    ):
        connection.execute(delete(table))
    faults.delete_rules(connection, None)
    enter_systems(connection, axis)
