"""Signed requests with something altered, removed, doubled or put elsewhere, and what of it the signature covers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from protocol.wire import coverage
from protocol.wire.coverage import Uncovered
from protocol.wire.headertext import low_bytes

Header = tuple[bytes, bytes]

_PREFIX = b"xroadvnpt-"
_TEXT, _MAC, _KEYS, _VERSION = (
    _PREFIX + name for name in (b"sign-header", b"hash-header", b"sign-header-key", b"version")
)
_FRAMING = b"content-length"
_ALPHABET = bytes(range(0x20, 0x7F))


@dataclass(frozen=True)
class Request:
    """One request as it goes over the wire. ``did`` says what was done to it."""

    target: str
    headers: tuple[Header, ...]
    body: bytes = b""
    method: str = "POST"
    did: tuple[str, ...] = ()

    def wire(self) -> bytes:
        """Give its bytes."""
        lines = [f"{self.method} {self.target} HTTP/1.1".encode()]
        lines += [name + b": " + value for name, value in self.headers]
        return b"\r\n".join([*lines, b"", self.body])


def parsed(wire: bytes) -> Request:
    """Read the bytes of a request."""
    head, _, body = wire.partition(b"\r\n\r\n")
    line, *lines = head.split(b"\r\n")
    method, target, _ = line.decode().split(" ")
    headers = tuple((name, value) for name, _, value in (each.partition(b": ") for each in lines))
    return Request(target, headers, body, method)


def changed(original: Request, variant: Request) -> set[Uncovered] | None:
    """Say what is changed of that which the signature does not cover; ``None`` where something else is changed too.

    This reads the rule of the protocol anew and asks nothing of the code that verifies.
    """
    found: set[Uncovered] = set()
    before, after = _covered(original), _covered(variant)
    if {name: [_plain(value) for value in values] for name, values in before.items()} != {
        name: [_plain(value) for value in values] for name, values in after.items()
    }:
        return None
    if before != after:
        found.add(coverage.SPELLING)
    signed = {name.removeprefix(_PREFIX) for name in before}
    for name, value in variant.headers:
        lower = name.lower()
        if lower == _KEYS and not {key.strip().lower() for key in value.split(b";") if key.strip()} <= signed:
            return None
        media_type = _media_type(value)
        if lower == b"content-type" and media_type and media_type != _media_type(_value(original, lower)):
            return None  # the signed text has the media type as well; an empty header says as much as none
    for rest, kind in ((_is_plain, coverage.PLAIN), (_is_keys, coverage.KEY_LIST), (_is_other, coverage.OTHERS)):
        if _chosen(original, rest) != _chosen(variant, rest):
            found.add(kind)
    if [name.lower() for name, _ in original.headers] != [name.lower() for name, _ in variant.headers]:
        found.add(coverage.OTHERS)
    if _value(original, b"host") != _value(variant, b"host"):
        found.add(coverage.HOST)
    return found


def _covered(request: Request) -> dict[bytes, list[bytes]]:
    """Give the values of the signed parameters, the signed text and the MAC."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in request.headers:
        lower = name.lower().strip()
        if lower.startswith(_PREFIX) and lower not in (_KEYS, _VERSION):
            values.setdefault(lower, []).append(value.lower() if lower == _MAC else value)
    return values


def _plain(value: bytes) -> bytes:
    """Give a value in the one form for all in which it may arrive: white space, and low bytes for letters."""
    text = b" ".join(value.split())
    try:
        return low_bytes(text.decode("utf-8"))
    except UnicodeDecodeError:
        return text


def _media_type(value: bytes) -> bytes:
    return value.split(b";")[0].strip().lower()


def _value(request: Request, wanted: bytes) -> bytes:
    return next((value for name, value in request.headers if name.lower() == wanted), b"")


def _is_plain(name: bytes) -> bool:
    return name in (b"content-type", b"user-agent", _VERSION)


def _is_keys(name: bytes) -> bool:
    return name == _KEYS


def _is_other(name: bytes) -> bool:
    return not (name.startswith(_PREFIX) or _is_plain(name) or name == b"host")


def _chosen(request: Request, wanted: Callable[[bytes], bool]) -> Counter[Header]:
    return Counter((name.lower(), value) for name, value in request.headers if wanted(name.lower()))


# changes

Change = Callable[[random.Random, list[Header]], str]


def _any(chance: random.Random, headers: Sequence[Header]) -> int:
    """Choose a header that is not about where the body ends: that is HTTP's, a wrong one only keeps both waiting."""
    return chance.choice([index for index, (name, _) in enumerate(headers) if name.lower() != _FRAMING])


