"""Many files beside each other: a process per core, outcomes in the order of the input."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing.util import Finalize

from axis28 import ending
from axis28.checking.examination import STDIN, Examiner, Settings
from axis28.checking.result import Outcome

FILES_PER_PROCESS = 4
"""Starting a process pays from about so many files on."""
AHEAD = 8
"""Files handed out per process before the first of them has to be done; bounds what waits in memory."""


def processors() -> int:
    """Give the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def outcomes(files: Sequence[str], settings: Settings, jobs: int | None = None) -> Generator[Outcome]:
    """Check files and yield what came out, in their order; ``jobs`` processes, by default as many as pay.

    Close the iterator to stop early. Raises ``BrokenProcessPool`` where a process was killed.
    """
    processes = jobs or min(processors(), len(files) // FILES_PER_PROCESS)
    if min(processes, len(files)) <= 1 or STDIN in files:
        with Examiner(settings) as examiner:
            yield from map(examiner.check, files)
    else:
        yield from _beside(files, settings, min(processes, len(files)))


def _beside(files: Sequence[str], settings: Settings, processes: int) -> Iterator[Outcome]:
    # Forked where that is possible: a worker then starts in milliseconds with everything imported.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else None)
    executor = ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(settings,))
    waiting: deque[Future[Outcome]] = deque()
    try:
        for file in files:
            with ending.blocked():  # a worker that is half there would end with a traceback
                waiting.append(executor.submit(_check, file))
            if len(waiting) >= processes * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        executor.shutdown(cancel_futures=True)


_examiners: list[Examiner] = []


def _begin(settings: Settings) -> None:
    """Make a worker ready. Ctrl-C reaches the whole group; the process that gave the work ends it in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ending.SIGNALS)
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()
    stack = ExitStack()
    _examiners.append(stack.enter_context(Examiner(settings)))
    Finalize(None, stack.close, exitpriority=10)


def _end_with_parent() -> None:
    """Leave no worker behind where the process that gave the work was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _check(file: str) -> Outcome:
    return _examiners[-1].check(file)
