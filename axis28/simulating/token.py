"""The control token: from a file, from the environment, or minted."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from axis28.simulating.complaint import complaint

VARIABLE = "AXIS28_CONTROL_TOKEN"


def control_token(path: Path | None) -> tuple[str, bool]:
    """Find the control token, and tell whether it was minted (then only the ready line tells it).

    Raises ``CommandError`` for a file that cannot be read and for a token that no header could carry.
    """
    if path is not None:
        try:
            given = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise complaint("token-file-unreadable", path=path, problem=error) from error
    elif VARIABLE in os.environ:
        given = os.environ[VARIABLE].strip()
    else:
        return secrets.token_urlsafe(32), True
    if not given or not given.isprintable() or not given.isascii() or " " in given:
        raise complaint("token-unusable", source=path or VARIABLE)
    return given, False
