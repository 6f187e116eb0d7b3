from __future__ import annotations

import copy
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import schemas
from conformance.evidence import Evidence
from conformance.outcome import Outcome, Witness
from conformance.plan import DEFAULT, load
from conformance.report import failure as failure_as_text
from conformance.report import junit, page, raw, table, views
from conformance.run import Conducted
from conformance.settings import Settings, SetupFailure
from conformance.system import Agency, System
from conformance.told import Told, told
from conformance.verdict import RunVerdict, Verdict, judge
from schemas import messages, registry

NASTY = '<script>alert(1)</script> & "quoted" ]]> Nguyễn Văn Thử \x07'
MOMENT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SYSTEM = System("T.1", (Agency("H99.01", "Sở Thử nghiệm"),), "Phần mềm <b>", "1", "", frozenset({"send"}), 0.2)


def outcome(check_id: str, verdict: Verdict, reason: str | None, *witnesses: Witness) -> Outcome:
    texts = ("", "") if verdict is Verdict.PASS else (NASTY, NASTY)
    return Outcome(registry.check(check_id), verdict, reason, *texts, witnesses, MOMENT, MOMENT)


@pytest.fixture
def conducted() -> Conducted:
    plan = load(DEFAULT)
    names = list(registry.checks())
    outcomes = [outcome(name, Verdict.PASS, None) for name in names[2:]]
    witness = Witness("dms", None, f"evidence/{names[0]}/driver.jsonl")
    outcomes.insert(0, outcome(names[1], Verdict.INCONCLUSIVE, "judge-blind"))
    outcomes.insert(0, outcome(names[0], Verdict.FAIL, "driver-timeout", witness))
    return Conducted(
        settings=Settings(driver="http:http://127.0.0.1:1/driver"), plan=plan, level="business", run_id="r-1",
        system=SYSTEM, axis_url="http://127.0.0.1:2", axis_started=True, axis_clock=MOMENT, started=MOMENT,
        ended=MOMENT, outcomes=tuple(outcomes), selection=None,
    )  # fmt: skip


def test_the_raw_report_has_its_schema_and_its_verdict_can_be_computed_again(conducted: Conducted) -> None:
    report = raw.build(conducted)
    raw.validate(report)
    assert (report["verdict"], report["exit_code"]) == ("not-certified", 1)
    assert judge(json.loads(json.dumps(report))) == (report["verdict"], report["exit_code"])
    assert report["counts"]["fail"] == 1
    assert report["plan"]["draft"] is True
    assert "SEC-07" in report["plan"]["uncovered"]
    assert len(report["checks"]) == len(registry.checks())


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*path, 0))


def test_the_key_set_is_closed_at_every_level(conducted: Conducted) -> None:
    report = raw.build(conducted)
    open_by_design = {("generator",)}
    for path in places(report):
        if path in open_by_design:
            continue
        changed = copy.deepcopy(report)
        place: Any = changed
        for step in path:
            place = place[step]
        place["invented"] = 1
        with pytest.raises(ValueError, match=r"axis28/report/1"):
            raw.validate(changed)


def test_the_replay_command_names_the_check_and_seed_and_keeps_secrets_to_itself(conducted: Conducted) -> None:
    first = raw.build(conducted)["checks"][0]
    assert first["id"] in first["replay"]
    assert "--seed 0" in first["replay"]
    for secretive in ("exec:./driver --password hush", "http:http://user:hush@host/driver"):
        settings = replace(conducted.settings, driver=secretive)
        assert "hush" not in raw.build(replace(conducted, settings=settings))["checks"][0]["replay"]


