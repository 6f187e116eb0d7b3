"""What pyHanko and asn1crypto raise for bytes that they cannot read, beside what they document."""

from __future__ import annotations

from pyhanko.pdf_utils import misc

BROKEN: tuple[type[Exception], ...] = (
    misc.PdfError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,  # a number that is none, or too large for what it counts
    NotImplementedError,
    RecursionError,
)
