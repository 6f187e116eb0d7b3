"""Signs PDF files as Decree 30/2020 wants it: for tests and for the suite's own packages, never with a real key.

Every instant is an argument. A key object is used as it is: loading an RSA key for each signature takes longer than
signing.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, x509
from pyhanko.pdf_utils import content, layout
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec
from pyhanko.sign.signers.cms_embedder import (
    PdfCMSEmbedder,
    SigAppearanceSetup,
    SigIOSetup,
    SigMDPSetup,
    SigObjSetup,
)
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp, SignatureObject
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import StaticStampStyle

from protocol.signatures.pdf.structures import (
    Manner,
    Stamping,
    envelope,
    ocsp_responses,
    revocation_lists,
    stamped,
    token,
)
from protocol.signatures.pdf.writer import Writer
from protocol.signatures.pki.identity import Identity

RESERVED = 32 * 1024
"""Hexadecimal digits that are reserved for a signature."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be seen of a signature.

    ``page`` is 0-based, ``-1`` the last; ``box`` its left, lower, right and upper edge in points from the lower left
    corner; ``drawing`` a PDF whose first page is put into the box.
    """

    page: int
    box: tuple[float, float, float, float]
    drawing: bytes


def sign(
    data: bytes,
    identity: Identity,
    at: datetime,
    *,
    field: str,
    look: Look | None = None,
    manner: Manner | None = None,
    stamping: Stamping | None = None,
    reserved: int = RESERVED,
) -> bytes:
    """Sign a PDF by an incremental update; ``at`` (aware) is the time that the signature claims.

    ``reserved`` are the hexadecimal digits that the signature may take.

    ``field`` is made where it is not there. Raises pyHanko's errors for a file that is no PDF or a field that is
    filled.
    """
    manner = manner or Manner()
    setup = SigObjSetup(
        SignatureObject(timestamp=at if manner.claim else None, bytes_reserved=reserved),
        mdp_setup=SigMDPSetup(manner.digest, certify=True, docmdp_perms=MDPPerm.FILL_FORMS) if manner.certify else None,
        appearance_setup=SigAppearanceSetup(_style(look), at, None) if look else None,
    )

    def made(digest: bytes) -> cms.ContentInfo:
        info = envelope(digest, identity, at, manner)
        return stamped(info, stamping) if stamping else info

    return _filled(data, _new_field(field, look), setup, manner.digest, made)


def stamp(data: bytes, stamping: Stamping, *, field: str) -> bytes:
    """Put a timestamp over the whole file (ISO 32000-2, 12.8.5)."""
    setup = SigObjSetup(DocumentTimestamp(bytes_reserved=RESERVED))
    return _filled(data, _new_field(field), setup, stamping.digest, lambda digest: token(digest, stamping))


def with_validation_data(
    data: bytes,
    *,
    certificates: tuple[bytes, ...] = (),
    crls: tuple[bytes, ...] = (),
    ocsps: tuple[bytes, ...] = (),
) -> bytes:
    """Add certificates, CRLs and OCSP responses (all DER) to the document security store, as an incremental update."""
    writer: IncrementalPdfFileWriter = Writer(io.BytesIO(data), strict=False)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[x509.Certificate.load(each) for each in certificates],
        crls=revocation_lists(crls),
        ocsps=ocsp_responses(ocsps),
    )
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _new_field(name: str, look: Look | None = None) -> SigFieldSpec:
    if look is None:
        return SigFieldSpec(name)
    left, bottom, right, top = (round(edge) for edge in look.box)
    return SigFieldSpec(name, on_page=look.page, box=(left, bottom, right, top))


def _filled(
    data: bytes, field: SigFieldSpec, setup: SigObjSetup, digest: str, made: Callable[[bytes], cms.ContentInfo]
) -> bytes:
    writer = Writer(io.BytesIO(data), strict=False)
    steps = PdfCMSEmbedder(new_field_spec=field).write_cms(field.sig_field_name, writer)
    next(steps)
    steps.send(setup)
    prepared, output = steps.send(SigIOSetup(md_algorithm=digest))
    steps.send(made(prepared.document_digest))
    return bytes(output.getvalue())


def _style(look: Look) -> StaticStampStyle:
    return StaticStampStyle(
        border_width=0,
        background=_Drawing(look.drawing),
        background_layout=layout.SimpleBoxLayoutRule(
            x_align=layout.AxisAlignment.ALIGN_MIN, y_align=layout.AxisAlignment.ALIGN_MIN
        ),
    )


class _Drawing(content.PdfContent):
    """The first page of a PDF as the content of an appearance."""

    def __init__(self, drawing: bytes) -> None:
        super().__init__()
        self._drawing = drawing

    def render(self) -> bytes:
        form = self._ensure_writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._drawing)))
        self.resources.xobject["/Drawing"] = form
        left, bottom, right, top = form.get_object()["/BBox"]
        self.box = layout.BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return b"/Drawing Do"
