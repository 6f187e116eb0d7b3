"""A package against what was exchanged before, where that is known: duplicates, recalls, replacements, statuses.

Nothing here is certain enough to refuse on the axis: real systems skip states, repeat codes and send a document again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protocol import organisation
from protocol.composition import composed
from protocol.finding import Finding
from protocol.package.model import Business, DocumentPackage, ResponseFor, StatusPackage
from protocol.rules.answers import joined
from protocol.rules.business import BUSINESS, NEW, RECALL, REPLACEMENT, UPDATE
from protocol.rules.context import HEADER, Context, DocumentRule, StatusRule
from protocol.rules.progress import TAKE_BACK, follows, given_back
from protocol.rules.surroundings import KnownDocument, Surroundings

REMOVED, ADDED = "0", "1"
YEAR = 4


def identifier(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ID-14, SND-07: a document identifier names one document, and a document is sent to a body once.

    The same document to further recipients is no fault, neither is one that they gave back, nor a package about an
    earlier one (types 1 and 2).
    """
    around, header = context.surroundings, package.header
    if _business_type(package) not in {NEW, REPLACEMENT} or not header.document_id:
        return
    path = f"{HEADER}/DocumentId"
    recipients = around.bodies(body.organ_id for body in header.to if body.organ_id)
    for known in _by_id(around, header.document_id):
        same = around.same_body(known.sender, header.sender.organ_id) and _agrees(known.code, header.code.sign)
        if not (same and _agrees(known.date, header.promulgation.date)):
            yield from context.breach("document-id-used", path, expected=_shown(known), got=header.document_id)
            return
        had_it = recipients & around.bodies(known.to) if known.to else recipients
        if had_it - given_back(around, known):
            yield from context.breach("document-sent-again", path, got=header.document_id)
            return


