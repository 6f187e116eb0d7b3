"""The parent of an axis that several processes serve: starts the workers, watches them, ends them.

It serves nothing itself. Each worker has a socket to it, over which it gets its settings and says that it lives; one
that ends, or says nothing for a while, is replaced. What is shared lies in the store.
"""

from __future__ import annotations

import contextlib
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from axis28.simulating.complaint import complaint
from axis28.simulating.parcel import READY, Parcel, hand_over
from schemas import messages
from simulator.settings import Settings

START_LIMIT = 60.0
"""Seconds within which a worker has to accept requests."""
SILENCE_LIMIT = 30.0
"""Seconds without a sign of life after which a worker counts as hung."""
STOP_LIMIT = 15.0
"""Seconds that workers get to answer what is under way; they allow themselves ten."""
_LONGEST_PAUSE = 30.0
_LOOK = 0.5
# -P keeps the working directory off the path: a folder of the user's that is called like one of our packages, too.
_WORKER = (sys.executable, "-P", "-m", "axis28.simulating.worker")


@dataclass(slots=True)
class _Worker:
    number: int
    process: subprocess.Popen[bytes]
    control: socket.socket
    heard: float
    ready: bool = False


class Crew:
    """The workers of one axis: one for each listening socket, numbered from 1."""

    def __init__(self, settings: Settings, sockets: Sequence[socket.socket], lock: int) -> None:
        self._settings = settings
        self._sockets = sockets
        self._lock = lock
        self._workers: dict[int, _Worker] = {}
        self._due: dict[int, float] = dict.fromkeys(range(1, len(sockets) + 1), 0.0)
        self._failures = dict.fromkeys(self._due, 0)
        self._selector = selectors.DefaultSelector()
        self._ending = False

    def serve(self, ready: Callable[[], None]) -> None:
        """Keep all workers at work until SIGTERM or SIGINT; ``ready`` is called once, when all accept requests.

        Raises ``CommandError`` when a worker cannot even start for the first time; it has said why.
        """
        with self._signals():
            try:
                announced = False
                looked = monotonic()
                while not self._ending:
                    self._start_due()
                    self._listen()
                    looked = self._forgive_our_own_sleep(looked)
                    self._replace_hung()
                    for number in self._ended():
                        self._bury(number, announced=announced)
                    if not announced and self._all_ready():
                        announced = True
                        ready()
            finally:
                self._end()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Let signals end the watch at once: they wake the selector through a socket."""
        woken, waker = socket.socketpair()
        with woken, waker:
            waker.setblocking(False)
            before = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
            self._selector.register(woken, selectors.EVENT_READ, None)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._told_to_end)
            try:
                yield
            finally:
                signal.set_wakeup_fd(before)
                self._selector.close()

    def _told_to_end(self, *_: object) -> None:
        self._ending = True

    def _start_due(self) -> None:
        now = monotonic()
        for number in [number for number, due in self._due.items() if due <= now]:
            del self._due[number]
            self._start(number)

    def _start(self, number: int) -> None:
        ours, theirs = socket.socketpair()
        listening = self._sockets[number - 1]
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own program with numbers as arguments
                [*_WORKER, str(theirs.fileno()), str(listening.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # The lock goes along: the folder is free again only when the last worker is gone, too.
                pass_fds=(theirs.fileno(), listening.fileno(), self._lock),
            )
        self._workers[number] = _Worker(number, process, ours, monotonic())
        self._selector.register(ours, selectors.EVENT_READ, number)
        with contextlib.suppress(OSError):  # gone already: noticed when it is waited for
            hand_over(ours, Parcel(replace(self._settings, worker=number), messages.language()))

    def _listen(self) -> None:
        """Wait a moment for signs of life, and take in all that there are."""
        for key, _ in self._selector.select(_LOOK):
            worker = self._workers.get(key.data)
            if worker is None:
                assert isinstance(key.fileobj, socket.socket)
                key.fileobj.recv(4096)
                continue
            said = b""
            with contextlib.suppress(OSError):
                said = worker.control.recv(4096)
            if not said:
                self._selector.unregister(worker.control)  # it ends; how, its process tells
                continue
            worker.heard = monotonic()
            if READY in said:
                worker.ready = True
                self._failures[worker.number] = 0

    def _forgive_our_own_sleep(self, looked: float) -> float:
        """When this process itself stood still, nobody's silence during that time counts."""
        now = monotonic()
        if now - looked > SILENCE_LIMIT / 2:
            for worker in self._workers.values():
                worker.heard = now
        return now

    def _replace_hung(self) -> None:
        now = monotonic()
        for worker in self._workers.values():
            if now - worker.heard > (SILENCE_LIMIT if worker.ready else START_LIMIT) and worker.process.poll() is None:
                _say("worker-hung", number=worker.number, pid=worker.process.pid, seconds=f"{now - worker.heard:.0f}")
                worker.process.kill()
                worker.process.wait()

    def _ended(self) -> list[int]:
        return [number for number, worker in self._workers.items() if worker.process.poll() is not None]

    def _bury(self, number: int, *, announced: bool) -> None:
        worker = self._workers.pop(number)
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(worker.control)
        worker.control.close()
        code = worker.process.returncode
        if self._ending:
            return
        if not announced:
            raise complaint("workers-cannot-start", number=number, code=code)
        self._failures[number] += 1
        pause = 0.0 if self._failures[number] == 1 else min(2.0 ** (self._failures[number] - 2), _LONGEST_PAUSE)
        self._due[number] = monotonic() + pause
        _say("worker-ended", number=number, pid=worker.process.pid, code=code, seconds=f"{pause:g}")

    def _all_ready(self) -> bool:
        return len(self._workers) == len(self._sockets) and all(worker.ready for worker in self._workers.values())

    def _end(self) -> None:
        """End all: in order first, then for certain. New connections are refused from here on."""
        for listening in self._sockets:
            listening.close()
        for worker in self._workers.values():
            worker.process.terminate()
        until = monotonic() + STOP_LIMIT
        for worker in self._workers.values():
            try:
                worker.process.wait(max(0.0, until - monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
            worker.control.close()
        self._workers.clear()


def _say(key: str, **values: object) -> None:
    text = messages.text(f"simulator.command.{key}", messages.language(), **values)
    print(f"axis28 simulate: {text}", file=sys.stderr, flush=True)
