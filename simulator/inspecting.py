"""The process that inspects packages after they were answered: ``python -P -m simulator.inspecting BOUNDS [TRUST]``.

Requests on standard input, answers on standard output, framed as in ``protocol.content.worker``. The name of a request
is JSON with ``at`` (milliseconds) and ``message_type``; an answer is ``{"findings": […]}``, or ``{"unreadable": true}``
where attached files could not be read at all. Ends with its input; yields the processor to whoever answers requests.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from protocol.content.answer import LENGTH_BYTES, READY
from simulator.clock import local
from simulator.inspection import Instruments, inspect

_NICE = 5
"""Little: on a busy machine one that yields more would not come to start what reads attached files in time."""


def main() -> None:
    """Inspect packages until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints must not look like an answer
    os.nice(_NICE)
    trust = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with Instruments(trust) as instruments:
        answers.write(READY)
        answers.flush()
        while (request := _request()) is not None:
            body = json.dumps(_answer(*request, instruments), ensure_ascii=False).encode("utf-8", "replace")
            try:
                answers.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)
                answers.flush()
            except BrokenPipeError:
                return  # whoever asked has gone


def _answer(asked: dict[str, Any], package: bytes, instruments: Instruments) -> dict[str, Any]:
    try:
        found = inspect(io.BytesIO(package), instruments, local(asked["at"]), asked["message_type"])
    except OSError:
        return {"unreadable": True}
    return {"findings": found}


def _request() -> tuple[dict[str, Any], bytes] | None:
    source = sys.stdin.buffer
    head = source.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    asked = json.loads(source.read(int.from_bytes(head, "big")))
    package = source.read(asked["size"])
    return (json.loads(asked["name"]), package) if len(package) == asked["size"] else None


if __name__ == "__main__":
    main()
