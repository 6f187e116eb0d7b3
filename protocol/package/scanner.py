"""A pass over the bytes of a package that takes the base64 out and leaves everything else.

A package is a few kilobytes of header and up to many megabytes of base64. The scanner decodes the character content of
``ContentTransferEncoded`` into the spool as it streams by and keeps a *skeleton*: the same document, with the same line
breaks, without the base64 letters of its payloads. The skeleton goes to a strict parser, which decides whether the
document is XML at all. So the verdict is the same whether an attachment has ten bytes or fifty megabytes.

The scanner follows markup only as far as that needs: in well-formed XML a ``<`` outside comments, CDATA sections and
processing instructions always begins markup, so nothing else has to be told apart. Where the text is not well-formed
the scanner keeps what it saw, and the parser says what is wrong. Input is UTF-8 (or another superset of ASCII in which
no other character contains an ASCII byte).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from protocol.package.base64text import Flaws
from protocol.package.limits import Limits
from protocol.package.payloadtext import PayloadText
from protocol.package.spool import Spool, Stored

PAYLOAD_ELEMENT = b"ContentTransferEncoded"
LONGEST_NAME = 64 * 1024  # the parser refuses names over 50 000 bytes, so holding back more would change nothing
LONGEST_PAYLOAD_TAG = 16 * 1024
LONGEST_REFERENCE = 64

_MARK = re.compile(
    rb"<(?:(?P<comment>!--)|(?P<cdata>!\[CDATA\[)|(?P<doctype>!DOCTYPE)|(?P<pi>\?)"
    rb"|(?P<payload>(?:[^\s<>/!?&\"'=:]+:)?" + PAYLOAD_ELEMENT + rb")(?=[\s/>]))"
)
_OPEN_NAME = re.compile(rb"<[^\s>]*+\Z")
_TAG_BODY = re.compile(rb"(?:[^<>\"']++|\"[^<\"]*+\"|'[^<']*+')*+")
_NAME_START = re.compile(rb"[A-Za-z_:\x80-\xff]")


class _State(Enum):
    OUTSIDE = auto()
    PAYLOAD = auto()
    COMMENT = auto()
    INSTRUCTION = auto()
    CDATA = auto()
    PAYLOAD_CDATA = auto()


_TERMINATORS = {
    _State.COMMENT: b"-->",
    _State.INSTRUCTION: b"?>",
    _State.CDATA: b"]]>",
    _State.PAYLOAD_CDATA: b"]]>",
}


@dataclass(frozen=True, slots=True)
class Payload:
    """One ``ContentTransferEncoded``, in document order. ``line`` is where its start tag ends (1-based)."""

    stored: Stored
    flaws: Flaws
    has_comments: bool
    line: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Why the scanner stopped before the end; with an empty ``reason`` the parser is to say it."""

    reason: str
    line: int
    expected: str = ""
    got: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a pass over a package left."""

    skeleton: bytes
    payloads: tuple[Payload, ...]
    stop: Stop | None


class _Stopped(Exception):  # noqa: N818 - a way out of the pass, not an error
    """Carries a ``Stop`` out of the pass."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.reason)
        self.stop = stop


def scan(chunks: Iterable[bytes], spool: Spool, limits: Limits) -> Scan:
    """Pass over a document given in pieces of any size. Never raises on bad input."""
    scanner = _Scanner(spool, limits)
    stop = None
    try:
        for chunk in chunks:
            scanner.feed(chunk)
        scanner.finish()
    except _Stopped as stopped:
        stop = stopped.stop
    spool.seal()
    return Scan(bytes(scanner.skeleton), tuple(scanner.payloads), stop)


