"""What came out of reading one package."""

from __future__ import annotations

from types import TracebackType
from typing import Literal, Self

from lxml import etree

from protocol.finding import Finding, Severity
from protocol.package import tree
from protocol.package.model import DocumentPackage, Package, StatusPackage
from protocol.package.spool import Spool
from protocol.package.verdicts import Profile
from protocol.signatures.outcome import PlacedSignature

Kind = Literal["document", "status", "unreadable"]


class Reading:
    """A package with everything that was found while reading it. A context manager: it holds the attachments.

    ``package`` is ``None`` exactly where ``kind`` is ``unreadable``. ``size`` is in bytes, as the file arrived.
    ``root`` is the tree of the skeleton (the document without the base64 of its attachments), for rules that need to
    point at a place; ``None`` where there is no tree. ``skeleton`` is that document as UTF-8 text, with the line breaks
    of the file, as far as it was read; for whoever shows the place. ``signatures`` are all that were judged, the good
    ones too; none where nobody asked. The attachments' ``open_payload`` works until ``close``.
    """

    def __init__(
        self,
        profile: Profile,
        spool: Spool,
        *,
        package: Package | None = None,
        findings: tuple[Finding, ...] = (),
        root: etree._Element | None = None,
        size: int = 0,
        encoding: str = "utf-8",
        skeleton: bytes = b"",
        signatures: tuple[PlacedSignature, ...] = (),
    ) -> None:
        self.profile = profile
        self.package = package
        self.findings = findings
        self.root = root
        self.size = size
        self.encoding = encoding
        self.skeleton = skeleton
        self.signatures = signatures
        self._spool = spool

    @property
    def kind(self) -> Kind:
        """Say what was read."""
        if isinstance(self.package, DocumentPackage):
            return "document"
        return "status" if isinstance(self.package, StatusPackage) else "unreadable"

    @property
    def refused(self) -> bool:
        """Whether the profile refuses the package: it has at least one finding of severity ``fail``."""
        return any(finding.severity is Severity.FAIL for finding in self.findings)

    @property
    def document_id(self) -> str | None:
        """The document that the package is (or, for a status, is about), as far as it could be read."""
        if isinstance(self.package, DocumentPackage):
            return self.package.header.document_id or None
        if isinstance(self.package, StatusPackage):
            return self.package.header.response_for.document_id or None
        return None

    def with_findings(self, more: tuple[Finding, ...], signatures: tuple[PlacedSignature, ...] = ()) -> Reading:
        """Give the same reading with further findings and signatures; both share the attachments and their closing."""
        return Reading(
            self.profile,
            self._spool,
            package=self.package,
            findings=self.findings + more,
            root=self.root,
            size=self.size,
            encoding=self.encoding,
            skeleton=self.skeleton,
            signatures=self.signatures + signatures,
        )

    def locate(self, path: str) -> tuple[str, int | None]:
        """Give place and line of an element.

        ``path`` is relative to the root, of official local names with 1-based indices where needed, such as
        ``edXMLEnvelope/edXMLHeader/MessageHeader/To[2]/OrganId``. Where the element is absent, the place is where it
        should be and the line is that of the nearest element above it.
        """
        if self.root is None:
            return path, None
        current, steps = self.root, path.split("/")
        for done, step in enumerate(steps):
            name, _, index = step.rstrip("]").partition("[")
            found = tree.children(current, name)
            position = int(index) - 1 if index else 0
            if position >= len(found):
                return "/".join([tree.where(current), *steps[done:]]), current.sourceline
            current = found[position]
        return tree.where(current), current.sourceline

    def close(self) -> None:
        """Let go of the attachments. May be called twice."""
        self._spool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
