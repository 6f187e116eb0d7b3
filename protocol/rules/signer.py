"""Who signed: position, name, and by which authority (QD 28/2018 Art. 10(2)(i); ND 30/2020 Phụ lục I, II.7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from protocol.composition import composed
from protocol.finding import Finding
from protocol.package.model import DocumentPackage, SignerInfo
from protocol.rules.context import HEADER, Context, DocumentRule

_COMPETENCE = re.compile(r"(?P<authority>TM|Q|KT|TL|TUQ)\.\s*(?P<of>.*)", re.DOTALL)
_PARTY_COMPETENCE = re.compile(r"(?:T/M|K/T|T/L|T/U/Q)\.?(?:\s|\Z)")
_PARTY = re.compile(
    r"đảng|tỉnh ủy|thành ủy|huyện ủy|quận ủy|ban thường vụ|ban chấp hành|bí thư|bộ chính trị|chi bộ"
    r"|trung ương|đoàn thanh niên"
)
"""Words of bodies of the Party and its organisations, which write ``T/M`` by rules of their own."""
_POSTS = (
    "giám đốc",
    "tổng giám đốc",
    "chủ tịch",
    "chủ nhiệm",
    "bộ trưởng",
    "cục trưởng",
    "tổng cục trưởng",
    "chi cục trưởng",
    "vụ trưởng",
    "viện trưởng",
    "trưởng phòng",
    "trưởng ban",
    "chánh văn phòng",
    "hiệu trưởng",
    "thủ tướng",
)
_BODIES = ("ủy ban", "uỷ ban", "ubnd", "hội đồng", "hđnd", "ban chỉ đạo", "ban thường vụ", "thường trực")
_TITLE = re.compile(
    r"(?:PGS|GS|TSKH|TS|Th\.?\s?S|BSCK(?:I{1,2}|1|2)?|BS|DS|KTS|KS|CN|LS|CVCC|NGND|NGƯT|TTND|TTƯT|NSND|NSƯT)(?:\.\s?|\s)\S"
    r"|(?:Phó giáo sư|Giáo sư|Tiến sĩ|Tiến sỹ|Thạc sĩ|Thạc sỹ|Bác sĩ|Bác sỹ|Kỹ sư|Kiến trúc sư|Cử nhân|Luật sư"
    r"|Nhà giáo|Thầy thuốc"
    r"|(?:Đại|Thượng|Trung|Thiếu) (?:tướng|tá|úy|uý))[.,\s]",
    re.IGNORECASE,
)
_MAY_BEAR_TITLES = re.compile(
    r"trường|đại học|cao đẳng|học viện|viện|bệnh|y tế|giáo dục|đào tạo|khoa học|quân|công an|cảnh sát|bộ đội"
    r"|quốc phòng|biên phòng|chỉ huy|hải quan|kiểm ngư|cơ yếu",
    re.IGNORECASE,
)
"""Words in the name of the body or the post: armed forces, education, health and science may write titles."""
_LOOKED_AT = 200


def named(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-14: position and full name of the signer are there."""
    who, path = package.header.signer, f"{HEADER}/SignerInfo"
    if who is None:
        yield from context.breach("signer-not-named", path, expected="Position, FullName")
        return
    for name, text in (("Position", who.position), ("FullName", who.full_name)):
        if not text:
            yield from context.breach("signer-not-named", f"{path}/{name}", expected=name)


def competence(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-15: a known authority and whose it is: TM. before a body, Q. KT. TL. TUQ. before the post of its head.

    Nobody signs for the post that he holds himself. Bodies of the Party write T/M, K/T, T/L, which says nothing here.
    """
    who = package.header.signer
    if who is None or not who.competence:
        return
    text, path = composed(who.competence[:_LOOKED_AT]), f"{HEADER}/SignerInfo/Competence"
    said = _COMPETENCE.match(text)
    if not said and _PARTY_COMPETENCE.match(text) and _of_party(package, text):
        return
    if not said:
        yield from context.breach("competence-unknown", path, expected="TM. Q. KT. TL. TUQ.", got=who.competence)
        return
    of = _even(said["of"])
    if not of:
        yield from context.breach("competence-bare", path, expected=f"{said['authority']}. …", got=who.competence)
    elif of.startswith(_POSTS if said["authority"] == "TM" else _BODIES):
        expected = "Q. KT. TL. TUQ." if said["authority"] == "TM" else "TM."
        yield from context.breach("competence-misused", path, expected=expected, got=who.competence)
    elif said["authority"] in {"KT", "TL", "TUQ"} and of == _even(who.position or ""):
        yield from context.breach(
            "competence-contradicts-position",
            f"{HEADER}/SignerInfo/Position",
            expected=f"!= {said['of']}",
            got=who.position,
        )


def title(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-16: no academic title, rank or title of honour before the name, but where ND 30/2020 lets them stand."""
    who = package.header.signer
    if who is None or not who.full_name or not _TITLE.match(composed(who.full_name[:_LOOKED_AT])):
        return
    if not _may_bear_titles(package, who):
        yield from context.breach("title-before-name", f"{HEADER}/SignerInfo/FullName", got=who.full_name)


def _of_party(package: DocumentPackage, competence: str) -> bool:
    sender = package.header.sender
    texts = (sender.organ_name, sender.organization_in_charge, competence)
    return _PARTY.search(" ".join(_even(text).replace("uỷ", "ủy") for text in texts if text)) is not None


def _may_bear_titles(package: DocumentPackage, who: SignerInfo) -> bool:
    sender = package.header.sender
    texts = (sender.organ_name, sender.organization_in_charge, who.position, who.competence)
    joined = " ".join(text[:_LOOKED_AT] for text in texts if text)
    return _MAY_BEAR_TITLES.search(composed(joined)) is not None


def _even(text: str) -> str:
    return " ".join(composed(text[:_LOOKED_AT]).casefold().split())


RULES: tuple[DocumentRule, ...] = (named, competence, title)
