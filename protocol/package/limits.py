"""What the reader is ready to take in, so that no package can exhaust the machine that reads it."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one reading. Sizes are bytes, everything else counts.

    The defaults let through every package that the field has shown (a gateway caps its own at 50 MB, H-A14) with room
    to spare; whoever runs a smaller house passes smaller ones.
    """

    package_bytes: int = 384 * MIB
    """The whole file as it arrives."""
    markup_bytes: int = 8 * MIB
    """What remains when the base64 of the attachments is taken out: header, manifest, tags."""
    markup_items: int = 100_000
    """Tags, comments, processing instructions, CDATA sections and character references together."""
    depth: int = 64
    """How deep elements may nest."""
    attachments: int = 1_000
    payload_bytes: int = 128 * MIB
    """One attachment, decoded; after unzipping too, where the zip rule applies."""
    decoded_bytes: int = 256 * MIB
    """All attachments of a package together, decoded."""
    zip_ratio: int = 200
    """How many times larger than its zip an unzipped file may be, once it is larger than ``zip_free_bytes``."""
    zip_free_bytes: int = 4 * MIB
    zip_entries: int = 1_000
    spool_in_memory_bytes: int = 1 * MIB
    """Decoded attachments stay in memory up to this size and move to a temporary file beyond it."""
