"""The log of an axis: lines on stderr, as text or as JSON, each with the id of its request and none with a secret."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, Literal

import structlog

from simulator import requestid

Format = Literal["text", "json"]
FORMATS: tuple[Format, ...] = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")

_Event = MutableMapping[str, Any]
_requests = logging.getLogger("simulator.requests")


def configure(form: Format, level: str, struck: Callable[[Any], Any]) -> None:
    """Send the log of this process to stderr. ``struck`` takes secrets out of a JSON value."""
    write = _json if form == "json" else _text

    def line(_: Any, __: str, event: _Event) -> str:
        return write(struck(dict(event)))

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _add_request_id,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                line,
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # What clients do wrong is answered, not logged line by line.
    logging.getLogger("uvicorn.error").setLevel(max(logging.ERROR, logging.getLogger().level))
    for chatty in ("asyncio", "httpx", "urllib3", "botocore", "fsspec", "s3fs", "opentelemetry"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def request(seconds: float, **facts: object) -> None:
    """Log one answered request at level ``info``; nothing is made of the facts where that level is off."""
    if _requests.isEnabledFor(logging.INFO):
        facts["milliseconds"] = round(seconds * 1000, 3)
        _requests.info("answered", extra={name: fact for name, fact in facts.items() if fact is not None})


def _add_request_id(_: object, __: str, event: _Event) -> _Event:
    request_id = requestid.current.get()
    if request_id:
        event["request_id"] = request_id
    return event


def _json(event: _Event) -> str:
    return json.dumps(event, ensure_ascii=False, default=str)


def _text(event: _Event) -> str:
    """Write a line for people; what a client said is quoted, so that it cannot look like a line of its own."""
    head = f"{event.pop('timestamp')} {event.pop('logger')} {event.pop('level').upper()} {event.pop('event')}"
    trace = event.pop("exception", None)
    rest = "".join(f" {name}={fact!r}" for name, fact in event.items())
    return head + rest + ("" if trace is None else f"\n{trace}")
