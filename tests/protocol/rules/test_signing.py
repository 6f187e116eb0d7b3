"""How the signatures of a package get to be judged: which files are read, what is said with trust and without."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any, BinaryIO, cast

import pytest

from fixtures.casebook.letters import FIRST, NOW, PDF, letter_bytes, letter_of, small_pdf
from fixtures.casebook.sealed import CASES as SEALED
from fixtures.casebook.signatories import CASES as SIGNATORIES
from fixtures.casebook.signedletters import LATER, agency, letter, on_appendix, person, signed
from fixtures.casebook.signing import CASES
from fixtures.casebook.spoiling import zipped
from fixtures.casebook.trusts import PUBLIC_DUTY, SIGNED, trusted
from protocol import organisation
from protocol.finding import Finding
from protocol.package.limits import Limits
from protocol.package.model import Code, DocumentPackage, DocumentType
from protocol.package.reader import read_package
from protocol.package.verdicts import MOST_OF_ONE_REASON
from protocol.rules import examine, judge
from protocol.rules.signing import MOST_PAPERS, MOST_SLOW, SignedPaper, Signing, papers
from protocol.signatures.anchors import Trust
from protocol.signatures.pdf.facts import PaperFacts
from protocol.signatures.pdf.reader import SignatureReader
from protocol.signatures.xml.policy import Policy

TRACED = small_pdf("Van ban", pad=b"/ByteRange [0 0 0 0]")
RAW = {case.id: case.raw for case in (*CASES, *SEALED, *SIGNATORIES)}


class Counting:
    """Answers the same for every file and counts."""

    def __init__(self, facts: PaperFacts) -> None:
        self.facts, self.asked = facts, 0

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> PaperFacts:  # noqa: ARG002 - a reader
        self.asked += 1
        return self.facts


class Pipe(io.RawIOBase):
    """A stream that can be read once and not rewound."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size)

    def seekable(self) -> bool:
        return False


def read(reader: Counting, files: list[tuple[str, bytes]]) -> list[SignedPaper]:
    with read_package(letter_of(files=files)()) as reading:
        return list(papers(Signing(reader), cast("DocumentPackage", reading.package), Limits()))


def found(
    source: bytes | BinaryIO,
    reader: Any,
    trust: Trust | None = None,
    policy: Policy = "verify-if-present",
    now: datetime = NOW,
) -> list[Finding]:
    with judge(source, profile="strict", now=now, signing=Signing(reader, trust, policy)) as reading:
        return list(reading.findings)


def test_no_reader_is_asked_about_files_without_a_trace_of_signatures() -> None:
    reader = Counting(PaperFacts("damaged"))
    known = read(reader, [(FIRST, PDF), ("b.pdf", TRACED), ("c.txt", b"/ByteRange"), ("d.xlsx", b"PK")])
    assert reader.asked == 1
    assert [(each.number, each.facts.unread) for each in known] == [(1, ""), (2, "damaged")]


@pytest.mark.parametrize("at", range(65_000, 65_600, 50))
def test_a_trace_is_found_wherever_it_stands(at: int) -> None:
    reader = Counting(PaperFacts())
    read(reader, [(FIRST, b"%PDF-1.7\n".ljust(at, b" ") + b"/ByteRange" + b" " * 70_000)])
    assert reader.asked == 1


@pytest.mark.parametrize(("unread", "most"), [("too-slow", MOST_SLOW), ("damaged", MOST_PAPERS)])
def test_only_so_many_files_are_read(unread: Any, most: int) -> None:
    reader = Counting(PaperFacts(unread))
    known = read(reader, [(f"{number}.pdf", TRACED) for number in range(MOST_PAPERS + 2)])
    assert reader.asked == most
    assert known[-1].facts.unread == ("too-slow" if unread == "too-slow" else "too-many")


@pytest.mark.parametrize("trust", [None, Trust()])
def test_a_package_is_read_once_also_where_nothing_signed_is_found(trust: Trust | None) -> None:
    reader = Counting(PaperFacts())
    forms = zipped(*((f"{number:02}.pdf", TRACED) for number in range(MOST_PAPERS)))
    assert "archived-signatures-unread" not in {
        each.reason for each in found(letter_of(files=[("mẫu.zip", forms)])(), reader, trust)
    }
    assert reader.asked == MOST_PAPERS


def test_signatures_are_demanded_with_trust_only_unless_it_is_said_otherwise() -> None:
    reader = Counting(PaperFacts())
    assert [Signing(reader).demands, Signing(reader, Trust()).demands] == [False, True]
    assert [Signing(reader, demanded=True).demands, Signing(reader, Trust(), demanded=False).demands] == [True, False]
    assert "pdf-not-signed" not in {each.reason for each in found(letter_bytes(), reader)}
    assert "pdf-not-signed" in {each.reason for each in found(letter_bytes(), reader, trusted(PUBLIC_DUTY))}


