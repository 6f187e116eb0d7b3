"""What a journal entry may not hold: secrets, authorizations, and more than the beginning of its MAC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from simulator.redaction import STRUCK, Redactor

_MAC = "xroadvnpt-hash-header"
_SHOWN_OF_MAC = 8
_SHORTEST_MAC = 32  # what is shorter is none, and may stand elsewhere by chance


@dataclass(frozen=True, slots=True)
class Scrubber:
    """Takes secrets out of one entry, and its MAC out of everything."""

    redaction: Redactor
    mac: str | None

    @classmethod
    def of(cls, headers: Iterable[tuple[str, str]], redaction: Redactor) -> Scrubber:
        """Make one for a request with these headers."""
        mac = next((value.strip() for name, value in headers if name.lower() == _MAC), "")
        return cls(redaction, mac if len(mac) >= _SHORTEST_MAC else None)

    def text(self, text: str | None) -> Any:
        """Give a text without them."""
        if text is None:
            return None
        if self.mac is not None:
            text = text.replace(self.mac, self.mac[:_SHOWN_OF_MAC] + "…")
        return self.redaction.text(text)

    def body(self, body: bytes) -> bytes:
        """Give a body without them."""
        if self.mac is not None and body:
            body = body.replace(
                self.mac.encode("latin-1", "replace"), self.mac[:_SHOWN_OF_MAC].encode("utf-8") + b"..."
            )
        return self.redaction.body(body)

    def header(self, name: str, value: str) -> Any:
        """Give the value of a header without them."""
        name = name.lower()
        if name in ("authorization", "proxy-authorization", "cookie"):
            return STRUCK
        return value[:_SHOWN_OF_MAC] + "…" if name == _MAC else self.text(value)

    def shown(self, findings: list[dict[str, object]]) -> list[dict[str, Any]]:
        """Give findings without them."""
        return [
            {key: self.text(value) if isinstance(value, str) else value for key, value in finding.items()}
            for finding in findings
        ]
