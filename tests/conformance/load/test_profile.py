"""Profiles: those of this installation are sound, and a broken one is refused with the field that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.load import profile, schedule
from conformance.load.profile import ProfileUnusable
from tests.conformance.load.profiles import table


@pytest.mark.parametrize("name", profile.names())
def test_each_profile_of_this_installation_is_sound(name: str) -> None:
    loaded = profile.load(name)
    assert loaded.name == name
    instants = schedule.instants(loaded.arrivals, loaded.seed)
    assert len(instants) == pytest.approx(loaded.arrivals.rate_per_s * loaded.arrivals.duration_s, rel=0.3)


def test_smoke_lasts_longer_than_the_period_of_a_system_that_freezes_every_20_s() -> None:
    arrivals = profile.load("smoke").arrivals
    assert arrivals.duration_s - arrivals.warm_up_s >= 20 + 3


def test_a_profile_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'name = "own"\ntitle = { vi = "a", en = "b" }\nseed = 1\n'
        '[arrivals]\nprocess = "constant"\nrate_per_s = 1.0\nduration_s = 2.0\nwarm_up_s = 0.0\ndrain_s = 1.0\n'
        "[letters]\nfiles = 1\nfile_bytes = 1000\n"
        "[health]\nlateness_p99_ms = 10.0\ncpu = 0.5\nmissing = 0\nmax_in_flight = 5\n"
        "[thresholds]\nachieved_ratio = 1.0\nsend_p95_ms = 1.0\nacknowledged_p95_s = 1.0\nstatus_01_p95_s = 1.0\n"
        "lost = 0\nduplicated = 0\n",
        encoding="utf-8",
    )
    assert profile.load(str(path)).arrivals.duration_s == 2.0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"arrivals": {"rate_per_s": 0}}, r"\$\.arrivals\.rate_per_s"),
        ({"arrivals": {"process": "closed"}}, r"\$\.arrivals\.process"),
        ({"arrivals": {"warm_up_s": 3.0}}, r"\$\.arrivals\.warm_up_s"),
        ({"thresholds": {"achieved_ratio": 99}}, r"\$\.thresholds\.achieved_ratio"),
        ({"health": {"unknown": 1}}, "unknown"),
    ],
)
def test_a_broken_profile_names_its_field(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ProfileUnusable, match=said):
        profile.build(table(**changes), "thu")


@pytest.mark.parametrize(
    ("name", "said"), [("khong-co", "smoke"), ("khong-co.toml", "khong-co.toml"), ("../load.schema", "smoke")]
)
def test_an_unknown_profile_names_the_known_ones(name: str, said: str) -> None:
    with pytest.raises(ProfileUnusable, match=said):
        profile.load(name)


def test_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("name = \n", encoding="utf-8")
    with pytest.raises(ProfileUnusable, match="line 1"):
        profile.load(str(path))
