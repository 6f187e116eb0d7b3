"""Names of attachments that can be stored anywhere."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.package.filename import LONGEST, LONGEST_BYTES, extension, is_safe, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("quyết định.pdf", "quyết định.pdf"),
        (unicodedata.normalize("NFD", "quyết định.pdf"), "quyết định.pdf"),
        ("C:\\Users\\vt\\Công văn.doc", "Công văn.doc"),
        ("C:Công văn.doc", "Công văn.doc"),
        ("\\\\may-chu\\chung\\a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\a.pdf", "a.pdf"),
        ("..", "unnamed"),
        ("./.", "unnamed"),
        ("", "unnamed"),
        (None, "unnamed"),
        (" a.pdf ", "a.pdf"),
        ("a.pdf. . .", "a.pdf"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a<b>c:d|e?f*.pdf", "a_b_c_d_e_f_.pdf"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1 .txt", "_com1 .txt"),
        ("console.txt", "console.txt"),
        (".htaccess", ".htaccess"),
        ("a" * 600 + ".pdf", "a" * 196 + ".pdf"),
        ("a" * 600, "a" * 200),
        ("ữ" * 300 + ".pdf", "ữ" * 83 + ".pdf"),
    ],
)
def test_names_become_safe_and_stay_close_to_what_they_were(name: str | None, safe: str) -> None:
    assert safe_name(name) == safe


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_every_name_becomes_one_entry_of_a_directory(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set('/\\<>:"|?*\x00')
    assert safe not in {".", ".."}
    assert safe == safe.strip()
    assert not safe.endswith(".")
    assert len(safe) <= LONGEST
    assert len(safe.encode()) <= LONGEST_BYTES
    assert safe_name(safe) == safe
    assert is_safe(safe)


@pytest.mark.parametrize(("name", "found"), [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), (".x", ""), ("a.", "")])
def test_extensions(name: str, found: str) -> None:
    assert extension(name) == found
