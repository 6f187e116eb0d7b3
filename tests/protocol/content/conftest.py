"""One reader for the tests of this folder; its child ends with them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest

from protocol.content.reader import ContentReader
from protocol.content.text import FileText

Read = Callable[[str, bytes], FileText]


@pytest.fixture(scope="module")
def reader() -> Iterator[ContentReader]:
    with ContentReader() as reader:
        yield reader


@pytest.fixture
def read(reader: ContentReader) -> Read:
    return lambda name, data: reader.read(name, lambda: io.BytesIO(data), len(data))
