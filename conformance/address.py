"""Addresses that people give: what of them may be shown, and what must stay secret."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

MIN_VALUE = 8


def shown(url: str) -> str:
    """Give an address without user, password, query and fragment, which may hold what opens it."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def secrets(url: str) -> list[str]:
    """Give what an address hides: its password and its query, whole and by value, as written and decoded.

    A short value (``?verbose=true``) is a word of every language and no secret.
    """
    parts = urlsplit(url)
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    hidden = [password or user, parts.query, *(value for _, value in parse_qsl(parts.query) if len(value) >= MIN_VALUE)]
    return [spelling for secret in hidden for spelling in dict.fromkeys((secret, unquote(secret))) if spelling]


def url_of(driver: str) -> str | None:
    """Give the URL of a driver SPEC, ``None`` for a driver that has none."""
    kind, _, rest = driver.partition(":")
    if kind not in ("http", "https"):
        return None
    return driver if rest.startswith("//") else rest
