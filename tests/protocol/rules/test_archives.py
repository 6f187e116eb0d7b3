"""How far the files of an attached zip may grow together: freely up to a size, and beyond it by a factor."""

from __future__ import annotations

import io
import math
import zipfile

import pytest

from fixtures.casebook.letters import NOW, letter
from protocol.package.limits import Limits
from protocol.package.writer import write_package
from protocol.rules import judge

FILES, EACH = 3, 4_000
UNPACKED = FILES * EACH


def archive() -> tuple[bytes, int]:
    """Make a zip of texts, and say by what whole number their size in it has to be multiplied to reach the unpacked."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(FILES):
            made.writestr(f"ghi chú {number}.txt", b"a" * EACH)
    return target.getvalue(), math.ceil(UNPACKED / sum(info.compress_size for info in made.infolist()))


def is_a_bomb(limits: Limits, packed: bytes) -> bool:
    with judge(write_package(letter(files=(("hồ sơ.zip", packed),))), now=NOW, limits=limits) as reading:
        return "zip-bomb" in {finding.reason for finding in reading.findings}


@pytest.mark.parametrize(
    ("free", "short_of", "bomb"),
    [(UNPACKED, 1, False), (UNPACKED - 1, 1, True), (1, 0, False), (1, 1, True)],
)
def test_the_files_of_a_zip_may_be_small_or_grow_by_a_factor(free: int, short_of: int, bomb: bool) -> None:
    packed, factor = archive()
    assert is_a_bomb(Limits(zip_free_bytes=free, zip_ratio=factor - short_of), packed) is bomb


@pytest.mark.parametrize(("most", "bomb"), [(UNPACKED, False), (UNPACKED - 1, True)])
def test_the_files_of_a_zip_are_no_more_than_a_package_may_be(most: int, bomb: bool) -> None:
    packed, _ = archive()
    assert is_a_bomb(Limits(decoded_bytes=most), packed) is bomb
