"""A mark of secrecy in one word, for tests."""

from __future__ import annotations

from protocol.content.degrees import Mark


def told(mark: Mark | None) -> str | None:
    """The degree of a mark, behind it ``?`` for a doubtful one and ``??`` for a possible one."""
    return mark.degree + {"sure": "", "doubtful": "?", "possible": "??"}[mark.certainty] if mark else None
