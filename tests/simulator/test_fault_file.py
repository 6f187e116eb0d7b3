"""`--faults FILE`: rules in force from the start, for this start only; what is wrong with a file in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.faults.rules_file import RulesFileError, read_rules
from tests.axis_process import RunningAxis, running_axis
from tests.simulator.test_simulate_command import one_line

TOML = (
    '[[rules]]\nid = "r1"\nfault = "latency"\ntimes = 3\nmatch = { system = "A", nth = 2 }\nargs = { seconds = 1.5 }\n'
)
SHOWN = {
    "id": "r1",
    "fault": "latency",
    "match": {"system": "A", "operation": None, "agency": None, "document": None, "nth": 2},
    "times": 3,
    "args": {"seconds": 1.5},
}


def shown(axis: RunningAxis) -> list[dict[str, Any]]:
    return list(axis.call("GET", "/faults").json()["rules"])


def test_json_and_toml_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "rules.json").write_text(json.dumps({"rules": [SHOWN]}), encoding="utf-8")
    found = [read_rules(tmp_path / name, "en") for name in ("rules.toml", "rules.json")]
    assert [[rule.to_json() for rule in rules] for rules in found] == [[SHOWN], [SHOWN]]


def test_rules_of_a_file_are_in_force_for_one_start(tmp_path: Path) -> None:
    """A later start without the file forgets them, and keeps what the control API said; a reset brings them back."""
    file = tmp_path / "rules.toml"
    file.write_text(TOML, encoding="utf-8")
    with running_axis(tmp_path, "--faults", str(file), "--seed", "9223372036854775807") as axis:
        assert shown(axis) == [SHOWN]
        axis.call("PUT", "/faults/mine", json={"fault": "bom", "match": {"system": "A"}})
        axis.call("DELETE", "/faults/r1")
        assert [rule["id"] for rule in shown(axis)] == ["mine"]
        assert axis.call("POST", "/reset").status_code == 204
        assert shown(axis) == [SHOWN]
        axis.call("PUT", "/faults/mine", json={"fault": "bom", "match": {"system": "A"}})
        assert axis.call("GET", "/faults/log").json()["seed"] == 2**63 - 1
    with running_axis(tmp_path) as axis:
        assert [rule["id"] for rule in shown(axis)] == ["mine"]
        assert axis.call("GET", "/faults/log").json()["seed"] == 0


WRONG = [
    ("not [toml", "file", "TOML"),
    ("x = 1", "x", "rules"),
    ("rules = 1", "rules", "id"),
    ("rules = [1]", "rules[1]", ""),
    ('[[rules]]\nfault = "bom"', "rules[1].id", ""),
    ('[[rules]]\nid = ""\nfault = "bom"', "rules[1].id", "64"),
    ('[[rules]]\nid = "a"\nfault = "storm"', "rules[1].fault", "latency"),
    ('[[rules]]\nid = "a"\nfault = "latency"', "rules[1].args.seconds", "600"),
    ('[[rules]]\nid = "a"\nfault = "bom"\nargs = { seconds = 1 }', "rules[1].args.seconds", "probability"),
    ('[[rules]]\nid = "a"\nfault = "bom"\nargs = { probability = 2 }', "rules[1].args.probability", "1"),
    ('[[rules]]\nid = "a"\nfault = "bom"\nargs = { seed = -1 }', "rules[1].args.seed", "0"),
    ('[[rules]]\nid = "a"\nfault = "redirect"\nargs = { location = "//evil.example" }', "rules[1].args.location", "/"),
    ('[[rules]]\nid = "a"\nfault = "bom"\ntenant = "t"', "rules[1].tenant", "match"),
    ('[[rules]]\nid = "a"\nfault = "bom"\ntimes = 0', "rules[1].times", "1"),
    ('[[rules]]\nid = "a"\nfault = "bom"\nmatch = { colour = "red" }', "rules[1].match.colour", "agency"),
    ('[[rules]]\nid = "a"\nfault = "bom"\nmatch = { system = 7 }', "rules[1].match.system", ""),
    ('[[rules]]\nid = "a"\nfault = "bom"\nmatch = { nth = true }', "rules[1].match.nth", "1"),
    (
        '[[rules]]\nid = "a"\nfault = "axis-full"\nmatch = { operation = "getEdoc" }',
        "rules[1].match.operation",
        "sendEdoc",
    ),
    ('[[rules]]\nid = "a"\nfault = "bom"\n[[rules]]\nid = "a"\nfault = "bom"', "rules[2].id", "a"),
]


@pytest.mark.parametrize(("text", "field", "word"), WRONG)
def test_what_is_wrong_is_said_in_one_line_with_its_place_in_both_languages(
    tmp_path: Path, text: str, field: str, word: str
) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(text, encoding="utf-8")
    said = set()
    for lang in ("vi", "en"):
        with pytest.raises(RulesFileError) as caught:
            read_rules(file, lang)
        line = str(caught.value)
        assert line.startswith(f"{file}: {field}: ")
        assert word in line
        assert "\n" not in line
        said.add(line)
    assert len(said) == 2


def test_an_axis_does_not_start_with_a_file_or_a_seed_that_it_cannot_use(tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    assert str(file) in one_line("--faults", str(file))
    file.write_text('{"rules": [{"id": "a", "fault": "storm"}]}', encoding="utf-8")
    assert "rules[1].fault" in one_line("--faults", str(file))
    for seed in ("-1", "x", str(2**63)):
        assert seed in one_line("--seed", seed)
