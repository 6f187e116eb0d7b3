"""What every part of one DMS works with: its registers, its connection, its clock and its ways of doing things."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.reference_dms import vietnam
from conformance.reference_dms.store import Store
from conformance.reference_dms.vietnam import Clock, host_clock
from protocol.finding import Finding
from protocol.wire.tls import ClientCertificate
from schemas import messages, registry

if TYPE_CHECKING:
    from conformance.reference_dms.behaviour import Behaviour
    from conformance.reference_dms.credentials import Credentials
    from conformance.reference_dms.verifying import Examined
    from protocol.signatures.pdf.reader import SignatureReader

log = logging.getLogger("axis28.reference_dms")

PARALLEL = 4
"""How many packages are taken, and how many sent, at once."""

CATEGORIES = (
    "format",
    "integrity",
    "signature",
    "addressee",
    "sender",
    "duplicate",
    "attachment",
    "secrecy",
    "size",
    "other",
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was refused: one of the driver protocol's closed categories and a sentence in Vietnamese."""

    category: str
    text: str


@dataclass(frozen=True, slots=True)
class Warned:
    """What the registry officer is told about a document that was taken: category and a sentence in Vietnamese."""

    category: str
    text: str


class Refused(Exception):  # noqa: N818 - an answer of the DMS, not a mistake of the caller
    """Ends an operation that the DMS refuses; nothing was changed."""

    def __init__(self, category: str, text: str) -> None:
        super().__init__(text)
        self.refusal = Refusal(category, text)


@dataclass(frozen=True, slots=True)
class Agency:
    """One of the agencies that this DMS serves. ``old_code`` is its 13-character code by QCVN 102:2016, if any."""

    code: str
    name: str
    old_code: str | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the axis is and who we are there.

    ``ca`` is the path of a PEM bundle for a private authority, ``shown`` what we show to an axis that asks for it.
    """

    axis_url: str
    system_id: str
    secret: str = field(repr=False)
    agencies: tuple[Agency, ...]
    ca: str | None = None
    shown: ClientCertificate | None = None

    def agency(self, code: str | None) -> Agency | None:
        """Give our agency that has this code, new or old; ``None`` when it is not ours."""
        return next((own for own in self.agencies if code and code in (own.code, own.old_code)), None)


@dataclass(frozen=True, slots=True)
class Settings:
    """How one DMS runs: seconds between two fetch rounds, and whether sends leave at once or at the next round.

    A send that fails is tried again after half an interval, then after twice as long each time, at most
    ``max_attempts`` times and never more than ``max_pause_s`` seconds apart. ``withheld`` are driver operations that it
    does not offer.
    """

    poll_interval_s: float = 60.0
    send_at_once: bool = True
    answer_delay_s: float = 0.0
    timeout_s: float = 30.0
    max_attempts: int = 12
    max_pause_s: float = 300.0
    withheld: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False, weakref_slot=True)
class Office:
    """One running DMS, as its parts see it.

    ``aliases`` maps a code to all codes of the same agency, as far as the directory of the axis was asked for them.
    ``in_hand`` holds the receiver ids of the packages that are being taken, ``work`` the tasks that take them,
    ``examined`` what was found of the signatures in them. ``reader`` reads signatures once there were some. ``former``
    are the credentials from before a run replaced them.
    """

    store: Store
    behaviour: Behaviour
    settings: Settings = Settings()
    clock: Clock = host_clock
    connection: Connection | None = None
    run: str = ""
    aliases: dict[str, frozenset[str]] = field(default_factory=dict)
    directory_read_at: float = -math.inf
    directory_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    in_hand: set[str] = field(default_factory=set)
    work: set[asyncio.Task[None]] = field(default_factory=set)
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PARALLEL))
    outbox_wakes: asyncio.Event = field(default_factory=asyncio.Event)
    credentials: Credentials | None = None
    former: tuple[Credentials | None] | None = None
    examined: dict[str, tuple[Examined, ...]] = field(default_factory=dict)
    reader: SignatureReader | None = None

    @property
    def own(self) -> Connection:
        """The connection; ``Refused`` while this DMS has none."""
        if self.connection is None:
            raise Refused("other", say("not-configured"))
        return self.connection

    def now(self) -> str:
        """Give the present moment as the registers keep it: ISO 8601 with ``+07:00``."""
        return vietnam.moment(self.clock())

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something run beside the poll loop; what breaks in it is logged."""
        task = asyncio.create_task(work)
        self.work.add(task)
        task.add_done_callback(self._ended)

    def signature_reader(self) -> SignatureReader:
        """Give the reader of signatures, whose child process begins with the first signed file."""
        if self.reader is None:
            from protocol.signatures.pdf.reader import SignatureReader  # noqa: PLC0415 - few systems need it

            self.reader = SignatureReader()
        return self.reader

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.work.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("something broke: %s", error, exc_info=error)

    def same_agency(self, one: str | None, other: str | None) -> bool:
        """Say whether two codes name one agency: the same code, or its new and its old one (H-O02)."""
        return bool(one and other) and (one == other or other in self.aliases.get(one or "", ()))

    def record(
        self, event: str, document_id: str | None = None, organisation: str | None = None, detail: str = ""
    ) -> None:
        """Add a line to the history (QD 28/2018 Art. 10(2)(p): lịch sử gửi, nhận)."""
        self.store.execute(
            "INSERT INTO history (at, document_key, document_id, organisation, event, detail, run)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            self.now(),
            vietnam.key(document_id) if document_id else None,
            document_id,
            organisation,
            event,
            detail,
            self.run,
        )


def say(name: str, /, **values: object) -> str:
    """Give one of the DMS's own sentences, in Vietnamese: it writes to Vietnamese registry officers."""
    return messages.text(f"dms.{name}", "vi", **values)


def explain(finding: Finding) -> str:
    """Say in Vietnamese what a finding means; its reason code where the registry has no words for it."""
    return explain_code(finding.reason)


def explain_code(reason: str) -> str:
    """Say in Vietnamese what a reason code means; the code where the registry has no words for it."""
    try:
        return registry.reason(reason).text["vi"].rstrip(".")
    except registry.UnknownId:
        return reason


def listed(values: Iterable[str]) -> str:
    """Join values for a sentence."""
    return ", ".join(values)
