"""Running an axis in this process: build it, say that it is ready, serve until somebody ends it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy.exc import SQLAlchemyError

from axis28.simulating.complaint import complaint
from axis28.simulating.crew import Crew
from schemas import messages
from simulator.axis import Axis, build
from simulator.directory import DirectoryError
from simulator.folder import FolderHeld
from simulator.recovery import recovered
from simulator.sealing import KeyUnusable
from simulator.serve import addresses, listen, listen_together, serve
from simulator.settings import Settings
from simulator.shelves import ShelfFailed
from simulator.store.address import parsed
from simulator.store.failure import StorageFailed, UnusableStore
from simulator.traces import TracesUnavailable


class Starting:
    """Makes SIGTERM and SIGINT a normal end: at once while the axis starts; later the server stops by them itself.

    The server raises the signal again when it has stopped; by then nobody needs it.
    """

    def __init__(self, signals: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGINT)) -> None:
        self.over = False
        for number in signals:
            signal.signal(number, self._end)

    def _end(self, *_: object) -> None:
        if not self.over:
            sys.exit(0)


def sockets(host: str, port: int, workers: int) -> list[socket.socket]:
    """Open a listening socket for each worker. Raises ``CommandError``."""
    try:
        return [listen(host, port)] if workers == 1 else listen_together(host, port, workers)
    except OSError as error:
        raise complaint("cannot-listen", host=host, port=port, problem=error.strerror or error) from error


def run_alone(settings: Settings, listening: socket.socket, starting: Starting) -> None:
    """Run an axis as this one process. Raises ``CommandError`` when it cannot start."""
    axis = built(settings)
    say_recovered(axis)

    def ready() -> None:
        starting.over = True
        say_ready(settings, listening)

    serve(axis, listening, ready)


def run_together(settings: Settings, sockets: Sequence[socket.socket]) -> None:
    """Run an axis as a crew of workers, one for each socket. Raises ``CommandError`` when it cannot start."""
    axis = built(settings)  # prepares folder and store, and finds out here what keeps an axis from starting
    say_recovered(axis)
    axis.store.close()
    axis.traces.end()
    assert axis.folder is not None
    try:
        Crew(settings, sockets, axis.folder.fileno()).serve(lambda: say_ready(settings, sockets[0]))
    finally:
        axis.folder.release()


def built(settings: Settings) -> Axis:
    """Put an axis together. Raises ``CommandError`` that says why it cannot start."""
    try:
        return build(settings)
    except FolderHeld as error:
        raise complaint("data-held", folder=settings.data) from error
    except KeyUnusable as error:
        raise complaint(error.rule, path=error.path, problem=error.problem) from error
    except (UnusableStore, DirectoryError, TracesUnavailable) as error:
        raise complaint("cannot-start", problem=error) from error
    except ShelfFailed as error:
        raise complaint("blobs-unusable", problem=error) from error
    except (OSError, SQLAlchemyError) as error:
        raise complaint("unusable-data", folder=settings.data, problem=error) from error


def say_recovered(axis: Axis) -> None:
    """Say on stderr what an axis that was killed has left, and by what its store may yet lose something."""
    lang = messages.language()
    try:
        found, setting = recovered(axis), axis.store.complaint()
    except (OSError, StorageFailed, SQLAlchemyError) as error:
        axis.close()
        raise complaint("unusable-data", folder=axis.settings.data, problem=error) from error
    if found:
        print(messages.text("simulator.store.recovered", lang, **asdict(found)), file=sys.stderr, flush=True)
    if found.missing:
        print(messages.text("simulator.store.missing", lang, missing=found.missing), file=sys.stderr, flush=True)
    if setting is not None:
        text = messages.text("simulator.store.may-forget", lang, store=axis.store.name, setting=setting)
        print(text, file=sys.stderr, flush=True)
    if axis.settings.store is not None and parsed(axis.settings.store).password:
        print(messages.text("simulator.store.password-shown", lang), file=sys.stderr, flush=True)


def say_ready(settings: Settings, listening: socket.socket) -> None:
    """Print the ready line; where everything is gone at the end, say so on stderr."""
    url, control = addresses(listening, tls=settings.tls is not None)
    line: dict[str, object] = {"event": "ready", "url": url, "control": control, "pid": os.getpid()}
    if settings.minted:
        line["token"] = settings.token
    print(json.dumps(line), flush=True)
    if settings.temporary:
        text = messages.text("simulator.command.temporary", messages.language(), folder=settings.data)
        print(text, file=sys.stderr, flush=True)


def stop_with_stdin() -> None:
    """End this process in order once nobody holds the other end of its standard input any more."""
    threading.Thread(target=_watch_stdin, name="stdin-watch", daemon=True).start()


def _watch_stdin() -> None:
    # Not through sys.stdin: a daemon thread must not hold its lock when the interpreter ends.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
