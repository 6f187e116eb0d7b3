"""Bodies on their way in and at rest: small ones travel in the row, large ones lie on a shelf under their digest.

A large body is on its shelf, whole and durable, before the transaction that refers to it commits.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from simulator.shelves import FolderShelf, Shelf

INLINE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """A body at rest. ``body`` is ``None`` where it lies on a shelf: on ``shelf``, where it was put just now."""

    sha256: str
    size: int
    body: bytes | None
    shelf: Shelf | None = field(default=None, compare=False, repr=False)

    def lost(self) -> bool:
        """Whether it was put on a shelf and is gone from there. Raises ``OSError`` when the shelf cannot say."""
        return self.shelf is not None and not self.shelf.has(self.sha256, self.size)


class Spool:
    """Bytes that arrive: in memory up to 64 KB, then in a temporary file. Close it, or keep it through ``Blobs``.

    The request that waits may give up and close it while another thread still writes it or puts it to rest. Whatever
    is asked of it after that raises ``ValueError``: a closed spool must not pass for an empty one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._memory: bytearray = bytearray()
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._closed = False
        # What is asked of ``_closed`` must still hold while the file is begun, cut or moved.
        self._lock = threading.Lock()
        self.size = 0

    def write(self, chunk: bytes) -> int:
        """Append a chunk and give its length, as files do."""
        with self._lock:
            self._demand_open()
            self.size += len(chunk)
            if self._file is None:
                self._memory += chunk
                if len(self._memory) > INLINE:
                    self._spill()
            else:
                self._file.write(chunk)
        return len(chunk)

    def cut(self, size: int) -> None:
        """Keep only the first ``size`` bytes."""
        with self._lock:
            self._demand_open()
            if self._file is None:
                del self._memory[size:]
            else:
                self._file.flush()
                self._file.truncate(size)
            self.size = size

    def source(self) -> bytes | BinaryIO:
        """Give what was written: bytes, or the file at its start. Stays valid until the spool is closed or kept."""
        with self._lock:
            self._demand_open()
            if self._file is None:
                return bytes(self._memory)
            self._file.flush()
            self._file.seek(0)
            return self._file

    def close(self) -> None:
        """Throw everything away; does nothing after the spool was kept."""
        with self._lock:
            self._closed = True
            if self._file is not None:
                self._file.close()
                self._file = None
            if self._path is not None:
                self._path.unlink(missing_ok=True)
                self._path = None

    def settle(self, place: Callable[[Path], None]) -> None:
        """Make the file durable, let ``place`` take it over from where it is, and close the spool."""
        with self._lock:
            self._demand_open()
            assert self._file is not None
            assert self._path is not None
            self._closed = True
            try:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                place(self._path)
            finally:
                self._file.close()
                self._file = None
                self._path.unlink(missing_ok=True)
                self._path = None

    @property
    def in_memory(self) -> bool:
        """Whether the body is small enough for a row."""
        return self._file is None

    def _demand_open(self) -> None:
        if self._closed:
            raise ValueError("the spool is closed")

    def _spill(self) -> None:
        handle, name = tempfile.mkstemp(dir=self._folder)
        self._path = Path(name)
        self._file = os.fdopen(handle, "w+b")
        self._file.write(self._memory)
        self._memory = bytearray()


class Blobs:
    """The large bodies of an axis: received in ``folder``, kept on ``shelf`` (in the same folder, where none is given).

    ``worker`` is the number of this process among those that share the folder; 0 has it to itself, or prepares it.
    ``swept`` tells how many files an earlier process left that it was still receiving.
    """

    def __init__(self, folder: Path, worker: int = 0, shelf: Shelf | None = None) -> None:
        self._incoming = folder / "incoming" / (str(worker) if worker else "")
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.swept = _leftovers(self._incoming)
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(parents=True, exist_ok=True)
        self.shelf = shelf or FolderShelf(folder, "")

    def spool(self) -> Spool:
        """Open a place for a body that is about to arrive."""
        return Spool(self._incoming)

    def keep(self, spool: Spool, sha256: str | None = None) -> Content:
        """Put what was spooled to rest; durable when this returns (a body in memory: with its row).

        ``sha256`` is its digest, where the caller knows it already. Raises ``ValueError`` when the spool is closed, and
        ``OSError`` when disk or shelf do not take it.

        Held until released: nobody forgets it before the row that refers to it is written. What was not kept is not
        held either: there is nothing to release.
        """
        sha256 = sha256 or _digest(spool.source())
        with self._lock:
            self._held[sha256] += 1
        try:
            return self._at_rest(spool, sha256)
        except BaseException:
            self._let_go([sha256])
            raise

    def open(self, content: Content) -> BinaryIO:
        """Open a body for reading. Raises ``OSError`` where it is missing or cannot be read."""
        if content.body is not None:
            return io.BytesIO(content.body)
        stream = self.shelf.open(content.sha256)
        found = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        if found != content.size:
            stream.close()
            raise OSError(f"{content.sha256}: {found} bytes lie there, not {content.size}")
        return stream

    def release(self, contents: Iterable[Content]) -> None:
        """Let go of what was kept, once for each time."""
        self._let_go(content.sha256 for content in contents)

    def forget(self, sha256: str) -> bool:
        """Remove a body that no row refers to any more, unless somebody here is about to refer to it; tell whether."""
        with self._lock:
            if self._held[sha256]:
                return False
            self.shelf.remove(sha256)
            return True

    def _at_rest(self, spool: Spool, sha256: str) -> Content:
        if spool.in_memory:
            body = spool.source()
            assert isinstance(body, bytes)
            return Content(sha256, len(body), body)
        spool.settle(lambda file: self.shelf.put(file, sha256))
        return Content(sha256, spool.size, None, self.shelf)

    def _let_go(self, digests: Iterable[str]) -> None:
        with self._lock:
            self._held.subtract(digests)
            self._held = +self._held


def _digest(source: bytes | BinaryIO) -> str:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    digest = hashlib.sha256()
    while chunk := source.read(1024 * 1024):
        digest.update(chunk)
    return digest.hexdigest()


def _leftovers(folder: Path) -> int:
    return sum(1 for file in folder.rglob("*") if file.is_file())