def alter(chance: random.Random, headers: list[Header]) -> str:
    """Change, put in or take out a character of a value."""
    index = _any(chance, headers)
    name, value = headers[index]
    place = chance.randrange(len(value) + 1)
    letter = bytes([chance.choice(_ALPHABET)])
    new = chance.choice((value[:place] + letter + value[place + 1 :], value[:place] + letter + value[place:],
                         value[:place] + value[place + 1 :]))  # fmt: skip
    headers[index] = (name, new)
    return f"alter {name.decode()}"


def case(chance: random.Random, headers: list[Header]) -> str:
    """Write a value in the other case."""
    index = _any(chance, headers)
    name, value = headers[index]
    headers[index] = (name, value.swapcase())
    return f"case {name.decode()}"


def remove(chance: random.Random, headers: list[Header]) -> str:
    """Leave a header out."""
    name, _ = headers.pop(_any(chance, headers))
    return f"remove {name.decode()}"


def double(chance: random.Random, headers: list[Header]) -> str:
    """Say a header twice, anywhere."""
    index = _any(chance, headers)
    headers.insert(chance.randrange(len(headers) + 1), headers[index])
    return f"double {headers[index][0].decode()}"


def double_altered(chance: random.Random, headers: list[Header]) -> str:
    """Say a header twice, with another value, before or after the first."""
    index = _any(chance, headers)
    name, value = headers[index]
    other = value + b"1" if chance.random() < 0.5 else chance.choice(headers)[1]
    headers.insert(chance.choice((index, index + 1, len(headers))), (name, other))
    return f"double-altered {name.decode()}"


def exchange(chance: random.Random, headers: list[Header]) -> str:
    """Give two headers each other's value."""
    first, second = _any(chance, headers), _any(chance, headers)
    (name, value), (other, its) = headers[first], headers[second]
    headers[first], headers[second] = (name, its), (other, value)
    return f"exchange {name.decode()} {other.decode()}"


def reorder(chance: random.Random, headers: list[Header]) -> str:
    """Put all headers in another order."""
    chance.shuffle(headers)
    return "reorder"


def rename(chance: random.Random, headers: list[Header]) -> str:
    """Change the name of a header, or only its case."""
    index = _any(chance, headers)
    name, value = headers[index]
    headers[index] = (chance.choice((name.swapcase(), name + b"x", name[:-1] or b"x", name.replace(b"-", b"_"))), value)
    return f"rename {name.decode()}"


_STRANGERS = (
    (b"XroadVnpt-from", b"H99.9"),
    (b"xroadvnpt-docId", b"x"),
    (b"XroadVnpt-", b""),
    (b"X-Forwarded-For", b"192.0.2.1"),
    (b"Via", b"1.1 proxy"),
    (b"Cookie", b"a=b"),
)


def add(chance: random.Random, headers: list[Header]) -> str:
    """Add a parameter that was not signed, or a header of somebody else."""
    extra = chance.choice(_STRANGERS)
    headers.insert(chance.randrange(len(headers) + 1), extra)
    return f"add {extra[0].decode()}"


CHANGES: tuple[Change, ...] = (alter, alter, case, remove, double, double_altered, exchange, reorder, rename, add)


def forged(chance: random.Random, original: Request) -> Request:
    """Do one to three changes at random."""
    headers = list(original.headers)
    did = tuple(chance.choice(CHANGES)(chance, headers) for _ in range(chance.choice((1, 1, 1, 2, 3))))
    return replace(original, headers=tuple(headers), did=did)


def each(original: Request) -> list[Request]:
    """Do every change to every single header once."""
    variants = [replace(original, headers=original.headers[::-1], did=("reverse",))]
    for index, (name, value) in enumerate(original.headers):
        if name.lower() == _FRAMING:
            continue
        before, after = original.headers[:index], original.headers[index + 1 :]
        for did, new in (
            ("remove", ()),
            ("empty", ((name, b""),)),
            ("append", ((name, value + b"x"),)),
            ("prepend", ((name, b"x" + value),)),
            ("cut", ((name, value[:-1]),)),
            ("case", ((name, value.swapcase()),)),
            ("blanks", ((name, b"  " + value + b" \t"),)),
            ("double", ((name, value), (name, value))),
            ("double-other", ((name, value), (name, b"x"))),
            ("other-double", ((name, b"x"), (name, value))),
            ("rename", ((name + b"x", value),)),
            ("lower-name", ((name.lower(), value),)),
        ):
            variants.append(replace(original, headers=(*before, *new, *after), did=(f"{did} {name.decode()}",)))
    return variants