def test_nobody_who_does_not_ask_is_told_anything() -> None:
    with judge(RAW["signed-by-agency-first"](), profile="strict", now=NOW) as reading:
        assert reading.findings == ()


@pytest.mark.parametrize("kind", [bytes, io.BytesIO, Pipe])
def test_the_package_is_verified_from_whatever_it_is_read_from(kind: Any) -> None:
    data = RAW["sealed-subject-changed"]()
    reasons = {each.reason for each in found(kind(data), Counting(PaperFacts()))}
    assert reasons == {"xml-signature-digest-wrong"}


def test_a_finding_carries_the_whole_tree_of_its_signature() -> None:
    with SignatureReader() as reader:
        told = found(RAW["seal-of-another-agency"](), reader, trusted(PUBLIC_DUTY))
    assert [each.reason for each in told] == ["seal-of-other-agency"]
    said: Any = told[0].to_json()["signature"]
    assert (said["place"], said["signer"]["codes"], said["result"]) == ("CoQuan", ["H99.02"], "bad")
    answers = {check["question"]: check["result"] for check in said["checks"]}
    assert {"integrity", "chain", "revocation"} <= answers.keys()
    assert [question for question, result in answers.items() if result != "good"] == ["party"]


def placed(raw: bytes, reader: Any, trust: Trust | None = None, policy: Policy = "verify-if-present") -> list[Any]:
    with judge(raw, profile="strict", now=NOW, signing=Signing(reader, trust, policy)) as reading:
        return list(reading.signatures)


def test_a_reading_has_all_signatures_in_their_places_also_where_nothing_is_found() -> None:
    with SignatureReader() as reader:
        listed = placed(RAW["seal-trusted"](), reader, trusted(PUBLIC_DUTY))
    assert [(each.attachment, each.result, each.judged) for each in listed] == [
        (None, "good", True),
        ("quyết định.pdf", "good", True),
        ("quyết định.pdf", "good", True),
    ]
    assert [each.where for each in listed] == [
        "edXML/edXMLEnvelope/edXMLHeader/Signature",
        *["edXML/AttachmentEncoded/Attachment"] * 2,
    ]
    lines = [each.line for each in listed]
    assert None not in lines
    assert lines == sorted(lines)


def test_signatures_whose_signer_nobody_judged_say_so() -> None:
    with SignatureReader() as reader:
        listed = placed(RAW["seal-trusted"](), reader)
    assert [(each.result, each.judged) for each in listed] == [("good", False)] * 3


def test_a_policy_that_looks_at_no_package_signature_lists_none() -> None:
    with SignatureReader() as reader:
        assert len(placed(RAW["seal-trusted"](), reader, policy="off")) == 2


def test_without_the_bytes_of_the_package_its_own_signature_is_not_judged() -> None:
    raw = RAW["seal-not-looked-at"]()
    with read_package(raw, profile="strict") as reading, SignatureReader() as reader:
        signing = Signing(reader)
        assert "xml-signature-digest-wrong" in {
            each.reason for each in examine(reading, "strict", NOW, signing=signing, source=lambda: io.BytesIO(raw))
        }
        assert examine(reading, "strict", NOW, signing=signing) == examine(reading, "strict", NOW)


def test_what_the_rules_say_of_the_party_stands_with_the_signature() -> None:
    with SignatureReader() as reader:
        person, seal = placed(RAW["seal-of-another-agency"](), reader, trusted(PUBLIC_DUTY))
    assert (person.result, seal.result) == ("good", "bad")
    said = seal.outcome.answer("party")
    assert (said.reason, said.expected, said.got) == ("seal-of-other-agency", "H99.01", "H99.02")


