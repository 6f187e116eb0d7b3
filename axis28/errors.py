"""What a subcommand raises when it cannot do what was asked."""

from __future__ import annotations

USAGE = 2
INVALID = 3


class CommandError(Exception):
    """Ends the command with one line on stderr and ``exit_code``: 2 for usage and set-up, 3 for an invalid run.

    ``text`` is a sentence in the reader's language that names what is wrong and how to mend it.
    """

    def __init__(self, text: str, exit_code: int = USAGE) -> None:
        super().__init__(text)
        self.text = text
        self.exit_code = exit_code
