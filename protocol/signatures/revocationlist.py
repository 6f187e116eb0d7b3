"""A revocation list: whose it is, whom it speaks of, and since when it calls a certificate revoked (RFC 5280, 6.3).

The entries are looked up by ``cryptography``, which finds one of a hundred thousand in some milliseconds and keeps none
of them. Whoever stands on a genuine list is revoked, also where the list calls itself older than the revocation: an
authority may set ``thisUpdate`` back by some minutes, so that receivers with slow clocks take its list.

A list by another key of the authority than that which made the certificate is passed over, unless that key stands in
the same chain: RFC 5280, 6.3.3(f), would let it count where its maker has a chain of its own to the same root. What
such a list alone would tell is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from asn1crypto import crl, x509
from cryptography import x509 as fast

from protocol.signatures import algorithms, paths
from protocol.signatures.certificate import BROKEN, instant
from protocol.signatures.statement import Statement

_UNDERSTOOD = frozenset(
    {
        "issuer_alt_name",
        "crl_number",
        "issuing_distribution_point",
        "authority_key_identifier",
        "freshest_crl",
        "authority_information_access",
    }
)
"""Extensions of a complete list that may be critical."""
_KEPT_TRUSTS = 4


class RevocationList:
    """A list that was parsed once; each key is asked once whether it made it."""

    def __init__(self, der: bytes) -> None:
        """Parse a list; raises one of ``certificate.BROKEN`` for what is none."""
        self._told = crl.CertificateList.load(der, strict=True)
        self._entries = fast.load_der_x509_crl(der)
        inner = self._told["tbs_cert_list"]
        self.issuer: x509.Name = self._told.issuer
        _ = self.issuer.hashable
        self.made = instant(inner["this_update"])
        self.until = self.made if inner["next_update"].native is None else instant(inner["next_update"])
        self._point = self._told.issuing_distribution_point_value
        self._whole = self._told.delta_crl_indicator_value is None and self._told.critical_extensions <= _UNDERSTOOD
        self._made_by: dict[bytes, bool] = {}

    def says(self, certificate: x509.Certificate, above: Sequence[x509.Certificate]) -> Statement | None:
        """Give what the list says of a certificate whose chain goes on with ``above``; ``None`` for nothing."""
        if not self._whole or self.issuer != certificate.issuer or not self._covers(certificate):
            return None
        if not any(self._genuine(above[place:]) for place in range(len(above))):
            return None
        entry = self._entry(int(certificate.serial_number))
        if entry is not None:
            since, why = _revoked(entry)
            if why is not fast.ReasonFlags.remove_from_crl:
                return Statement(self.made, self.until, since, hold=why is fast.ReasonFlags.certificate_hold)
        if self._point is not None and self._point["only_some_reasons"].native is not None:
            return None  # revoked for another reason it may be all the same
        return Statement(self.made, self.until)

    def _genuine(self, authorities: Sequence[x509.Certificate]) -> bool:
        """Whether the first of them made the list, by an allowed algorithm, while all of them were valid."""
        maker = authorities[0]
        if maker.subject != self.issuer:
            return False
        if maker.key_usage_value is not None and "crl_sign" not in maker.key_usage_value.native:
            return False
        if not all(each.not_valid_before <= self.made <= each.not_valid_after for each in authorities):
            return False
        key = maker.public_key.dump()
        if key not in self._made_by:
            self._made_by[key] = self._signed_by(maker)
        return self._made_by[key]

    def _signed_by(self, maker: x509.Certificate) -> bool:
        algorithm = self._told["signature_algorithm"]
        if algorithms.judge(algorithms.of(algorithm, maker.public_key)).result != "good":
            return False
        return paths.verified(
            self._told["signature"].native, self._told["tbs_cert_list"].dump(), maker.public_key, algorithm
        )

    def _covers(self, certificate: x509.Certificate) -> bool:
        """Whether a certificate of the list's issuer is among those that the list is about."""
        places = certificate.crl_distribution_points_value or ()
        if places and all(place["crl_issuer"].native is not None for place in places):
            named = x509.GeneralName(name="directory_name", value=self.issuer)
            if not self._indirect or not any(named in place["crl_issuer"] for place in places):
                return False
        point = self._point
        if point is None:
            return True
        wrong_kind = "only_contains_user_certs" if certificate.ca else "only_contains_ca_certs"
        if point["only_contains_attribute_certs"].native or point[wrong_kind].native:
            return False
        return self._place_is_named(point["distribution_point"], places)

    def _place_is_named(self, own: Any, places: Iterable[Any]) -> bool:
        """Whether the place that the list names for itself is one that the certificate names, if both name any."""
        if own.native is None:
            return True
        if own.name != "full_name":
            return any(
                place["distribution_point"].native is not None
                and place["distribution_point"].name == own.name
                and place["distribution_point"].chosen.contents == own.chosen.contents
                for place in places
            )
        names = list(own.chosen)
        if not places:
            return x509.GeneralName(name="directory_name", value=self.issuer) in names
        stated = [
            named.chosen
            for named in (place["distribution_point"] for place in places)
            if named.native is not None and named.name == "full_name"
        ]
        wanted = [name for each in stated for name in each]
        wanted += [name for place in places if place["crl_issuer"].native is not None for name in place["crl_issuer"]]
        return not wanted or any(name in names for name in wanted)

    @property
    def _indirect(self) -> bool:
        return self._point is not None and bool(self._point["indirect_crl"].native)

    def _entry(self, serial: int) -> fast.RevokedCertificate | None:
        if not self._indirect:
            return self._entries.get_revoked_certificate_by_serial_number(serial)
        issuer = self._entries.issuer
        for entry in self._entries:  # an entry is about the issuer that was named last
            for extension in entry.extensions:
                if isinstance(extension.value, fast.CertificateIssuer):
                    issuer = extension.value.get_values_for_type(fast.DirectoryName)[0]
            if entry.serial_number == serial and issuer == self._entries.issuer:
                return entry
        return None


def kept(ders: tuple[bytes, ...]) -> tuple[RevocationList, ...]:
    """Give the lists of a trust, which are parsed once for all signatures; what cannot be read is left out."""
    return _kept(ders)


def read(ders: Iterable[bytes]) -> Iterator[RevocationList]:
    """Parse different lists; what cannot be read is left out."""
    for der in dict.fromkeys(ders):
        try:
            yield RevocationList(der)
        except BROKEN:
            continue


@lru_cache(maxsize=_KEPT_TRUSTS)
def _kept(ders: tuple[bytes, ...]) -> tuple[RevocationList, ...]:
    return tuple(read(ders))


def _revoked(entry: fast.RevokedCertificate) -> tuple[datetime, fast.ReasonFlags | None]:
    """Give since when and why; a key that was in other hands before is revoked since then (RFC 5280, 5.3.2).

    ``NotImplementedError`` for an entry with something critical that is not understood.
    """
    since, why = entry.revocation_date_utc, None
    for extension in entry.extensions:
        value = extension.value
        if isinstance(value, fast.InvalidityDate):
            since = min(since, value.invalidity_date_utc)
        elif isinstance(value, fast.CRLReason):
            why = value.reason
        elif extension.critical and not isinstance(value, fast.CertificateIssuer):
            raise NotImplementedError(extension.oid.dotted_string)
    return since, why
