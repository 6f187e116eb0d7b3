"""The time that an axis shows: what a test PKI is issued by, so that its certificates hold when the axis looks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from axis28.errors import CommandError
from schemas import messages

if TYPE_CHECKING:
    from protocol.wire.tls import ClientCertificate

_PATH = "/_axis/v1"
_PATIENCE_S = 10.0


def axis_time(url: str, lang: str, *, ca: str | None, shown: ClientCertificate | None) -> datetime:
    """Ask an axis for the time, which needs no token; ``url`` is its address, or that of its control API.

    ``ca`` names a PEM file of the authorities that vouch for it, ``shown`` is the certificate that it asks for. Raises
    ``CommandError``.
    """
    import httpx

    from protocol.wire.tls import client_context

    try:
        context = client_context(ca, shown) if ca or shown else True
        answer = httpx.get(
            f"{url.rstrip('/').removesuffix(_PATH)}{_PATH}/clock", timeout=_PATIENCE_S, trust_env=False, verify=context
        )
        return _told(answer.raise_for_status().json()["now"])
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        problem = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise CommandError(messages.text("pki.no-clock", lang, url=url, problem=problem)) from error


def _told(text: str) -> datetime:
    now = datetime.fromisoformat(text)
    if now.tzinfo is None:
        raise ValueError(f"now: {text} has no offset")
    return now
