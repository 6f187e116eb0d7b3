"""What an axis is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from simulator.directory import System
from simulator.examination import Profile
from simulator.faults.rules import Rule
from simulator.http_protocol import MAX_CONNECTIONS
from simulator.replays import Policy
from simulator.tls import Tls

BODY_LIMIT = int(50 * 1024 * 1024 * 1.4)


@dataclass(frozen=True, slots=True)
class Settings:
    """``data`` is the folder of store and bodies; ``token`` guards the control API, ``minted`` when nobody gave it.

    ``body_limit`` is the largest package in bytes: 50 MB of file and what base64 makes of it. ``worker`` is the number
    of this process among those that serve the axis together, from 1; 0 where it serves alone. ``blobs`` is the folder
    or URL at which large bodies lie, ``None`` for a folder in ``data``.
    ``agencies`` is a file with a directory to start with. ``fault_rules`` are in force from the start; ``seed`` is what
    the schedule of faults draws by. ``store`` is the address of a PostgreSQL, where the store is not in the folder.
    ``trust`` is a folder with the certificates that signatures are held against.
    ``tls`` are the files of an axis that speaks TLS. ``secrets_key`` is the file with the key under which secrets are
    sealed, ``None`` for that of the data folder. ``rate`` (requests per second) and ``concurrency`` are what one system
    may have, ``connections`` what one process holds open; ``workers`` is how many processes share them.
    ``replays`` is what is done about a signature that comes again.
    """

    data: Path
    token: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 2828
    profile: Profile = "axis"
    reserialise: bool = True
    systems: tuple[System, ...] = ()
    agencies: Path | None = None
    minted: bool = False
    temporary: bool = False
    body_limit: int = BODY_LIMIT
    tls: Tls | None = None
    secrets_key: Path | None = None
    rate: float | None = None
    concurrency: int | None = None
    connections: int = MAX_CONNECTIONS
    workers: int = 1
    replays: Policy = "note"
    log_format: Literal["text", "json"] = "text"
    log_level: str = "warning"
    worker: int = 0
    fault_rules: tuple[Rule, ...] = ()
    seed: int = 0
    store: str | None = field(default=None, repr=False)  # may carry a password
    blobs: str | None = None
    trust: Path | None = None
