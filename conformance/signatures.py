"""The test PKI of a run: whom the system under test has to trust, with which keys it signs, and who else signs.

Nothing of it outlives the run. Four hierarchies stand beside each other, so that stories at the same time do not
disturb each other: the public-duty one; one that is trusted and publishes no revocation data; one that is trusted until
a story takes it away; and one that nobody is ever told to trust.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import ssl
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from conformance.drivers import Answer
    from conformance.evidence import Evidence
    from conformance.system import Agency, System
    from protocol.content.reader import ContentReader
    from protocol.content.text import FileText
    from protocol.signatures.pdf.facts import PaperFacts
    from protocol.signatures.pdf.reader import SignatureReader
    from protocol.signatures.pki import Identity, Pki
    from protocol.signatures.trust import Trust

Hierarchy = Literal["public-duty", "silent", "passing", "strange"]
FACULTIES = frozenset({"signing", "verifies", "trust"})
PERSON, POSITION = "Nguyễn Văn Thử", "Giám đốc"
DAY = timedelta(days=1)
PAST = 10 * DAY
"""How long ago those signed whose certificates have expired since."""
MOST_SIGNERS = 2
TEXT_S = 20.0
_NAMES: Mapping[Hierarchy, str] = {
    "public-duty": "chuyên dùng công vụ",
    "silent": "không công bố thu hồi",
    "passing": "sắp ngừng hoạt động",
    "strange": "không rõ gốc",
}
_Made = TypeVar("_Made")


def signers_of(sut: System) -> tuple[Agency, ...]:
    """Give the agencies of a system whose documents the stories have signed: keys for hundreds would take minutes."""
    return sut.organisations[:MOST_SIGNERS]


class Signatures:
    """Made when the first story needs it; ``close`` ends the process that reads signed files."""

    def __init__(self, evidence: Evidence) -> None:
        self.handing = asyncio.Lock()
        self.handed = False
        """Whether the system may have roots and keys of the run: see ``hand``; no reset took them out."""
        self.taken = False
        """Whether it said that it took them."""
        self._evidence = evidence
        self._now: datetime | None = None
        self._pkis: dict[Hierarchy, Pki] = {}
        self._withdrawn: set[Hierarchy] = set()
        self._keys: dict[str, dict[str, Any]] = {}
        self._reader: SignatureReader | None = None
        self._texts: ContentReader | None = None
        # One after the other: pdfium, which finds the place of a signature, must not be used by two threads.
        self._bench = ThreadPoolExecutor(1, "signatures")

    def open(self, now: datetime) -> None:
        """Mint the PKI at ``now``, once."""
        from protocol.signatures.pki import Pki  # noqa: PLC0415 - most runs need no signatures

        if self._now is None:
            self._now = now.replace(microsecond=0)
            self._pkis = {name: Pki(self._now, name=said) for name, said in _NAMES.items()}

    async def hand(self, asked: Coroutine[Any, Any, Answer]) -> Answer:
        """Make a call that hands over roots and keys, and keep in mind whether the system may have them since.

        Refused or unsupported, they were not taken. Of a call without an answer, and of one that ended in an error,
        nobody knows: what was not answered may have been carried out all the same.
        """
        before, self.handed = self.handed, True
        answer = await asked
        if answer.kind == "ok":
            self.taken = True
        elif answer.kind in ("refused", "unsupported"):
            self.handed = before
        return answer

    def close(self) -> None:
        """End the readers and the thread."""
        self._bench.shutdown(cancel_futures=True)
        for reader in (self._reader, self._texts):
            if reader is not None:
                reader.close()

    @property
    def now(self) -> datetime:
        """When the PKI was minted."""
        assert self._now is not None
        return self._now

    def pki(self, name: Hierarchy = "public-duty") -> Pki:
        """Give one of the hierarchies."""
        return self._pkis[name]

    def withdraw(self, name: Hierarchy) -> None:
        """Leave a hierarchy, its lists too, out of what is trusted from now on."""
        self._withdrawn.add(name)

    def trust(self, now: datetime) -> Trust:
        """Give what a receiver should trust, and the revocation lists of the days before and of the moment.

        The older ones come first: a system may keep one list of each authority, and then keeps the newest.
        """
        from protocol.signatures.trust import Trust  # noqa: PLC0415 - as above

        trusted = [name for name in _NAMES if name != "strange" and name not in self._withdrawn]
        pkis = [self._pkis[name] for name in trusted]
        lists = [
            der
            for at in (self.now - PAST + DAY, now)
            for name in trusted
            if name != "silent"
            for der in self._pkis[name].crls(at)
        ]
        if "silent" in trusted:
            lists.append(self._pkis["silent"].root.crl(now))
        return Trust(
            tuple(pki.root.identity.der for pki in pkis),
            tuple(pki.issuing.identity.der for pki in pkis),
            tuple(lists),
        )

    def trust_json(self, now: datetime) -> dict[str, Any]:
        """Give the same as the driver protocol has it."""
        trusted = self.trust(now)
        return {
            "roots": [ssl.DER_cert_to_PEM_cert(der) for der in trusted.roots],
            "intermediates": [ssl.DER_cert_to_PEM_cert(der) for der in trusted.intermediates],
            "crls": [base64.b64encode(der).decode() for der in trusted.crls],
        }

    def person(self, agency: Agency, name: str = PERSON) -> Identity:
        """Certify the competent person of an agency."""
        return self.pki().person(name, agency.code, agency.name, position=POSITION)

    def seal(self, agency: Agency) -> Identity:
        """Certify the seal of an agency."""
        return self.pki().agency(agency.code, agency.name)

    def keys_json(
        self, agencies: Sequence[Agency], keys: Mapping[str, tuple[Identity, Identity]] | None = None
    ) -> dict[str, Any]:
        """Give the keys of agencies as the driver protocol has them; ``keys`` (code → person, seal) replace some.

        Takes a while, the first time for each agency: to be called with ``made``.
        """
        given = keys or {}
        return {
            agency.code: self._pair_json(*given[agency.code]) if agency.code in given else self._kept_json(agency)
            for agency in agencies
        }

    def configuration(self, agencies: Sequence[Agency]) -> dict[str, Any]:
        """Give whom to trust and the keys of the agencies, as ``configure`` and ``trust`` carry them; see above."""
        return {"trust": self.trust_json(self.now), "signing": self.keys_json(agencies)}

    async def made(self, make: Callable[[], _Made]) -> _Made:
        """Draw or sign something beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._bench, make)

    async def read(self, data: bytes) -> PaperFacts:
        """Read the signatures of a file, in a process of its own: it came from the system under test."""
        from protocol.signatures.pdf.reader import SignatureReader  # noqa: PLC0415 - as above

        if self._reader is None:
            self._reader = SignatureReader()
        return await asyncio.to_thread(self._reader.read_bytes, data)

    async def text(self, name: str, data: bytes) -> FileText:
        """Read the text of a file, in a process of its own as well."""
        from protocol.content.bounds import Bounds  # noqa: PLC0415 - as above
        from protocol.content.reader import ContentReader  # noqa: PLC0415 - as above

        if self._texts is None:
            self._texts = ContentReader(Bounds(seconds=TEXT_S))
        return await asyncio.to_thread(self._texts.read, name, lambda: BytesIO(data), len(data))

    def _kept_json(self, agency: Agency) -> dict[str, Any]:
        if agency.code not in self._keys:
            self._keys[agency.code] = self._pair_json(self.person(agency), self.seal(agency))
        return self._keys[agency.code]

    def _pair_json(self, person: Identity, seal: Identity) -> dict[str, Any]:
        return {"person": self._key_json(person), "agency": self._key_json(seal)}

    def _key_json(self, identity: Identity) -> dict[str, str]:
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - as above
            BestAvailableEncryption,
            pkcs12,
        )

        password = secrets.token_urlsafe(12)
        self._evidence.hide(password)
        above = [each for each in identity.issuers if each.subject != each.issuer]
        encrypted = BestAvailableEncryption(password.encode())
        bundle = pkcs12.serialize_key_and_certificates(
            b"TEST", identity.key, identity.certificate, [*above, identity.issuers[-1]], encrypted
        )
        return {"base64": base64.b64encode(bundle).decode(), "password": password}
