"""Whether the signatures of a file that cannot be read hold all the same, by the bytes that they name in clear.

Files whose tables are a little wrong are opened by viewers, which mend them silently. What can be said of such a file
without its tables is whether anything was altered: the signed bytes stand in it as ``/ByteRange`` gives them.
"""

from __future__ import annotations

import re
from functools import partial

from protocol.signatures.pdf.broken import BROKEN
from protocol.signatures.pdf.envelope import Malformed, digest_of, open_envelope, read_envelope, read_token
from protocol.signatures.pdf.facts import TRACE, Envelope

MOST_RANGES = 32
_UNREADABLE: tuple[type[Exception], ...] = (Malformed, *BROKEN)
_BLANK = rb"[\0\t\n\f\r ]*"
_RANGE = re.compile(
    re.escape(TRACE) + _BLANK + rb"\[" + _BLANK + rb"0" + (rb"[\0\t\n\f\r ]+([0-9]{1,10})" * 3) + _BLANK + rb"\]"
)
_HOLE = re.compile(rb"<(?:[0-9A-Fa-f]{2})*+>")


def is_whole(data: bytes) -> bool:
    """Whether every range of signed bytes that is named holds, and the last of them ends with the file.

    False, too, where a range cannot be read.
    """
    named = data.count(TRACE)
    found = [tuple(map(int, each.groups())) for each in _RANGE.finditer(data)]
    if not found or named != len(found) or named > MOST_RANGES:
        return False
    ends = max(goes_on + rest for _, goes_on, rest in found)
    return ends >= len(data.rstrip()) and all(_holds(data, *each) for each in found)


def _holds(data: bytes, stops: int, goes_on: int, rest: int) -> bool:
    hole = data[stops:goes_on]
    if goes_on + rest > len(data) or not _HOLE.fullmatch(hole):
        return False
    digest = partial(digest_of, data=data[:stops] + data[goes_on : goes_on + rest])
    try:
        opened = open_envelope(bytes.fromhex(hole[1:-1].decode("ascii")))
        if opened["encap_content_info"]["content_type"].native == "tst_info":
            token = read_token(opened, digest)
            return bool(token.matches) and _is_sound(token.envelope)
        return _is_sound(read_envelope(opened, "data", digest))
    except _UNREADABLE:
        return False


def _is_sound(envelope: Envelope) -> bool:
    return not envelope.trouble and bool(envelope.digest_holds) and envelope.value_holds is not False
