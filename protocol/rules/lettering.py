"""Letters: Vietnamese text in Unicode (ND 30/2020 Phụ lục I, I.4; TCVN 6909:2001), identifiers composed (NFC)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from protocol.finding import Finding
from protocol.package.model import DocumentPackage, Organisation, ResponseFor, StatusPackage
from protocol.rules.context import HEADER, TRACE, Context, DocumentRule, StatusRule

_MISREAD = re.compile(
    # ế is E1 BA BF in UTF-8: read as Latin-1 or Windows-1252 its first two bytes show as "áº", those of ộ as "á»".
    "á[º»][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
    "|Ä[\u0090\u0091‘]|Æ[°¡¯\u00a0]|Ã[\u0080-\u009f¡¢£¨©ª¬\u00ad²³´µ¹º½]"
)
_LOST = "\ufffd"
_ASKED = re.compile(r"[A-Za-z]\?[A-Za-z]")
_VIETNAMESE = re.compile(
    "[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9\u0300-\u0323]"
)
_TCVN3 = re.compile(
    "[A-Za-z][¨©ª«¬\u00ad®µ¶·¸¹»¼½¾¿](?=[A-Za-z])|[A-Za-z][¨«¬\u00adµ¶·¸](?=\\s|\\Z)|[a-z][À-ÖØ-Þ](?=[a-z]|\\s|\\Z)"
)
_VNI = re.compile(
    "[aAeE][ùøûõïâáàåãäêéèúüëÙØÛÕÏÂÁÀÅÃÄÊÉÈÚÜË]|[oO][ùøûïâåäÙØÛÏÂÅÄ](?!t)|[uU][ùøûïÙØÛÏ]|[ôöÔÖ][ùøûõïÙØÛÕÏ]|[yY][ùøûõîÙØÛÕÎ]"
)
"""A vowel and its mark as two letters: within a syllable of Unicode none of these pairs occurs (``coût`` is French)."""
_TELLING = re.compile("[a-z][À-ÖØ-Þ]|®[A-Za-zÀ-ÿ]|[A-Za-z][¨©ª«¬\u00adµ¶·¸¹»¼½¾¿][A-Za-z]")
"""Beyond doubt TCVN3, even once: a capital in the middle of a word (``viÖc``), a sign in it (``c«ng``)."""
_FOREIGN = re.compile("[äåæçëîïñöøûüßþÿÄÅÆÇËÎÏÑÖØÛÜÞ]|®[A-Za-z]")
"""Letters that Vietnamese has not: of a foreign name, or of an old font."""
_ABROAD = re.compile("aë|aï|aér|aú|eë|oï|l·l")
"""Raphaël, naïf, aérien, Raúl, ideeën, Loïc, Col·legi: pairs of old fonts that other languages have too."""
_HITS = 3
"""How many places of a text must look like an old font before it is called one; names of foreigners have one or two."""
_SHORT = 2
"""How many words are enough where they are most of the text: ``QuyÕt ®Þnh``."""
_LOOKED_AT = 4096

Text = tuple[str, str | None]


def vietnamese(context: Context, package: DocumentPackage | StatusPackage) -> Iterator[Finding]:
    """PKG-06: no UTF-8 that was read as Latin-1, no letters lost on the way, no TCVN3 or VNI font text."""
    for path, text in _document_texts(package) if isinstance(package, DocumentPackage) else _status_texts(package):
        reason = _harm(text[:_LOOKED_AT]) if text else ""
        if reason:
            yield from context.breach(reason, path, got=text)


def composed(context: Context, package: DocumentPackage | StatusPackage) -> Iterator[Finding]:
    """ID-18: what others compare byte for byte is composed (NFC): decomposed letters look alike and match nothing."""
    for path, text in _identifiers(package):
        if text and not unicodedata.is_normalized("NFC", text[:_LOOKED_AT]):
            expected = unicodedata.normalize("NFC", text[:_LOOKED_AT])
            yield from context.breach("identifier-not-nfc", path, expected=expected, got=text)


def _harm(text: str) -> str:
    """Give the reason that a text deserves; ``""`` for a sound one. One real Vietnamese letter outweighs old fonts."""
    reason = ""
    if _LOST in text:
        reason = "text-letters-lost"
    elif _MISREAD.search(text):
        reason = "text-mojibake"
    elif not _VIETNAMESE.search(text):
        if len(_ASKED.findall(text)) >= _HITS:
            reason = "text-question-marks"
        elif _often_old(text) or _mostly_old(text):
            reason = "text-legacy-encoding"
    return reason


def _often_old(text: str) -> bool:
    """Whether many places of a text are in an old font, without those that other languages have too."""
    text = _ABROAD.sub("-", text)
    return any(len(font.findall(text)) >= _HITS for font in (_TCVN3, _VNI))


def _mostly_old(text: str) -> bool:
    """Whether most words of a short text are in an old font, one of them beyond doubt."""
    words = text.split()
    old = [word for word in words if _TELLING.search(word) or _VNI.search(word)]
    sure = any(not _ABROAD.search(word) for word in old)
    odd = len(old) + sum(1 for word in words if word not in old and _FOREIGN.search(word))
    return sure and odd >= _SHORT and 2 * odd >= len(words)


def _document_texts(package: DocumentPackage) -> Iterator[Text]:
    header = package.header
    yield from _names("From", header.sender)
    for number, body in enumerate(header.to, 1):
        yield from _names(f"To[{number}]", body)
    yield f"{HEADER}/Code/CodeNotation", header.code.notation
    yield f"{HEADER}/PromulgationInfo/Place", header.promulgation.place
    yield f"{HEADER}/DocumentType/TypeName", header.document_type.type_name
    yield f"{HEADER}/Subject", header.subject
    yield f"{HEADER}/Content", header.content
    if header.signer:
        yield f"{HEADER}/SignerInfo/Competence", header.signer.competence
        yield f"{HEADER}/SignerInfo/Position", header.signer.position
        yield f"{HEADER}/SignerInfo/FullName", header.signer.full_name
    for number, appendix in enumerate(header.other.appendixes if header.other else (), 1):
        yield f"{HEADER}/OtherInfo/Appendixes/Appendix[{number}]", appendix
    for number, place in enumerate(header.to_places, 1):
        yield f"{HEADER}/ToPlaces/Place[{number}]", place
    if package.trace and package.trace.business:
        yield f"{TRACE}/Bussiness/BussinessDocReason", package.trace.business.reason


def _status_texts(package: StatusPackage) -> Iterator[Text]:
    yield from _names("From", package.header.sender)
    yield f"{HEADER}/ResponseFor/Code", package.header.response_for.code
    yield f"{HEADER}/Description", package.header.description


def _names(element: str, body: Organisation) -> Iterator[Text]:
    yield f"{HEADER}/{element}/OrganName", body.organ_name
    yield f"{HEADER}/{element}/OrganizationInCharge", body.organization_in_charge


def _identifiers(package: DocumentPackage | StatusPackage) -> Iterator[Text]:
    if isinstance(package, StatusPackage):
        yield from _answered("ResponseFor", package.header.response_for)
        return
    header = package.header
    yield f"{HEADER}/DocumentId", header.document_id
    yield f"{HEADER}/Code/CodeNotation", header.code.notation
    for number, answered in enumerate(header.response_for, 1):
        yield from _answered(f"ResponseFor[{number}]", answered)
    business = package.trace.business if package.trace else None
    if business:
        yield f"{TRACE}/Bussiness/DocumentId", business.document_id
        for number, replaced in enumerate(business.replacements, 1):
            path = f"{TRACE}/Bussiness/ReplacementInfoList/ReplacementInfo[{number}]/DocumentId"
            yield path, replaced.document_id


def _answered(element: str, answered: ResponseFor) -> Iterator[Text]:
    yield f"{HEADER}/{element}/Code", answered.code
    yield f"{HEADER}/{element}/DocumentId", answered.document_id


RULES: tuple[DocumentRule, ...] = (vietnamese, composed)
STATUS_RULES: tuple[StatusRule, ...] = (vietnamese, composed)
