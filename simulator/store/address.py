"""Where a PostgreSQL store is, as a URL says it. A password is taken from it, but never shown with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from simulator.store.failure import UnusableStore

FORM = "postgresql://USER@HOST[:PORT]/DATABASE, postgresql://USER@/DATABASE?host=/SOCKET/FOLDER"
_PORT = 5432
_KNOWN = frozenset({"host", "port", "password_file"})


def parsed(text: str) -> URL:
    """Read the address of a store. Raises ``UnusableStore``, which never repeats a password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UnusableStore("no-address", form=FORM) from None
    if url.drivername not in ("postgresql", "postgresql+pg8000"):
        raise UnusableStore("unknown-kind", kind=url.drivername, form=FORM)
    if not url.database:
        raise UnusableStore("no-database", form=FORM)
    strange = sorted(set(url.query) - _KNOWN)
    if strange:
        raise UnusableStore("unknown-option", option=", ".join(strange), known=", ".join(sorted(_KNOWN)))
    return url


def shown(url: URL) -> str:
    """Give the address as a user may read it."""
    query = {name: value for name, value in url.query.items() if name in ("host", "port")}
    return url.set(drivername="postgresql", password=None, query=query).render_as_string().replace("%2F", "/")


def connect_arguments(url: URL, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Give what the driver is told: user, host or socket, and the password wherever it is.

    The password stands, by precedence, in the file that ``password_file`` names, in the URL, in ``PGPASSWORD``.
    Raises ``UnusableStore``.
    """
    arguments: dict[str, Any] = {"user": url.username or environment.get("PGUSER") or "postgres"}
    arguments["database"] = url.database
    port = url.port or _number(url.query.get("port"))
    host = str(url.query.get("host") or url.host or "localhost")
    if host.startswith("/"):
        arguments["unix_sock"] = f"{host}/.s.PGSQL.{port}"
    else:
        arguments |= {"host": host, "port": port}
    password = _from_file(url.query.get("password_file")) or url.password or environment.get("PGPASSWORD")
    if password:
        arguments["password"] = password
    return arguments


def _number(port: object) -> int:
    if port is None:
        return _PORT
    if not (isinstance(port, str) and port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise UnusableStore("bad-port", port=port)
    return int(port)


def _from_file(path: object) -> str | None:
    if path is None:
        return None
    try:
        return Path(str(path)).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or error
        raise UnusableStore("password-file-unreadable", path=path, problem=problem) from error
