"""The child process that reads files: what a hostile file breaks is this process and nothing else.

``python -P -m protocol.content.worker BOUNDS``: requests on standard input, answers on standard output. A request is
four bytes of length, a JSON object ``{"name", "size"}`` and ``size`` bytes; an answer is four bytes of length and the
JSON of a ``FileText``. One byte says beforehand that it is ready. Ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import BinaryIO

from protocol.content.answer import LENGTH_BYTES, READY, encode
from protocol.content.bounds import Bounds
from protocol.content.formats import read_file
from protocol.content.text import FileText


def main() -> None:
    """Read the text of files until the input ends."""
    serve(
        lambda name, data, bounds: encode(read_file(name, data, bounds)),
        lambda why: encode(FileText("other", unread=why)),
    )


def serve(answer: Callable[[str, bytes, Bounds], bytes], refusal: Callable[[str], bytes]) -> None:
    """Answer requests until the input ends, with ``refusal`` (``too-large``, ``damaged``) where that is impossible."""
    bounds = Bounds(**json.loads(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)  # whatever a library prints must not look like an answer
    confine(bounds)
    answers.write(READY)
    answers.flush()
    while request := _request(sys.stdin.buffer):
        name, data = request
        allow_seconds(bounds)
        try:
            body = answer(name, data, bounds)
        except MemoryError:
            body = refusal("too-large")
        except Exception:  # noqa: BLE001 - a file that breaks its reader is damaged, and the next one must be read
            body = refusal("damaged")
        del data, request
        try:
            answers.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)
            answers.flush()
        except BrokenPipeError:
            return  # whoever asked has gone


def confine(bounds: Bounds) -> None:
    """Take away what reading a file does not need: memory without end, files to write, memory dumps, many handles."""
    try:
        import resource  # noqa: PLC0415 - only POSIX has it; the wall time bound holds everywhere
    except ImportError:
        return
    wanted = (
        (resource.RLIMIT_AS, bounds.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    )
    for kind, most in wanted:
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


def allow_seconds(bounds: Bounds) -> None:
    """Allow the processor time of one more file; beyond it the system ends the process."""
    try:
        import resource  # noqa: PLC0415 - only POSIX has it
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime + bounds.seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _request(source: BinaryIO) -> tuple[str, bytes] | None:
    head = source.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    asked = json.loads(source.read(int.from_bytes(head, "big")))
    data = source.read(asked["size"])
    return (asked["name"], data) if len(data) == asked["size"] else None


if __name__ == "__main__":
    main()
