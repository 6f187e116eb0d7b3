"""A directory of many agencies: brought in at once, read in pages, listed by level."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event

from fixtures.official_client import OfficialClient
from simulator.directory import Agency, all_agencies
from simulator.registering import Entered, put_agencies
from simulator.store.tables import metadata
from tests.axis_process import RunningAxis, running_axis, start_axis
from tests.simulator.conftest import OLD_TIMESTAMP, Office, Participant
from tests.simulator.test_control import fits, problem
from tests.simulator.test_exchange import ok


def _lines(entries: Sequence[Mapping[str, Any]]) -> bytes:
    return "\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries).encode()


def _many(root: str, count: int) -> list[dict[str, Any]]:
    return [{"code": f"{root}.{number}", "name": f"Sở Thử nghiệm {number}"} for number in range(count)]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A store without an axis."""
    engine = create_engine(f"sqlite:///{tmp_path / 'directory.sqlite3'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def test_five_hundred_agencies_take_a_handful_of_statements(engine: Engine) -> None:
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    entries = [Agency(f"H99.{n}", f"Sở {n}", old_code=f"000.{n}.H99") for n in range(500)]
    for rename, expected in (("", Entered(new=500)), ("", Entered(same=500)), (" Hai", Entered(changed=500))):
        del statements[:]
        with engine.begin() as connection:
            renamed = [Agency(entry.code, entry.name + rename, old_code=entry.old_code) for entry in entries]
            assert put_agencies(connection, renamed, 1) == expected
        assert len(statements) <= 5, statements


def test_codes_change_hands_within_one_list_as_they_would_one_by_one(engine: Engine) -> None:
    """An old code that one agency gives up may be taken by the next one of the same list, whatever its size."""
    first = [Agency(f"H99.{n}", "Sở", old_code=f"000.{n}.H99") for n in range(600)]
    passed_on = [Agency(entry.code, "Sở", old_code=f"000.{n + 600}.H99") for n, entry in enumerate(first)]
    taken = [Agency(f"H98.{n}", "Ban", old_code=f"000.{n}.H99") for n in range(600)]
    with engine.begin() as connection:
        put_agencies(connection, first, 1)
        assert put_agencies(connection, [*passed_on, *taken], 2) == Entered(new=600, changed=600)
        assert {entry.code: entry.version for entry in all_agencies(connection)} == {
            **{entry.code: 2 for entry in first},
            **{entry.code: 1 for entry in taken},
        }


def test_a_directory_comes_in_at_once_and_whoever_is_unchanged_keeps_the_version(
    office: Office, sender: Participant
) -> None:
    axis, entries = office.axis, _many(sender.code, 1200)
    assert axis.call("PUT", "/agencies", content=_lines(entries)).json() == {"new": 1200, "changed": 0, "same": 0}
    entries[7]["name"] = "Sở đổi tên"
    entries[8] |= {
        "system": sender.system,
        "old_code": f"000.{sender.code}",
        "is_agency": False,
        "mail": "a@example.org",
    }
    assert axis.call("PUT", "/agencies", content=_lines(entries)).json() == {"new": 0, "changed": 2, "same": 1198}
    shown = axis.call("GET", f"/agencies/000.{sender.code}").json()
    fits(shown, "agency")
    assert (shown["code"], shown["system"], shown["version"]) == (entries[8]["code"], sender.system, 2)
    units = {unit["code"]: unit["version"] for unit in ok(sender.official().units().result).items or ()}
    assert [units[entry["code"]] for entry in entries[6:10]] == [1, 2, 2, 1]


def test_the_directory_reads_the_same_in_pages_and_whole(office: Office, sender: Participant) -> None:
    axis = office.axis
    axis.call("PUT", "/agencies", content=_lines(_many(sender.code, 25)))
    own = [entry for entry in axis.call("GET", "/agencies").json()["agencies"] if entry["code"].startswith(sender.code)]
    assert len(own) == 26
    paged: list[dict[str, Any]] = []
    after: str | None = sender.code[:-1]
    while after is not None and not any(entry["code"] == own[-1]["code"] for entry in paged):
        page = axis.call("GET", "/agencies", params={"after": after, "limit": 7}).json()
        fits(page, "agencies")
        paged += page["agencies"]
        after = page["next"]
    assert [entry for entry in paged if entry["code"].startswith(sender.code)] == own
    assert axis.call("GET", "/agencies", params={"after": "~", "limit": 1}).json() == {"agencies": [], "next": None}
    for limit in (0, 10_001, "x"):
        problem(axis.call("GET", "/agencies", params={"limit": limit}), 422)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"code": "H99.1"}', ("line 3", "name")),
        (b'{"code": "H99 1", "name": "x"}', ("line 3", "code", "H99 1")),
        (b'{"code": "H99.1", "name": "x", "colour": "red"}', ("line 3", "colour")),
        (b'{"code": "H99.1", "name": "x", "locked": 1}', ("line 3", "locked")),
        (b'{"code": "H99.1", "name": "x", "system": "NOBODY"}', ("line 3", "NOBODY")),
        (b'{"code": "H99.1", "name": "\\ud800"}', ("line 3", "name")),
        (b'{"code": "H99.1", "name": "a\\u0000b"}', ("line 3", "name")),
        (b'{"code": "H99.1", "name": "' + b"x" * 20_000 + b'"}', ("line 3", "16384")),
        (b"[1]", ("line 3", "JSON")),
        (b"[" * 9000, ("line 3", "JSON")),
        (b"\xff", ("line 3", "JSON")),
    ],
    ids=[str(number) for number in range(11)],
)
def test_one_bad_line_keeps_all_out_and_is_named(
    office: Office, sender: Participant, line: bytes, words: tuple[str, ...]
) -> None:
    good = json.dumps({"code": f"{sender.code}.1", "name": "Sở"}).encode()
    answer = office.axis.call("PUT", "/agencies", content=b"\n".join([good, b"", line]))
    problem(answer, 422)
    assert all(word in answer.json()["detail"] for word in words), answer.text
    problem(office.axis.call("GET", f"/agencies/{sender.code}.1"), 404)


