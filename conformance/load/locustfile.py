"""The generator process: sends a pool of signed requests, each at its instant, and writes down what came back.

Run as ``python -m conformance.load.locustfile JOB``. Nothing else imports this module: Locust patches sockets and
threads. One user's scheduler starts a request at its intended instant whether or not earlier ones were answered, so a
system that stops answering cannot slow its own load down (no coordinated omission); Locust's statistics, which count
from the actual start, are not used.
"""

from __future__ import annotations

# The patching has to come before anything that opens sockets or threads.
import locust  # isort: skip
from locust.contrib.fasthttp import FastHttpUser  # isort: skip
from locust.env import Environment  # isort: skip

import json
import mmap
import ssl
import sys
import time
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from gevent.pool import Pool

from conformance.load.job import READY, Job, Planned, read_pool
from protocol.wire.tls import ClientCertificate, client_context

_IDLE_S = 0.001


class Scheduler:
    """Sends this process' share of the pool; ``start`` is the wall-clock time of the run's beginning."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.start = 0.0
        self.records: list[dict[str, Any]] = []
        self.done = Event()
        self._planned = [one for one in read_pool(Path(job.index)) if one.index % job.shares == job.share]
        self._in_flight = Pool(job.max_in_flight)
        self._zero = 0.0
        with Path(job.bodies).open("rb") as bodies:
            self._bodies = mmap.mmap(bodies.fileno(), 0, access=mmap.ACCESS_READ)

    def run(self, user: Arrivals) -> None:
        """Send everything at its instant, then wait for the answers that are still under way."""
        self._zero = time.perf_counter() + self.start - time.time()
        cpu, wall = time.process_time(), time.perf_counter()
        for planned in self._planned:
            while (ahead := self._zero + planned.at - time.perf_counter()) > 0:
                gevent.sleep(max(ahead, _IDLE_S))
            if self._in_flight.free_count() == 0:
                self._record(planned, None, None, accepted=False, error="not-sent")
            else:
                self._in_flight.spawn(self._send, user, planned)
        used = (time.process_time() - cpu) / max(time.perf_counter() - wall, 1e-9)
        self._in_flight.join(timeout=self.job.answer_limit_s + 1)
        self._in_flight.kill()
        self.records.append({"cpu": used})
        self.done.set()

    def _send(self, user: Arrivals, planned: Planned) -> None:
        body = self._bodies[planned.offset : planned.offset + planned.length]
        started = time.perf_counter() - self._zero
        data: Any = body  # Locust takes bytes, though its annotation does not say so
        answer = user.client.request(
            "POST", self.job.url, name="sendEdoc", data=data, headers=dict(planned.headers), allow_redirects=False
        )
        ended = time.perf_counter() - self._zero
        problem = _problem(answer.status_code, answer.content)
        self._record(planned, started, ended, accepted=not problem, error=problem)

    def _record(
        self, planned: Planned, started: float | None, ended: float | None, *, accepted: bool, error: str
    ) -> None:
        self.records.append(
            {
                "index": planned.index, "intended": planned.at, "started": started, "ended": ended,
                "accepted": accepted, "error": error,
            }
        )  # fmt: skip


class Arrivals(FastHttpUser):
    """The one user of this process; it only lends its client to the scheduler."""

    host = "http://127.0.0.1"  # every request carries its whole URL
    abstract = False
    scheduler: Scheduler

    @locust.task
    def arrive(self) -> None:
        """Run the whole schedule once."""
        self.scheduler.run(self)
        raise locust.exception.StopUser


def _problem(http_status: int, content: bytes | None) -> str:
    """Say in a word what is wrong with an answer; nothing, when it is a success in full."""
    if not http_status:
        return "no-answer"
    if http_status != 200:
        return f"http-{http_status}"
    try:
        answer = json.loads(content or b"")
    except ValueError:
        return "not-json"
    if not isinstance(answer, dict):
        return "not-json"
    if answer.get("status") == "OK" and str(answer.get("ErrorCode")) == "0" and answer.get("DocId"):
        return ""
    return f"refused-{answer.get('ErrorCode')}"


def _context(job: Job) -> ssl.SSLContext:
    """Trust the authority that was named, or the machine's; never just anybody."""
    shown = None if job.client_cert is None else ClientCertificate(job.client_cert, job.client_key)
    return client_context(job.ca, shown)


def main(job_file: str) -> int:
    """Do one job."""
    job = Job.read(Path(job_file))
    scheduler = Scheduler(job)
    Arrivals.scheduler = scheduler
    Arrivals.concurrency = job.max_in_flight
    Arrivals.network_timeout = Arrivals.connection_timeout = job.answer_limit_s
    if job.url.startswith("https:"):
        Arrivals.ssl_context_factory = staticmethod(lambda: _context(job))
    Arrivals.insecure = False
    environment = Environment(user_classes=[Arrivals])
    runner = environment.create_local_runner()
    print(READY, flush=True)
    line = sys.stdin.readline()
    if not line.strip():
        return 2
    scheduler.start = float(line)
    runner.start(1, spawn_rate=1)
    scheduler.done.wait()
    runner.quit()
    with Path(job.results).open("w", encoding="utf-8") as results:
        results.writelines(json.dumps(record) + "\n" for record in scheduler.records)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
