"""Bodies on their way in and at rest: small ones travel in the row, large ones are files named by their digest.

A large body is on the disk, file and folder entry both, before the transaction that refers to it commits.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

INLINE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """A body at rest. ``body`` is ``None`` where it is a file of its own."""

    sha256: str
    size: int
    body: bytes | None


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

    def settle(self, target: Path) -> None:
        """Make the file durable under the name ``target``, and close the spool; the folder entry is the caller's."""
        with self._lock:
            self._demand_open()
            assert self._file is not None
            assert self._path is not None
            self._closed = True
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
            self._path.replace(target)
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
    """The folder of the large bodies; ``<folder>/<first two digits>/<sha256>``.

    ``worker`` is the number of this process among those that share the folder; 0 has it to itself, or prepares it.
    """

    def __init__(self, folder: Path, worker: int = 0) -> None:
        self._folder = folder
        self._incoming = folder / "incoming" / (str(worker) if worker else "")
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()
        if self._incoming.exists():  # what a killed process was still receiving
            shutil.rmtree(self._incoming)
        self._incoming.mkdir(parents=True)

    def spool(self) -> Spool:
        """Open a place for a body that is about to arrive."""
        return Spool(self._incoming)

    def keep(self, spool: Spool, sha256: str | None = None) -> Content:
        """Put what was spooled to rest; durable when this returns (a body in memory: with its row).

        ``sha256`` is its digest, where the caller knows it already. Raises ``ValueError`` when the spool is closed, and
        ``OSError`` when the disk does not take it.

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
        """Open a body for reading."""
        return io.BytesIO(content.body) if content.body is not None else self._path(content.sha256).open("rb")

    def release(self, contents: Iterable[Content]) -> None:
        """Let go of what was kept, once for each time."""
        self._let_go(content.sha256 for content in contents)

    def forget(self, sha256: str) -> None:
        """Remove the file of a body that no row refers to any more, unless somebody is about to refer to it."""
        with self._lock:
            if not self._held[sha256]:
                self._path(sha256).unlink(missing_ok=True)

    def _at_rest(self, spool: Spool, sha256: str) -> Content:
        if spool.in_memory:
            body = spool.source()
            assert isinstance(body, bytes)
            return Content(sha256, len(body), body)
        target = self._path(sha256)
        if target.exists():
            spool.close()
        else:
            target.parent.mkdir(exist_ok=True)
            spool.settle(target)
        # Also where the file was there already: its entry may be another request's that has not reached the disk yet.
        for folder in (target.parent, self._folder):
            _sync_folder(folder)
        return Content(sha256, spool.size, None)

    def _let_go(self, digests: Iterable[str]) -> None:
        with self._lock:
            self._held.subtract(digests)
            self._held = +self._held

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def _digest(source: bytes | BinaryIO) -> str:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    digest = hashlib.sha256()
    while chunk := source.read(1024 * 1024):
        digest.update(chunk)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
