"""A signed send as a value that can be stored and sent again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

LINE_END = b"\r\n"


@dataclass(frozen=True, slots=True)
class SignedSend:
    """A ``sendEdoc`` ready to go, and to go again unchanged: its signed headers and the package without the CR LF."""

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)

    def headers_json(self) -> str:
        """Give the headers as JSON text for an outbox; it holds a signature but no secret."""
        return json.dumps(self.headers, ensure_ascii=True)

    @classmethod
    def restore(cls, headers_json: str, body: bytes) -> SignedSend:
        """Take a send out of an outbox again. Raises ``ValueError`` when ``headers_json`` is none of ours."""
        pairs = json.loads(headers_json)
        if not isinstance(pairs, list) or not all(
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair) for pair in pairs
        ):
            raise ValueError("headers_json: a list of pairs of texts was expected, as headers_json() gives it")
        return cls(tuple((name, value) for name, value in pairs), body)

    @property
    def length(self) -> int:
        """Bytes on the wire: the package and the CR LF that the official client appends (H-T02)."""
        return len(self.body) + len(LINE_END)

    async def wire_body(self) -> AsyncIterator[bytes]:
        """Give the body as it travels, without copying the package."""
        yield self.body
        yield LINE_END
