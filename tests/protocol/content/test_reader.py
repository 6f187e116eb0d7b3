"""The child process that reads files, and what hostile files do to it."""

from __future__ import annotations

import io
import os
import signal
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import BinaryIO

import psutil
import pytest

from fixtures.casebook.letters import small_pdf
from fixtures.letterhead import DECISION
from fixtures.paper import new_pdf_document
from fixtures.pdf import new_pdf
from fixtures.wordpaper import new_docx_document
from protocol.content.bounds import Bounds
from protocol.content.reader import ContentReader
from protocol.content.text import FileText
from tests.protocol.content.conftest import Read

TEXT = "Sở Thử nghiệm\nMẬT\n".encode()


def ask(reader: ContentReader, name: str, data: bytes) -> FileText:
    return reader.read(name, lambda: io.BytesIO(data), len(data))


def container(*parts: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return target.getvalue()


def test_one_child_serves_all_files_and_ends_with_the_reader() -> None:
    with ContentReader() as reader:
        before = set(psutil.Process().children())
        assert ask(reader, "a.txt", TEXT).lines[1].text == "MẬT"
        first = set(psutil.Process().children()) - before
        assert ask(reader, "b.pdf", new_pdf_document(DECISION)).kind == "pdf"
        assert set(psutil.Process().children()) - before == first
        assert len(first) == 1
    assert not any(child.is_running() for child in first)


def test_no_child_is_started_before_a_file_is_read() -> None:
    before = set(psutil.Process().children())
    with ContentReader():
        assert set(psutil.Process().children()) == before


def test_the_child_gets_no_secrets_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AXIS28_CONTROL_TOKEN", "khong-ai-biet")
    with ContentReader() as reader:
        ask(reader, "a.txt", TEXT)
        assert reader._child is not None
        environment = psutil.Process(reader._child.pid).environ()
    assert "AXIS28_CONTROL_TOKEN" not in environment


def test_a_child_that_was_killed_between_two_files_is_replaced_unseen() -> None:
    with ContentReader() as reader:
        ask(reader, "a.txt", TEXT)
        assert reader._child is not None
        os.kill(reader._child.pid, signal.SIGKILL)
        assert ask(reader, "a.txt", TEXT).unread == ""


def test_a_file_that_kills_the_child_is_damaged_and_the_next_one_is_read() -> None:
    with ContentReader() as reader:
        ask(reader, "a.txt", TEXT)

        def killing() -> BinaryIO:
            assert reader._child is not None
            os.kill(reader._child.pid, signal.SIGKILL)
            reader._child.wait()
            return io.BytesIO(TEXT)

        assert reader.read("a.txt", killing, len(TEXT)).unread == "damaged"
        assert ask(reader, "a.txt", TEXT).unread == ""


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_read() -> None:
    with ContentReader(Bounds(seconds=4.0)) as reader:
        assert ask(reader, "a.txt", TEXT).unread == ""
        assert reader._child is not None
        os.kill(reader._child.pid, signal.SIGSTOP)  # as a hang would look
        assert ask(reader, "b.txt", TEXT).unread == "too-slow"
        assert ask(reader, "c.txt", TEXT).unread == ""


def test_more_text_than_the_bound_is_cut_and_said() -> None:
    with ContentReader(Bounds(text_chars=2_000)) as reader:
        text = ask(reader, "dài.pdf", small_pdf(*["a" * 80] * 200))
        assert text.unread == "too-large"
        assert 0 < sum(len(line.text) for line in text.lines) <= 2_000
        assert ask(reader, "dài.txt", b"chu\n" * 5_000).unread == "too-large"


def test_the_middle_of_a_long_document_is_left_out() -> None:
    with ContentReader(Bounds(first_pages=2, last_pages=1)) as reader:
        text = ask(reader, "năm trang.pdf", new_pdf(Random(1), pages=5))
    assert text.unread == "too-large"
    assert {line.page for line in text.lines} == {1, 2, 5}
    assert text.pages == 5


def test_a_file_beyond_the_bound_is_not_even_opened() -> None:
    def never() -> BinaryIO:
        raise AssertionError("opened")

    with ContentReader(Bounds(file_bytes=10)) as reader:
        assert reader.read("a.txt", never, 11).unread == "too-large"


@pytest.mark.parametrize("size", [len(TEXT) - 1, len(TEXT) + 1])
def test_a_file_whose_size_is_not_what_was_said_is_no_reason_to_wait(size: int) -> None:
    with ContentReader(Bounds(seconds=20)) as reader:
        text = reader.read("a.txt", lambda: io.BytesIO(TEXT), size)
        assert (text.unread == "damaged") is (size > len(TEXT))
        assert ask(reader, "a.txt", TEXT).unread == ""


def test_an_office_file_that_unpacks_to_gigabytes_stays_within_the_bounds() -> None:
    bomb = container(("word/document.xml", bytes(300 * 1024 * 1024)))
    assert len(bomb) < 1024 * 1024
    with ContentReader() as reader:
        assert ask(reader, "bom.docx", bomb).unread == "too-large"
        assert reader._child is not None
        assert psutil.Process(reader._child.pid).memory_info().rss < 256 * 1024 * 1024


def test_a_child_without_memory_says_so_or_is_replaced() -> None:
    with ContentReader(Bounds(memory_bytes=160 * 1024 * 1024)) as reader:
        big = b"chu " * (30 * 1024 * 1024)
        reader_bounds = reader.bounds.file_bytes
        assert len(big) > reader_bounds
        assert ask(reader, "lớn.txt", big[: reader_bounds - 1]).unread in {"too-large", "damaged"}
        assert ask(reader, "a.txt", TEXT).unread == ""


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file://%s">]><w:document xmlns:w="w"><w:p><w:t>&e;</w:t></w:p></w:document>',
        b'<!DOCTYPE a SYSTEM "file://%s"><w:document xmlns:w="w"><w:p><w:t>a</w:t></w:p></w:document>',
    ],
)
def test_no_file_is_opened_for_an_office_file(tmp_path: Path, read: Read, document: bytes) -> None:
    trap = tmp_path / "trap"
    os.mkfifo(trap)  # whoever opens it for reading hangs, and is reported as too slow
    text = read("xxe.docx", container(("word/document.xml", document % str(trap).encode())))
    assert text.unread == "damaged"
    assert not text.lines


