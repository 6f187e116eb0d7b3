"""Words that say that a document is secret no more (*giải mật*), that it still is, or that it perhaps will not be."""

from __future__ import annotations

import re

from protocol.composition import composed
from protocol.wire.plaintext import ascii_text

_STAMP = re.compile(r"\W*(?:da )?giai mat\W*(?:(?:tu )?ngay\b.{0,40})?")
_BESIDE = re.compile(r"(?:\A(?:ĐÃ )?GIẢI MẬT\b)|(?:\b(?:ĐÃ )?GIẢI MẬT\W*\Z)")
"""A stamp put on a page falls on one row with lines of the text, and becomes an end of them."""
_SENTENCE = re.compile(r"\bda (?:duoc )?giai mat\b")
_ACCENTED = re.compile(r"[^\W\d_]*[^\W\d_A-Za-z][^\W\d_]*")


def _spelt(pattern: str) -> str:
    """Let each word of a pattern stand with its accents or with none: *chưa* and *chua*, but not *chứa*."""
    return _ACCENTED.sub(lambda word: f"(?:{word[0]}|{ascii_text(word[0])})", pattern)


def _any(*ways: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{way})" for way in ways))


_TYPED = re.compile(r"\b(?:g[^\W\d_]{2}[iìíỉĩị]|m[^\W\d_]t)\b")
"""*Giải* and *mật*, and what comes of them where an accent is missed or put on another letter."""
_IT = _spelt(r"(?:(?<= xét),|(?<= định),|(?<= duyệt),)? giai mat\b(?! (?:mã|khẩu)\b)")
"""*Xem xét, giải mật* is one matter; in *không có ý kiến, giải mật* the comma parts two."""
_BY_NOW = r"(?:đã\b(?! nẵng)|sau\b)"
_LINK = r"(?: (?:về|việc|v/v|để|xem|xét|duyệt|thẩm định|tổ chức|triển khai|thực hiện|tiến hành|công tác))"
_PAPER = (
    r"(?:tài liệu|văn bản|hồ sơ|thông tin(?! và)|tư liệu|báo cáo|bản(?= (?:sao|gốc|chính|đồ|vẽ|giai)\b)|ảnh|phim|vb)"
)
_NEXT = rf"(?: (?!{_BY_NOW}|{_PAPER}\b|\w*\d)(?:xét,|thẩm định,|\w+))"
_WHOM = (
    r"(?: (?:cấp|cơ quan|đơn vị|ủy|uỷ|ubnd|hđnd|hội đồng|bộ|sở|ban|cục|vụ|tổng|thủ|chính phủ|quốc|chủ|bí thư|giám đốc"
    r"|lãnh đạo|trưởng|thường|văn phòng|tỉnh|thành|công an|quân|các|quý|do|được|cho|phép|xem|xét|thẩm định|chấp|phê"
    r"|quyết|kết|ý|về|việc|để|đến|sớm|tiếp|tổ|thực|tiến|làm|có)\b)"
)
_WHAT = rf"(?: {_PAPER}|{_NEXT}{{0,2}}|(?={_WHOM}){_NEXT}{{3,9}})"
"""Who is asked for it; not for papers (*sao tài liệu giải mật*), nor by one that was declassified (*đề nghị 12*)."""
_TOLD = _any(_spelt(r"giai mat\b(?! (?:mã|khẩu)\b)"))
_DONE = _any(
    _spelt(
        r"(?:đã)(?: (?:được|đồng ý|hội đồng|xem|xét|rà soát|thẩm định|phê|duyệt|cho|phép)){0,6},? giai mat\b"
        r"(?! (?:mã|khẩu)\b)"
    )
)
_PUBLISHED = r"(?:công bố|công khai|phổ biến|xuất bản|phát hành)\b(?! (?:trước|cho đến|đến|tới) khi\b)"
_REFUSED = (
    r"giải|được|đủ|đến|tới|hết|thể|cho|thuộc|nằm trong|hoàn|đồng ý|nhất trí|thống nhất|tán thành|chấp|phê|xem|xét"
    r"|thẩm định|quyết định|ban hành|ký|ra quyết định|làm|thực hiện|tiến hành|kịp|nên|đáp ứng|đạt"
    r"|có (?:quyết|qđ|căn|cơ|ý|chủ|kế|lý|điều|đề|thẩm|trong|văn bản|dấu|giấy|phép)"
    r"|phải(?: là)? (?:tài|văn|hồ|bản|diện|đối)"
)
_DENIED = _any(
    _spelt(
        rf"(?:chưa|(?<!phòng )(?<!hàng )không)(?= (?:giai|{_REFUSED})\b)"
        rf"(?: (?!{_BY_NOW}|{_PUBLISHED}|nhưng\b|mat\b)\w+){{0,8}}{_IT}"
    ),
    _spelt(
        rf"(?:từ chối|tạm hoãn|tạm dừng|(?<!tiêu )(?:hủy|huỷ)(?: bỏ)?|bãi bỏ"
        rf"|(?:hoãn|dừng|bác|thu hồi)(?= (?:việc|đề|yêu|quyết)))"
        rf"(?: (?:việc|về|đề nghị|đề xuất|yêu cầu|quyết định)){{0,4}}{_IT}"
    ),
    _spelt(
        r"(?<!đã )(?<!được )giai mat\W+(?:chưa|không)(?: được)?"
        r"(?: (?:xong|hoàn thành|hoàn tất|phê duyệt|chấp thuận|chấp nhận|đồng ý|thông qua|thực hiện)\b|\W*\Z)"
    ),
)
"""*Chưa đủ điều kiện để giải mật*; not *Không quân*, *phòng không* and *hàng không*, nor *không có mật, giải mật*."""
_PROCEDURE = _any(
    _spelt(rf"(?:xin|đề nghị|đề xuất|kiến nghị|lấy ý kiến|(?<!chia )sẽ|(?:hồ sơ|danh mục|đang|để) trình){_WHAT}{_IT}"),
    _spelt(rf"(?<!\w )(?:trình){_WHAT}{_IT}"),
    rf"(?:chờ|đợi){_spelt(_WHAT)}{_IT}",
    rf"đang(?: (?:được|làm|trong|thủ tục|quá trình)|{_spelt(_LINK)}){{0,4}}{_IT}",
    _spelt(rf"(?:(?<!đồng ý )chờ|cần|phải|nên|sắp|dự kiến|chuẩn bị)(?: (?:được)|{_LINK}){{0,4}}{_IT}"),
    _spelt(rf"(?:tờ trình)(?: (?:số )?\d[^ ]*(?: [^\W\d]+)?(?= (?:về|việc|v/v|để) ))?{_LINK}{{0,4}}{_IT}"),
    _spelt(
        rf"(?:kế hoạch|hội đồng|tiểu ban|tổ|chỉ đạo|giúp việc|bộ phận|công tác|thẩm định|xét"
        rf"|dự thảo(?: (?:quyết định|qđ))+){_LINK}{{0,4}}{_IT}"
    ),
    _spelt(rf"(?<!hết )(?<!quá )(?<!đủ )(?<!đến )(?<!tới )(?<!đúng )(?:thời hạn){_IT}"),
)
"""Who declassifies, and what is asked or planned, but perhaps not done. *Đang* and the like are others without accents:
*văn kiện Đảng giải mật*.
"""


def is_declassified(name: str) -> bool | None:
    """Whether a name (of a file, a folder, an archive) or a subject says that what it names is secret no more.

    ``False`` where it says that it is still: *chưa đủ điều kiện giải mật*. ``None`` where it says neither: no word of
    it, or one of the procedure (who declassifies, what is asked for, planned or awaited), which may have ended or not.
    """
    words = _words(name)
    if _DENIED.search(words):
        return False
    return bool(_DONE.search(words) or (_TOLD.search(words) and not _PROCEDURE.search(words))) or None


def _words(name: str) -> str:
    """Give a name in small letters, a blank between its words; in *lời giải - Mật* the dash parts two of them."""
    spaced = re.sub(r"[\s_]+|[-–—]", " ", " ".join(composed(name).split())).casefold()
    return _TYPED.sub(lambda word: ascii_text(word[0]), spaced)


def tells_declassified(line: str) -> bool:
    """Whether a line is a stamp of declassification, or says that it was done."""
    text = composed(line[:200])
    if "giải mật" not in text.casefold():
        return False
    words = ascii_text(text).casefold()
    beside = not text.isupper() and _BESIDE.search(text)
    return bool(beside or _STAMP.fullmatch(words) or _SENTENCE.search(words))