def test_a_code_stands_once_in_a_directory_and_is_taken_from_nobody(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    twice = [{"code": f"{sender.code}.1", "name": "A"}, {"code": f"{sender.code}.2", "name": "B"}]
    twice[1]["old_code"] = f"{sender.code}.1"
    answer = office.axis.call("PUT", "/agencies", content=_lines(twice))
    problem(answer, 422)
    assert f"line 2: old_code: {sender.code}.1 stands twice" in answer.json()["detail"]
    taken = [twice[0], {"code": receiver.old_code, "name": "Giả mạo"}]
    problem(office.axis.call("PUT", "/agencies", content=_lines(taken)), 409)
    problem(office.axis.call("GET", f"/agencies/{sender.code}.1"), 404)


def test_levels_go_by_the_code_of_either_generation(office: Office) -> None:
    """Level 1 holds ministries and provinces, and neither centres nor enterprises, which have one group as well."""
    mark = f"{office.random.randrange(10**9):09d}"
    low, middle = mark[:3], mark[3:5]
    expected = {
        f"H99.{mark}": 2,
        f"H99.{mark}.1": 3,
        f"H99.{mark}.1.1": 4,
        f"H99.{mark}.1.1.1": 4,
        f"{low}.{middle}.07.H98": 4,
        f"0{mark}0": None,  # an enterprise
        f"{mark[:2]}.{mark[2:4]}.W00": None,  # a centre
        f"vxp.test.{mark}": None,
    }
    answer = office.axis.call("PUT", "/agencies", content=_lines([{"code": code, "name": "x"} for code in expected]))
    assert answer.status_code == 200, answer.text
    office.axis.call("PUT", "/agencies", content=_lines([{"code": "G98", "name": "Bộ Thử nghiệm"}]))
    levels = {code: office.axis.call("GET", f"/agencies/{code}").json()["level"] for code in [*expected, "G98"]}
    assert levels == {**expected, "G98": 1}


def test_the_whole_directory_is_listed_whatever_level_is_asked_for(office: Office, sender: Participant) -> None:
    """What ``level`` selects on the real axis is unknown: a client that copies the official sample misses nobody."""
    client, other = sender.official(), office.participant()
    for level in ("1", "", "5"):
        listed = {agency["code"] for agency in ok(client.agencies_qd20(level).result).items or ()}
        assert {sender.code, other.code} <= listed


def test_an_axis_starts_with_a_directory_and_undoes_nothing_with_it_later(tmp_path: Path) -> None:
    file, systems = tmp_path / "agencies.jsonl", tmp_path / "systems.toml"
    systems.write_text('[[system]]\nid = "S"\nsecret = "s"\nagencies = [{code = "H99.S", name = "S"}]\n', "utf-8")
    entries = _many("H99", 700)
    entries[0]["system"] = "S"
    file.write_bytes(_lines(entries))
    arguments = ("--systems", str(systems), "--agencies", str(file))

    def units(axis: RunningAxis) -> dict[str, tuple[str, int, bool]]:
        items = ok(OfficialClient(axis.url, "S", "s", timestamp=OLD_TIMESTAMP).units().result).items or ()
        return {str(unit["code"]): (str(unit["name"]), int(unit["version"]), bool(unit["deleted"])) for unit in items}

    with running_axis(tmp_path, *arguments) as axis:
        assert len(units(axis)) == 701
        client = OfficialClient(axis.url, "S", "s", timestamp=OLD_TIMESTAMP)
        ok(client.register_agency('{"code":"H99.0","name":"Đổi tên"}'.encode()).result)
        axis.call("POST", "/agencies/H99.2/merge", json={"agencies": ["H99.1"]})
        before = units(axis)
        assert before["H99.0"] == ("Đổi tên", 2, False)
    with running_axis(tmp_path, *arguments) as axis:
        assert units(axis) == before
    entries[1]["name"] = entries[3]["name"] = "Tên mới"
    file.write_bytes(_lines(entries))
    with running_axis(tmp_path, *arguments) as axis:
        after = units(axis)
        assert (after["H99.1"], after["H99.3"]) == (before["H99.1"], ("Tên mới", 2, False))
        axis.call("POST", "/reset")
        assert {version for _, version, _ in units(axis).values()} == {1}
        assert len(units(axis)) == 701


def test_an_unusable_directory_keeps_an_axis_from_starting_with_one_line(tmp_path: Path) -> None:
    file = tmp_path / "agencies.jsonl"
    file.write_bytes(b'{"code": "H99.1", "name": "x"}\n{"code": "H99.1", "name": "y"}\n')
    for path, words in ((file, "line 2: code: H99.1 stands twice"), (tmp_path / "none", "cannot be read")):
        with pytest.raises(AssertionError) as error:
            start_axis(tmp_path, "--agencies", str(path))
        assert words in str(error.value)
        assert "Traceback" not in str(error.value)
