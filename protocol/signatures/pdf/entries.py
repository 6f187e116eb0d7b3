"""Entries of PDF dictionaries as they are meant: pyHanko's ``get`` gives references, and sealed values, as they stand.

What anybody may write as a reference must not escape a check by being one.
"""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils import generic


def entry(holder: Any, name: str, default: Any = None) -> Any:
    """Give the value of an entry, looked up and unsealed; ``default`` where there is none or it is null."""
    try:
        found = holder[name]
    except KeyError:
        return default
    return default if isinstance(found, generic.NullObject) else found
