"""``axis28 reference-dms``: runs the reference DMS as a process of its own, driven over HTTP."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

from axis28.errors import CommandError
from schemas import messages

if TYPE_CHECKING:
    import socket

    from conformance.reference_dms import Behaviour, Connection, Settings


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand's parser."""
    lang = messages.language()

    def say(name: str) -> str:
        return messages.text(f"reference-dms.{name}", lang)

    parser = subparsers.add_parser("reference-dms", help=say("help"), description=say("description"))
    parser.add_argument("--axis", metavar="URL", required=True, help=say("axis"))
    parser.add_argument("--systems", metavar="FILE", type=Path, required=True, help=say("systems"))
    parser.add_argument("--system", metavar="ID", help=say("system"))
    parser.add_argument("--host", default="127.0.0.1", help=say("host"))
    parser.add_argument("--port", type=int, default=0, help=say("port"))
    parser.add_argument("--data", metavar="DIR", type=Path, help=say("data"))
    parser.add_argument("--poll", metavar="SECONDS", type=float, default=60.0, help=say("poll"))
    parser.add_argument("--ca", metavar="FILE", help=say("ca"))
    parser.add_argument("--client-cert", metavar="FILE", help=say("client-cert"))
    parser.add_argument("--client-key", metavar="FILE", help=say("client-key"))
    parser.add_argument("--defect", metavar="NAME", help=say("defect"))
    parser.add_argument("--variant", metavar="NAME", help=say("variant"))


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM; ``CommandError`` says in one line what is wrong with the arguments or the machine."""
    import asyncio
    import sqlite3

    from conformance.reference_dms import Dms
    from conformance.reference_dms.server import serve

    behaviour, settings = _ways(args)
    connection = _connection(args)
    listener = _listen(args.host, args.port)
    with contextlib.closing(listener):
        dms = Dms(args.data, connection=connection, behaviour=behaviour, settings=settings)
        try:
            asyncio.run(serve(dms, listener, lambda line: print(json.dumps(line), flush=True)))
        except (OSError, sqlite3.Error) as error:
            raise _complaint("data-unusable", data=args.data or "", problem=error) from error
    return 0


def _ways(args: argparse.Namespace) -> tuple[Behaviour, Settings]:
    from conformance import mutants, variants
    from conformance.reference_dms import Behaviour, Settings

    if not 0 < args.poll < math.inf:
        raise _complaint("poll-positive")
    behaviour, settings = Behaviour(), Settings(poll_interval_s=args.poll)
    if args.variant is not None:
        if args.variant not in variants.VARIANTS:
            raise _complaint("unknown-variant", name=args.variant, names=", ".join(sorted(variants.VARIANTS)))
        behaviour, settings = variants.VARIANTS[args.variant].applied(behaviour, settings)
    if args.defect is not None:
        if args.defect not in mutants.DEFECTS:
            raise _complaint("unknown-defect", name=args.defect, names=", ".join(sorted(mutants.DEFECTS)))
        behaviour = mutants.DEFECTS[args.defect].applied(behaviour)
    return behaviour, settings


def _connection(args: argparse.Namespace) -> Connection:
    from conformance.reference_dms import Connection
    from conformance.reference_dms.systems import SystemsFileError, read_systems
    from protocol.wire.client import AxisClient
    from protocol.wire.tls import ClientCertificate

    try:
        systems = read_systems(args.systems)
    except SystemsFileError as error:
        raise _complaint("systems-unreadable", file=args.systems, problem=error) from error
    names = ", ".join(systems)
    if args.system is None and len(systems) > 1:
        raise _complaint("system-ambiguous", file=args.systems, names=names)
    chosen = systems.get(args.system) if args.system is not None else next(iter(systems.values()))
    if chosen is None:
        raise _complaint("system-unknown", file=args.systems, name=args.system, names=names)
    shown = None if args.client_cert is None else ClientCertificate(args.client_cert, args.client_key)
    if shown is None and args.client_key is not None:
        raise _complaint("client-key-alone")
    try:
        AxisClient(args.axis, chosen.id, chosen.secret, ca=args.ca, shown=shown)
    except ValueError as error:
        raise _complaint("bad-connection", problem=error) from error
    return Connection(args.axis, chosen.id, chosen.secret, chosen.agencies, args.ca, shown)


def _listen(host: str, port: int) -> socket.socket:
    import socket

    if not 0 <= port <= 65535:
        raise _complaint("cannot-listen", host=host, port=port, problem="0–65535")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise _complaint("cannot-listen", host=host, port=port, problem=error) from error


def _complaint(problem_key: str, /, **values: object) -> CommandError:
    return CommandError(messages.text(f"reference-dms.{problem_key}", messages.language(), **values))
