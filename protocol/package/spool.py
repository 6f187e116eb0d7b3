"""Where decoded attachments wait: memory first, one temporary file when they grow."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


_CLOSED = "the reading that held this attachment is closed"


@dataclass(frozen=True, slots=True)
class Stored:
    """One payload in the spool: where it starts, how long it is (bytes) and its SHA-256 (lower-case hex)."""

    start: int
    size: int
    sha256: str


class Spool:
    """An append-only store of payloads of one reading, all in one unnamed temporary file at most.

    Readers use positional reads, so any number of them may run side by side, also in threads.
    """

    def __init__(self, in_memory: int) -> None:
        self._in_memory = in_memory
        self._buffer: bytearray = bytearray()
        self._file: IO[bytes] | None = None
        self._size = 0
        self._closed = False

    @property
    def size(self) -> int:
        """All bytes written so far."""
        return self._size

    def begin(self) -> Intake:
        """Open a new payload; finish it before the next one begins."""
        return Intake(self, self._size)

    def append(self, data: bytes) -> None:
        """Write behind what is there."""
        self._size += len(data)
        if self._file is not None:
            self._file.write(data)
            return
        self._buffer += data
        if len(self._buffer) > self._in_memory:
            self._file = tempfile.TemporaryFile(prefix="axis28-")  # noqa: SIM115 - closed by close(), it lives as long as the reading
            self._file.write(self._buffer)
            self._buffer = bytearray()

    def seal(self) -> None:
        """Make everything written visible to readers."""
        if self._file is not None:
            self._file.flush()

    def read_at(self, position: int, size: int) -> bytes:
        """Give up to ``size`` bytes from ``position``; ``ValueError`` once the spool is closed."""
        if self._closed:
            raise ValueError(_CLOSED)
        if self._file is None:
            return bytes(self._buffer[position : position + size])
        return os.pread(self._file.fileno(), size, position)

    def open(self, stored: Stored) -> BinaryIO:
        """Give a new buffered reader over one payload; ``ValueError`` once the spool is closed."""
        if self._closed:
            raise ValueError(_CLOSED)
        return io.BufferedReader(_Slice(self, stored), 64 * 1024)

    def close(self) -> None:
        """Throw everything away. May be called twice."""
        self._closed = True
        self._buffer = bytearray()
        if self._file is not None:
            self._file.close()
            self._file = None


class Intake:
    """One payload on its way into the spool: counts and hashes what passes."""

    def __init__(self, spool: Spool, start: int) -> None:
        self._spool = spool
        self._start = start
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Take the next decoded bytes."""
        self.size += len(data)
        self._hash.update(data)
        self._spool.append(data)

    def finish(self) -> Stored:
        """Say where the payload lies."""
        return Stored(self._start, self.size, self._hash.hexdigest())


class _Slice(io.RawIOBase):
    """A seekable window on a spool."""

    def __init__(self, spool: Spool, stored: Stored) -> None:
        super().__init__()
        self._spool = spool
        self._stored = stored
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._stored.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        wanted = min(len(view), max(0, self._stored.size - self._position))
        data = self._spool.read_at(self._stored.start + self._position, wanted)
        view[: len(data)] = data
        self._position += len(data)
        return len(data)
