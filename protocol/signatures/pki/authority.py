"""A certification authority of the test PKI: issues, revokes, and says so by CRL and OCSP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from protocol.signatures.pki import responses
from protocol.signatures.pki.identity import Identity
from protocol.signatures.pki.keys import PrivateKey

CRL_LIFE = timedelta(days=7)
OCSP_LIFE = timedelta(days=1)
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a certificate is for: key usages by their names in ``x509.KeyUsage``, purposes, and whether it is a CA."""

    usages: tuple[str, ...] = ("digital_signature", "content_commitment")
    purposes: tuple[ObjectIdentifier, ...] = ()
    ca: bool = False
    below: int | None = None
    """How many further CAs may stand below this one."""
    critical_purposes: bool = False


DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""``id-kp-documentSigning`` (RFC 9336)."""
SIGNER = Profile(purposes=(DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION))
ROOT = Profile(usages=("key_cert_sign", "crl_sign"), ca=True)
ISSUER = Profile(usages=("key_cert_sign", "crl_sign"), ca=True, below=0)
TIMESTAMP = Profile(
    usages=("digital_signature",), purposes=(ExtendedKeyUsageOID.TIME_STAMPING,), critical_purposes=True
)
RESPONDER = Profile(usages=("digital_signature",), purposes=(ExtendedKeyUsageOID.OCSP_SIGNING,))
TLS_SERVER = Profile(usages=("digital_signature", "key_encipherment"), purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))
TLS_CLIENT = Profile(usages=("digital_signature",), purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,))
ENCIPHERMENT = Profile(usages=("key_encipherment", "data_encipherment"))


class Validity(NamedTuple):
    """From when to when a certificate is valid, both aware."""

    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Revocation:
    """When and why a certificate was revoked, and since when its key was in other hands, if that is known."""

    at: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.cessation_of_operation
    invalid: datetime | None = None


class Authority:
    """A CA that keeps in mind what it revoked; every instant is given by the caller."""

    def __init__(
        self,
        identity: Identity,
        *,
        pss: bool = False,
        url: str = "",
        serials: Callable[[], int] = x509.random_serial_number,
    ) -> None:
        """Take the CA's own identity; ``pss`` makes an RSA key sign by PSS, ``url`` goes into what it issues.

        ``serials`` gives a new serial number each time.
        """
        self.serials = serials
        self.identity = identity
        self.pss = pss
        self.url = url
        self.revoked: dict[int, Revocation] = {}

    def issue(
        self,
        subject: x509.Name,
        key: PrivateKey,
        profile: Profile,
        validity: Validity,
        hosts: Sequence[x509.GeneralName] = (),
    ) -> Identity:
        """Issue a certificate for a key pair; ``hosts`` are the names and addresses of a server."""
        own = self.identity.certificate
        builder = _builder(subject, key, validity, own.subject, serial=self.serials())
        for extension, critical in _extensions(key, profile, own, self.url):
            builder = builder.add_extension(extension, critical=critical)
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        return Identity(_signed(builder, self.identity.key, pss=self.pss), key, (own, *self.identity.issuers))

    def revoke(self, certificate: x509.Certificate, revocation: Revocation) -> None:
        """Revoke a certificate; lists and answers from that instant on say so."""
        self.revoked[certificate.serial_number] = revocation

    def crl(self, at: datetime, life: timedelta = CRL_LIFE, backdated: timedelta = timedelta(0)) -> bytes:
        """Give the revocation list of an instant, in DER; it may call itself older by some minutes (``backdated``)."""
        own = self.identity.certificate
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(own.subject)
            .last_update(at - backdated)
            .next_update(at + life)
            .add_extension(_authority_key(own), critical=False)
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        )
        for serial, revocation in self.revoked.items():
            if revocation.at <= at:
                builder = builder.add_revoked_certificate(_entry(serial, revocation))
        made = builder.sign(self.identity.key, hashes.SHA256(), rsa_padding=_padding(self.identity.key, pss=self.pss))
        return made.public_bytes(Encoding.DER)

    def ocsp(
        self, certificate: x509.Certificate, at: datetime, responder: Identity, life: timedelta | None = OCSP_LIFE
    ) -> bytes:
        """Give the OCSP response of an instant about a certificate, signed by ``responder``, in DER.

        ``life`` is ``None`` for a response that names no end.
        """
        revocation = self.revoked.get(certificate.serial_number)
        revoked = revocation if revocation is not None and revocation.at <= at else None
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=certificate,
                issuer=self.identity.certificate,
                algorithm=hashes.SHA256(),
                cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
                this_update=at,
                next_update=None if life is None else at + life,
                revocation_time=revoked.at if revoked else None,
                revocation_reason=revoked.reason if revoked else None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
            .certificates([responder.certificate])
        )
        made = builder.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)
        return responses.produced(made, at, responder.key)


def self_signed(
    subject: x509.Name,
    key: PrivateKey,
    profile: Profile,
    validity: Validity,
    *,
    pss: bool = False,
    serial: int | None = None,
) -> Identity:
    """Make a certificate that certifies itself: a root, or nobody's word but its own."""
    builder = _builder(subject, key, validity, subject, serial=serial or x509.random_serial_number())
    for extension, critical in _extensions(key, profile, None, ""):
        builder = builder.add_extension(extension, critical=critical)
    return Identity(_signed(builder, key, pss=pss), key)


def _entry(serial: int, revocation: Revocation) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revocation.at)
    builder = builder.add_extension(x509.CRLReason(revocation.reason), critical=False)
    if revocation.invalid is not None:
        builder = builder.add_extension(x509.InvalidityDate(revocation.invalid.astimezone(UTC)), critical=False)
    return builder.build()


def _builder(
    subject: x509.Name, key: PrivateKey, validity: Validity, issuer: x509.Name, *, serial: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(validity.begin.replace(microsecond=0))
        .not_valid_after(validity.end.replace(microsecond=0))
    )


def _extensions(
    key: PrivateKey, profile: Profile, issuer: x509.Certificate | None, url: str
) -> Iterable[tuple[x509.ExtensionType, bool]]:
    yield x509.BasicConstraints(ca=profile.ca, path_length=profile.below), True
    yield x509.KeyUsage(**{usage: usage in profile.usages for usage in _USAGES}), True
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    yield own, False
    yield (
        _authority_key(issuer) if issuer else x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own),
        False,
    )
    if profile.purposes:
        yield x509.ExtendedKeyUsage(profile.purposes), profile.critical_purposes
    if profile is RESPONDER:
        yield x509.OCSPNoCheck(), False
    if url and issuer:
        place = x509.UniformResourceIdentifier(url)
        yield x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)]), False


def _authority_key(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _signed(builder: x509.CertificateBuilder, key: PrivateKey, *, pss: bool) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256(), rsa_padding=_padding(key, pss=pss))


def _padding(key: PrivateKey, *, pss: bool) -> padding.PSS | None:
    if not (pss and isinstance(key, rsa.RSAPrivateKey)):
        return None
    return padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