def test_entities_are_not_expanded(read: Read) -> None:
    levels = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    document = b'<!DOCTYPE a [<!ENTITY e0 "ha">' + levels + b"]><w:document xmlns:w='w'><w:t>&e9;</w:t></w:document>"
    assert read("cười.docx", container(("word/document.xml", document))).unread == "damaged"


def damaged(data: bytes, random: Random) -> bytes:
    wrong = bytearray(data)
    for _ in range(random.randint(1, 40)):
        at = random.randrange(len(wrong))
        wrong[at : at + random.randint(0, 3)] = random.randbytes(random.randint(0, 4))
    return bytes(wrong[: random.randint(len(wrong) // 2, len(wrong))])


@pytest.mark.parametrize("make", [lambda: new_pdf_document(DECISION), lambda: new_docx_document(DECISION)])
def test_broken_files_never_raise(read: Read, make: Callable[[], bytes]) -> None:
    whole, random = make(), Random(28)
    for _ in range(60):
        text = read("hỏng", damaged(whole, random))
        assert isinstance(text, FileText)
    assert read("lành", whole).unread == ""


def test_several_threads_share_one_reader(reader: ContentReader) -> None:
    wrong: list[str] = []

    def work(number: int) -> None:
        for _ in range(5):
            text = ask(reader, "a.txt", f"dòng {number}".encode())
            if text.lines[0].text != f"dòng {number}":
                wrong.append(text.lines[0].text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
