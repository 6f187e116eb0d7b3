"""Bodies as operations meet them: what goes wrong with the place where they lie becomes a refusal on the wire."""

from __future__ import annotations

import logging
from typing import BinaryIO

from simulator import answers
from simulator.answers import Refused, refused
from simulator.blobs import Blobs, Content

logger = logging.getLogger("simulator.bodies")


def opened(blobs: Blobs, content: Content) -> BinaryIO:
    """Open a body; raises ``Refused`` (code 20) where it is missing or cannot be read."""
    try:
        return blobs.open(content)
    except OSError as error:
        logger.error("the body %s cannot be read: %s", content.sha256, error)  # noqa: TRY400 - where, does not matter
        text = "Loi he thong: khong doc duoc noi dung goi tin"
        raise refused(answers.SYSTEM_ERROR, text, "AXS-08", "content-lost", got=content.sha256) from error


def unstored(error: OSError) -> Refused:
    """Make the refusal (code 20) of a body that the place for bodies does not take; the log says why."""
    logger.error("a body cannot be stored: %s", error)
    return refused(answers.SYSTEM_ERROR, "Loi he thong: khong ghi duoc", "AXS-08", "storage-failed")
