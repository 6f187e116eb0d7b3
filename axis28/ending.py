"""How Ctrl-C and SIGTERM end a command: in order, and without losing a process that it just starts or stops."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from types import FrameType

SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM})

_Handler = Callable[[int, FrameType | None], object]


@contextmanager
def in_order() -> Iterator[None]:
    """Turn SIGTERM into an exit that unwinds, so that child processes are stopped and half-written files go."""
    with _restored():
        signal.signal(signal.SIGTERM, _leave)
        yield


@contextmanager
def as_by_ctrl_c() -> Iterator[None]:
    """Turn SIGTERM into Ctrl-C, for a block that knows how to end by that one."""
    with _restored():
        signal.signal(signal.SIGTERM, _interrupt)
        yield


@contextmanager
def held_back() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Hold Ctrl-C and SIGTERM back: what their handlers raise while a child is made or stopped would lose the child.

    Gives the block that lets them through, first those that came; to be entered where a ``finally`` around it answers
    for the child. Whatever ends that block, the next signals wait again: they come through when all has ended. Outside
    the main thread, where no handler ever runs, there is nothing to hold.

    What has a handler of Python is held, and nothing else: Ctrl-C has one from the start, SIGTERM only inside
    ``in_order`` or ``as_by_ctrl_c``. A signal left at ``SIG_DFL`` ends the process at once, here too, and the child
    lives on.
    """
    gate = _Gate()
    try:
        if threading.current_thread() is threading.main_thread():
            with blocked():
                for number in SIGNALS:
                    handler = signal.getsignal(number)
                    if callable(handler):  # what is ignored stays ignored, for the child as well
                        gate.handlers[number] = handler
                        signal.signal(number, gate.meet)
        yield gate.opened
    finally:
        with blocked():  # setting one handler would run the one before it, and leave the rest as they are
            for each, before in gate.handlers.items():
                signal.signal(each, before)
        gate.release()


@dataclass(slots=True)
class _Gate:
    """Stands before the handlers of the signals, and keeps what comes while it is shut."""

    handlers: dict[int, _Handler] = field(default_factory=dict)
    came: list[int] = field(default_factory=list)
    shut: bool = True

    def meet(self, number: int, frame: FrameType | None) -> None:
        """Keep a signal or hand it on. What a handler raises leaves the gate shut behind it.

        It is shut here already, because the next signal may come before the ``finally`` has run its first line.
        """
        if self.shut:
            self.came.append(number)
            return
        self.shut = True
        self.handlers[number](number, frame)
        self.shut = False
        self.release()

    @contextmanager
    def opened(self) -> Iterator[None]:
        self.shut = False
        try:
            self.release()
            yield
        finally:
            self.shut = True

    def release(self) -> None:
        """Have again what came; the first that raises stands for the rest."""
        came, self.came = self.came, []
        for number in came:
            signal.raise_signal(number)


@contextmanager
def blocked() -> Iterator[None]:
    """Have Ctrl-C and SIGTERM wait until the block has ended; a child made meanwhile inherits that."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # may raise what came just before, when it has blocked
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _restored() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell that runs us in the background has us ignore it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)
