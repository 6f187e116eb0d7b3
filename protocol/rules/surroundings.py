"""What a package alone cannot say: when it was sent, by which system, who is in the directory, what went before.

Every member may be unknown (``None``); a rule that needs one says nothing then, and never guesses. What is known is
taken to be whole: an agency that is not among the known ones is unknown to the axis, a document that is not among the
known ones was never exchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property

from protocol.composition import composed
from protocol.content.names import spelled
from protocol.package.limits import Limits

EARLIEST, LATEST = 1900, 9000
"""Years of an instant that a context or a command may name."""
_SAFE = Limits()


def usable(moment: datetime) -> bool:
    """Whether rules can reckon with an instant: one at the ends of the calendar has no Vietnamese wall time."""
    return EARLIEST <= moment.year <= LATEST


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


@dataclass(frozen=True)
class Surroundings:
    """Everything that is known around one package. ``sent_at`` is aware; ``message_type`` is ``edoc`` or ``status``.

    ``limits`` is how much a package may be; ``end_of_morning`` the Vietnamese wall time until which a document is sent
    in time, where it is not that of the calendar (open question Q4).
    """

    sent_at: datetime | None = None
    system: str | None = None
    message_type: str | None = None
    agencies: tuple[KnownAgency, ...] | None = None
    documents: tuple[KnownDocument, ...] | None = None
    limits: Limits = _SAFE
    end_of_morning: time | None = None

    @cached_property
    def directory(self) -> Mapping[str, KnownAgency]:
        """Give every known agency by each of its codes; the first one where a code stands twice."""
        found: dict[str, KnownAgency] = {}
        for agency in self.agencies or ():
            for code in (agency.code, agency.old_code):
                if code:
                    found.setdefault(code, agency)
        return found

    @cached_property
    def named(self) -> Mapping[str, Sequence[KnownAgency]]:
        """Give the known agencies by their full names, spelled the one way of ``spelled``."""
        found: dict[str, list[KnownAgency]] = {}
        for agency in self.agencies or ():
            if agency.name:
                found.setdefault(spelled(agency.name), []).append(agency)
        return found

    @cached_property
    def history(self) -> Mapping[str, Sequence[KnownDocument]]:
        """Give the known documents by their identifier in NFC (ID-18), oldest first."""
        found: dict[str, list[KnownDocument]] = {}
        for document in self.documents or ():
            found.setdefault(composed(document.document_id), []).append(document)
        return found

    def sent_before(self, document_id: str | None, sender: str | None) -> Sequence[KnownDocument]:
        """Give the earlier sendings of a document by the same body: this one is to further recipients, or a retry."""
        known = self.history.get(composed(document_id), ()) if document_id else ()
        return tuple(each for each in known if self.same_body(each.sender, sender))

    def body(self, code: str) -> str:
        """Give the code by which the body is known: of two codes of one agency always the same one."""
        agency = self.directory.get(code)
        return agency.code if agency else code

    def bodies(self, codes: Iterable[str]) -> frozenset[str]:
        """Give the codes by which some bodies are known."""
        return frozenset(map(self.body, codes))

    def same_body(self, one: str | None, other: str | None) -> bool:
        """Whether two codes name one body: the same code, or the two codes of one agency of the directory."""
        return bool(one and other) and self.body(one or "") == self.body(other or "")


NOTHING_KNOWN = Surroundings()
