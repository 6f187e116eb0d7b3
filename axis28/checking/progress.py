"""How far a long check has come, on stderr."""

from __future__ import annotations

from typing import TextIO

from axis28.checking.visible import fitting
from schemas import messages

MANY = 20
"""Up to so many files nobody has to be told."""
_BAR = 24
_ERASE = "\r\x1b[K"


class Progress:
    """A bar where stderr is a terminal; elsewhere one line at the start, and nothing for few files."""

    def __init__(self, stream: TextIO, lang: str, count: int, *, quiet: bool = False) -> None:
        self._stream = stream
        self._lang = lang
        self._count = count
        self._shown = not quiet and count > MANY
        self._bar = self._shown and stream.isatty()
        self._done = 0
        if self._shown and not self._bar:
            line = messages.text("check.starting", lang, count=count)
            print(fitting(line, stream.encoding), file=stream, flush=True)

    def clear(self) -> None:
        """Take the bar away, so that something else can be written."""
        if self._bar:
            self._stream.write(_ERASE)
            self._stream.flush()

    def step(self) -> None:
        """Count one more file and draw the bar again."""
        self._done += 1
        if self._bar:
            filled = _BAR * self._done // self._count
            words = messages.text("check.progress", self._lang, done=self._done, count=self._count)
            bar = f"{_ERASE}[{'#' * filled}{'.' * (_BAR - filled)}] {fitting(words, self._stream.encoding)}"
            self._stream.write(bar)
            self._stream.flush()
