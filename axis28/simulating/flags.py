"""The flags of ``axis28 simulate``: one function for each group, and the readers of their values."""

from __future__ import annotations

import argparse
from pathlib import Path

from schemas import messages

_DEFAULT_PORT = 2828
_MOST_WORKERS = 64
_MAX_SEED = 2**63 - 1
# Said here as well: the module that writes the log is too heavy for a command that only shows its help.
FORMATS = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")


def add(parser: argparse.ArgumentParser) -> None:
    """Add every flag."""
    _where(parser)
    _what(parser)
    _faults(parser)
    _work(parser)
    _limits(parser)
    _guards(parser)
    _control(parser)
    _logs(parser)


def _where(parser: argparse.ArgumentParser) -> None:
    """Where it listens and where it keeps what it acknowledged."""
    parser.add_argument("--host", default="127.0.0.1", help=text("host"))
    parser.add_argument("--port", type=port, default=_DEFAULT_PORT, metavar="N", help=text("port"))
    parser.add_argument("--data", type=Path, metavar="DIR", help=text("data"))
    parser.add_argument("--store", metavar="URL", help=text("store"))


def _what(parser: argparse.ArgumentParser) -> None:
    """How it behaves and who takes part."""
    parser.add_argument("--profile", choices=("axis", "strict"), default="axis", help=text("profile"))
    parser.add_argument("--reserialise", choices=("on", "off"), default="on", help=text("reserialise"))
    parser.add_argument("--trust", type=Path, metavar="DIR", help=text("trust"))
    parser.add_argument("--systems", type=Path, metavar="FILE", help=text("systems"))
    parser.add_argument("--agencies", type=Path, metavar="FILE", help=text("agencies"))


def _faults(parser: argparse.ArgumentParser) -> None:
    """How it misbehaves from the start."""
    parser.add_argument("--faults", type=Path, metavar="FILE", help=text("faults"))
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help=text("seed"))


def _work(parser: argparse.ArgumentParser) -> None:
    """How many processes do the work, and where they lay the bodies down."""
    parser.add_argument("--blobs", metavar="PLACE", help=text("blobs"))
    parser.add_argument("--workers", type=workers, default=1, metavar="N", help=text("workers"))


def _limits(parser: argparse.ArgumentParser) -> None:
    """How much it takes."""
    parser.add_argument("--body-limit", type=megabytes, default=None, metavar="MB", help=text("body-limit"))


def _guards(parser: argparse.ArgumentParser) -> None:
    """Who may connect, and what nobody may read."""
    for name in ("tls-cert", "tls-key", "client-ca"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=text(name))
    parser.add_argument("--rate", type=positive, metavar="N", help=text("rate"))
    parser.add_argument("--concurrency", type=whole, metavar="N", help=text("concurrency"))
    parser.add_argument("--connections", type=whole, metavar="N", help=text("connections"))
    parser.add_argument("--replays", choices=("accept", "note", "refuse"), default="note", help=text("replays"))
    parser.add_argument("--secrets-key-file", type=Path, metavar="FILE", help=text("secrets-key"))


def _control(parser: argparse.ArgumentParser) -> None:
    """Who steers it and when it ends."""
    parser.add_argument("--control-token-file", type=Path, metavar="FILE", help=text("token-file"))
    parser.add_argument("--stop-with-stdin", action="store_true", help=text("stop-with-stdin"))


def _logs(parser: argparse.ArgumentParser) -> None:
    """How it logs."""
    parser.add_argument("--log-format", choices=FORMATS, default="text", help=text("log-format"))
    parser.add_argument("--log-level", choices=LEVELS, default="warning", help=text("log-level"))


def port(value: str) -> int:
    """Read a port, 0 to 65535."""
    if not (value.isascii() and value.isdecimal() and len(value) <= 5 and int(value) <= 65535):
        raise argparse.ArgumentTypeError(text("bad-port", value=value))
    return int(value)


def workers(value: str) -> int:
    """Read a number of processes, 1 to 64."""
    if not (value.isascii() and value.isdecimal() and len(value) <= 2 and 1 <= int(value) <= _MOST_WORKERS):
        raise argparse.ArgumentTypeError(text("bad-workers", value=value, most=_MOST_WORKERS))
    return int(value)


def positive(value: str) -> float:
    """Read a number above 0."""
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number <= 1_000_000:
        raise argparse.ArgumentTypeError(text("bad-number", value=value))
    return number


def whole(value: str) -> int:
    """Read a whole number above 0."""
    number = positive(value)
    if number != int(number):
        raise argparse.ArgumentTypeError(text("bad-number", value=value))
    return int(number)


def seed(value: str) -> int:
    """Read a seed, a whole number of up to 63 bits."""
    if not (value.isascii() and value.isdecimal() and len(value) <= 19 and int(value) <= _MAX_SEED):
        raise argparse.ArgumentTypeError(text("bad-seed", value=value, most=_MAX_SEED))
    return int(value)


def megabytes(value: str) -> int:
    """Read a size in megabytes and give it in bytes."""
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number <= 4096:
        raise argparse.ArgumentTypeError(text("bad-limit", value=value))
    return int(number * 1024 * 1024)


def text(key: str, **values: object) -> str:
    """Give a text of ``simulator.command`` in the user's language."""
    return messages.text(f"simulator.command.{key}", messages.language(), **values)
