"""What a package alone cannot say: when it was sent, by which system, who is in the directory, what went before.

Every member may be unknown (``None``); a rule that needs one says nothing then, and never guesses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KnownAgency:
    """One agency of the directory.

    ``code`` and ``old_code`` (QCVN 102:2016) name the same body. ``system`` is the id of the system that is registered
    for it, ``closed`` says that the code was closed (QD 09/2025), ``successor`` which code took over.
    """

    code: str
    name: str = ""
    old_code: str | None = None
    system: str | None = None
    closed: bool = False
    successor: str | None = None
    locked: bool = False


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """One document that was exchanged before: its identity, its parties, and what has been reported about it.

    ``code`` is the whole sign (``05/QĐ-STN``), ``date`` is ``yyyy/MM/dd``, ``statuses`` are pairs of (agency, code) in
    the order of their arrival, ``requests`` the kinds of recall or update that are open (``recall``, ``update``).
    """

    document_id: str
    sender: str
    to: tuple[str, ...] = ()
    code: str | None = None
    date: str | None = None
    statuses: tuple[tuple[str, str], ...] = ()
    requests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything that is known around one package. ``sent_at`` is aware; ``message_type`` is ``edoc`` or ``status``."""

    sent_at: datetime | None = None
    system: str | None = None
    message_type: str | None = None
    agencies: tuple[KnownAgency, ...] | None = None
    documents: tuple[KnownDocument, ...] | None = None


NOTHING_KNOWN = Surroundings()
