"""No secret of the system or of the axis reaches a file of the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conformance.case import Case
from conformance.evidence import Evidence
from conformance.report import raw, views
from tests.axis_process import RunningAxis
from tests.conformance.toys import (
    Toy,
    by_slug,
    conducted,
    join,
    polls,
    scenario,
)


def test_no_secret_is_in_any_file_even_if_the_system_repeats_it(tmp_path: Path) -> None:
    toy = Toy()

    def talkative(request: dict[str, Any]) -> dict[str, Any]:
        return {"id": request["id"], "error": f"cannot log in with {toy.secret}"}

    toy.answers = {"send": talkative}

    async def asks(case: Case) -> None:
        await polls(case)
        case.note(f"the secret is {toy.secret}")
        await case.dms.send({"state": "signed"})

    ended = conducted(toy, [scenario(asks, "asks")], tmp_path)
    assert by_slug(ended)["asks"].reason == "driver-error"
    assert "[redacted]" in by_slug(ended)["asks"].got
    evidence = Evidence(tmp_path, [toy.secret])
    views.write(raw.build(ended), evidence)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"report.json", "report.html", "junit.xml", "driver.jsonl", "notes.txt"}
    for path in files:
        assert toy.secret.encode() not in path.read_bytes(), path


def test_the_control_token_of_a_given_axis_is_in_no_file(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy(answers={"send": lambda request: {"id": request["id"], "error": f"token {axis.token}"}})
    join(toy, axis)

    async def asks(case: Case) -> None:
        await case.dms.send({"state": "signed"})

    views.write(raw.build(conducted(toy, [scenario(asks, "asks")], tmp_path, axis)), Evidence(tmp_path))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (tmp_path / "evidence/TOY-01/asks/driver.jsonl") in files
    for path in files:
        assert axis.token.encode() not in path.read_bytes(), path
