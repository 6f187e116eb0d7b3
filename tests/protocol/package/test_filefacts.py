"""Files by their bytes: kinds, passwords, macros, and that no hostile file costs much."""

from __future__ import annotations

import io
import time
import zipfile
from random import Random

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from fixtures.casebook.enclosed import filtered_pdf
from fixtures.compound import new_compound
from protocol.package import compound, pdfbytes
from protocol.package.attachment import attach
from protocol.package.filefacts import facts
from protocol.package.filekind import TEST_VIRUS, fits, is_test_virus, sniff, types_of
from protocol.package.limits import MIB, Limits

LIMITS = Limits()


def locked(user: str, owner: str = "chu", strength: int = 128) -> bytes:
    target = io.BytesIO()
    lock = StandardEncryption(user, ownerPassword=owner, strength=strength)
    canvas = Canvas(target, invariant=1, encrypt=lock)
    canvas.drawString(72, 700, "thu")
    canvas.save()
    return target.getvalue()


@pytest.mark.parametrize("strength", [40, 128])
@pytest.mark.parametrize(("user", "needed"), [("", False), ("mo", True), ("mật khẩu", True)])
def test_a_pdf_that_only_restricts_needs_no_password(strength: int, user: str, needed: bool) -> None:
    data = locked(user, strength=strength)
    assert pdfbytes.needs_password(data[:65536], data[-65536:]) is needed


@pytest.mark.parametrize("lengths", [(b"/Length 16", b"/Length 128"), (b"/Length 128", b""), (b"", b"/Length 128")])
def test_the_length_of_a_crypt_filter_is_not_that_of_the_key(lengths: tuple[bytes, bytes]) -> None:
    data = filtered_pdf().replace(b"/Length 16", lengths[0]).replace(b"/Length 128 /O", lengths[1] + b" /O")
    assert pdfbytes.needs_password(data, data) is False
    locked_by_another = data.replace(b"/U <22", b"/U <23")
    assert pdfbytes.needs_password(locked_by_another, locked_by_another) is True


@pytest.mark.parametrize(
    ("tail", "needed"),
    [
        (b"trailer << /Root 1 0 R >>", False),
        (b"trailer << /Encrypt 9 0 R >>", None),
        (b"9 0 obj\n<< /Filter /Adobe.PubSec /V 4 >>\nendobj trailer << /Encrypt 9 0 R >>", True),
        (b"\n9 0 obj\n<< /Filter /Adobe.PubSec /V 4 >>\nendobj trailer << /Encrypt 9 0 R >>", True),
        (b"\n9 0 obj\n<< /Filter /Standard /R 6 /O (a) /U (b) /P -4 >>\nendobj /Encrypt 9 0 R", None),
        (b"\n9 0 obj\n<< /Filter /Standard /R 5 /O (a) /U (b) /P -4 >>\nendobj /Encrypt 9 0 R", True),
        (b"\n9 0 obj\n<< /Filter /Standard /R 3 /O (a\\", None),
    ],
)
def test_what_cannot_be_told_is_not_told(tail: bytes, needed: bool | None) -> None:
    if b"/Encrypt" not in tail:
        needed = False
    assert pdfbytes.needs_password(b"%PDF-1.7", tail) is needed


@pytest.mark.parametrize(
    ("tree", "marks"),
    [
        ({"WordDocument": b"\xec\xa5"}, set()),
        ({"WordDocument": b"\xec\xa5" + bytes(8) + b"\x00\x01"}, {"locked"}),
        ({"Macros": {"VBA": {"dir": b"x"}}}, {"macros"}),
        ({"Book": bytes.fromhex("2f000200ffff")}, {"locked"}),
        ({"Workbook": bytes.fromhex("420002002f00")}, set()),
        ({"EncryptedPackage": b"x", "_VBA_PROJECT_CUR": {"VBA": {}}}, {"macros", "locked"}),
    ],
)
def test_old_office_files_show_macros_and_passwords(tree: dict[str, object], marks: set[str]) -> None:
    assert compound.marks(io.BytesIO(new_compound(tree))) == marks  # type: ignore[arg-type]  # trees of the table


def test_no_damage_to_an_old_office_file_raises() -> None:
    whole = new_compound({"WordDocument": b"\xec\xa5", "Macros": {"VBA": {"dir": b"x"}}})
    random = Random(28)
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(8):
            data[random.randrange(8, 2048)] = random.randrange(256)
        assert compound.marks(io.BytesIO(bytes(data[: random.randrange(600, len(data))]))) <= {"macros", "locked"}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7", "pdf"),
        (b" " * 1019 + b"%PDF-", "pdf"),
        (b" " * 1020 + b"%PDF-", ""),
        (b"MZ" + bytes(58) + b"\x40\x00\x00\x00PE\x00\x00", "exe"),
        (b"MZ" + bytes(58) + b"\xff\xff\xff\xff", ""),
        (b"MZ la hai chu cai", ""),
        ("Văn bản".encode(), ""),
        (b"", ""),
    ],
)
def test_kinds_are_known_by_their_first_bytes(data: bytes, kind: str) -> None:
    assert sniff(data) == kind


def test_only_certain_contradictions_count() -> None:
    assert fits("pdf", "pdf")
    assert not fits("pdf", "")
    assert not fits("pdf", "zip")
    assert fits("doc", "")
    assert fits("doc", "rtf")
    assert not fits("doc", "pdf")
    assert fits("dwg", "exe")
    assert types_of("pdf", "image/png")
    assert not types_of("pdf", "application/octet-stream")
    assert not types_of("docx", "application/docx")
    assert not types_of("dwg", "image/png")


def test_the_test_virus_is_the_whole_file_or_none() -> None:
    assert is_test_virus(TEST_VIRUS + b"\r\n", 70)
    assert not is_test_virus(b"x" + TEST_VIRUS, 69)
    assert not is_test_virus(TEST_VIRUS + b" " * 70, 138)


def test_a_file_is_read_through_its_zip_and_counted() -> None:
    attachment, _ = attach("số liệu.csv", b"1;2\n" * 50_000)
    seen = facts(attachment, LIMITS)
    assert (seen.size, seen.kind, seen.entries) == (200_000, "", 1)
    assert seen.tail.endswith(b"1;2\n")
    assert len(seen.tail) == 65536


def test_a_crowded_archive_is_not_looked_into() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(LIMITS.zip_entries + 1):
            archive.writestr(f"{number}.exe", b"")
    attachment, _ = attach("hồ sơ.zip", target.getvalue())
    assert facts(attachment, LIMITS).members == ()


def test_a_large_old_workbook_inside_its_zip_goes_through_a_file() -> None:
    data = new_compound({"Workbook": bytes.fromhex("2f000200ffff")}) + Random(28).randbytes(2 * MIB)
    attachment, _ = attach("số liệu.xls", data)
    started = time.perf_counter()
    seen = facts(attachment, LIMITS)
    assert seen.size == len(data)
    assert seen.kind == "ole"
    assert time.perf_counter() - started < 30
