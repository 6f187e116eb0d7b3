"""The package and its files: structure, manifest, every file whole."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from dataclasses import replace

from lxml import etree

from conformance.case import Case, Crossing
from conformance.checks import check
from conformance.scenarios.arrivals import deliver_bytes, sent_document, shown_as_received
from conformance.scenarios.sightings import same
from conformance.told import Told, joined, told
from fixtures.files import File, new_file
from protocol.finding import Finding, Severity
from protocol.package.attachment import AttachmentRefused, attach, original
from protocol.package.model import NAMESPACE
from protocol.package.reader import read_package
from protocol.package.writer import write_package
from schemas import registry

MANIFESTS = ("edXMLManifest", "Manifest")
STRUCTURE = frozenset({"PKG-02", "PKG-03", "PKG-06", "PKG-07", "PKG-09"})
"""What this check may hold against a package; what its fields say is the matter of others."""


@check("PKG-02/package-structure")
async def test_the_package_has_the_structure_of_qcvn_102(case: Case) -> None:
    """Root, envelope, header, body and attachments stand where QCVN 102 puts them, under its names."""
    peer = await case.peer()
    _, crossing = await sent_document(case, case.draft(to=[peer]))
    root = etree.fromstring(crossing.raw.strip(), etree.XMLParser(resolve_entities=False, no_network=True))
    name = etree.QName(root)
    case.require(
        name.namespace == NAMESPACE,
        "wrong-namespace",
        expected=NAMESPACE,
        got=str(name.namespace),
        witnesses=[crossing.exchange],
    )
    require_place(case, crossing, name.localname == "edXML", told("root element edXML"), name.localname)
    for path in (
        "q:edXMLEnvelope",
        "q:edXMLEnvelope/q:edXMLHeader/q:MessageHeader",
        "q:edXMLEnvelope/q:edXMLBody",
        "q:AttachmentEncoded/q:Attachment/q:ContentTransferEncoded",
    ):
        found = root.findall(path, {"q": NAMESPACE})
        require_place(
            case, crossing, len(found) == 1, path.replace("q:", ""), told("{count} of them", count=len(found))
        )
    lists = [
        kind for kind in MANIFESTS if root.find(f"q:edXMLEnvelope/q:edXMLBody/q:{kind}", {"q": NAMESPACE}) is not None
    ]
    require_place(case, crossing, len(lists) == 1, told("one manifest in edXMLBody"), ", ".join(lists) or told("none"))
    with read_package(crossing.raw, profile="strict") as reading:
        refused = [
            finding
            for finding in reading.findings
            if finding.severity is Severity.FAIL and finding.requirement in STRUCTURE
        ]
    case.require(
        not refused,
        "package-breaks-a-rule",
        expected=told("no finding that a strict receiver refuses"),
        got=joined("; ", (_found(finding) for finding in refused[:3])),
        witnesses=[crossing.exchange],
    )


def _found(finding: Finding) -> Told:
    return told(
        "{requirement} {reason} at {where}",
        requirement=finding.requirement,
        reason=finding.reason,
        where=finding.where,
    )


def require_place(case: Case, crossing: Crossing, holds: bool, expected: str, got: str) -> None:
    """Require one element of the package to stand where it belongs."""
    case.require(holds, "wrong-structure", expected=expected, got=got, witnesses=[crossing.exchange])


@check("PKG-08/manifest-matches-attachments")
async def test_each_file_has_its_line_in_the_manifest(case: Case) -> None:
    """References and attachments pair one to one by ContentId."""
    peer = await case.peer()
    _, crossing = await sent_document(case, case.draft(to=[peer], files=3))
    package = crossing.package
    listed = Counter(_bare(reference.content_id) for reference in package.manifest or ())
    carried = Counter(_bare(attachment.content_id) for attachment in package.attachments)
    single = all(times == 1 for times in (*listed.values(), *carried.values()))
    case.require(
        listed == carried and single and "" not in carried and carried,
        "manifest-mismatch",
        expected=told("the same ContentIds in manifest and attachments, each once"),
        got=told(
            "manifest {listed}, attachments {carried}",
            listed=sorted(listed.elements()),
            carried=sorted(carried.elements()),
        ),
        witnesses=[crossing.exchange],
    )


def _bare(content_id: str | None) -> str:
    """Leave out ``cid:``, which one builder writes and another does not (observed on the wire)."""
    return (content_id or "").strip().removeprefix("cid:")


@check("ATT-01/all-files-are-sent")
async def test_every_file_is_sent_unaltered(case: Case) -> None:
    """Four files of a document cross, and unpacked by the receiver's rule they are the files that were asked for."""
    peer = await case.peer()
    draft = case.draft(to=[peer], files=4)
    _, crossing = await sent_document(case, draft)
    asked = Counter(file["sha256"] for file in draft["files"])
    carried: Counter[str] = Counter()
    for attachment in crossing.package.attachments:
        try:
            carried[original(attachment).sha256] += 1
        except AttachmentRefused as refusal:
            problem = registry.reason(refusal.reason).text
            raise case.fail(
                "attachment-altered",
                expected=told("{name} unpacks by the receiver's rule", name=attachment.name),
                got=joined(": ", (Told(problem["en"], problem["vi"]), refusal.text)),
                witnesses=[crossing.exchange],
            ) from refusal
    missing = asked - carried
    case.require(
        not missing,
        "attachment-missing" if carried.total() < asked.total() else "attachment-altered",
        expected=told("{count} files with the digests that were asked", count=asked.total()),
        got=told("{count} files, of which {right} are right", count=carried.total(), right=(asked & carried).total()),
        witnesses=[crossing.exchange],
    )


@check("PKG-13/zip-is-unpacked")
async def test_a_zipped_file_is_unpacked_and_a_zip_is_not(case: Case) -> None:
    """A spreadsheet zipped for the way is shown as it was; a .zip that is one stays one."""
    peer = await case.peer()
    sheet = new_file(case.random, "xlsx", name="bieu-tong-hop.xlsx")
    archive = _zip_of(new_file(case.random, "txt", name="ghi-chu.txt"))
    pairs = [attach(file.name, file.data) for file in (sheet, archive)]
    letter = replace(
        case.letter(sender=peer, to=[case.sut]),
        attachments=tuple(attachment for attachment, _ in pairs),
        manifest=tuple(reference for _, reference in pairs),
    )
    await deliver_bytes(case, write_package(letter), peer)
    entry = await shown_as_received(case, letter)
    shown = {file["name"]: file["sha256"] for file in entry.get("attachments") or ()}
    for file, reason in ((sheet, "attachment-not-unpacked"), (archive, "genuine-zip-unpacked")):
        got = next((digest for name, digest in shown.items() if same(name, file.name)), None)
        case.require(
            got is not None, "attachment-missing", expected=file.name, got=", ".join(shown) or told("no attachment")
        )
        case.require(got == file.sha256, reason, expected=f"{file.name}: {file.sha256}", got=f"{file.name}: {got}")


def _zip_of(file: File) -> File:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(file.name, (2026, 1, 2, 0, 0, 0)), file.data)
    return File("ho-so.zip", held.getvalue(), "application/zip")
