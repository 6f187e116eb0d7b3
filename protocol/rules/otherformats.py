"""Documents that are sent in other formats than PDF: whether anybody can have signed them (SIG-01).

Office formats, XML and CMS have signatures of their own, which nobody here reads; archives may hold a signed document.
Of such files it is unknown whether they are signed. Where there is nothing of the kind, nobody signed.
"""

from __future__ import annotations

from protocol.package import filekind, filename, unzip
from protocol.package.attachment import AttachmentRefused, original
from protocol.package.limits import Limits
from protocol.package.model import Attachment

_TRACES = (
    b"_xmlsignatures/",
    b"META-INF/documentsignatures.xml",
    "_xmlsignatures".encode("utf-16-le"),
    "_signatures".encode("utf-16-le"),
    b"http://www.w3.org/2000/09/xmldsig#",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",
    b"-----BEGIN PKCS7",
    b"-----BEGIN CMS",
    b"KoZIhvcNAQcC",
    b"CSqGSIb3DQEHAq",
    b"BgkqhkiG9w0BBwK",
    b"multipart/signed",
    "EncryptedPackage".encode("utf-16-le"),
    b"/ByteRange",
)
"""Of signatures: in Office Open XML and OpenDocument, in older office files, XML, PDF, mail, and CMS (RFC 5652) as
bytes, with an armour, or in base64 (in three ways, as its object identifier falls); and of what a password hides.
"""
_LONGEST = max(map(len, _TRACES))
_PIECE = 1 << 16
_PACKED = frozenset({"zip", "7z", "rar", "gz"})


def may_be_signed(attachment: Attachment, limits: Limits) -> bool:
    """Whether a file that is no PDF may hold a signature, or a signed file; so may one that cannot be opened."""
    ending = filename.extension(attachment.name or "")
    try:
        with original(attachment, limits).open() as stream:
            before = unzip.read(stream, _PIECE)
            if ending in filekind.ARCHIVES or (ending not in unzip.DOCUMENTS and filekind.sniff(before) in _PACKED):
                return True
            while not any(trace in before for trace in _TRACES):
                piece = unzip.read(stream, _PIECE)
                if not piece:
                    return False
                before = before[-_LONGEST:] + piece
    except AttachmentRefused:
        pass
    return True
