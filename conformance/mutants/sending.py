"""Defects of what is sent, to whom, and when."""

from __future__ import annotations

from dataclasses import replace

from conformance.mutants.defect import Defect
from conformance.reference_dms import composing, sending
from conformance.reference_dms.composing import Issue
from conformance.reference_dms.drafts import Draft
from conformance.reference_dms.office import Agency, Office, Refusal
from protocol.package.model import DocumentPackage, Package
from protocol.package.writer import write_package
from protocol.wire.client import AxisClient


def _dispatch_twice(office: Office, package: DocumentPackage, body: bytes) -> None:
    sending.dispatch(office, package, body)
    sending.dispatch(office, package, body)


def _renamed_root(package: Package) -> bytes:
    whole = write_package(package)
    return whole.replace(b"<edXML xmlns=", b"<EdXML xmlns=", 1).replace(b"</edXML>", b"</EdXML>")


def _manifest_short(office: Office, draft: Draft, agency: Agency, issue: Issue) -> DocumentPackage:
    """Forget the last line of the manifest, from the third file on (the loop ends one too early)."""
    package = composing.compose(office, draft, agency, issue)
    manifest = package.manifest or ()
    return replace(package, manifest=manifest[:-1] if len(manifest) > 2 else manifest)


def _first_files_only(office: Office, draft: Draft, agency: Agency, issue: Issue) -> DocumentPackage:
    package = composing.compose(office, draft, agency, issue)
    return replace(package, manifest=(package.manifest or ())[:3], attachments=package.attachments[:3])


async def _with_a_default_recipient(axis: AxisClient, draft: Draft) -> tuple[str, ...]:
    """Add the first agency of the directory when exactly two were chosen (the screen for groups does that)."""
    if len(draft.to) != 2:
        return draft.to
    listed = await axis.agencies()
    others = [agency.code for agency in listed.items if agency.code not in {*draft.to, draft.sender}]
    return (*draft.to, *others[:1])


def _anything_may_leave(draft: Draft) -> Refusal | None:
    del draft
    return None


DEFECTS = (
    Defect("sends-twice", "SND-02", {"dispatch": _dispatch_twice}),
    Defect("renamed-root", "PKG-02", {"serialise": _renamed_root}),
    Defect("manifest-short", "PKG-08", {"compose": _manifest_short}),
    Defect("first-files-only", "ATT-01", {"compose": _first_files_only}),
    Defect("default-recipient", "SND-05", {"choose_recipients": _with_a_default_recipient}),
    Defect("drafts-leave", "SND-01", {"may_leave": _anything_may_leave}),
)
