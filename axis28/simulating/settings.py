"""From flags to settings: whatever else a flag names (token, systems, folder) is looked up here."""

from __future__ import annotations

import argparse
from pathlib import Path

from axis28.errors import CommandError
from axis28.simulating import bodies
from axis28.simulating.complaint import complaint
from axis28.simulating.token import control_token
from schemas import messages
from simulator.directory import System
from simulator.faults.rules import Rule
from simulator.faults.rules_file import RulesFileError, read_rules
from simulator.http_protocol import MAX_CONNECTIONS
from simulator.settings import BODY_LIMIT, Settings
from simulator.systems_file import SystemsFileError, read_systems
from simulator.tls import Tls, TlsUnusable


def settings(args: argparse.Namespace, data: Path) -> Settings:
    """Make the settings of an axis with the data folder ``data``. Raises ``CommandError``."""
    token, minted = control_token(args.control_token_file)
    return Settings(
        data=data,
        token=token,
        host=args.host,
        port=args.port,
        profile=args.profile,
        reserialise=args.reserialise == "on",
        systems=_systems(args.systems),
        agencies=args.agencies,
        trust=_trust(args.trust),
        minted=minted,
        temporary=args.data is None,
        tls=_tls(args.tls_cert, args.tls_key, args.client_ca),
        secrets_key=args.secrets_key_file,
        rate=args.rate,
        concurrency=args.concurrency,
        connections=args.connections or MAX_CONNECTIONS,
        workers=args.workers,
        replays=args.replays,
        body_limit=args.body_limit or BODY_LIMIT,
        blobs=bodies.place(args.blobs),
        log_format=args.log_format,
        log_level=args.log_level,
        store=args.store,
        fault_rules=_rules(args.faults),
        seed=args.seed,
    )


def _tls(certificate: Path | None, key: Path | None, client_ca: Path | None) -> Tls | None:
    """Look at the files of an axis over TLS before it starts, so that the complaint is one line."""
    if certificate is None and key is None and client_ca is None:
        return None
    if certificate is None or key is None:
        raise complaint("tls-half")
    tls = Tls(certificate, key, client_ca)
    try:
        tls.context()
    except TlsUnusable as error:
        raise complaint(error.rule, path=error.path, problem=error.problem) from error
    return tls


def _rules(path: Path | None) -> tuple[Rule, ...]:
    if path is None:
        return ()
    try:
        return read_rules(path, messages.language())
    except RulesFileError as error:
        raise CommandError(str(error)) from error


def _systems(path: Path | None) -> tuple[System, ...]:
    if path is None:
        return ()
    try:
        return read_systems(path, messages.language())
    except SystemsFileError as error:
        raise CommandError(str(error)) from error


def _trust(folder: Path | None) -> Path | None:
    """See that a trust folder can be used, before anything waits for it."""
    if folder is None:
        return None
    from protocol.signatures.anchors import TrustError, load

    try:
        load(folder)
    except TrustError as error:
        text = error.text(messages.language())
        raise CommandError(messages.text("check.trust-unusable", messages.language(), problem=text)) from error
    return folder.resolve()
