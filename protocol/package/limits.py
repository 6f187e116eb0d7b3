"""How much a package may be: what protects the machine that reads it, and what the exchange agrees to carry."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
MB = 1_000_000
POLICY_BYTES = 50 * MB
"""What the attached files of one package may come to where nobody says otherwise (ATT-09, open question Q14).

No published text gives the limit of the national axis; a gateway in the field caps packages at 50 MB (H-A14).
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one reading. Sizes are bytes, everything else counts.

    ``policy_bytes`` is what parties agree on: a package beyond it can still be read and judged. All others keep the
    reader safe and end the reading. Their defaults let through every package that the field has shown, with room to
    spare; whoever runs a smaller house passes smaller ones.
    """

    policy_bytes: int = POLICY_BYTES
    """The attached files of a package together, decoded: a matter of policy."""
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
