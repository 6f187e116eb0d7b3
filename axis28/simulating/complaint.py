"""What keeps an axis from starting, as the user reads it."""

from __future__ import annotations

from axis28.errors import CommandError
from schemas import messages


def complaint(key: str, **values: object) -> CommandError:
    """Make the error whose text is ``simulator.command.<key>`` of the message catalogues."""
    return CommandError(messages.text(f"simulator.command.{key}", messages.language(), **values))
