"""``axis28 check`` and signatures: with a trust folder, without one, and the policy for the package's own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import schemas
from axis28.check import POLICIES
from fixtures.casebook.letters import main_pdf
from fixtures.casebook.signedletters import AGENCY_FIELD, PERSON_FIELD, both, letter, signed
from fixtures.casebook.spoiling import zipped
from fixtures.pdfforgeries import digit_changed
from protocol.signatures.xml import policy
from tests.command.packages import check

VECTORS = Path(__file__).resolve().parents[2] / "fixtures" / "vectors"
NOW = ("--now", "2026-11-21T09:00:00+07:00")
TRUST = ("--trust", str(VECTORS / "trust" / "public-duty"))
SIGNED = str(VECTORS / "signing" / "signed-by-both.edxml")
PLACEHOLDER = str(VECTORS / "sealed" / "sealed-placeholder.edxml")
OTHER_SEAL = str(VECTORS / "signing" / "seal-of-another-agency.edxml")


def told(*arguments: str) -> tuple[int, Any]:
    answer = check(*arguments, *NOW, "--format", "json")
    document = json.loads(answer.stdout)
    Draft202012Validator(schemas.json_data("check-report.schema.json")).validate(document)
    return answer.returncode, document["files"][0]


@pytest.mark.parametrize(
    ("file", "options", "verdict"),
    [
        ("signing/signed-by-both.edxml", TRUST, "pass"),
        ("signing/signed-by-nobody.edxml", TRUST, "fail"),
        ("signing/signed-by-nobody.edxml", (), "pass"),
        ("tampered/tampered-one-letter.edxml", (), "fail"),
        ("sealed/seal-demanded-but-missing.edxml", ("--package-signature", "required"), "fail"),
        ("sealed/seal-not-looked-at.edxml", ("--package-signature", "off"), "pass"),
        ("sealed/seal-not-looked-at.edxml", (), "fail"),
    ],
)
def test_trust_and_policy_decide(file: str, options: tuple[str, ...], verdict: str) -> None:
    code, report = told(str(VECTORS / file), *options)
    assert (code, report["verdict"]) == (int(verdict == "fail"), verdict)


def test_a_finding_in_json_has_the_tree_of_its_signature() -> None:
    _, report = told(OTHER_SEAL, *TRUST)
    said = report["findings"][0]["signature"]
    assert (said["place"], said["signer"]["name"]) == ("CoQuan", "Sở Khác")
    answers = {check["question"]: check["result"] for check in said["checks"]}
    assert answers.pop("party") == "bad"
    assert set(answers.values()) == {"good"}


def test_a_finding_in_sarif_has_it_too() -> None:
    answer = check(OTHER_SEAL, *NOW, *TRUST, "--format", "sarif")
    result = json.loads(answer.stdout)["runs"][0]["results"][0]
    assert result["properties"]["signature"]["place"] == "CoQuan"


def test_json_lists_the_good_signatures_too_in_their_places() -> None:
    _, report = told(str(VECTORS / "sealed" / "seal-trusted.edxml"), *TRUST)
    listed = report["signatures"]
    assert [(each["attachment"], each["result"], each["signer"]["codes"]) for each in listed] == [
        (None, "good", ["H99.01"]),
        ("quyết định.pdf", "good", ["H99.01"]),
        ("quyết định.pdf", "good", ["H99.01"]),
    ]
    assert [each["where"].rpartition("/")[2] for each in listed] == ["Signature", "Attachment", "Attachment"]
    assert [each["place"] for each in listed][1:] == ["NguoiKy", "CoQuan"]
    roots = {check["got"] for each in listed for check in each["checks"] if check["question"] == "chain"}
    assert roots == {"TEST CA gốc chuyên dùng công vụ"}


@pytest.mark.parametrize(
    ("file", "results"),
    [
        ("signing/signed-by-nobody.edxml", []),
        ("signing/seal-of-another-agency.edxml", ["good", "bad"]),
        ("tampered/tampered-one-letter.edxml", ["bad", "bad"]),
        ("sealed/sealed-placeholder.edxml", ["bad"]),
        ("sealed/seal-by-old-code.edxml", ["bad", "good", "good"]),
    ],
)
def test_the_list_says_what_is_wrong_with_which(file: str, results: list[str]) -> None:
    _, report = told(str(VECTORS / file), *TRUST)
    assert [each["result"] for each in report["signatures"]] == results


def test_the_directory_makes_the_old_code_that_of_the_sender(tmp_path: Path) -> None:
    context = tmp_path / "context.json"
    known = {"code": "H99.01", "name": "Sở Thử nghiệm", "old_code": "000.00.01.H99"}
    context.write_text(json.dumps({"agencies": [known, {"code": "G98.02"}]}), "utf-8")
    code, report = told(str(VECTORS / "sealed" / "seal-by-old-code.edxml"), *TRUST, "--context", str(context))
    assert (code, [each["result"] for each in report["signatures"]]) == (0, ["good", "good", "good"])


def test_a_file_without_a_name_is_not_taken_for_the_package(tmp_path: Path) -> None:
    raw = (VECTORS / "signing" / "signed-by-both.edxml").read_bytes()
    nameless = tmp_path / "nameless.edxml"
    nameless.write_bytes(re.sub(rb"<AttachmentName>[^<]*<", b"<AttachmentName><", raw))
    said = text(str(nameless), *TRUST)
    assert said.count("?, NguoiKy: good") == 1
    assert "the package" not in said.partition("signatures:")[2]


def test_without_signatures_nothing_is_listed() -> None:
    assert "signatures" not in text(str(VECTORS / "signing" / "signed-by-nobody.edxml"))


def text(*arguments: str, lang: str = "en") -> str:
    return check(*arguments, *NOW, "--lang", lang).stdout.decode()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "vi",
            (
                "chữ ký số:\n",
                (
                    "+ quyết định.pdf, NguoiKy: đạt; Trần Thị Mẫu (cá nhân; Sở Thử nghiệm; H99.01); ký lúc (theo "
                    "người ký): 2026-11-20T16:00:00+07:00; gốc tin cậy: TEST CA gốc chuyên dùng công vụ\n"
                ),
            ),
        ),
        (
            "en",
            (
                "signatures:\n",
                (
                    "+ quyết định.pdf, NguoiKy: good; Trần Thị Mẫu (person; Sở Thử nghiệm; H99.01); signed "
                    "(claimed): 2026-11-20T16:00:00+07:00; trusted root: TEST CA gốc chuyên dùng công vụ\n"
                ),
            ),
        ),
    ],
)
def test_people_are_told_in_a_line_who_signed_when_and_why_it_is_trusted(lang: str, words: tuple[str, ...]) -> None:
    said = text(SIGNED, *TRUST, lang=lang)
    assert [said.count(word) for word in words] == [1] * len(words)
    assert len(said.splitlines()) == 5, "a line per signature, their heading, the verdict and the summary"


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "vi",
            ("- quyết định.pdf, CoQuan: không đạt", "người ký: Sở Khác (cơ quan; H99.02)", "- chủ thể ký: không đạt"),
        ),
        ("en", ("- quyết định.pdf, CoQuan: bad", "signer: Sở Khác (agency; H99.02)", "- who signed: bad")),
    ],
)
def test_people_are_shown_the_tree_of_what_is_not_good_once(lang: str, words: tuple[str, ...]) -> None:
    said = text(OTHER_SEAL, *TRUST, lang=lang)
    assert [said.count(word) for word in words] == [1, 1, 1]
    assert said.count("TEST CA gốc chuyên dùng công vụ") == 2, "the good one has its line"


def test_an_answer_that_says_no_more_than_the_one_above_is_left_out() -> None:
    said = text(str(VECTORS / "tampered" / "tampered-one-letter.edxml"), *TRUST)
    assert said.count("- signed bytes and signature value: bad; The signed bytes of the PDF were altered") == 2


def test_with_verbose_the_good_ones_are_trees_too() -> None:
    said = text(SIGNED, *TRUST, "-v")
    assert said.count("+ chain to a trusted root: good [TEST CA gốc chuyên dùng công vụ]") == 2


def test_without_trust_nothing_is_called_good() -> None:
    said = text(SIGNED)
    assert said.count(": unaltered, signer not judged;") == 2
    assert ": good" not in said


def test_a_placeholder_is_called_one_and_is_but_a_note() -> None:
    said = text(PLACEHOLDER)
    assert "note[xml-signature-placeholder]" in said
    assert "- the package: placeholder, signs nothing\n" in said
    assert said.count("pass") == 2
    assert text(PLACEHOLDER, "-q") == ""


def test_a_quiet_report_shows_the_signatures_that_something_was_found_about() -> None:
    said = text(OTHER_SEAL, *TRUST, "-q")
    assert "- quyết định.pdf, CoQuan: bad" in said
    assert "NguoiKy" not in said


def test_of_two_files_in_a_zip_only_that_is_shown_which_something_was_found_about(tmp_path: Path) -> None:
    good = signed(main_pdf(), *both())
    packed = zipped(("tốt.pdf", good), ("hỏng.pdf", digit_changed(good)))
    package = tmp_path / "two.edxml"
    package.write_bytes(letter(files=[("hồ sơ.zip", lambda: packed)])())
    said = text(str(package), *TRUST, "-q")
    assert [said.count(f"- hồ sơ.zip/hỏng.pdf, {place}: bad") for place in (PERSON_FIELD, AGENCY_FIELD)] == [1, 1]
    assert "tốt.pdf" not in said
    said = text(str(package), *TRUST)
    assert said.count("+ hồ sơ.zip/tốt.pdf, ") == 2
    assert said.count("+ signed bytes and signature value: good") == 0, "a good one has its line"


def test_the_policies_of_the_command_are_those_of_the_judge() -> None:
    assert POLICIES == policy.POLICIES


def test_quiet_and_verbose_exclude_each_other() -> None:
    assert check(SIGNED, "-q", "-v").returncode == 2
