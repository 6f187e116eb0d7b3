"""Defect D5: the package goes to whom the document names, and to nobody else (QD 28/2018 Art. 8(2)).

``Nơi nhận`` and ``Kính gửi`` name agencies in many ways; a group (``Các sở, ban, ngành``, ``Như Điều 3``) may mean
anybody, and then nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protocol.content import names
from protocol.content.maindocument import MainDocument
from protocol.content.namesakes import differ
from protocol.content.recipients import Named
from protocol.finding import Finding, quote
from protocol.package.model import DocumentPackage
from protocol.rules.attached import known_names, main_document
from protocol.rules.business import NEW, REPLACEMENT, UPDATE
from protocol.rules.changes import ADDED
from protocol.rules.context import HEADER, Context, DocumentRule

_KEPT = re.compile(r"\ALưu\s*:?\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[,;:]\s*")
_OFFICE = "van phong "
MOST_ADDRESSEES = 500
"""Each is compared with every line of the document's blocks."""


def unnamed(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SND-05: every addressee of the package is one that the document may mean.

    Not whom an update adds: a document that was issued long ago cannot name them.
    """
    main = main_document(context, package)
    named = _named(main) if main and main.sure else ()
    if not main or not named or any(line.open for line in named):
        return
    shown = "; ".join(line.text for line in named)
    known = {package.header.sender.organ_id, *_added(package)}
    for number, organisation in enumerate(package.header.to[:MOST_ADDRESSEES], 1):
        own = [name for name in (organisation.organ_name, *known_names(context, organisation.organ_id)) if name]
        if not own or organisation.organ_id in known:
            continue
        texts = [text for line in named for text in (line.text, line.aside) if text]
        if not any(_may_mean(text, name) for text in texts for name in own) and not _keep(main.recipients[-1], own):
            expected = quote(f"{shown} ({main.place(named[0].index)})")
            path = f"{HEADER}/To[{number}]" + ("/OrganName" if organisation.organ_name else "/OrganId")
            yield from context.breach("addressee-not-printed", path, expected=expected, got=own[0])


def not_addressed(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SND-05: an agency of the directory that the document names by its full name is addressed.

    Not one that the sender's own system serves: an internal copy never leaves it. Nor one that the axis does not reach:
    locked, closed, or without a system where the directory names those of others; it has the paper. Nor a body whose
    own office is addressed, or the other way round: the office takes in what is sent to its body. A recall or an
    update goes to whom it concerns; the others have the document already, and so has who got it in an earlier package.
    """
    main = main_document(context, package)
    part = package.trace.business if package.trace else None
    if part and part.doc_type not in {NEW, REPLACEMENT}:
        return
    if not context.surroundings.agencies or not main or not main.sure:
        return
    header = package.header
    around = context.surroundings
    before = around.sent_before(header.document_id, header.sender.organ_id)
    if any(not known.to for known in before):
        return
    sender = around.directory.get(header.sender.organ_id or "")
    inside = {around.system, sender.system if sender else None} - {None}
    told = any(agency.system for agency in context.surroundings.agencies)
    has_it = [one.organ_id for one in (header.sender, *header.to) if one.organ_id]
    addressed = around.bodies((*has_it, *(code for known in before for code in known.to)))
    reached = {_without_office(around.directory[code].name) for code in addressed if code in around.directory}
    places = [names.spaced(place) for place in header.to_places]
    for line in (*main.addressees, *main.recipients):
        known = around.named.get(names.spelled(line.text), ())
        if len(known) != 1 or known[0].code in addressed:
            continue  # nobody of that name, or several
        agency = known[0]
        if (
            line.aside
            or _without_office(agency.name) in reached
            or agency.system in inside
            or agency.locked
            or agency.closed
            or (told and not agency.system)
        ):
            continue
        if not any(names.spaced(line.text) in place for place in places):
            got = f"{line.text} ({main.place(line.index)})"
            yield from context.breach("recipient-not-addressed", f"{HEADER}/To[1]", expected=agency.code, got=got)


def _without_office(name: str) -> str:
    """Give the name of a body, also of that whose office this is: ``Văn phòng UBND tỉnh Ví Dụ``."""
    return names.written_out(name).removeprefix(_OFFICE)


def _added(package: DocumentPackage) -> Iterator[str | None]:
    part = package.trace.business if package.trace else None
    if part and part.doc_type == UPDATE and part.document_info:
        yield from (one.organ_id for one in part.document_info.receivers if one.receiver_type == ADDED)


def _may_mean(text: str, name: str) -> bool:
    return names.may_mean(text, name) and not differ(text, name)


def _keep(line: Named, own: Sequence[str]) -> bool:
    """Whether a line that says where the original stays (``Lưu: VT, Thanh tra, KHTC``) names one of these units."""
    kept = [part for part in _BETWEEN.split(_KEPT.sub("", line.text)) if part]
    return any(names.within(part, name) or names.is_initials(part, name) for part in kept for name in own)


def _named(main: MainDocument) -> tuple[Named, ...]:
    """Give whom the document names; nothing where its block could not be read to the end, which ``Lưu`` marks."""
    below, above = main.recipients, main.addressees
    if not below or not below[-1].kept or (any(line.above for line in below) and not above):
        return ()
    return (*above, *(line for line in below if not line.above and not line.kept))


RULES: tuple[DocumentRule, ...] = (unnamed, not_addressed)
