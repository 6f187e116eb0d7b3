"""Who encloses: whether words about something enclosed speak of what comes with this very document.

Administrative texts speak as often of what others enclose (``Người dự tuyển nộp hồ sơ, kèm theo …``), enclosed before,
or shall enclose. Only what the sender certainly encloses with this document can be missing; all else says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from protocol.content import names

WITH = r"(?:kèm theo|đính kèm|gửi kèm)"
ACT = r"(?:Quyết định|Công văn|Văn bản|Kế hoạch|Thông báo|Tờ trình|Chỉ thị|Hướng dẫn|Báo cáo|Công điện|Giấy mời)"
_OTHER_ACT = r"(?:Nghị định|Thông tư|Luật|Nghị quyết)"
_PAPER = rf"(?:{ACT}|{_OTHER_ACT}|Hợp đồng|Đề án|Quy chế|Quy định|Chương trình|Biên bản|Giấy phép|Hồ sơ|Đơn|Tờ khai)"
_THIS = re.compile(rf"\s*(?:theo\s+)?{ACT}\s+này\b", re.IGNORECASE)
_FREE = re.compile(r"\s*(?:[.,;:)/]|\Z|(?:và|để)\b)")
"""What may stand behind ``Phụ lục II kèm theo``; any other word begins the name of the paper that has it."""
_ELSEWHERE = re.compile(
    rf"{_OTHER_ACT}|{_PAPER}\s+(?:số|\d|của|đã|được|(?:nêu |nói )?trên\b|đó\b)",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(rf"(?:{ACT}|{_OTHER_ACT})\s+(?:số|\d|của|(?:nêu |nói )?trên|đó)", re.IGNORECASE)
_OF_NUMBERED = re.compile(rf"{_PAPER}\s+số\s+[\w./-]+\s*\(?\Z", re.IGNORECASE)
"""Right before: the paper that has them, ``Kế hoạch số 05/KH-STN (kèm theo Phụ lục I)``."""
_NOT_NOW = re.compile(
    r"\b(?:không|chưa|sẽ|bãi bỏ|hủy bỏ|huỷ bỏ|thay thế|hết hiệu lực|"
    r"đã (?:được )?(?:gửi|ban hành|trình|nộp|kèm|có (?:văn bản|công văn|báo cáo|tờ trình)))\b",
    re.IGNORECASE,
)
"""Denied, of another time, or speaking of what ends."""
_HANDED_IN = re.compile(
    r"\b(?:nộp|dự tuyển|thí sinh|ứng viên|nhà thầu|(?:hồ sơ|giấy tờ|thành phần)\b[^.;]{0,60}\b(?:gồm|phải)|bản sao|"
    r"chứng thực|căn cước|giấy (?:khám|xác nhận|chứng nhận)|người (?:có nhu cầu|đăng ký|đề nghị))\b",
    re.IGNORECASE,
)
"""What applicants have to hand in."""
_OF_ANOTHER = re.compile(
    r"\b(?:nhận được|tiếp nhận|theo đề nghị của|do [^,]{1,60} (?:gửi|trình|lập)|biên bản|"
    r"trường hợp|nếu|khi)\b|\A\s*Xét\b",
    re.IGNORECASE,
)
"""What came from somebody else, or comes on a condition."""
_PRESENTS = r"(?<!chương )(?<!Chương )(?<!quy )(?<!công )(?<!lộ )(?<!tờ )(?<!Tờ )trình"
_ASKED = re.compile(
    r"\b(?:đề nghị|yêu cầu|giao|cá nhân|doanh nghiệp|người \w+|"
    r"(?:các|từng|mỗi) (?:đơn vị|cơ quan|sở|ban|phòng|xã|địa phương|đồng chí|tổ chức))\b"
    rf"[^.]*\b(?:gửi|báo cáo|{_PRESENTS}|đăng ký|lập|cung cấp|hoàn thiện|xây dựng|chuyển)\b",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"(?:\A|\n|[,;]\s+)(?=((?!Về |Việc )[A-ZĐÀ-ÝĂÂÊÔƠƯẠ-Ỹ]\w*\s+(?:(?!Về )[\w-]+\s+){0,12}?)"
    r"(?:(?:xin|trân trọng|kính|tiếp tục)\s+)*"
    rf"(?:(gửi|báo cáo|{_PRESENTS}|ban hành|cung cấp|tổng hợp|thông báo|chuyển|đính kèm|kèm theo)|đề nghị|đăng ký|"
    r"xác nhận|rà soát|tham mưu|xây dựng|hoàn thiện|có (?:đơn|văn bản|công văn|tờ trình|báo cáo|ý kiến))\b)"
)
"""Who acts, at the beginning of a sentence, a line or a clause, and the verb where it is one of sending."""
_DECIDES = re.compile(
    r"(?:\A|\n)[\s(+–-]*(?:Ban hành|Bổ nhiệm|Cấp|Công bố|Công nhận|Cử|Điều động|Giao|Khen thưởng|Kiện toàn|Nâng|"
    r"Phê duyệt|Tặng|Thành lập|Thu hồi)\b"
)
"""How an article of a decision begins."""
_ENDS = re.compile(r"\s*\)?\s*(?:[.;/]|\Z)")
_TO_BE_FETCHED = re.compile(
    r"https?:|www\.|\bQR\b|đường dẫn|\blink\b|(?:cổng|trang) thông tin|đăng tải|\btải (?:về|tại)|"
    r"\b(?:tệp|file|bản mềm|tài liệu|biểu mẫu|phụ lục)\b[^.]{0,40}\b(?:thư điện tử|e?mail|bưu điện|bưu chính)",
    re.IGNORECASE,
)
"""Said in the next sentences, too: the files lie on the net, or go another way."""
_ANOTHER_WAY = re.compile(r"địa chỉ|thư điện tử|\be?mail\b|bưu điện|bưu chính|gửi trực tiếp", re.IGNORECASE)
_CONTRACT = re.compile(r"hợp đồng", re.IGNORECASE)
_ON_PAPER = re.compile(
    r"\b(?:bản|hồ sơ|văn bản|tài liệu|bằng|dạng|bộ) giấy\b|\bgiấy\s*(?:\)|\Z)|\bbản cứng\b|\bđĩa\b|\bmẫu vật\b|"
    r"\bhiện vật\b|\bUSB\b",
    re.IGNORECASE,
)
_SENTENCE_ENDS = re.compile(r"[.;:]\s+(?=[A-ZĐÀ-ÝĂÂÊÔƠƯẠ-Ỹ(“\"-])")
_AHEAD, _BEHIND, _QUOTED = 400, 400, 2_000
_NEAR = 60


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words about something enclosed, the lines of their sentence before them, and its end behind them.

    ``ahead`` and ``later`` reach further than the sentence. ``head`` is what the head of the document has in capitals,
    its issuer among it.
    """

    lines: str
    words: str
    behind: str
    ahead: str
    later: str
    head: str

    @property
    def before(self) -> str:
        """The sentence before them."""
        return self.lines.replace("\n", " ")

    @property
    def begins(self) -> bool:
        """Whether they begin a sentence, or a line with a capital letter: ``Gửi kèm: 03 tài liệu``."""
        new_line = self.lines.rstrip("( ").endswith("\n") and self.words.lstrip("( ")[:1].isupper()
        return new_line or not self.before.strip(" (-–+•")

    @property
    def names_this(self) -> bool:
        """Whether this document is named right behind: ``kèm theo Quyết định này``."""
        return _THIS.match(self.behind) is not None

    @property
    def quoted(self) -> bool:
        """Whether they stand in quotation marks: a form of words, or the new wording of another act."""
        return self.ahead.rfind("“") > self.ahead.rfind("”") or self.before.count('"') % 2 == 1

    @property
    def asked(self) -> bool:
        """Whether others send something, or are asked to; what stands before the sender's own clause is no matter."""
        clause = self._clause
        if clause is None:
            return _ASKED.search(self.before) is not None
        return not self._is_senders(clause) or _ASKED.search(self.before, clause.start()) is not None

    @property
    def spoken_by_sender(self) -> bool:
        """Whether the sender, who stands in the head of the document, sends: ``…, Sở Thử nghiệm gửi …``."""
        return self._clause is not None and self._clause[2] is not None and not self.asked

    @property
    def decides(self) -> bool:
        """Whether they stand in an article that decides something: ``Tặng Giấy khen cho … (có danh sách kèm theo)``."""
        return _DECIDES.search(self.lines) is not None

    @property
    def ends(self) -> bool:
        """Whether nothing follows in their sentence."""
        return _ENDS.match(self.behind) is not None

    @property
    def _clause(self) -> re.Match[str] | None:
        """The last clause in the sentence that says who acts."""
        return max(_SPEAKS.finditer(self.lines + self.words), key=re.Match.start, default=None)

    def _is_senders(self, clause: re.Match[str]) -> bool:
        return names.within(clause[1], self.head)


