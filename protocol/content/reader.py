"""Reads attached files in a child process of its own, so that a hostile file takes nothing down.

One child lives as long as the reader and is started at the first file; after a crash, a hang or a bound that was
reached, the next file gets a new one.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Any, BinaryIO, Self

from protocol.content.bounds import Bounds
from protocol.content.text import FileText, Line
from protocol.package import unzip
from protocol.package.attachment import AttachmentRefused
from protocol.package.filename import extension

_BLOCK = 64 * 1024
_LENGTH_BYTES = 4
_LONGEST_ANSWER = 64 * 1024 * 1024
_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR")
_DEFAULTS = Bounds()


class _Stopped(Exception):  # noqa: N818 - says what became of the child
    """The child gave no answer; ``unread`` says why."""

    def __init__(self, unread: str) -> None:
        super().__init__(unread)
        self.unread = unread


class ContentReader:
    """Reads the text of files; a context manager, safe to share between threads (they take turns).

    ``with ContentReader() as contents: judge(…, contents=contents)``. ``Bounds`` say how much of a file is read and
    what it may cost.
    """

    def __init__(self, bounds: Bounds = _DEFAULTS) -> None:
        self.bounds = bounds
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child. Reading again starts a new one."""
        with self._turn:
            self._stop()

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> FileText:
        """Read the text of one file of ``size`` bytes; ``name`` is its real name.

        Never raises on bad files: a file that crashes the child is ``damaged``, one that does not end in time
        ``too-slow``. ``OSError`` where no child can be started at all.
        """
        if size > self.bounds.file_bytes:
            return FileText("other", unread="too-large")
        with self._turn:
            for fresh in (False, True):
                child, known = self._running()
                try:
                    return self._ask(child, name, open_file, size)
                except _Stopped as stopped:
                    self._stop()
                    if known and not fresh and stopped.unread == "gone":
                        continue  # it ended between two files, which says nothing about this one
                    unread = "damaged" if stopped.unread == "gone" else stopped.unread
                    return FileText("pdf" if extension(name) == "pdf" else "other", unread=unread)
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
            [sys.executable, "-P", "-m", "protocol.content.worker", json.dumps(asdict(self.bounds))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,  # Ctrl-C is for the caller, who closes us
        )
        return self._child, False

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

    def _ask(self, child: subprocess.Popen[bytes], name: str, open_file: Callable[[], BinaryIO], size: int) -> FileText:
        assert child.stdin
        assert child.stdout
        ends = time.monotonic() + self.bounds.seconds
        asked = json.dumps({"name": name, "size": size}).encode()
        sent = 0
        try:
            with open_file() as stream:
                _send(child.stdin, len(asked).to_bytes(_LENGTH_BYTES, "big") + asked, ends)
                while block := unzip.read(stream, min(_BLOCK, size - sent)):
                    _send(child.stdin, block, ends)
                    sent += len(block)
        except (AttachmentRefused, OSError) as error:
            raise _Stopped("damaged") from error
        if sent != size:
            raise _Stopped("damaged")
        length = int.from_bytes(_receive(child.stdout, _LENGTH_BYTES, ends), "big")
        if length > _LONGEST_ANSWER:
            raise _Stopped("damaged")
        return _decoded(_receive(child.stdout, length, ends))


def _send(target: IO[bytes], data: bytes, ends: float) -> None:
    os.set_blocking(target.fileno(), False)
    view = memoryview(data)
    with selectors.DefaultSelector() as selector:
        selector.register(target, selectors.EVENT_WRITE)
        while view:
            if not selector.select(max(0.0, ends - time.monotonic())):
                raise _Stopped("too-slow")
            try:
                view = view[os.write(target.fileno(), view) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise _Stopped("gone") from error


def _receive(source: IO[bytes], size: int, ends: float) -> bytes:
    parts: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while size > 0:
            if not selector.select(max(0.0, ends - time.monotonic())):
                raise _Stopped("too-slow")
            part = os.read(source.fileno(), min(size, 1024 * 1024))
            if not part:
                raise _Stopped("gone")
            parts.append(part)
            size -= len(part)
    return b"".join(parts)


def _decoded(answer: bytes) -> FileText:
    """Make the text of an answer; the child may have been taken over by a file, so nothing in it is trusted."""
    try:
        value: dict[str, Any] = json.loads(answer)
        lines = tuple(_line(*values) for values in value["lines"])
        return FileText(value["kind"], lines, int(value["pages"]), str(value["unread"]), frozenset(value["marks"]))
    except (ValueError, TypeError, KeyError) as error:
        raise _Stopped("damaged") from error


def _line(text: object, page: object, *rest: Any) -> Line:
    left, top, right, bottom, size, width, height = map(float, rest[:-1])
    return Line(str(text), int(str(page)), left, top, right, bottom, size, width, height, rest[-1])
