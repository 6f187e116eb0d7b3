"""The tree keeps its own rules: imports point one way, registries agree, no id is lost."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import schemas

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def guard() -> ModuleType:
    spec = importlib.util.spec_from_file_location("guard", ROOT / "scripts" / "guard.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_imports_point_one_way() -> None:
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


def test_the_registries_agree_with_each_other(guard: ModuleType) -> None:
    assert list(guard.references()) == []


def test_the_json_schemas_are_valid(guard: ModuleType) -> None:
    assert list(guard.json_schemas()) == []


def test_no_id_was_renamed_or_removed(guard: ModuleType) -> None:
    assert list(guard.frozen_ids()) == []


def test_a_renamed_id_is_noticed(guard: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = schemas.json_data("frozen.json")
    frozen["checks"] = [*frozen["checks"], "XXX-01/was-here-once"]
    monkeypatch.setattr(schemas, "json_data", lambda _: frozen)
    monkeypatch.setattr(guard, "ids", lambda: {"checks": [*frozen["checks"][:-1], "XXX-01/is-new"]})
    assert [complaint.split(": ")[2].split()[0] for complaint in guard.frozen_ids()] == [
        "XXX-01/was-here-once",
        "XXX-01/is-new",
    ]


def test_a_schema_of_no_dialect_or_a_wrong_one_is_noticed(
    guard: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.schema.json").write_text('{"type": "strnig"}')
    monkeypatch.setattr(schemas, "files", lambda _: tmp_path)
    assert len(list(guard.json_schemas())) == 2


def test_a_long_module_is_noticed_and_the_list_of_exceptions_is_kept_honest(
    guard: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "protocol"
    package.mkdir()
    for name, lines in (("short", 300), ("long", 301), ("known", 310), ("shrunk", 305), ("grown", 320)):
        (package / f"{name}.py").write_text("pass\n" * lines)
    exceptions = tmp_path / "long_modules.json"
    listed = {"known": 310, "shrunk": 310, "grown": 310, "gone": 400}
    exceptions.write_text(json.dumps({f"protocol/{name}.py": lines for name, lines in listed.items()}))
    monkeypatch.setattr(guard, "ROOT", tmp_path)
    monkeypatch.setattr(guard, "LONG_MODULES", exceptions)
    complaints = "\n".join(guard.module_sizes())
    assert set(re.findall(r"protocol/(\w+)\.py", complaints)) == {"long", "shrunk", "grown", "gone"}


def test_a_path_of_a_machine_is_noticed(guard: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text("fine\nsee " + "/ro" + "ot/axis28\n")
    monkeypatch.setattr(guard, "ROOT", tmp_path)
    assert [complaint.partition(" ")[0] for complaint in guard.leaks()] == ["docs/page.md:2:"]
