"""What the DMS asks of a draft before it lets it leave, and how it numbers and names it.

Sources: QD 28/2018 Art. 8(1) (only what is signed and issued is sent) and Art. 10(2); ND 30/2020 Appendix I, II.3(c)
(numbers below ten with a leading zero) and Appendix VI part II (lengths, counted in characters).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from conformance.reference_dms.office import Refusal, Refused, say
from protocol.package.xmltext import UNWRITABLE

SUBJECT_LIMIT = 500
LIMITS = {"number": 11, "notation": 30, "content": 500, "type_name": 100, "place": 50}
SIGNER_LIMITS = {"competence": 100, "position": 100, "full_name": 100}

# ND 30/2020 Appendix III, table I: how a kind of document is abbreviated in its notation. A công văn has none.
_ABBREVIATIONS = {
    "nghị quyết": "NQ",
    "quyết định": "QĐ",
    "chỉ thị": "CT",
    "quy chế": "QC",
    "quy định": "QyĐ",
    "thông cáo": "TC",
    "thông báo": "TB",
    "hướng dẫn": "HD",
    "chương trình": "CTr",
    "kế hoạch": "KH",
    "phương án": "PA",
    "đề án": "ĐA",
    "dự án": "DA",
    "báo cáo": "BC",
    "biên bản": "BB",
    "tờ trình": "TTr",
    "hợp đồng": "HĐ",
    "công điện": "CĐ",
    "giấy mời": "GM",
    "phiếu chuyển": "PC",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file to send, as it is (not zipped)."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that somebody asks the DMS to send. Texts as given; ``number`` not yet written by the rule."""

    state: str
    sender: str
    to: tuple[str, ...]
    number: str
    notation: str | None
    day: date
    subject: str
    type: str
    files: tuple[File, ...]
    content: str | None = None
    type_detail: str | None = None
    type_name: str | None = None
    priority: int = 0
    due: date | None = None
    competence: str | None = None
    position: str | None = None
    full_name: str | None = None
    appendixes: tuple[str, ...] = ()
    place: str | None = None
    sign: bool = False


def read_draft(args: Mapping[str, Any]) -> Draft:
    """Take the arguments of ``send``, already checked against the driver schema.

    ``Refused``: a day that is no day (format), a file whose bytes are not base64 or not those of its digest
    (integrity).
    """
    kind, signer = args["type"], args.get("signer") or {}
    return Draft(
        state=args["state"],
        sender=args["from"],
        to=tuple(args["to"]),
        number=str(args["number"]).strip(),
        notation=args.get("notation"),
        day=_day(args["date"], "date"),
        subject=args["subject"],
        type=str(kind["type"]),
        files=tuple(_file(given) for given in args["files"]),
        content=args.get("content"),
        type_detail=None if kind.get("type_detail") is None else str(kind["type_detail"]),
        type_name=kind.get("type_name"),
        priority=args.get("priority", 0),
        due=_day(args["due_date"], "due_date") if args.get("due_date") else None,
        competence=signer.get("competence"),
        position=signer.get("position"),
        full_name=signer.get("full_name"),
        appendixes=tuple(args.get("appendixes", ())),
        place=args.get("place"),
        sign=args.get("sign", False),
    )


def may_leave(draft: Draft) -> Refusal | None:
    """Refuse what is not signed yet (QD 28/2018 Art. 8(1)): a draft, and an approved text without its signature."""
    return None if draft.state == "signed" else Refusal("other", say("draft.unsigned", state=draft.state))


def subject_limit(draft: Draft) -> Refusal | None:
    """Refuse a subject (trích yếu) that is empty or longer than 500 characters, counted as code points."""
    if not draft.subject.strip():
        return Refusal("format", say("draft.no-subject"))
    if len(draft.subject) > SUBJECT_LIMIT:
        return Refusal("size", say("draft.too-long", field="Subject", length=len(draft.subject), limit=SUBJECT_LIMIT))
    return None


def check(draft: Draft) -> Refusal | None:
    """Refuse what no receiver could register: no number, no addressee, texts too long or not fit for XML."""
    if not draft.number:
        return Refusal("format", say("draft.no-number"))
    if not draft.to or not all(code.strip() for code in draft.to):
        return Refusal("addressee", say("draft.no-recipient"))
    if len(set(draft.to)) != len(draft.to):
        return Refusal("addressee", say("draft.recipient-twice"))
    texts = {name: getattr(draft, name) or "" for name in (*LIMITS, *SIGNER_LIMITS)}
    for name, limit in (LIMITS | SIGNER_LIMITS).items():
        if len(texts[name]) > limit:
            return Refusal("size", say("draft.too-long", field=name, length=len(texts[name]), limit=limit))
    texts |= {"subject": draft.subject, "appendixes": "".join(draft.appendixes)}
    texts |= {"files": "".join(file.name for file in draft.files), "to": "".join(draft.to), "type": draft.type}
    for name, text in texts.items():
        if bad := UNWRITABLE.search(text):
            return Refusal("format", say("draft.not-xml", field=name, character=f"U+{ord(bad.group()):04X}"))
    return None


def number_text(number: str) -> str:
    """Write a number below ten with a leading zero (``5`` → ``05``); anything else stays as it is."""
    return number.zfill(2) if number.isascii() and number.isdigit() else number


def default_notation(type_name: str | None, agency_name: str) -> str:
    """Form a notation (ký hiệu) where none was given: kind and agency, ``QĐ-STN``; a công văn has the agency alone."""
    agency = "".join(word[0].upper() for word in unicodedata.normalize("NFC", agency_name).split() if word[0].isalpha())
    kind = _ABBREVIATIONS.get((type_name or "").strip().lower())
    return f"{kind}-{agency or 'CQ'}" if kind else agency or "CQ"


def without_unfit(text: str) -> str:
    """Leave out of a text what XML 1.0 cannot carry."""
    return UNWRITABLE.sub("", text)


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("format", say("draft.no-day", field=field, value=text)) from None


def _file(given: Mapping[str, Any]) -> File:
    try:
        data = base64.b64decode(given["base64"], validate=True)
    except (binascii.Error, ValueError):
        raise Refused("integrity", say("draft.not-base64", name=given["name"])) from None
    if hashlib.sha256(data).hexdigest() != given["sha256"]:
        raise Refused("integrity", say("draft.other-digest", name=given["name"]))
    return File(given["name"], data)
