"""Ways to spoil a signed file that keep it readable: a byte changed under a signature, a timestamp exchanged."""

from __future__ import annotations

import hashlib
import random
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protocol.signatures.pdf.structures import Stamping


def one_byte_changed(source: random.Random, data: bytes) -> bytes:
    """Change one letter of what is printed, in the first revision of the file: name and size stay the same."""
    end = data.find(b"/ByteRange")
    places = [place for place in range(len(data) if end < 0 else end) if data.startswith(b" Tf ", place)]
    place = source.choice(places) - 1
    other = b"1" if data[place : place + 1] != b"1" else b"2"
    return data[:place] + other + data[place + 1 :]


def stamp_of_another(data: bytes, stamping: Stamping) -> bytes:
    """Give the last signature a timestamp that was had for other data; the signature itself still holds."""
    from asn1crypto import cms  # noqa: PLC0415 - takes time to import
    from pyhanko.sign.general import simple_cms_attribute  # noqa: PLC0415 - as above

    from fixtures.pdfforgeries import value_is  # noqa: PLC0415 - as above
    from protocol.signatures.pdf.structures import token  # noqa: PLC0415 - as above

    *_, value = re.findall(rb"/Contents <([0-9a-fA-F]+)>", data)
    info = cms.ContentInfo.load(bytes.fromhex(value.decode()))
    other = token(hashlib.sha256(b"another signature").digest(), stamping)
    stamp = simple_cms_attribute("signature_time_stamp_token", other)
    info["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([stamp])
    return value_is(info.dump())(data)
