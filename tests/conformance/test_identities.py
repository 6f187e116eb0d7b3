"""The seed decides shapes and texts; what names a thing is new in each run, whatever the seed."""

from __future__ import annotations

from pathlib import Path

from conformance.case import Case
from conformance.scenarios.sightings import recognisable
from tests.conformance.toys import Toy, conducted, scenario


def drawn(out: Path) -> tuple[dict[str, str], dict[str, object]]:
    """Give the names and the shapes that one run draws; the seed of toy runs is always the same."""
    names: dict[str, str] = {}
    shapes: dict[str, object] = {}

    async def draw(case: Case) -> None:
        peer = await case.peer()
        letter, draft = case.letter(sender=peer, to=[case.sut]), case.draft(to=[peer])
        shapes["kind"] = letter.header.document_type
        shapes["subject"] = letter.header.subject
        shapes["draft"] = (draft["subject"], draft["type"], draft["signer"], draft["files"])
        names["peer"] = peer.code
        names["unknown"] = await case.unknown_code()
        names["document id"] = letter.header.document_id or ""
        names["number of a letter"] = letter.header.code.number or ""
        names["number of a draft"] = draft["number"]
        names["mark"] = recognisable(case, draft).beginning

    conducted(Toy(), [scenario(draw, "draws")], out)
    return names, shapes


def test_two_runs_with_one_seed_differ_in_every_name_and_in_nothing_else(tmp_path: Path) -> None:
    first, second = drawn(tmp_path / "1"), drawn(tmp_path / "2")
    assert [name for name in first[0] if first[0][name] == second[0][name]] == []
    assert len(first[0]) == 6
    assert first[1] == second[1]
