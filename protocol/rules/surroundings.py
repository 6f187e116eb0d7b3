"""What a package alone cannot say: when it was sent, by which system, who is in the directory, what went before.

Every member may be unknown (``None``); a rule that needs one says nothing then, and never guesses. What is known is
taken to be whole: an agency that is not among the known ones is unknown to the axis, a document that is not among the
known ones was never exchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from protocol.composition import composed
from protocol.content.names import spelled

_Entry = TypeVar("_Entry")

MESSAGE_TYPES = ("edoc", "status")
REQUESTS = ("recall", "update")


class SurroundingsError(ValueError):
    """A context that cannot be used. ``field`` is a JSON pointer, ``rule`` says what has to stand there."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field or '/'}: {rule}")
        self.field = field or "/"
        self.rule = rule


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
    """Everything that is known around one package. ``sent_at`` is aware; ``message_type`` is ``edoc`` or ``status``."""

    sent_at: datetime | None = None
    system: str | None = None
    message_type: str | None = None
    agencies: tuple[KnownAgency, ...] | None = None
    documents: tuple[KnownDocument, ...] | None = None

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


def from_json(value: object) -> Surroundings:
    """Read the context of ``axis28 check --context`` (``schemas/check-context.schema.json``).

    Raises ``SurroundingsError`` naming the field, as a JSON pointer, and the rule.
    """
    root = _members(value, "", {"sent_at", "system", "message_type", "agencies", "documents"}, ())
    message_type = _text(root, "", "message_type")
    if message_type is not None and message_type not in MESSAGE_TYPES:
        raise SurroundingsError("/message_type", f"must be one of {', '.join(MESSAGE_TYPES)}")
    return Surroundings(
        sent_at=_moment(root),
        system=_text(root, "", "system"),
        message_type=message_type,
        agencies=_many(root, "", "agencies", _agency),
        documents=_many(root, "", "documents", _document),
    )


def _agency(value: object, field: str) -> KnownAgency:
    known = {"code", "name", "old_code", "system", "closed", "successor", "locked"}
    entry = _members(value, field, known, ("code",))
    return KnownAgency(
        code=_text(entry, field, "code") or "",
        name=_text(entry, field, "name", empty=True) or "",
        old_code=_text(entry, field, "old_code"),
        system=_text(entry, field, "system"),
        closed=_flag(entry, field, "closed"),
        successor=_text(entry, field, "successor"),
        locked=_flag(entry, field, "locked"),
    )


def _document(value: object, field: str) -> KnownDocument:
    known = {"document_id", "from", "to", "code", "date", "statuses", "requests"}
    entry = _members(value, field, known, ("document_id", "from"))
    requests = _many(entry, field, "requests", _word) or ()
    for number, request in enumerate(requests):
        if request not in REQUESTS:
            raise SurroundingsError(f"{field}/requests/{number}", f"must be one of {', '.join(REQUESTS)}")
    return KnownDocument(
        document_id=_text(entry, field, "document_id") or "",
        sender=_text(entry, field, "from") or "",
        to=_many(entry, field, "to", _word) or (),
        code=_text(entry, field, "code"),
        date=_text(entry, field, "date"),
        statuses=_many(entry, field, "statuses", _reported) or (),
        requests=requests,
    )


def _reported(value: object, field: str) -> tuple[str, str]:
    entry = _members(value, field, {"from", "agency", "code"}, ("code",))
    agencies = [agency for name in ("from", "agency") if (agency := _text(entry, field, name))]
    if len(agencies) != 1:
        raise SurroundingsError(field, 'must name who reported, either as "from" or as "agency"')
    return agencies[0], _text(entry, field, "code") or ""


def _word(value: object, field: str) -> str:
    if not isinstance(value, str) or not value:
        raise SurroundingsError(field, "must be a text that is not empty")
    return value


def _members(value: object, field: str, known: set[str], required: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SurroundingsError(field, "must be an object")
    for name in value:
        if name not in known:
            raise SurroundingsError(
                f"{field}/{_escaped(str(name))}", f"is unknown; known are {', '.join(sorted(known))}"
            )
        if value[name] is None:
            raise SurroundingsError(f"{field}/{name}", "must not be null; leave out what is not known")
    for name in required:
        if name not in value:
            raise SurroundingsError(f"{field}/{name}", "is missing")
    return value


def _text(entry: Mapping[str, Any], field: str, name: str, *, empty: bool = False) -> str | None:
    value = entry.get(name)
    if value is None or (empty and value == ""):
        return value
    return _word(value, f"{field}/{name}")


def _flag(entry: Mapping[str, Any], field: str, name: str) -> bool:
    value = entry.get(name, False)
    if not isinstance(value, bool):
        raise SurroundingsError(f"{field}/{name}", "must be true or false")
    return value


def _many(
    entry: Mapping[str, Any], field: str, name: str, read: Callable[[object, str], _Entry]
) -> tuple[_Entry, ...] | None:
    value = entry.get(name)
    if value is None:
        return None
    if not isinstance(value, list):
        raise SurroundingsError(f"{field}/{name}", "must be a list")
    return tuple(read(member, f"{field}/{name}/{number}") for number, member in enumerate(value))


def _moment(root: Mapping[str, Any]) -> datetime | None:
    text = _text(root, "", "sent_at")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise SurroundingsError("/sent_at", "must be a time with an offset, such as 2026-11-21T09:00:00+07:00")
    return moment


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
