"""The data folder of an axis: readable by nobody else, and used by one axis at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

_LOCK = "axis.lock"


class FolderHeld(Exception):  # noqa: N818 - said to the user as it is
    """Another axis uses the folder."""


class Folder:
    """Holds the folder until it is released, or until the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        """Make the folder where it is not there, and take it. Raises ``FolderHeld``, ``OSError``."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The kernel lets go of this lock with the last descriptor, so a killed axis leaves none behind.
        self._handle = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for database in path.glob("*.sqlite3*"):  # of a version that left them open to others
                database.chmod(0o600)
        except BlockingIOError:
            self.release()
            raise FolderHeld(str(path)) from None
        except OSError:
            self.release()
            raise

    def fileno(self) -> int:
        """Give the descriptor of the lock: a worker that inherits it holds the folder as long as it lives."""
        return self._handle

    def release(self) -> None:
        """Let go of it."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)
