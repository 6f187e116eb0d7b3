"""Conducts a run in a thread of its own, so that others can wait for single checks while all of them go on."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import traceback
from concurrent.futures import Future
from typing import Any

from conformance.events import CheckDecided, Event, PhaseStarted, RunStarted
from conformance.outcome import Outcome
from conformance.report import raw, views
from conformance.run import Conducted, Run
from conformance.settings import INVALID, SetupFailure


class Conductor:
    """Starts one run, hands out its outcomes as they come, ends it, and writes what it leaves."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._outcomes: dict[str, Future[Outcome]] = {
            story.entry.id: Future() for _, stories in run.phases for story in stories
        }
        self._result: Future[Conducted] = Future()
        self._begun = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._work, name="axis28-run")
        self._report: dict[str, Any] | None = None
        run.listen(self._hear)
        run.on_end = self._write

    def preview(self) -> RunStarted:
        """Ask the system to describe itself and say what would be run."""
        return asyncio.run(self._run.preview())

    def start(self) -> None:
        """Begin, and come back when the first phase has begun; ``SetupFailure`` where none could."""
        self._thread.start()
        self._begun.wait()
        if self._result.done() and (error := self._result.exception()) is not None:
            self._thread.join()
            raise error

    def outcome(self, check_id: str) -> Outcome:
        """Wait for one check's outcome; ``SetupFailure`` where the run broke down before it came."""
        return self._outcomes[check_id].result()

    def finish(self) -> dict[str, Any]:
        """End the run, early where checks are still open, write all reports, and give the raw one."""
        if self._thread.is_alive() and self._loop is not None:
            try:
                if not all(outcome.done() for outcome in self._outcomes.values()):
                    self._loop.call_soon_threadsafe(self._run.stop)
            except RuntimeError:
                # The loop was closed between the question and the call: the run has just ended by itself.
                pass
        while self._thread.is_alive():
            try:
                self._thread.join()
            except KeyboardInterrupt:
                # The report stands by now: whoever cannot wait for the clearing up need not.
                with contextlib.suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(self._run.abandon) if self._loop else None
        self._result.result()
        assert self._report is not None
        return self._report

    def _write(self, conducted: Conducted) -> None:
        self._report = write(conducted, self._run)

    def _hear(self, event: Event) -> None:
        if isinstance(event, PhaseStarted):
            self._begun.set()
        elif isinstance(event, CheckDecided):
            self._outcomes[event.outcome.entry.id].set_result(event.outcome)

    def _work(self) -> None:
        try:
            with asyncio.Runner() as runner:
                self._loop = runner.get_loop()
                self._result.set_result(runner.run(self._run.conduct()))
        except SetupFailure as failure:
            self._break(failure)
        except Exception as error:  # noqa: BLE001 - a fault of the suite ends as one line and a file, not as a traceback
            self._run.evidence.write("suite-fault.txt", traceback.format_exc())
            self._break(SetupFailure(f"the suite itself failed: {type(error).__name__}: {error}", INVALID))
        finally:
            self._begun.set()

    def _break(self, failure: SetupFailure) -> None:
        self._result.set_exception(failure)
        for outcome in self._outcomes.values():
            if not outcome.done():
                outcome.set_exception(failure)


def write(conducted: Conducted, run: Run) -> dict[str, Any]:
    """Build the raw report of a run, check it, and write it with all views of it."""
    report = raw.build(conducted)
    views.write(report, run.evidence)
    return report


def certify(run: Run) -> dict[str, Any]:
    """Conduct a run to its end in this thread and give its raw report: for callers that need no pytest."""
    reports: list[dict[str, Any]] = []
    run.on_end = lambda conducted: reports.append(write(conducted, run))
    asyncio.run(run.conduct())
    return reports[0]
