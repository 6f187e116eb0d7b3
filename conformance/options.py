"""Turns what stands on a command line into ``Settings``, refusing what cannot be right with one line."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from pathlib import Path

from conformance.plan import DEFAULT
from conformance.settings import DEFAULT_WAIT_S, Settings, SetupFailure
from protocol.wire.tls import ClientCertificate, client_context
from schemas import messages

TOKEN_VARIABLE = "AXIS28_CONTROL_TOKEN"  # noqa: S105 - the name of the variable, not a token
SEED_BITS = 32


def settings_from(given: Mapping[str, str | None], environ: Mapping[str, str], *, base: Path) -> Settings:
    """Read the options (names as in ``axis28 certify``, without dashes; ``None`` where one was not given).

    The control token comes from a file or from the environment, never from the command line: it would show in ``ps``.
    Raises ``SetupFailure`` naming the option, what is wrong with it and what it should be.
    """
    driver = given.get("driver")
    if not driver:
        raise SetupFailure("--driver is missing: python:MODULE:CALLABLE, exec:COMMAND LINE or http:URL")
    axis = given.get("axis")
    if axis is not None and not axis.startswith(("http://", "https://")):
        raise SetupFailure(f"--axis {axis!r} must be a URL, such as http://127.0.0.1:2828")
    ca = given.get("ca")
    if ca is not None and not (base / ca).is_file():
        raise SetupFailure(f"--ca {ca} is no file")
    shown = client_certificate(given.get("client-cert"), given.get("client-key"), base)
    return Settings(
        driver=driver,
        plan=given.get("plan") or DEFAULT,
        level=given.get("level"),
        axis=axis,
        system=given.get("system"),
        token=_token(given.get("control-token-file"), environ, base),
        listen=given.get("listen") or "127.0.0.1:0",
        wait_s=_seconds("--wait", given.get("wait"), DEFAULT_WAIT_S),
        out=base / (given.get("out") or "out"),
        seed=_seed(given.get("seed")),
        ca=ca,
        shown=shown,
        lang=messages.language(environ),
    )


def client_certificate(certificate: str | None, key: str | None, base: Path) -> ClientCertificate | None:
    """Give the certificate that we show to the axis, as ``--client-cert`` and ``--client-key`` name it.

    Raises ``SetupFailure`` for a file that is none, or that TLS cannot use.
    """
    if certificate is None:
        if key is not None:
            raise SetupFailure("--client-key needs --client-cert: give the certificate that belongs to the key")
        return None
    for option, file in (("--client-cert", certificate), ("--client-key", key)):
        if file is not None and not (base / file).is_file():
            raise SetupFailure(f"{option} {file} is no file")
    shown = ClientCertificate(str(base / certificate), None if key is None else str(base / key))
    try:
        client_context(None, shown)
    except ValueError as error:
        raise SetupFailure(f"--{error}") from error
    return shown


def _token(file: str | None, environ: Mapping[str, str], base: Path) -> str | None:
    if file is None:
        return environ.get(TOKEN_VARIABLE) or None
    try:
        token = (base / file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupFailure(f"--control-token-file {file} cannot be read: {error}") from error
    if not token or any(letter.isspace() for letter in token):
        raise SetupFailure(f"--control-token-file {file} must hold one token and nothing else")
    return token


def _seconds(option: str, text: str | None, default: float) -> float:
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise SetupFailure(f"{option} {text!r} must be a number of seconds, 0 or more")
    return value


def _seed(text: str | None) -> int:
    if text is None:
        return secrets.randbits(SEED_BITS)
    if not text.isascii() or not text.isdigit():
        raise SetupFailure(f"--seed {text!r} must be a whole number, 0 or more")
    return int(text)