def sign(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ID-14: number, notation and issuer together name one document of a year (ND 30/2020 Art. 15(1)).

    A replacement may keep the sign of what it replaces.
    """
    around, header, part = context.surroundings, package.header, _business(package)
    if _business_type(package) not in {NEW, REPLACEMENT} or not (header.code.number and header.code.notation):
        return
    year = (header.promulgation.date or "")[:YEAR]
    replaced = {composed(each.document_id) for each in (part.replacements if part else ()) if each.document_id}
    for known in around.documents or ():
        if (
            known.code
            and composed(known.code) == composed(header.code.sign)
            and year
            and (known.date or "")[:YEAR] == year
            and composed(known.document_id) not in {composed(header.document_id or ""), *replaced}
            and around.same_body(known.sender, header.sender.organ_id)
        ):
            path = f"{HEADER}/Code"
            yield from context.breach("document-sign-used", path, expected=known.document_id, got=header.code.sign)
            return


def answered(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-25: what is said about an answered document is what that document says of itself."""
    for number, said in enumerate(package.header.response_for, 1):
        found = _by_id(context.surroundings, said.document_id)
        if found:
            path = f"{HEADER}/ResponseFor[{number}]"
            yield from _differences(context, said, _of_sender(context, found, said.organ_id), path, "HDR-25")


def recall_and_update(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """RCL-06, RCL-09: who recalls or updates a document is who sent it, to those who have it."""
    kind, header = _business_type(package), package.header
    if kind not in {RECALL, UPDATE} or context.surroundings.documents is None:
        return
    target = _target(context, package)
    if target is None:
        yield from context.breach("business-target-unknown", f"{HEADER}/DocumentId", got=header.document_id)
        return
    yield from _by_its_sender(context, target, package, f"{HEADER}/From/OrganId")
    if kind == RECALL and target.to:
        have_it = context.surroundings.bodies(target.to)
        for number, body in enumerate(header.to, 1):
            if body.organ_id and context.surroundings.body(body.organ_id) not in have_it:
                path = f"{HEADER}/To[{number}]/OrganId"
                yield from context.breach(
                    "recall-to-non-recipient", path, expected=_few(target.to), got=body.organ_id, requirement="RCL-01"
                )
    if kind == UPDATE and target.to:
        yield from _receivers(context, package, target)


def _receivers(context: Context, package: DocumentPackage, target: KnownDocument) -> Iterator[Finding]:
    """RCL-10: an update takes out who is in the list of recipients and adds who is not."""
    part, around = _business(package), context.surroundings
    have_it = around.bodies(target.to)
    for number, receiver in enumerate(part.document_info.receivers if part and part.document_info else (), 1):
        has_it = around.body(receiver.organ_id or "") in have_it
        if receiver.organ_id and receiver.receiver_type == (ADDED if has_it else REMOVED):
            path = f"{BUSINESS}/BussinessDocumentInfo/ReceiverList/Receiver[{number}]/ReceiverType"
            expected = REMOVED if has_it else ADDED
            yield from context.breach("update-receivers-differ", path, expected=expected, got=receiver.receiver_type)


def replacement(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """RCL-11, RCL-09: what is replaced was sent, by the same sender, to those for whom it is replaced."""
    part = _business(package)
    if part is None or part.doc_type != REPLACEMENT or context.surroundings.documents is None:
        return
    for number, replaced in enumerate(part.replacements, 1):
        place = f"{BUSINESS}/ReplacementInfoList/ReplacementInfo[{number}]"
        found = _by_id(context.surroundings, replaced.document_id)
        if not replaced.document_id:
            continue  # said where the parts of a replacement are judged
        if not found:
            yield from context.breach("replaced-document-unknown", f"{place}/DocumentId", got=replaced.document_id)
            continue
        target = _of_sender(context, found, package.header.sender.organ_id)
        yield from _by_its_sender(context, target, package, f"{place}/DocumentId")
        had_it = context.surroundings.bodies(target.to)
        for code in replaced.organ_ids:
            if had_it and code and context.surroundings.body(code) not in had_it:
                path = f"{place}/OrganIdList"
                yield from context.breach("replacement-for-non-recipient", path, expected=_few(target.to), got=code)


def status(context: Context, package: StatusPackage) -> Iterator[Finding]:
    """STS-07, STS-08, STS-10, STS-13, STS-16, RCL-08, RCL-09: who may report what, after what was reported."""
    around, header = context.surroundings, package.header
    about, code, reporter = header.response_for, header.status_code, header.sender.organ_id
    if around.documents is None or not about.document_id or not reporter:
        return
    found = _by_id(around, about.document_id)
    if not found:
        path = f"{HEADER}/ResponseFor/DocumentId"
        yield from context.breach("status-document-unknown", path, got=about.document_id)
        return
    original = _of_sender(context, found, reporter if code == TAKE_BACK else about.organ_id)
    named = about if code != TAKE_BACK else ResponseFor(None, about.code, about.document_id, about.promulgation_date)
    yield from _differences(context, named, original, f"{HEADER}/ResponseFor", "STS-07")
    if code == TAKE_BACK:
        yield from _take_back(context, package, original)
    elif original.to and not around.bodies(original.to) & {around.body(reporter), *_superiors(reporter)}:
        path = f"{HEADER}/From/OrganId"
        yield from context.breach("status-by-non-recipient", path, expected=_few(original.to), got=reporter)
    else:
        yield from follows(context, code or "", reporter, original)


def _take_back(context: Context, package: StatusPackage, original: KnownDocument) -> Iterator[Finding]:
    around, header = context.surroundings, package.header
    reporter, addressee = header.sender.organ_id, header.response_for.organ_id
    if not around.same_body(reporter, original.sender):
        path = f"{HEADER}/From/OrganId"
        yield from context.breach("recall-not-by-sender", path, expected=original.sender, got=reporter)
    elif original.to and addressee and around.body(addressee) not in around.bodies(original.to):
        path = f"{HEADER}/ResponseFor/OrganId"
        yield from context.breach("recall-to-non-recipient", path, expected=_few(original.to), got=addressee)


def _target(context: Context, package: DocumentPackage) -> KnownDocument | None:
    """Find what a recall or an update is about: the field names it in three ways, tried in this order.

    ``Bussiness/DocumentId``, ``MessageHeader/DocumentId``, then sender, sign and date.
    """
    around, header, part = context.surroundings, package.header, _business(package)
    for document_id in (part.document_id if part else None, header.document_id):
        found = _by_id(around, document_id)
        if found:
            return _of_sender(context, found, header.sender.organ_id)
    for known in reversed(around.documents or ()):
        if (
            around.same_body(known.sender, header.sender.organ_id)
            and composed(known.code or "") == composed(header.code.sign)
            and known.date == header.promulgation.date
        ):
            return known
    return None


def _by_its_sender(context: Context, target: KnownDocument, package: DocumentPackage, path: str) -> Iterator[Finding]:
    sender = package.header.sender.organ_id
    if sender and not context.surroundings.same_body(sender, target.sender):
        yield from context.breach("business-not-by-sender", path, expected=target.sender, got=sender)


def _differences(
    context: Context, said: ResponseFor, known: KnownDocument, path: str, requirement: str
) -> Iterator[Finding]:
    pairs = (("Code", said.code, known.code), ("PromulgationDate", said.promulgation_date, known.date))
    for name, text, known_text in pairs:
        if text and not _agrees(known_text, text):
            yield from context.breach(
                "named-document-differs", f"{path}/{name}", expected=known_text or "", got=text, requirement=requirement
            )
    if said.organ_id and not context.surroundings.same_body(said.organ_id, known.sender):
        yield from context.breach(
            "named-document-differs",
            f"{path}/OrganId",
            expected=known.sender,
            got=said.organ_id,
            requirement=requirement,
        )


def _of_sender(context: Context, found: Sequence[KnownDocument], sender: str | None) -> KnownDocument:
    """Choose among documents of one identifier: the newest of that sender, else the newest."""
    own = [known for known in found if context.surroundings.same_body(known.sender, sender)]
    return (own or found)[-1]


def _by_id(around: Surroundings, document_id: str | None) -> Sequence[KnownDocument]:
    return around.history.get(composed(document_id), ()) if document_id else ()


def _agrees(known: str | None, said: str | None) -> bool:
    return known is None or joined(composed(known)) == joined(composed(said or ""))


def _business(package: DocumentPackage) -> Business | None:
    return package.trace.business if package.trace else None


def _business_type(package: DocumentPackage) -> str:
    part = _business(package)
    return (part.doc_type if part else None) or NEW


def _shown(known: KnownDocument) -> str:
    return " ".join(part for part in (known.sender, known.date, known.code) if part)


def _superiors(code: str) -> Iterator[str]:
    """Give the bodies above one, from the nearest on; units report on what their agency received."""
    known = organisation.parse(code)
    while known and known.superior:
        yield known.superior
        known = organisation.parse(known.superior)


def _few(codes: Sequence[str]) -> str:
    return " ".join(codes[:5]) + (" …" if len(codes) > 5 else "")


RULES: tuple[DocumentRule, ...] = (identifier, sign, answered, recall_and_update, replacement)
STATUS_RULES: tuple[StatusRule, ...] = (status,)