class _Scanner:
    def __init__(self, spool: Spool, limits: Limits) -> None:
        self.skeleton = bytearray()
        self.payloads: list[Payload] = []
        self._spool = spool
        self._limits = limits
        self._state = _State.OUTSIDE
        self._return_to = _State.OUTSIDE
        self._held = b""
        self._waiting = False
        self._line = 1
        self._items = 0
        self._payload: PayloadText | None = None
        self._payload_line = 1
        self._payload_comments = False

    def feed(self, chunk: bytes) -> None:
        """Take the next piece; what cannot be told apart yet is held back for the one after it."""
        data = self._held + chunk if self._held else chunk
        at = 0
        self._waiting = False
        while at < len(data) and not self._waiting:
            if self._state is _State.OUTSIDE:
                at = self._outside(data, at)
            elif self._state is _State.PAYLOAD:
                at = self._inside(data, at)
            else:
                at = self._until_terminator(data, at)
        self._held = data[at:]

    def finish(self) -> None:
        """Put what was held back where it belongs; a document that ends in mid-payload is for the parser to refuse."""
        rest, self._held = self._held, b""
        if self._payload is not None:
            self._text(rest)
            self._end_payload()
        else:
            self._emit(rest)

    def _outside(self, data: bytes, at: int) -> int:
        mark = _MARK.search(data, at)
        if mark is None:
            last = data.rfind(b"<", at)
            unfinished = last >= 0 and len(data) - last <= LONGEST_NAME and _OPEN_NAME.match(data, last)
            keep = last if unfinished else len(data)
            self._emit(data[at:keep])
            self._waiting = True
            return keep
        self._emit(data[at : mark.start()])
        if mark["payload"]:
            return self._payload_tag(data, mark)
        if mark["doctype"]:
            raise _Stopped(Stop("doctype-present", self._line, got="<!DOCTYPE"))
        if mark["comment"]:
            self._enter(_State.COMMENT)
        elif mark["pi"]:
            self._enter(_State.INSTRUCTION)
        else:
            self._enter(_State.CDATA)
        self._emit(mark[0])
        return mark.end()

    def _payload_tag(self, data: bytes, mark: re.Match[bytes]) -> int:
        body = _TAG_BODY.match(data, mark.end())
        end = body.end() if body else mark.end()
        follows = data[end : end + 1]
        unclosed_quote = follows in {b'"', b"'"} and b"<" not in data[end:]
        incomplete = not follows or unclosed_quote
        if (len(data) if incomplete else end) - mark.start() > LONGEST_PAYLOAD_TAG:
            raise _Stopped(Stop("markup-too-large", self._line, expected=f"<= {LONGEST_PAYLOAD_TAG} bytes"))
        if incomplete:
            self._waiting = True
            return mark.start()
        if follows != b">":
            self._leave_to_parser(data, mark.start(), end)
        self._emit(data[mark.start() : end + 1])
        self._begin_payload()
        if data[end - 1 : end] == b"/":
            self._end_payload()
        return end + 1

    def _inside(self, data: bytes, at: int) -> int:
        less = data.find(b"<", at)
        if less < 0:
            ampersand = data.rfind(b"&", max(at, len(data) - LONGEST_REFERENCE))
            keep = ampersand if ampersand >= 0 and b";" not in data[ampersand:] else len(data)
            self._text(data[at:keep])
            self._waiting = True
            return keep
        self._text(data[at:less])
        follows = data[less + 1 : less + 9]
        if follows.startswith(b"/"):
            self._end_payload()
            return less
        if len(follows) < 8 and follows[:1] in {b"", b"!"}:
            self._waiting = True
            return less
        if follows.startswith(b"!--"):
            self._payload_comments = True
            self._enter(_State.COMMENT)
            self._emit(b"<!--")
            return less + 4
        if follows.startswith(b"?"):
            self._payload_comments = True
            self._enter(_State.INSTRUCTION)
            self._emit(b"<?")
            return less + 2
        if follows == b"![CDATA[":
            self._enter(_State.PAYLOAD_CDATA)
            self._emit(b"<![CDATA[")
            return less + 9
        if follows == b"!DOCTYPE":
            raise _Stopped(Stop("doctype-present", self._line, got="<!DOCTYPE"))
        if not _NAME_START.match(follows):
            self._leave_to_parser(data, less, less)
        raise _Stopped(Stop("payload-has-elements", self._line, expected="base64", got="<"))

    def _enter(self, state: _State) -> None:
        self._return_to = self._state
        self._state = state

    def _until_terminator(self, data: bytes, at: int) -> int:
        terminator = _TERMINATORS[self._state]
        found = data.find(terminator, at)
        keep = found if found >= 0 else max(at, len(data) - len(terminator) + 1)
        if self._state is _State.PAYLOAD_CDATA:
            self._text(data[at:keep], references=False)
        else:
            self._emit(data[at:keep])
        if found < 0:
            self._waiting = True
            return keep
        self._emit(terminator)
        self._state = self._return_to
        return found + len(terminator)

    def _begin_payload(self) -> None:
        if len(self.payloads) >= self._limits.attachments:
            raise _Stopped(Stop("too-many-attachments", self._line, expected=f"<= {self._limits.attachments}"))
        self._payload = PayloadText(self._spool.begin())
        self._payload_line = self._line
        self._payload_comments = False
        self._state = _State.PAYLOAD

    def _end_payload(self) -> None:
        assert self._payload is not None
        stored, flaws = self._payload.finish()
        self.payloads.append(Payload(stored, flaws, self._payload_comments, self._payload_line))
        self._payload = None
        self._state = _State.OUTSIDE

    def _text(self, data: bytes, *, references: bool = True) -> None:
        """Pass payload text on and look at the limits."""
        assert self._payload is not None
        kept, items = self._payload.take(data) if references else (self._payload.letters(data), 0)
        self._count(items)
        self._emit(kept)
        if self._payload.size > self._limits.payload_bytes:
            raise _Stopped(Stop("payload-too-large", self._payload_line, f"<= {self._limits.payload_bytes} bytes"))
        if self._spool.size > self._limits.decoded_bytes:
            raise _Stopped(Stop("attachments-too-large", self._payload_line, f"<= {self._limits.decoded_bytes} bytes"))

    def _emit(self, data: bytes) -> None:
        if not data:
            return
        if len(self.skeleton) + len(data) > self._limits.markup_bytes:
            raise _Stopped(Stop("markup-too-large", self._line, f"<= {self._limits.markup_bytes} bytes"))
        self._count(data.count(b"<") + data.count(b"&"))
        self.skeleton += data
        self._line += data.count(b"\n")

    def _count(self, items: int) -> None:
        self._items += items
        if self._items > self._limits.markup_items:
            raise _Stopped(Stop("too-much-markup", self._line, f"<= {self._limits.markup_items}"))

    def _leave_to_parser(self, data: bytes, start: int, end: int) -> None:
        """Stop where the text cannot be XML any more; the parser says so with its own words and line."""
        self._emit(data[start : end + LONGEST_REFERENCE])
        raise _Stopped(Stop("", self._line))