def phrase_at(text: str, begin: int, end: int, head: str) -> Phrase:
    """Give the words between two places of a text of many lines."""
    lines = _SENTENCE_ENDS.split(text[max(0, begin - _AHEAD) : begin + 1])[-1][:-1]
    ahead, words, later = (
        part.replace("\n", " ")
        for part in (text[max(0, begin - _QUOTED) : begin], text[begin:end], text[end : end + _BEHIND])
    )
    return Phrase(lines, words, _SENTENCE_ENDS.split(later)[0], ahead, later, head)


def of_this_document(phrase: Phrase) -> bool:
    """Whether nothing says that they speak of others, of another act, of another time or of another way."""
    told = phrase.before + phrase.words
    behind = phrase.behind[:_NEAR]
    if any(pattern.search(told) for pattern in (_NOT_NOW, _HANDED_IN, _OF_ANOTHER)) or phrase.quoted:
        return False
    if any((_TO_BE_FETCHED.search(told + phrase.later), _ANOTHER_WAY.search(told + phrase.behind))):
        return False
    if on_paper(phrase.words + behind) or (_OF_NUMBERED.search(phrase.before) and not phrase.names_this):
        return False
    other = _ELSEWHERE.search(phrase.words) or _ELSEWHERE.search(behind.partition(".")[0])
    if phrase.names_this or other or _CONTRACT.search(phrase.ahead[-_AHEAD:]):
        return phrase.names_this
    return _OF_OTHERS.search(phrase.before) is None or phrase.spoken_by_sender


def named_behind(phrase: Phrase) -> bool:
    """Whether a paper is named right behind that is not this one: ``kèm theo dự thảo Thông tư``."""
    return not phrase.names_this and _FREE.match(phrase.behind) is None


def handed_in(text: str) -> bool:
    """Whether a text tells what applicants hand in, or what is not sent with the document."""
    return _HANDED_IN.search(text) is not None or _TO_BE_FETCHED.search(text) is not None


def asks(text: str) -> bool:
    """Whether a text asks others to send something."""
    return _ASKED.search(text) is not None


def on_paper(text: str) -> bool:
    """Whether an enclosure is not sent as a file: a paper original, a disk, a specimen."""
    return _ON_PAPER.search(text) is not None
