"""What a finding may carry of a text that somebody else wrote."""

from __future__ import annotations

MAX_QUOTED = 200


def quote(text: str | bytes | None) -> str:
    """Cut a value to what a finding may carry: 200 characters, without line breaks, its end marked with an ellipsis."""
    if text is None:
        return ""
    if isinstance(text, bytes):
        text = text[: MAX_QUOTED * 4].decode("utf-8", "backslashreplace")
    text = " ".join(text.split())
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"
