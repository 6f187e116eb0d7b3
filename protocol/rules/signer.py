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
    r"đảng|\b(?:tỉnh|thành|huyện|quận|thị|quân|khu) ủy\b|ban thường vụ|ban chấp hành|bí thư|bộ chính trị|chi bộ"
    r"|mặt trận|mttq|công đoàn|lđlđ|đoàn (?:thanh niên|tncs)|\b(?:tỉnh|thành|huyện|quận|chi) ?đoàn\b|tạp chí"
    r"|\A(?:(?:thị|xã|phường) ?đoàn(?! kết\b)|đoàn (?:trường|khối|xã|phường))\b"
    r"|\bban\b(?! (?:nhân dân|quản lý|giám đốc|thi đua)\b).* trung ương\b"
    r"|\b(?:văn phòng|hội đồng lý luận) trung ương\b|\btrung ương (?:đoàn|hội)\b"
    r"|\bliên đoàn\b(?! (?:quy hoạch|điều tra|khảo sát|địa|bản đồ|trắc địa|vật lý|xiếc))"
    r"|(?:\A|\b(?:tm\.|t/m|ban|(?:ban|tổng) biên tập|văn phòng|cơ quan|t(?:òa|oà) soạn|tỉnh|thành|huyện|quận"
    r"|tổng|chi|phân|thường trực|bch|btv|chủ tịch) ?)"
    r"(?:báo\b(?! (?:chí|cáo)\b)|hội\b(?! (?:đồng|nghị|trường|chợ|nhập|thi|thẩm)\b))"
    r"|\b(?:hiệp hội|liên hiệp (?:các )?hội)\b|\bquỹ hỗ trợ (?:nông dân|phụ nữ)\b"
    r"|\bhội (?:nông dân|phụ nữ|lhpn|liên hiệp|cựu chiến binh|sinh viên|chữ thập đỏ|người cao tuổi|nhà báo|luật gia)\b"
)
"""Words of bodies of the Party, its press and the organisations beside it, which write by rules of their own.

Hospitals and institutes are called *Trung ương* too, geologists and acrobats of the state have a *Liên đoàn*, and
*hội* and *báo* are parts of many words and names: *hội nghị*, *báo chí*, *dự báo*, *Hội An*.
"""
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
    r"(?:PGS|GS|TSKH|TS|Th\.?\s?S|KTS|KS|CN|LS|CVCC|NSND|NSƯT)(?:\.\s?|\s)\S"
    r"|(?:Phó giáo sư|Giáo sư|Tiến sĩ|Tiến sỹ|Thạc sĩ|Thạc sỹ|Kỹ sư|Kiến trúc sư|Cử nhân|Luật sư)[.,\s]",
    re.IGNORECASE,
)
"""Titles that may be out of place; ranks, and titles of physicians and teachers, are borne where they may stand."""
_OF_THE_BRANCH = re.compile(
    r"\b(?:BS\w*|DS|NGND|NGƯT|TTND|TTƯT)\b|\b(?:Bác|Dược) s[ĩỹ]\b|Nhà giáo|Thầy thuốc", re.IGNORECASE
)
_MAY_BEAR_TITLES = re.compile(
    r"trường|đại học|cao đẳng|học viện|viện|bệnh|\by\b|giáo dục|đào tạo|dạy nghề|khoa học|nghiên cứu|sinh học|quân"
    r"|công an|cảnh sát|bộ đội|quốc phòng|biên phòng|chỉ huy|tư lệnh|binh đoàn|sư đoàn|hải quan|kiểm ngư|cơ yếu"
    r"|phòng khám|cấp cứu|kiểm nghiệm|thuốc|dược|huyết học|truyền máu|sức khỏe|sức khoẻ|dân số|an toàn thực phẩm",
    re.IGNORECASE,
)
"""Words in the name of the body or the post: armed forces, education, health and science may write titles."""
_CAPITALS = re.compile(r"[^\W\d_]{2,}")
_VOWEL = re.compile(r"[^BCDĐFGHJKLMNPQRSTVWXYZ]")
_NO_BRANCH = frozenset({"UBND", "HĐND", "TP"})
"""Acronyms that say of no body in which branch it works; any other (BVĐK, THPT, ĐHQG) may be one of the four."""
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

    Nobody signs KT. for the post that he holds himself; TL. and TUQ. may come from another body's head of that title.
    Bodies of the Party write T/M, K/T, T/L, which says nothing here. TL. and TUQ. before a body are only told: unions,
    councils and boards have no other head to sign for.
    """
    who = package.header.signer
    if who is None or not who.competence:
        return
    text, path = composed(who.competence[:_LOOKED_AT]), f"{HEADER}/SignerInfo/Competence"
    said = _COMPETENCE.match(text)
    if not said and _PARTY_COMPETENCE.match(text) and of_party(package):
        return
    if not said:
        yield from context.breach("competence-unknown", path, expected="TM. Q. KT. TL. TUQ.", got=who.competence)
        return
    of = _even(said["of"])
    if not of:
        yield from context.breach("competence-bare", path, expected=f"{said['authority']}. …", got=who.competence)
    elif said["authority"] in {"TL", "TUQ"}:
        if of.startswith(_BODIES):
            yield from context.breach("competence-for-body", path, expected="TM.", got=who.competence)
    elif of.startswith(_POSTS if said["authority"] == "TM" else _BODIES):
        expected = "Q. KT. TL. TUQ." if said["authority"] == "TM" else "TM."
        yield from context.breach("competence-misused", path, expected=expected, got=who.competence)
    elif said["authority"] == "KT" and of == _even(who.position or ""):
        yield from context.breach(
            "competence-contradicts-position",
            f"{HEADER}/SignerInfo/Position",
            expected=f"!= {said['of']}",
            got=who.position,
        )


def title(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-16: no academic title, rank or title of honour before the name, but where ND 30/2020 lets them stand."""
    who = package.header.signer
    if who is None or not who.full_name:
        return
    name = composed(who.full_name[:_LOOKED_AT])
    if _TITLE.match(name) and not _OF_THE_BRANCH.search(name) and not _may_bear_titles(package, who):
        yield from context.breach("title-before-name", f"{HEADER}/SignerInfo/FullName", got=who.full_name)


def of_party(package: DocumentPackage) -> bool:
    """Whether the sender is a body of the Party or beside it, by its name, its superior's, or who it signs for."""
    sender, who = package.header.sender, package.header.signer
    texts = (sender.organ_name, sender.organization_in_charge, who.competence if who else None)
    return any(_PARTY.search(_even(text).replace("uỷ", "ủy")) for text in texts if text)


def _may_bear_titles(package: DocumentPackage, who: SignerInfo) -> bool:
    sender = package.header.sender
    names = (sender.organ_name, sender.organization_in_charge)
    texts = [composed(text[:_LOOKED_AT]) for text in (*names, who.position, who.competence) if text]
    return any(map(_MAY_BEAR_TITLES.search, texts)) or any(_has_acronym(composed(n[:_LOOKED_AT])) for n in names if n)


def _has_acronym(name: str) -> bool:
    """Whether letters in a name stand for words: capitals among small letters, or without a vowel."""
    return any(
        word.isupper() and word not in _NO_BRANCH and not (name.isupper() and _VOWEL.search(word))
        for word in _CAPITALS.findall(name)
    )


def _even(text: str) -> str:
    return " ".join(composed(text[:_LOOKED_AT]).casefold().split())


RULES: tuple[DocumentRule, ...] = (named, competence, title)
