"""A load profile: what is offered, when a generator is too sick to judge by, and what has to be held."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import schemas

SUFFIX = ".toml"
_FOLDER = "load"


class ProfileUnusable(Exception):  # noqa: N818 - said to the person who asked for the profile
    """No such profile, or one that breaks its schema; the text is one line that names field, rule and fix."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Open arrivals: they come at ``rate_per_s`` for ``duration_s`` seconds, whatever the answers do.

    What arrives in the first ``warm_up_s`` seconds is sent but not measured. Documents may take up to ``drain_s``
    seconds and one polling interval after the last arrival before they count as lost.
    """

    process: Literal["constant", "poisson"]
    rate_per_s: float
    duration_s: float
    warm_up_s: float
    drain_s: float


@dataclass(frozen=True, slots=True)
class Letters:
    """What is sent: letters with ``files`` PDF files of about ``file_bytes`` bytes each."""

    files: int
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Health:
    """Beyond these the generator itself was the bottleneck and the run is invalid, neither passed nor failed.

    ``lateness_p99_ms`` is how late requests left after their intended instant, ``cpu`` the share of one processor that
    a generator process used, ``missing`` how many arrivals were never sent.
    """

    lateness_p99_ms: float
    cpu: float
    missing: int
    max_in_flight: int


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What has to be held. Times of documents count from the moment the axis made them available.

    ``acknowledged_p95_s`` and ``status_01_p95_s`` are what a DMS may take beyond one of its own polling intervals.
    """

    achieved_ratio: float
    send_p95_ms: float
    acknowledged_p95_s: float
    status_01_p95_s: float
    lost: int
    duplicated: int


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile, by the name under which it is asked for; ``seed`` fixes arrivals and letters."""

    name: str
    title: Mapping[str, str]
    seed: int
    arrivals: Arrivals
    letters: Letters
    health: Health
    thresholds: Thresholds


def names() -> list[str]:
    """Give the names of the profiles of this installation."""
    return [Path(name).name.removesuffix(SUFFIX) for name in schemas.names(_FOLDER, SUFFIX)]


def load(name: str) -> Profile:
    """Read a profile by its name, or from a file when ``name`` ends in ``.toml``. Raises ``ProfileUnusable``."""
    try:
        raw = Path(name).read_bytes() if name.endswith(SUFFIX) else schemas.data(f"{_FOLDER}/{name}{SUFFIX}")
    except OSError as error:
        raise ProfileUnusable(f"{name}: {error.strerror or error}") from error
    except schemas.DataError as error:
        raise ProfileUnusable(f"no profile {name!r}: there are {', '.join(names())}, or give a .toml file") from error
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileUnusable(f"profile {name}: {error}") from error
    return build(table, name)


def build(table: Mapping[str, Any], name: str) -> Profile:
    """Check a profile's data against its schema and type it. Raises ``ProfileUnusable``."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - heavy, and only a load run needs it
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    error = best_match(Draft202012Validator(schemas.json_schema("load")).iter_errors(table))
    if error is not None:
        raise ProfileUnusable(f"profile {name}, {error.json_path}: {error.message}")
    if table["arrivals"]["warm_up_s"] >= table["arrivals"]["duration_s"]:
        raise ProfileUnusable(f"profile {name}, $.arrivals.warm_up_s: must be shorter than duration_s")
    return Profile(
        name=table["name"],
        title=table["title"],
        seed=table["seed"],
        arrivals=Arrivals(**table["arrivals"]),
        letters=Letters(**table["letters"]),
        health=Health(**table["health"]),
        thresholds=Thresholds(**table["thresholds"]),
    )