def test_every_seal_of_another_agency_is_bad_beyond_what_is_told_of_one_reason() -> None:
    wrong, right = signed(PDF, on_appendix("other-agency")), signed(PDF, on_appendix())
    files = [f"Phụ lục {number}.pdf" for number in range(1, MOST_OF_ONE_REASON + 2)]
    raw = letter(files=[*((name, lambda: wrong) for name in files), ("Phụ lục 99.pdf", lambda: right)])()
    with (
        SignatureReader() as reader,
        judge(raw, profile="strict", now=NOW, signing=Signing(reader, trusted(PUBLIC_DUTY))) as reading,
    ):
        told = [each for each in reading.findings if each.reason == "seal-of-other-agency"]
        listed = reading.signatures
    assert len(told) == MOST_OF_ONE_REASON
    assert [(each.attachment, each.result) for each in listed] == [
        (FIRST, "good"),
        (FIRST, "good"),
        *((name, "bad") for name in files),
        ("Phụ lục 99.pdf", "good"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "results", "told_of"),
    [
        ("other-agency", "other-agency", ["bad", "bad"], ["Hai"]),
        ("superior", "other-agency", ["unknown", "unknown"], ["Mot"]),
        ("other-agency", "superior", ["unknown", "unknown"], ["Hai"]),
        ("other-agency", "agency", ["good", "good"], []),
    ],
)
def test_where_two_agencies_sealed_and_neither_is_the_sender_both_are_as_the_finding_says(
    first: str, second: str, results: list[str], told_of: list[str]
) -> None:
    raw = letter(person(), agency(first, place="Mot"), agency(second, at=SIGNED + 2 * LATER, place="Hai"))()
    with SignatureReader() as reader:
        told = found(raw, reader, trusted(PUBLIC_DUTY))
        signer, *seals = placed(raw, reader, trusted(PUBLIC_DUTY))
    assert [str(each.got).partition(":")[0] for each in told if each.reason.startswith("seal-of-")] == told_of
    assert (signer.result, [each.result for each in seals]) == ("good", results)
    own = [each.signature.place for each in told if each.signature and each.reason.startswith("seal-of-")]
    assert own == told_of


def test_of_a_certified_copy_only_the_seal_of_the_copy_has_to_be_the_senders() -> None:
    raw = letter(
        agency("other-agency", place="Goc"),
        agency("other-agency", at=SIGNED + 2 * LATER, place="SaoY"),
        code=Code("05", "SY-STN"),
        document_type=DocumentType("2", "0", "Sao y"),
    )()
    with SignatureReader() as reader:
        listed = placed(raw, reader, trusted(PUBLIC_DUTY))
    assert [(each.outcome.place, each.result) for each in listed] == [("Goc", "good"), ("SaoY", "bad")]


def test_the_answer_about_a_person_stands_with_his_signature_in_the_list() -> None:
    with SignatureReader() as reader:
        told = found(RAW["signer-is-stranger"](), reader, trusted(PUBLIC_DUTY))
        signer, _ = placed(RAW["signer-is-stranger"](), reader, trusted(PUBLIC_DUTY))
    assert [each.reason for each in told] == ["signer-of-other-agency"]
    assert (signer.result, signer.outcome.answer("party").reason) == ("bad", "signer-of-other-agency")


def test_where_nobody_who_signed_is_of_the_agency_each_is_bad_and_one_is_told() -> None:
    raw = letter(person("stranger"), person("stranger", SIGNED + LATER / 2, place="NguoiKyHai"), agency())()
    with SignatureReader() as reader:
        told = found(raw, reader, trusted(PUBLIC_DUTY))
        listed = placed(raw, reader, trusted(PUBLIC_DUTY))
    assert [each.reason for each in told] == ["signer-of-other-agency"]
    assert [each.result for each in listed] == ["bad", "bad", "good"]


@pytest.mark.parametrize("unread", ["too-slow", "encrypted", "damaged"])
def test_a_slow_reader_makes_nothing_unsigned(unread: Any) -> None:
    told = found(RAW["format-word-with-appendix-of-person"](), Counting(PaperFacts(unread)), trusted(PUBLIC_DUTY))
    assert {each.reason for each in told} == {"pdf-signatures-unread"}


@pytest.mark.parametrize("other", ["KHÔNG PHẢI MÃ", "ABC", ""])
def test_a_code_that_is_none_stands_above_and_below_nobody(other: str) -> None:
    assert organisation.below("H99.01.05", "H99.01")
    assert not organisation.below("H99.01.05", other)
    assert not organisation.below(other, "H99.01")


def test_without_trust_nothing_is_said_of_chains() -> None:
    with SignatureReader() as reader:
        assert found(RAW["seal-of-another-agency"](), reader) == []
        told = found(letter_with_broken_value(), reader)
    assert {check.question for each in told if each.signature for check in each.signature.checks} <= {
        "form",
        "integrity",
        "coverage",
        "changes",
        "algorithm",
        "certificate",
        "time",
    }
    assert {each.reason for each in told} == {"pdf-digest-differs"}


def letter_with_broken_value() -> bytes:
    from fixtures.casebook.tampered import CASES as TAMPERED  # noqa: PLC0415 - draws papers

    return next(case.raw() for case in TAMPERED if case.id == "tampered-one-letter")
