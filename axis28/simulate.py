"""``axis28 simulate``: run an axis as a process."""

from __future__ import annotations

import argparse
import contextlib
import os
from typing import TYPE_CHECKING

from axis28.simulating import flags

if TYPE_CHECKING:
    from axis28.command import Subparsers


def register(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the subcommand's parser."""
    parser = subparsers.add_parser("simulate", help=flags.text("help"), description=flags.text("description"))
    flags.add(parser)


def run(args: argparse.Namespace) -> int:
    """Run the axis until SIGTERM or SIGINT; exit code 0 after a clean stop, 2 when it cannot start."""
    from axis28.simulating import running
    from axis28.simulating.folders import data_folder
    from axis28.simulating.settings import settings

    starting = running.Starting()
    os.umask(0o077)  # packages and secrets are nobody else's
    if args.stop_with_stdin:
        running.stop_with_stdin()
    with data_folder(args.data) as data:
        told = settings(args, data)
        sockets = running.sockets(args.host, args.port, args.workers)
        with contextlib.ExitStack() as opened:
            for listening in sockets:
                opened.enter_context(listening)
            if args.workers == 1:
                running.run_alone(told, sockets[0], starting)
            else:
                running.run_together(told, sockets)
    return 0
