"""hash-file in both notations, with and without the trailing CR LF (H-S01, H-S02, H-T02)."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures import wirevectors
from protocol.wire.filehash import BodyDigest, padded, unpadded


def digest_of(*chunks: bytes) -> BodyDigest:
    digest = BodyDigest()
    for chunk in chunks:
        digest.update(chunk)
    return digest


@pytest.mark.parametrize("vector", wirevectors.hashes(), ids=lambda vector: vector["why"])
def test_both_notations_of_the_vectors_match_with_and_without_the_line_end(vector: dict[str, Any]) -> None:
    file = vector["file"].encode()
    raw = hashlib.sha256(file).digest()
    assert (padded(raw), unpadded(raw)) == (vector["sha256"], vector["hash_file"])
    for notation in (vector["sha256"], vector["hash_file"]):
        for body in (file + b"\r\n", file):
            form = digest_of(body).matches(notation)
            assert form is not None
            assert (form.size, form.sha256) == (len(file), vector["sha256"])


def test_the_form_says_which_notation_it_was_and_what_it_covers() -> None:
    file = "<a>văn bản</a>".encode()
    body = digest_of(file, b"\r\n")
    whole = hashlib.sha256(file + b"\r\n")
    sent = body.matches("3298222f2a8f039e25563c17f2f8bc9c3427d2344f8a95ad037a6292e409b9")
    assert sent is not None
    assert (sent.padded, sent.covers_line_end, sent.upper_case, sent.size) == (False, False, False, 17)
    careless = body.matches(whole.hexdigest().upper())
    assert careless is not None
    assert (careless.padded, careless.covers_line_end, careless.upper_case, careless.size) == (True, True, True, 19)


@pytest.mark.parametrize("presented", ["", "0" * 64, "ü", "3298222f", " "])
def test_another_hash_matches_nothing(presented: str) -> None:
    assert digest_of(b"<a/>\r\n").matches(presented) is None


def test_only_one_line_end_and_only_cr_lf_is_left_out() -> None:
    for body, files in {
        b"<a/>\r\n\r\n": [b"<a/>\r\n", b"<a/>\r\n\r\n"],
        b"<a/>\n": [b"<a/>\n"],
        b"<a/>\r": [b"<a/>\r"],
        b"\r\n": [b"", b"\r\n"],
    }.items():
        for file in (b"<a/>", *files):
            matched = digest_of(body).matches(hashlib.sha256(file).hexdigest()) is not None
            assert matched == (file in files), (body, file)


@settings(deadline=None, database=None, derandomize=True)
@given(st.lists(st.sampled_from([b"", b"\r", b"\n", b"\r\n", b"a", b"bc", b"\r\nd", b"x" * 70]), max_size=12))
def test_cutting_a_body_into_chunks_changes_nothing(chunks: list[bytes]) -> None:
    body = b"".join(chunks)
    digest = digest_of(*chunks)
    assert digest.size == len(body)
    assert digest.whole() == hashlib.sha256(body).digest()
    assert digest.file() == hashlib.sha256(body.removesuffix(b"\r\n")).digest()
