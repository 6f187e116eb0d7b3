"""OCSP responses as of an instant: ``cryptography`` writes the host's clock into each one that it signs."""

from __future__ import annotations

from datetime import UTC, datetime

from asn1crypto import ocsp
from cryptography.hazmat.primitives import hashes

from protocol.signatures.pki.keys import PrivateKey, signature


def produced(response: bytes, at: datetime, responder: PrivateKey) -> bytes:
    """Give a response (DER) that was signed with SHA-256 as one that was produced at ``at``, signed again."""
    whole = ocsp.OCSPResponse.load(response)
    basic = whole["response_bytes"]["response"].parsed
    data = basic["tbs_response_data"]
    data["produced_at"] = at.astimezone(UTC).replace(microsecond=0)
    basic["signature"] = signature(responder, data.dump(force=True), hashes.SHA256())
    whole["response_bytes"]["response"] = basic
    return bytes(whole.dump(force=True))
