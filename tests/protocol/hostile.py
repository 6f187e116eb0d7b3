"""Packages that attack whoever reads them, and traps that show whether a reader reached for a file or the network."""

from __future__ import annotations

import os
import socket
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from fixtures.casebook.letters import FIRST, letter_of, letter_with, main_pdf
from fixtures.casebook.spoiling import Spoil, payload, text, zipped

GIGABYTE = 1024**3
_BLOCK = 1024 * 1024
ROOT = "<edXML xmlns"
SUBJECT = "Về việc ban hành Quy chế"


def doctype(subset: str, use: str = "") -> Spoil:
    """Put a document type before the root, and ``use`` at the start of the subject."""
    return text((ROOT, f"<!DOCTYPE edXML {subset}>{ROOT}"), (SUBJECT, use + SUBJECT))


def billion_laughs() -> bytes:
    """Ten entities, each ten times the one before it."""
    levels = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    return letter_with(doctype(f"[<!ENTITY l0 'ha'>{levels}]", "&l9;"))()


def quadratic_blow_up() -> bytes:
    """One entity of a hundred kilobytes, a hundred thousand times."""
    return letter_with(doctype(f"[<!ENTITY q '{'q' * 100_000}'>]", "&q;" * 100_000))()


def deep(levels: int = 10_000) -> bytes:
    """Elements that nest."""
    return letter_with(text((SUBJECT, "<x>" * levels + "</x>" * levels)))()


@lru_cache(maxsize=1)
def gigabyte_zip(name: str = "bom.xlsx") -> bytes:
    """A zip of one megabyte that holds a gigabyte of zeros, with the right sizes and checksum."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    # A full flush ends on a byte and forgets what went before, so that the same block fits behind itself.
    block = compressor.compress(bytes(_BLOCK)) + compressor.flush(zlib.Z_FULL_FLUSH)
    stream = block * (GIGABYTE // _BLOCK) + compressor.flush()
    crc = 0
    for _ in range(GIGABYTE // _BLOCK):
        crc = zlib.crc32(bytes(_BLOCK), crc)
    return _with_stream(zipped((name, stream)), crc, len(stream))


def _with_stream(made: bytes, crc: int, size: int) -> bytes:
    """Let the headers of a zip of one stored file say that it is deflated, and what it inflates to."""
    raw = bytearray(made)
    central = int.from_bytes(made[-6:-2], "little")
    for at, method, sums in ((0, 8, 14), (central, 10, 16)):
        raw[at + method : at + method + 2] = (zipfile.ZIP_DEFLATED).to_bytes(2, "little")
        raw[at + sums : at + sums + 12] = (
            crc.to_bytes(4, "little") + size.to_bytes(4, "little") + GIGABYTE.to_bytes(4, "little")
        )
    return bytes(raw)


def zip_bomb() -> bytes:
    """The gigabyte as the zip that a sheet travels in."""
    return letter_with(payload(gigabyte_zip(), 3))()


def archive_bomb() -> bytes:
    """The gigabyte as an attachment that is a .zip by itself."""
    return letter_of(files=((FIRST, main_pdf()), ("ho-so.zip", gigabyte_zip())))()


def word_bomb() -> bytes:
    """The gigabyte as the text of a Word file."""
    return letter_of(files=((FIRST, main_pdf()), ("dự thảo.docx", gigabyte_zip("word/document.xml"))))()


def word_with_entity(uri: str) -> bytes:
    """A Word file whose text asks for something outside of it."""
    document = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e SYSTEM "{uri}">]><d>&e;</d>'.encode()
    relation = (
        f'<Relationships xmlns="urn:r"><Relationship Id="r" Target="{uri}" TargetMode="External"/></Relationships>'
    )
    word = zipped(
        ("[Content_Types].xml", document),
        ("word/document.xml", document),
        ("word/_rels/document.xml.rels", f"{relation}</Relationships>".encode()),
    )
    return letter_of(files=((FIRST, main_pdf()), ("dự thảo.docx", word)))()


def reaching(uri: str) -> dict[str, bytes]:
    """Give packages that ask their reader to fetch a URI, each in its own way."""
    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation'
    hint = f'<edXML {schema}="http://www.mic.gov.vn/TBT/QCVN_102_2016 {uri}" xmlns'
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{uri}" parse="text"/>'
    return {
        "entity": letter_with(doctype(f'[<!ENTITY e SYSTEM "{uri}">]', "&e;"))(),
        "parameter entity": letter_with(doctype(f'[<!ENTITY % p SYSTEM "{uri}"> %p;]'))(),
        "external subset": letter_with(doctype(f'SYSTEM "{uri}"'))(),
        "UTF-16": letter_with(doctype(f'[<!ENTITY e SYSTEM "{uri}">]', "&e;"))().decode().encode("utf-16"),
        "XInclude": letter_with(text((SUBJECT, include + SUBJECT)))(),
        "stylesheet": letter_with(text((ROOT, f'<?xml-stylesheet href="{uri}" type="text/xsl"?>{ROOT}')))(),
        "schema location": letter_with(text((ROOT, hint), (SUBJECT, f"<b>{SUBJECT}</b>")))(),
        "Word": word_with_entity(uri),
    }


@dataclass(slots=True)
class Trap:
    """Addresses that nobody may reach for, and whether somebody did."""

    uris: tuple[str, str]
    listener: socket.socket
    _opened: threading.Event = field(default_factory=threading.Event)

    def sprung(self) -> list[str]:
        """Give what was reached for: ``file``, ``network``."""
        reached = ["file"] if self._opened.is_set() else []
        try:
            self.listener.accept()[0].close()
        except BlockingIOError:
            return reached
        return [*reached, "network"]


@contextmanager
def trap(folder: Path) -> Iterator[Trap]:
    """Lay a FIFO, whose opening shows, and a listener, whose connections show."""
    fifo = folder / "trap"
    os.mkfifo(fifo)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        laid = Trap((fifo.as_uri(), f"http://127.0.0.1:{listener.getsockname()[1]}/x.dtd"), listener)

        def wait() -> None:
            os.close(os.open(fifo, os.O_WRONLY))  # waits until somebody opens it for reading
            laid._opened.set()

        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        yield laid
        os.close(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK))
        waiting.join(5)