def test_the_replay_command_repeats_what_was_chosen_and_no_address_shows_what_opens_it(conducted: Conducted) -> None:
    settings = replace(
        conducted.settings,
        driver="http://user:hush@dms.test/driver?key=hushhush",
        axis="https://user:hush@axis.test:2828?token=hushhush",
        plan="2025.9",
        level="exchange",
        system="T.1",
        ca="house.pem",
    )
    changed = replace(conducted, settings=settings, axis_url=str(settings.axis), axis_started=False)
    report = raw.build(changed)
    assert report["axis"]["url"] == "https://axis.test:2828"
    replay = report["checks"][0]["replay"]
    assert "hush" not in json.dumps(report)
    assert "--driver http:http://dms.test/driver " in replay
    for option in (
        "--plan 2025.9",
        "--level exchange",
        "--system T.1",
        "--ca house.pem",
        "--axis https://axis.test:2828",
    ):
        assert option in replay


class Reader(HTMLParser):
    """Collects what a page refers to and says in each language."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.languages: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [value for name in ("href", "src") if (value := given.get(name))]
        if tag == "span" and given.get("lang"):
            self.languages.add(str(given["lang"]))


def test_the_page_needs_nothing_else_and_runs_nothing_from_the_system(conducted: Conducted, tmp_path: Path) -> None:
    report = raw.build(conducted)
    file = report["checks"][0]["witnesses"][0]["file"]
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(NASTY, "utf-8")
    html = page.render(report, tmp_path)
    reader = Reader()
    reader.feed(html)
    assert "script" not in reader.tags
    assert "link" not in reader.tags
    assert all(link == file for link in reader.links)
    assert not re.search(r"url\(|@import", html)
    assert reader.languages == {"vi", "en"}
    assert "&lt;script&gt;" in html


def test_the_page_explains_each_failure_in_both_languages(conducted: Conducted, tmp_path: Path) -> None:
    report = raw.build(conducted)
    html = page.render(report, tmp_path)
    failed = report["checks"][0]
    entry, reason = registry.check(failed["id"]), registry.reason("driver-timeout")
    for lang in messages.LANGUAGES:
        assert entry.title[lang] in html
        assert reason.text[lang] in html
        assert reason.fix[lang].rstrip(".") in html
    assert entry.law in html
    assert "DRAFT" in html
    assert "SEC-07" in html


SAID = Told("status 01 to the sender", "trạng thái 01 báo cho bên gửi")
SEEN = told("{count} entries", count=2)


@pytest.fixture
def bilingual(conducted: Conducted) -> Conducted:
    """A run whose first check expected and saw what the catalogue can say."""
    first, *rest = conducted.outcomes
    return replace(conducted, outcomes=(replace(first, expected=SAID, got=SEEN), *rest))


def test_the_message_of_a_failed_check_tells_what_was_expected_and_seen_in_each_language(bilingual: Conducted) -> None:
    failed = json.loads(json.dumps(raw.build(bilingual)))["checks"][0]
    assert (failed["expected"], failed["got"]) == ("status 01 to the sender", "2 entries")
    assert failed["message"]["vi"].splitlines()[1:] == ["Mong đợi: trạng thái 01 báo cho bên gửi", "Thực tế: 2 mục"]
    assert failed["message"]["en"].splitlines()[1:] == ["Expected: status 01 to the sender", "Got: 2 entries"]


def test_the_message_of_a_passed_check_is_its_title(conducted: Conducted) -> None:
    passed = raw.build(conducted)["checks"][2]
    assert passed["verdict"] == "pass"
    assert passed["message"] == dict(registry.check(passed["id"]).title)


def test_every_view_says_what_was_expected_and_seen_in_the_readers_language(
    bilingual: Conducted, tmp_path: Path
) -> None:
    report = raw.build(bilingual)
    by_language = {
        "vi": ("Mong đợi: trạng thái 01 báo cho bên gửi", "Thực tế: 2 mục"),
        "en": (f"Expected: {SAID}", "Got: 2 entries"),
    }
    html = page.render(report, tmp_path)
    failure = ET.fromstring(junit.render(report)).find("testsuite/testcase/failure")
    assert failure is not None
    assert "\n" not in failure.get("message", "")
    for lang, lines in by_language.items():
        stream = StringIO()
        table.write(report, stream, lang)
        for line in lines:
            block = re.findall(rf'<span class="{lang}" lang="{lang}">([^<]*)</span>', html)
            assert any(line in text.splitlines() for text in block)
            assert line in (failure.text or "").splitlines()
            assert line in stream.getvalue()
    explained = {lang: failure_as_text.explained(bilingual.outcomes[0], lang) for lang in messages.LANGUAGES}
    assert "mong đợi: trạng thái 01 báo cho bên gửi" in explained["vi"]
    assert "got: 2 entries" in explained["en"]


def test_junit_is_xml_with_one_case_for_each_check(conducted: Conducted) -> None:
    report = raw.build(conducted)
    suite = ET.fromstring(junit.render(report)).find("testsuite")
    assert suite is not None
    assert len(suite.findall("testcase")) == len(report["checks"]) == int(suite.get("tests", "0"))
    assert (len(suite.findall("testcase/failure")), len(suite.findall("testcase/error"))) == (1, 1)
    assert "Nguyễn Văn Thử" in (suite.findtext("testcase/failure") or "")


def test_what_costs_no_certificate_fails_no_build(conducted: Conducted) -> None:
    name = conducted.plan.provisional[0]
    outcomes = [each for each in conducted.outcomes if each.verdict is Verdict.PASS and each.entry.id != name]
    lost = outcome(name, Verdict.FAIL, "expired-since-refused")
    report = raw.build(replace(conducted, level="signing", outcomes=(*outcomes, lost)))
    assert (report["verdict"], report["counts"]["fail"]) == ("certified", 1)
    suite = ET.fromstring(junit.render(report)).find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("skipped"), suite.findall("testcase/failure")) == ("0", "1", [])
    skipped = suite.find("testcase/skipped")
    assert skipped is not None
    assert skipped.get("message", "").startswith("fail, not scored: ")
    stream = StringIO()
    table.write(report, stream, "en")
    assert "* run and shown, not scored yet" in stream.getvalue()


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_the_table_says_the_verdict_and_what_to_fix_first(conducted: Conducted, lang: str) -> None:
    report = raw.build(conducted)
    stream = StringIO()
    table.write(report, stream, lang)
    said = " ".join(stream.getvalue().split())
    assert messages.text("suite.verdict-not-certified", lang) in said
    assert "DRAFT" in said
    assert registry.reason("driver-timeout").fix[lang].split(",")[0] in said
    for check in report["checks"]:
        assert check["id"] in said


def test_what_changed_since_an_earlier_report_is_said(conducted: Conducted, tmp_path: Path) -> None:
    report = raw.build(conducted)
    views.write(report, Evidence(tmp_path))
    before = table.earlier(tmp_path / "report.json", "en")
    assert table.changes(before, report, "en") == ["since the baseline: nothing changed"]
    after = copy.deepcopy(report)
    after["checks"][0]["verdict"] = "pass"
    gone = after["checks"].pop()
    lines = table.changes(before, after, "en")
    assert f"since the baseline: {report['checks'][0]['id']}: fail → pass" in lines
    assert any(gone["id"] in line for line in lines)


@pytest.mark.parametrize("content", ["", "[]", '{"schema":"axis28/report/9"}', "\x00"])
def test_what_is_no_report_is_no_baseline(content: str, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(content)
    with pytest.raises(SetupFailure, match=r"report\.json"):
        table.earlier(tmp_path / "report.json", "en")


def test_every_verdict_and_run_verdict_has_words_in_both_languages() -> None:
    for lang in messages.LANGUAGES:
        for verdict in Verdict:
            assert messages.text(f"suite.check-{verdict.value}", lang)
        for ending in RunVerdict:
            assert messages.text(f"suite.verdict-{ending.value}", lang)


def test_the_engines_reasons_have_texts_and_name_their_code_in_the_code() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(raw.__file__).parents[1].rglob("*.py"))
    for code in schemas.json_data("reasons/engine.json"):
        assert registry.reason(code).text["vi"]
        assert f'"{code}"' in source, code
