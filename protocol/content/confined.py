"""A child process that reads files, so that a hostile file takes nothing down; what it is asked is the reader's matter.

One child lives as long as the reader and is started at the first file; after a crash, a hang or a bound that was
reached, the next file gets a new one.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import selectors
import subprocess
import sys
import threading
import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, BinaryIO, ClassVar, Generic, Self, TypeVar, cast

from protocol.content.answer import LENGTH_BYTES, READY, InvalidAnswer
from protocol.content.bounds import Bounds
from protocol.package import unzip
from protocol.package.attachment import AttachmentRefused

Answer = TypeVar("Answer")
_BLOCK = 64 * 1024
_START_S = 30.0
"""A busy machine may take seconds to start the child, which loads nothing but its own modules."""
_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR")
_BROKEN_SOURCE = (AttachmentRefused, *unzip.BROKEN)


class Stopped(Exception):  # noqa: N818 - says what became of the child
    """The child gave no answer; ``unread`` says why."""

    def __init__(self, unread: str) -> None:
        super().__init__(unread)
        self.unread = unread


class ConfinedReader(ABC, Generic[Answer]):
    """Asks a child process about files; a context manager, safe to share between threads (they take turns).

    ``Bounds`` say how much of a file is read and what it may cost. A process that is forked while a reader is open has
    a child of its own.
    """

    module: ClassVar[str]
    """What runs in the child: ``python -P -m MODULE BOUNDS``, see ``protocol.content.worker``."""
    arguments: tuple[str, ...] = ()
    """Further arguments of it."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        _open_readers.add(cast("ConfinedReader[object]", self))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child. Reading again starts a new one."""
        with self._turn:
            self._stop()

    @abstractmethod
    def _longest(self) -> int:
        """Give the bytes that the longest answer may take."""

    @abstractmethod
    def _decode(self, answer: bytes) -> Answer:
        """Make an answer of bytes that nobody vouches for; raises ``InvalidAnswer``."""

    def _answer(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> Answer:
        """Ask about one file of ``size`` bytes; raises ``Stopped`` where there is no answer, with the reason why.

        A file that crashes the child is ``damaged``, one that does not end in time ``too-slow``. ``OSError`` where no
        child can be started at all, which says nothing about the file.
        """
        if size > self.bounds.file_bytes:
            raise Stopped("too-large")
        with self._turn:
            for fresh in (False, True):
                child, known = self._running()
                try:
                    return self._ask(child, name, open_file, size)
                except Stopped as stopped:
                    self._stop()
                    if known and not fresh and stopped.unread == "gone":
                        continue  # it ended between two files, which says nothing about this one
                    raise Stopped("damaged" if stopped.unread == "gone" else stopped.unread) from stopped
                except BaseException:
                    self._stop()
                    raise
        raise AssertionError("the second attempt always returns")

    def _running(self) -> tuple[subprocess.Popen[bytes], bool]:
        if self._child is not None and self._child.poll() is None:
            return self._child, True
        self._stop()
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        self._child = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-P", "-m", self.module, json.dumps(asdict(self.bounds)), *self.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,  # Ctrl-C is for the caller, who closes us
        )
        assert self._child.stdout
        try:
            ready = _receive(self._child.stdout, len(READY), time.monotonic() + _START_S) == READY
        except Stopped:
            ready = False
        if not ready:
            self._stop()
            raise ChildProcessError(errno.ECHILD, "the process that reads attached files does not start")
        return self._child, False

    def forget(self) -> None:
        """Let go of the child without ending it: what a forked process does with that of its parent."""
        self._turn = threading.Lock()  # the thread that may have held the old one is not in this process
        child, self._child = self._child, None
        if child is None:
            return
        child.returncode = 0  # nobody here waits for it
        for stream in (child.stdin, child.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()

    def _ask(self, child: subprocess.Popen[bytes], name: str, open_file: Callable[[], BinaryIO], size: int) -> Answer:
        assert child.stdin
        assert child.stdout
        ends = time.monotonic() + self.bounds.seconds
        asked = json.dumps({"name": name, "size": size}).encode()
        sent = 0
        try:
            with open_file() as stream:
                _send(child.stdin, len(asked).to_bytes(LENGTH_BYTES, "big") + asked, ends)
                while block := unzip.read(stream, min(_BLOCK, size - sent)):
                    _send(child.stdin, block, ends)
                    sent += len(block)
                    if time.monotonic() > ends:
                        raise Stopped("too-slow")
        except _BROKEN_SOURCE as error:
            raise Stopped("damaged") from error
        if sent != size:
            raise Stopped("damaged")
        length = int.from_bytes(_receive(child.stdout, LENGTH_BYTES, ends), "big")
        if length > self._longest():
            raise Stopped("damaged")
        try:
            return self._decode(_receive(child.stdout, length, ends))
        except InvalidAnswer as error:
            raise Stopped("damaged") from error


_open_readers: weakref.WeakSet[ConfinedReader[object]] = weakref.WeakSet()


def _forget_all() -> None:
    for reader in list(_open_readers):
        reader.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)


def _send(target: IO[bytes], data: bytes, ends: float) -> None:
    os.set_blocking(target.fileno(), False)
    view = memoryview(data)
    with selectors.DefaultSelector() as selector:
        selector.register(target, selectors.EVENT_WRITE)
        while view:
            if not selector.select(max(0.0, ends - time.monotonic())):
                raise Stopped("too-slow")
            try:
                view = view[os.write(target.fileno(), view) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise Stopped("gone") from error


def _receive(source: IO[bytes], size: int, ends: float) -> bytes:
    parts: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while size > 0:
            if not selector.select(max(0.0, ends - time.monotonic())):
                raise Stopped("too-slow")
            part = os.read(source.fileno(), min(size, 1024 * 1024))
            if not part:
                raise Stopped("gone")
            parts.append(part)
            size -= len(part)
    return b"".join(parts)
