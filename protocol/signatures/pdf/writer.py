"""Writes incremental updates of PDF files, the same bytes for the same work."""

from __future__ import annotations

import hashlib

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader


class Writer(IncrementalPdfFileWriter):
    """Writes what is new and nothing else: pyHanko's own notes the time of the machine in the metadata.

    The new identifier of the file follows from what is added to, so that the same work gives the same bytes.
    """

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        prev.stream.seek(0)
        digest = generic.ByteStringObject(hashlib.sha256(prev.stream.read()).digest()[:16])
        known = prev.trailer["/ID"][0] if "/ID" in prev.trailer else digest
        if isinstance(known, generic.TextStringObject):
            known = generic.ByteStringObject(known.original_bytes)
        return generic.ArrayObject([known, digest])

    def _update_meta(self) -> None:
        pass
