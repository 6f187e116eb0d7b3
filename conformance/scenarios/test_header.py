"""The header: what the law wants every document to say of itself, carried as it was asked."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from conformance.case import Case, Crossing
from conformance.checks import check
from conformance.scenarios.arrivals import sent_document
from conformance.scenarios.sightings import documents_crossed, recognisable, same
from conformance.told import joined, told
from fixtures import vietnamese

LIMIT = 500
WIRE_DATE = re.compile(r"\d{4}/\d{2}/\d{2}")
CONG_VAN = "Công văn"


def require_field(case: Case, crossing: Crossing, reason: str, name: str, *, got: object, wanted: object) -> None:
    """Require one field of a crossing to be what the draft asked for."""
    case.require(
        same(got, wanted),
        reason,
        expected=f"{name} {str(wanted)!r}",
        got=told("absent") if got is None else f"{name} {str(got)!r:.200}",
        witnesses=[crossing.exchange],
    )


@check("HDR-01/parties-are-named")
async def test_sender_and_recipients_are_named(case: Case) -> None:
    """The package names its sender by code and name and each recipient by code."""
    peers = [await case.peer() for _ in range(2)]
    _, crossing = await sent_document(case, case.draft(to=peers))
    header = crossing.package.header
    case.require(
        header.sender.organ_id in case.sut.codes and (header.sender.organ_name or "").strip(),
        "party-unnamed",
        expected=told("From with OrganId {code} and an OrganName", code=case.sut.code),
        got=told("OrganId {code!r}, OrganName {name!r}", code=header.sender.organ_id, name=header.sender.organ_name),
        witnesses=[crossing.exchange],
    )
    case.require(
        header.to and all(to.organ_id for to in header.to),
        "party-unnamed",
        expected=told("an OrganId in every To"),
        got=repr([to.organ_id for to in header.to]),
        witnesses=[crossing.exchange],
    )


@check("ID-12/document-identifier")
async def test_the_identifier_says_who_when_and_which(case: Case) -> None:
    """A document identifier holds the issuer's code, the year and the number, and no two documents share one.

    The law names the parts and not their form, and several forms are in use: each part has to be found, no more.
    """
    peer = await case.peer()
    drafts = [case.draft(to=[peer], number=str(case.identities.randint(100, 999))) for _ in range(2)]
    identifiers = []
    for draft in drafts:
        recognisable(case, draft)
        ref, crossing = await sent_document(case, draft)
        written = crossing.package.header.document_id or ""
        identifiers.append(written)
        case.require(
            written == ref.document_id, "identifier-differs", expected=ref.document_id, got=written,
            witnesses=[crossing.exchange],
        )  # fmt: skip
        codes = sorted((code for code in case.sut.codes if code in written), key=len)
        rest = written.replace(codes[-1], " ", 1) if codes else written
        parts = {told("the issuer's code"): bool(codes), told("the year"): _holds_year(rest, draft["date"])}
        parts[told("the number")] = _holds(rest, draft["number"])
        case.require(
            all(parts.values()),
            "identifier-incomplete",
            expected=told(
                "code {code}, year {year} and number {number}",
                code=case.sut.code,
                year=draft["date"][:4],
                number=draft["number"],
            ),
            got=told(
                "{written!r} lacks {parts}",
                written=written,
                parts=joined(", ", (name for name, found in parts.items() if not found)),
            ),
            witnesses=[crossing.exchange],
        )
    case.require(
        identifiers[0] != identifiers[1],
        "identifier-reused",
        expected=told("two identifiers"),
        got=told("{identifier} twice", identifier=identifiers[0]),
    )


def _holds(text: str, number: str) -> bool:
    return re.search(rf"(?<!\d)0*{re.escape(number)}(?!\d)", text) is not None


def _holds_year(text: str, day: str) -> bool:
    """Find the year by itself, or at the head of the whole date written without separators (``20261121``)."""
    return _holds(text, day[:4]) or _holds(text, day.replace("-", ""))


@check("HDR-05/number-and-notation")
async def test_number_and_notation_travel_apart(case: Case) -> None:
    """CodeNumber holds the number and CodeNotation the notation, unchanged."""
    peer = await case.peer()
    draft = case.draft(to=[peer], number=str(case.identities.randint(100, 9999)))
    _, crossing = await sent_document(case, draft)
    code = crossing.package.header.code
    merged = "/" in (code.number or "") or (draft["notation"] in (code.number or ""))
    reason = "number-notation-merged" if merged else "number-notation-changed"
    require_field(case, crossing, reason, "CodeNumber", got=code.number, wanted=draft["number"])
    require_field(case, crossing, reason, "CodeNotation", got=code.notation, wanted=draft["notation"])


@check("HDR-06/leading-zero")
async def test_a_number_below_ten_has_a_leading_zero(case: Case) -> None:
    """The number 5 is written 05."""
    peer = await case.peer()
    draft = case.draft(to=[peer], number="5")
    recognisable(case, draft)
    _, crossing = await sent_document(case, draft)
    require_field(
        case, crossing, "leading-zero-missing", "CodeNumber", got=crossing.package.header.code.number, wanted="05"
    )


@check("HDR-07/date-on-the-wire")
async def test_the_date_is_written_year_first(case: Case) -> None:
    """The date of issue is that of the document, written yyyy/MM/dd."""
    peer = await case.peer()
    draft = case.draft(to=[peer])
    _, crossing = await sent_document(case, draft)
    written = crossing.package.header.promulgation.date
    wanted = date.fromisoformat(draft["date"]).strftime("%Y/%m/%d")
    shaped = WIRE_DATE.fullmatch(written or "") is not None
    require_field(
        case, crossing, "date-changed" if shaped else "date-malformed", "PromulgationDate", got=written, wanted=wanted
    )


@check("HDR-11/document-type")
async def test_the_kind_of_document_is_carried(case: Case) -> None:
    """The kind of document is carried by its name, with a number beside it.

    Which number belongs to which kind is disputed in the field, so that only its being one is required.
    """
    peer = await case.peer()
    kind = case.random.choice([("2", "Quyết định"), ("7", "Thông báo"), ("10", "Kế hoạch"), ("14", "Báo cáo")])
    draft = case.draft(to=[peer], type={"type": kind[0], "type_detail": "0", "type_name": kind[1]})
    _, crossing = await sent_document(case, draft)
    carried = crossing.package.header.document_type
    require_field(case, crossing, "type-changed", "TypeName", got=carried.type_name, wanted=kind[1])
    case.require(
        (carried.type or "").isdecimal(),
        "type-changed",
        expected=told("a number in Type"),
        got=told("Type {type!r}", type=carried.type),
        witnesses=[crossing.exchange],
    )


def long_subject(case: Case, beginning: str, length: int) -> str:
    """Write a Vietnamese subject of exactly so many characters (Unicode NFC), without white space at its ends."""
    text = beginning
    while len(text) < length:
        text = f"{text} {vietnamese.sentence(case.random, 12)}"
    text = " ".join(text.split())[:length]
    return text[:-1] + "ệ"


@check("HDR-12/long-subject-whole")
async def test_a_subject_of_500_characters_arrives_whole(case: Case) -> None:
    """A subject of 500 characters, which is more than 500 bytes, crosses whole."""
    peer = await case.peer()
    draft = case.draft(to=[peer])
    sign = recognisable(case, draft)
    draft["subject"] = long_subject(case, sign.beginning, LIMIT)
    _, crossing = await sent_document(case, draft)
    written = crossing.package.header.subject or ""
    case.require(
        same(written, draft["subject"]),
        "subject-changed",
        expected=told("{count} characters that end in {end!r}", count=LIMIT, end=draft["subject"][-20:]),
        got=told("{count} characters that end in {end!r}", count=len(written), end=written[-20:]),
        witnesses=[crossing.exchange],
    )


@check("HDR-12/over-long-subject-refused")
async def test_a_subject_of_501_characters_is_refused(case: Case) -> None:
    """A subject of 501 characters is refused and nothing crosses; a short one of the same letter does."""
    peer = await case.peer()
    draft = case.draft(to=[peer])
    sign = recognisable(case, draft)
    twin = dict(draft)
    draft["subject"] = long_subject(case, sign.beginning, LIMIT + 1)
    refusal = await case.dms.refused("send", draft, reason="over-long-subject-accepted")
    await case.require_refusal(
        refusal, reason="over-long-subject-accepted", expected=told("{count} characters are refused", count=LIMIT + 1)
    )
    await case.intervals(1)
    early = documents_crossed(case, sign.fits)
    if not early:
        await sent_document(case, twin)
    crossed = early or documents_crossed(case, sign.fits)
    longest = max(len(crossing.package.header.subject or "") for crossing in crossed)
    case.require(
        not early and longest < LIMIT,
        "over-long-subject-crossed",
        expected=told("nothing of the over-long one crosses, whole or cut"),
        got=told(
            "{count} sendEdoc before its short twin; the longest subject has {longest} characters",
            count=len(early),
            longest=longest,
        ),
        witnesses=[crossing.exchange for crossing in crossed],
    )


@check("HDR-14/signer")
async def test_the_signer_is_carried(case: Case) -> None:
    """Authority, position and full name of the signer are carried."""
    peer = await case.peer()
    signer = {"competence": "KT.", "position": "Phó Giám đốc", "full_name": "Nguyễn Văn Thử"}
    _, crossing = await sent_document(case, case.draft(to=[peer], signer=signer))
    carried = crossing.package.header.signer
    for name, got in (
        ("competence", carried.competence if carried else None),
        ("position", carried.position if carried else None),
        ("full_name", carried.full_name if carried else None),
    ):
        require_field(case, crossing, "signer-incomplete", f"SignerInfo {name}", got=got, wanted=signer[name])


@check("HDR-17/priority")
async def test_the_urgency_is_carried(case: Case) -> None:
    """A document marked thượng khẩn carries priority 2."""
    peer = await case.peer()
    _, crossing = await sent_document(case, case.draft(to=[peer], priority=2))
    other = crossing.package.header.other
    require_field(case, crossing, "priority-changed", "Priority", got=other.priority if other else None, wanted="2")


@check("HDR-19/enclosures-are-listed")
async def test_the_enclosures_are_listed(case: Case) -> None:
    """Each enclosure that the draft names stands among the appendixes of the header."""
    peer = await case.peer()
    names = ["Phụ lục I: danh sách đơn vị thử nghiệm", "Phụ lục II: biểu tổng hợp"]
    draft: dict[str, Any] = case.draft(to=[peer], appendixes=names)
    _, crossing = await sent_document(case, draft)
    other = crossing.package.header.other
    carried = other.appendixes if other else ()
    missing = [name for name in names if not any(same(one, name) for one in carried)]
    case.require(
        not missing,
        "enclosures-missing",
        expected=told("{count} appendixes: {names}", count=len(names), names="; ".join(names)),
        got=told("missing: {missing}", missing="; ".join(missing)),
        witnesses=[crossing.exchange],
    )
