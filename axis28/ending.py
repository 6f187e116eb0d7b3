"""How Ctrl-C and SIGTERM end a command: in order, and without losing a process that it is just starting."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
def held_back() -> Iterator[Callable[[], None]]:
    """Hold Ctrl-C and SIGTERM back: what their handlers raise while a child is being made would lose the child.

    Gives what lets them through, first those that came; to be called once somebody answers for the child. At the
    latest the end of the block does it. Outside the main thread, where no handler ever runs, there is nothing to hold.
    """
    came: list[int] = []
    before: dict[signal.Signals, _Handler] = {}

    def let_through() -> None:
        with blocked():  # setting one handler would run the one before it, and leave the rest as they are
            for number in [*before]:
                signal.signal(number, before[number])
                del before[number]
        while came:
            signal.raise_signal(came.pop(0))

    try:
        if threading.current_thread() is threading.main_thread():
            with blocked():
                for number in SIGNALS:
                    handler = signal.getsignal(number)
                    if callable(handler):  # what is ignored stays ignored, for the child as well
                        before[number] = handler
                        signal.signal(number, lambda number, _frame: came.append(number))
        yield let_through
    finally:
        let_through()


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
