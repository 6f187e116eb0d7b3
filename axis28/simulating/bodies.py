"""Where bodies lie, as ``--blobs`` of any command says it."""

from __future__ import annotations

from urllib.parse import urlsplit

from axis28.simulating.complaint import complaint


def place(address: str | None) -> str | None:
    """See that a place for bodies outlives the process, and that its address gives no key away.

    Raises ``CommandError``, which does not repeat the key.
    """
    if address is None:
        return None
    url = urlsplit(address)
    if not address or url.scheme == "memory":
        raise complaint("blobs-volatile", place=address)
    if "@" in url.netloc:
        raise complaint("blobs-with-key", scheme=url.scheme)
    return address
