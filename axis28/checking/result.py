"""What checking one file gave, as values that travel between processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from axis28.checking.excerpt import Excerpt
from protocol.finding import Finding
from protocol.package.reading import Kind
from protocol.signatures.outcome import PlacedSignature

Verdict = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding with the place to show. ``attachment`` is the name of the attached file that it is about, if any."""

    finding: Finding
    excerpt: Excerpt | None
    attachment: str = ""

    @property
    def more(self) -> int:
        """How many findings of the same reason were left out after this one."""
        return int(self.finding.details.get("more", "0"))

    @property
    def line(self) -> int | None:
        """The line to point at: that of the excerpt, else the finding's own."""
        return self.excerpt.line if self.excerpt is not None else self.finding.line

    @property
    def column(self) -> int | None:
        """The column (code points, from 1) to point at, ``None`` where only the line is known."""
        return self.excerpt.column or None if self.excerpt is not None else None


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file that was checked, its findings sorted by place.

    ``verdict`` is that of the worst finding (what is only told does not count). ``signatures`` are all that were
    judged, the good ones too. ``size`` is in bytes; ``sha256`` (lower-case hex) is ``""`` where nobody asked for it.
    """

    file: str
    kind: Kind
    document_id: str | None
    verdict: Verdict
    remarks: tuple[Remark, ...]
    size: int
    sha256: str = ""
    signatures: tuple[PlacedSignature, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """One file that could not be opened or read to its end; ``problem`` is what the system said.

    ``fault`` names the exception where not the file or the system was to blame, but the program.
    """

    file: str
    problem: str
    fault: str = ""


Outcome = FileReport | Unread
