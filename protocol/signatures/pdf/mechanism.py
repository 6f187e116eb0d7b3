"""By which mechanism a CMS structure was signed, and whether its digest and its value hold (RFC 5652, 5.4)."""

from __future__ import annotations

from typing import Any

from asn1crypto import algos
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator.errors import AlgorithmNotSupported, DSAParametersUnavailable
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)

from protocol.signatures.pdf.broken import BROKEN
from protocol.signatures.pdf.facts import Trouble

_EC_KEY = "1.2.840.10045.2.1"
"""Names a kind of key (RFC 5480, 2.1.1); in its place an algorithm of signing is meant to stand."""


def scheme_of(algorithm: Any, digest: str, certificate: Any) -> tuple[str, str]:
    """Name the scheme and the hash function of a signature; ``digest`` where its algorithm names none."""
    if _is_key_named(algorithm, certificate):
        return "ecdsa", digest
    try:
        name = str(algorithm.signature_algo)
    except ValueError:
        name = str(algorithm["algorithm"].native)
    if name == "rsassa_pss":
        return name, str(algorithm["parameters"]["hash_algorithm"]["algorithm"].native)
    try:
        return name, str(algorithm.hash_algo)
    except ValueError:
        return name, digest


def verify(signer: Any, certificate: Any, content_type: str, actual: bytes) -> tuple[bool | None, bool | None, Trouble]:
    """Compare digest and signature value; the attributes, where there are any, have to be those of RFC 5652, 5.3."""
    try:
        digest_holds, value_holds = validate_sig_integrity(signer, certificate, content_type, actual, _Validator())
    except SignatureValidationError as error:
        mismatch = "ertificate" in str(error.failure_message)
        return None, None, "certificate-mismatch" if mismatch else "attributes-malformed"
    except Exception:  # noqa: BLE001 - an unknown scheme, a key that nothing can load: the value cannot be checked
        return None, None, ""
    return digest_holds, value_holds, ""


def _is_key_named(algorithm: Any, certificate: Any) -> bool:
    """Whether instead of the scheme the kind of key is named, as iText does for elliptic curves."""
    try:
        return bool(algorithm["algorithm"].dotted == _EC_KEY and certificate.public_key.algorithm == "ec")
    except BROKEN:
        return False


class _Validator(DefaultSignatureValidator):
    """Reads the name of a kind of key as a scheme, and holds no signature for false that it cannot check."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: Any,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Return where the value was made by the key; ``ValueError`` where nobody can say."""
        if signature_algorithm["algorithm"].dotted == _EC_KEY and public_key_info.algorithm == "ec":
            signature_algorithm = algos.SignedDigestAlgorithm({"algorithm": f"{context.contextual_md_algorithm}_ecdsa"})
        try:
            super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)
        except (AlgorithmNotSupported, DSAParametersUnavailable) as error:
            raise ValueError(str(error)) from error
