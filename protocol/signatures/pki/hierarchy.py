"""The test PKI as a whole: a root, the public-duty CA below it, a timestamp authority, agencies and persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509

from protocol.signatures.anchors import Trust
from protocol.signatures.pki import authority, keys, names
from protocol.signatures.pki.authority import Authority, Profile, Revocation, Validity
from protocol.signatures.pki.identity import Identity
from protocol.signatures.pki.keys import Kind

YEAR = timedelta(days=365)
HOSTS = ("localhost", "127.0.0.1", "::1")
"""Names and addresses of a test server."""
HEAD_START = timedelta(days=30)
"""How long before ``now`` the certificates of agencies and persons begin."""


class Pki:
    """A test PKI, minted at ``now`` (aware): nothing in it is older, nothing reads the clock.

    ``name`` tells two hierarchies apart; keys are kept by it for the process, so that making the same again is cheap.
    ``kind`` is that of every key that is not asked for otherwise. With ``fresh`` no key of the process is used again.
    """

    def __init__(
        self,
        now: datetime,
        *,
        name: str = "chuyên dùng công vụ",
        kind: Kind = "p-256",
        years: int = 3,
        pss: bool = False,
        url: str = "",
        fresh: bool = False,
    ) -> None:
        if now.utcoffset() is None:
            raise ValueError("now needs an offset: give an aware datetime")
        self.now = now.replace(microsecond=0)
        self.name = name
        self.kind = kind
        self.years = years
        self.pss = pss
        self._fresh = fresh
        start = self.now - YEAR
        root = authority.self_signed(
            names.authority(f"TEST CA gốc {name}"),
            self.key("root"),
            authority.ROOT,
            Validity(start - YEAR, start + (years + 20) * YEAR),
            pss=pss,
            serial=self.serial(),
        )
        self.root = Authority(root, pss=pss, url=url and f"{url}/root.crl", serials=self.serial)
        term = Validity(start, start + (years + 10) * YEAR)
        issuing = self.root.issue(names.authority(f"TEST CA {name}"), self.key("issuing"), authority.ISSUER, term)
        self.issuing = Authority(issuing, pss=pss, url=url and f"{url}/issuing.crl", serials=self.serial)
        self.timestamp = self._service(f"TEST TSA {name}", "timestamp", authority.TIMESTAMP)
        self.responder = self._service(f"TEST OCSP {name}", "responder", authority.RESPONDER)

    def key(self, owner: str, kind: Kind | None = None) -> keys.PrivateKey:
        """Give the key pair of an owner in this hierarchy."""
        wanted = kind or self.kind
        return keys.make(wanted) if self._fresh else keys.kept(wanted, f"{self.name}|{owner}")

    def serial(self) -> int:
        """Give a new serial number."""
        return x509.random_serial_number()

    def agency(
        self,
        code: str,
        name: str,
        *,
        codes: Sequence[str] | None = None,
        kind: Kind | None = None,
        validity: Validity | None = None,
        profile: Profile = authority.SIGNER,
    ) -> Identity:
        """Certify an agency's seal; ``codes`` where it is bound to other codes than ``code``, or to none."""
        subject = names.agency(name, (code,) if codes is None else codes)
        key = self.key(f"agency|{code}|{name}", kind)
        return self.issuing.issue(subject, key, profile, validity or self.validity)

    def person(
        self,
        name: str,
        code: str,
        organisation: str,
        *,
        position: str = "",
        codes: Sequence[str] | None = None,
        kind: Kind | None = None,
        validity: Validity | None = None,
        profile: Profile = authority.SIGNER,
    ) -> Identity:
        """Certify a person who holds office in the organisation of that name and code."""
        subject = names.person(name, organisation, (code,) if codes is None else codes, position)
        key = self.key(f"person|{code}|{name}", kind)
        return self.issuing.issue(subject, key, profile, validity or self.validity)

    def server(self, hosts: Sequence[str] = HOSTS, validity: Validity | None = None) -> Identity:
        """Issue the certificate of a TLS server for names and addresses."""
        subject = names.plain(hosts[0], "TEST Axis28")
        own = [_host(host) for host in hosts]
        return self.issuing.issue(subject, self.key("server"), authority.TLS_SERVER, validity or self.validity, own)

    def client(self, name: str = "TEST DMS", validity: Validity | None = None) -> Identity:
        """Issue the certificate that a TLS client shows."""
        subject = names.plain(name, "TEST Axis28")
        return self.issuing.issue(subject, self.key("client"), authority.TLS_CLIENT, validity or self.validity)

    @property
    def validity(self) -> Validity:
        """Give the validity of agencies and persons where none is asked for."""
        return Validity(self.now - HEAD_START, self.now + self.years * YEAR)

    def revoke(
        self,
        identity: Identity,
        at: datetime,
        reason: x509.ReasonFlags = x509.ReasonFlags.cessation_of_operation,
        invalid: datetime | None = None,
    ) -> None:
        """Revoke what the public-duty CA issued; ``invalid`` is since when its key was in other hands."""
        self.issuing.revoke(identity.certificate, Revocation(at, reason, invalid))

    def crls(
        self, at: datetime, life: timedelta = authority.CRL_LIFE, backdated: timedelta = timedelta(0)
    ) -> tuple[bytes, bytes]:
        """Give the lists of root and issuing CA of an instant, in DER; each speaks for ``life``."""
        return self.root.crl(at, life, backdated), self.issuing.crl(at, life, backdated)

    def ocsp(self, identity: Identity, at: datetime, life: timedelta | None = authority.OCSP_LIFE) -> bytes:
        """Give the OCSP response of an instant about what the public-duty CA issued, in DER."""
        return self.issuing.ocsp(identity.certificate, at, self.responder, life)

    def trust(self, at: datetime) -> Trust:
        """Give what a receiver has at that instant who trusts this PKI: root, issuing CA and both lists."""
        return Trust((self.root.identity.der,), (self.issuing.identity.der,), self.crls(at))

    def _service(self, name: str, owner: str, profile: Profile) -> Identity:
        start = self.now - YEAR
        term = Validity(start, start + (self.years + 5) * YEAR)
        return self.issuing.issue(names.authority(name), self.key(owner), profile, term)


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
