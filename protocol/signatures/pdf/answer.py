"""What the child process says of the signatures of a file, as bytes: written by the child, read with distrust."""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, NoReturn, TypeVar, cast, get_args

from protocol.content.answer import InvalidAnswer
from protocol.signatures.pdf.facts import (
    Appearance,
    Change,
    ChangeKind,
    Coverage,
    Envelope,
    PaperFacts,
    Picture,
    SignatureFacts,
    Stamp,
    Token,
    Trouble,
    Unread,
)

LONGEST = 48 * 1024 * 1024
"""Bytes of an answer; certificates and revocation data are the bulk of it."""
MOST_TEXT = 1_000
MOST_ENTRIES = 64
MOST_REVISIONS = 1_000_000
LARGEST_BLOB = 4 * 1024 * 1024
Value = TypeVar("Value")


def encode(facts: PaperFacts) -> bytes:
    """Give the answer for a file; one that would be too long says so instead."""
    body = json.dumps(asdict(facts), default=_plain, ensure_ascii=False).encode("utf-8", "replace")
    return body if len(body) <= LONGEST else encode(PaperFacts("too-large"))


def decode(answer: bytes) -> PaperFacts:
    """Make the facts of an answer; raises ``InvalidAnswer`` for every value that no sound child gives."""
    try:
        value = json.loads(answer, parse_constant=_no_constant)
        return PaperFacts(
            unread=_one_of(value["unread"], Unread),
            revisions=_number(value["revisions"], MOST_REVISIONS),
            signatures=_several(value["signatures"], _signature),
            empty=_several(value["empty"], _text),
            certificates=_several(value["certificates"], _blob),
            crls=_several(value["crls"], _blob),
            ocsps=_several(value["ocsps"], _blob),
            repaired=_flag(value["repaired"]),
            traces=_flag(value["traces"]),
            stamps=_several(value["stamps"], _stamp),
        )
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        raise InvalidAnswer(type(error).__name__) from error


def _signature(value: dict[str, Any]) -> SignatureFacts:
    return SignatureFacts(
        field=_text(value["field"]),
        kind="timestamp" if value["kind"] == "timestamp" else "signature",
        trouble=_one_of(value["trouble"], Trouble),
        encoding=_text(value["encoding"]),
        revision=_number(value["revision"], MOST_REVISIONS),
        coverage=_one_of(value["coverage"], Coverage),
        envelope=_envelope(value["envelope"]),
        tokens=_several(value["tokens"], _token),
        claimed_at=_time(value["claimed_at"]),
        permission=_number(value["permission"], 3),
        changes=_several(value["changes"], _change),
        appearance=None if value["appearance"] is None else _appearance(value["appearance"]),
    )


def _envelope(value: dict[str, Any]) -> Envelope:
    return Envelope(
        trouble=_one_of(value["trouble"], Trouble),
        digest_holds=_verdict(value["digest_holds"]),
        value_holds=_verdict(value["value_holds"]),
        digest=_text(value["digest"]),
        signature_digest=_text(value["signature_digest"]),
        scheme=_text(value["scheme"]),
        certificate=_blob(value["certificate"]),
        others=_several(value["others"], _blob),
        crls=_several(value["crls"], _blob),
        ocsps=_several(value["ocsps"], _blob),
        signed_at=_time(value["signed_at"]),
    )


def _token(value: dict[str, Any]) -> Token:
    return Token(
        _envelope(value["envelope"]), _time(value["made_at"]), _verdict(value["matches"]), _text(value["imprint"])
    )


def _change(value: dict[str, Any]) -> Change:
    return Change(
        kind=_one_of(value["kind"], ChangeKind),
        revision=_number(value["revision"], MOST_REVISIONS),
        object=_text(value["object"]),
        where=_text(value["where"]),
        permitted=_verdict(value["permitted"]),
    )


def _appearance(value: dict[str, Any]) -> Appearance:
    return Appearance(
        page=_number(value["page"], MOST_REVISIONS),
        left=_point(value["left"]),
        top=_point(value["top"]),
        right=_point(value["right"]),
        bottom=_point(value["bottom"]),
        width=_point(value["width"]),
        height=_point(value["height"]),
        text=_text(value["text"]),
        pictures=_several(value["pictures"], _picture),
    )


def _picture(value: dict[str, Any]) -> Picture:
    return Picture(_point(value["blue"]), _point(value["red"]), _point(value["clear"]))


def _stamp(value: dict[str, Any]) -> Stamp:
    return Stamp(
        revision=_number(value["revision"], MOST_REVISIONS),
        page=_number(value["page"], MOST_REVISIONS),
        share=_point(value["share"]),
        down=_point(value["down"]),
    )


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _several(value: object, one: Callable[[Any], Value]) -> tuple[Value, ...]:
    if not isinstance(value, list) or len(value) > MOST_ENTRIES:
        raise InvalidAnswer("not a list")
    return tuple(one(each) for each in value)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise InvalidAnswer("not a text")
    value.encode()  # half a surrogate pair could be shown nowhere
    return value


def _blob(value: object) -> bytes:
    if not isinstance(value, str):
        raise InvalidAnswer("not bytes")
    made = b64decode(value, validate=True)
    if len(made) > LARGEST_BLOB:
        raise InvalidAnswer("too many bytes")
    return made


def _time(value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidAnswer("not a time")
    made = datetime.fromisoformat(value)
    if made.utcoffset() is None:
        raise InvalidAnswer("a time without offset")
    return made


def _verdict(value: object) -> bool | None:
    return None if value is None else _flag(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidAnswer("not a truth value")
    return value


def _number(value: object, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise InvalidAnswer("not a number")
    return value


def _point(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise InvalidAnswer("not a length")
    return float(value)


def _one_of(value: object, kind: Any) -> Any:
    if not isinstance(value, str) or value not in get_args(kind):
        raise InvalidAnswer("not one of its values")
    return cast("Any", value)


def _no_constant(name: str) -> NoReturn:
    raise InvalidAnswer(name)
