from __future__ import annotations

from pathlib import Path

import pytest

from conformance.options import settings_from
from conformance.settings import SetupFailure

DRIVER = {"driver": "http:http://127.0.0.1:1/driver"}


def test_defaults_are_those_of_the_contract(tmp_path: Path) -> None:
    settings = settings_from(DRIVER, {}, base=tmp_path)
    assert (settings.plan, settings.listen, settings.wait_s) == ("2026.0-draft", "127.0.0.1:0", 60)
    assert settings.out == tmp_path / "out"
    assert settings.token is None


def test_the_token_comes_from_the_environment_or_a_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-the-file\n")
    environ = {"AXIS28_CONTROL_TOKEN": "from-the-environment"}
    assert settings_from(DRIVER, environ, base=tmp_path).token == "from-the-environment"
    chosen = settings_from({**DRIVER, "control-token-file": "token"}, environ, base=tmp_path)
    assert chosen.token == "from-the-file"
    assert "from-the-file" not in repr(chosen)


def test_the_language_is_the_readers() -> None:
    assert settings_from(DRIVER, {"LC_ALL": "vi_VN.UTF-8"}, base=Path()).lang == "vi"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "--driver"),
        ({**DRIVER, "axis": "127.0.0.1:2828"}, "--axis"),
        ({**DRIVER, "wait": "soon"}, "--wait"),
        ({**DRIVER, "wait": "-1"}, "--wait"),
        ({**DRIVER, "wait": "nan"}, "--wait"),
        ({**DRIVER, "seed": "x"}, "--seed"),
        ({**DRIVER, "seed": "-5"}, "--seed"),
        ({**DRIVER, "ca": "no-such.pem"}, "--ca"),
        ({**DRIVER, "control-token-file": "no-such"}, "--control-token-file"),
    ],
)
def test_a_wrong_option_is_named(given: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(SetupFailure) as failure:
        settings_from(given, {}, base=tmp_path)
    assert named in failure.value.text
    assert "\n" not in failure.value.text
    assert failure.value.exit_code == 2


def test_a_token_file_holds_one_token_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("two tokens")
    with pytest.raises(SetupFailure, match="one token"):
        settings_from({**DRIVER, "control-token-file": "token"}, {}, base=tmp_path)
