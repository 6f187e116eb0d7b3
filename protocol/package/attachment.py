"""Attachments both ways: how the official builder packs a file, and how a receiver gets the file back.

By extension (observed on the wire): ``.pdf``, ``.doc``, ``.docx`` and ``.zip`` travel as they are, everything else as a
zip of one entry with a name that means nothing; the real name is ``AttachmentName``. A receiver unzips what says
``application/zip`` (or says nothing), unless the name itself ends in ``zip``.
"""

from __future__ import annotations

import hashlib
import io
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from protocol.package import filename, unzip
from protocol.package.filename import safe_name
from protocol.package.limits import Limits
from protocol.package.model import Attachment, Reference
from protocol.package.unzip import AttachmentRefused

__all__ = ["AttachmentRefused", "Original", "attach", "original", "safe_name", "travels_zipped"]

ZIP = "application/zip"
RAW_TYPES = {"pdf": "application/pdf", "doc": "application/doc", "docx": "application/docx", "zip": ZIP}
"""Extensions that travel unzipped and the type names of the official builder, which are not IANA's (H-A08)."""

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_READ = 64 * 1024
_DEFAULTS = Limits()


@dataclass(frozen=True, slots=True)
class Original:
    """The file that an attachment carries.

    ``name`` is safe to store under, ``size`` is bytes, ``sha256`` lower-case hex. ``open`` gives a new reader each time
    and works as long as the reading of the package does.
    """

    name: str
    size: int
    sha256: str
    open: Callable[[], BinaryIO]

    @property
    def data(self) -> bytes:
        """The whole file in memory."""
        with self.open() as stream:
            return stream.read()


def attach(
    name: str,
    data: bytes,
    *,
    content_id: str | None = None,
    description: str | None = None,
    entry_id: uuid.UUID | None = None,
) -> tuple[Attachment, Reference]:
    """Pack a file under its real name; gives the attachment and its line of the manifest.

    The same name and data always give the same bytes: zips carry a fixed time, and the ids that are not given
    (``content_id`` of the form ``cid:…``, ``entry_id`` for the name inside the zip) come from a hash of both.
    The manifest says the same type as the attachment; the official builder leaves ``application/zip`` there (H-A02).
    """
    derived = uuid.UUID(bytes=hashlib.sha256(name.encode() + b"\0" + data).digest()[:16], version=4)
    content_id = content_id or f"cid:{derived}"
    kind = filename.extension(name)
    content_type = RAW_TYPES.get(kind, ZIP)
    payload = data if kind in RAW_TYPES else _zip(f"{entry_id or derived}.{kind or 'unk'}", data)
    attachment = Attachment(
        content_id=content_id,
        name=name,
        content_type=content_type,
        description=description,
        size=len(payload),
        sha256=hashlib.sha256(payload).hexdigest(),
        open_payload=lambda: io.BytesIO(payload),
    )
    return attachment, Reference(content_id, content_type, description, name)


def travels_zipped(attachment: Attachment) -> bool:
    """Whether a receiver has to unzip the payload: it says zip or nothing, and its name does not end in ``zip``."""
    says = (attachment.content_type or ZIP).strip().lower()
    return says == ZIP and not (attachment.name or "").lower().endswith("zip")


def original(attachment: Attachment, limits: Limits = _DEFAULTS) -> Original:
    """Give the file back, unzipped where the rule says so; its name made safe.

    Raises ``AttachmentRefused`` (its ``reason`` is a reason code) for an attachment without a payload, for what is not
    the zip that it says, for zip bombs, nested and encrypted zips. ``ValueError`` where its reading is closed.
    """
    if not attachment.has_payload:
        raise AttachmentRefused("payload-missing", "no ContentTransferEncoded")
    name = safe_name(attachment.name)
    if not travels_zipped(attachment):
        return Original(name, attachment.size, attachment.sha256, attachment.open_payload)
    size, sha256 = 0, hashlib.sha256()

    def unzipped() -> BinaryIO:
        return unzip.open_first(attachment.open_payload(), limits, name=name)

    with unzipped() as stream:
        while block := unzip.read(stream, _READ):
            size += len(block)
            sha256.update(block)
    return Original(name, size, sha256.hexdigest(), unzipped)


def _zip(entry: str, data: bytes) -> bytes:
    """Make a zip that depends on its content alone."""
    target = io.BytesIO()
    info = zipfile.ZipInfo(entry, _FIXED_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o600 << 16
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(info, data)
    return target.getvalue()
