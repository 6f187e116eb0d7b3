"""One worker of an axis that several processes serve: ``python -m axis28.simulating.worker CONTROL LISTENING``.

Both arguments are descriptors that it inherits from its parent. It lives no longer than the parent does: the socket
between them closes with either of them, however that one ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time

from axis28.errors import CommandError
from axis28.simulating.parcel import BEAT, READY, take_over
from axis28.simulating.running import Starting, built
from schemas import messages
from simulator.serve import serve

_LAST_GRACE = 15.0  # seconds to answer what is under way once the parent is gone; more than the server takes itself


def main(control_handle: int, listening_handle: int) -> int:
    """Serve until told to stop; exit code 2 when it cannot start."""
    control = socket.socket(fileno=control_handle)
    listening = socket.socket(fileno=listening_handle)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent says when to stop
    starting = Starting((signal.SIGTERM,))
    os.umask(0o077)
    try:
        parcel = take_over(control)
    except (EOFError, OSError):
        return 0
    messages.preferred.set(parcel.language)
    threading.Thread(target=_watch_parent, args=(control,), name="parent-watch", daemon=True).start()
    try:
        axis = built(parcel.settings)
    except CommandError as error:
        print(f"axis28: {error.text}", file=sys.stderr, flush=True)
        return error.exit_code

    def ready() -> None:
        starting.over = True
        _tell(control, READY)

    serve(axis, listening, ready, lambda: _tell(control, BEAT), interruptible=False)
    return 0


def _tell(control: socket.socket, what: bytes) -> None:
    # A parent that does not listen just now, or is gone, must not keep the axis from its work.
    with contextlib.suppress(OSError):
        control.send(what, socket.MSG_DONTWAIT)


def _watch_parent(control: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while control.recv(1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_LAST_GRACE)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
