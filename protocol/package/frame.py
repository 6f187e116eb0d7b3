"""Whether a tree is an edXML package at all, and of which kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from lxml import etree

from protocol.finding import Finding
from protocol.package import verdicts
from protocol.package.model import NAMESPACE
from protocol.package.tree import child, children, elements, local_name, namespace, text, where
from protocol.package.verdicts import Profile

ROOT = "edXML"
SOAP_NAMESPACES = frozenset({"http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"})
FOREIGN_NAMESPACES = frozenset({"http://www.e-doc.vn/Schema/", "http://www.go.vn/eDoc"}) | SOAP_NAMESPACES
FOREIGN_ROOTS = frozenset({"EdXMLEnvelope"})
FOREIGN_CHILDREN = frozenset({"edXMLAttachments", "AttachmentData"})
FOREIGN_HEADERS = frozenset({"Promulgator", "Signer", "ErrorList"})
INLINE_ATTACHMENT = frozenset({"FileName", "FileType", "Content"})


def examine_frame(root: etree._Element, profile: Profile) -> Iterator[Finding]:
    """Check root, namespace, envelope and header; the first thing that is fatal is the last thing said."""
    dialect = _foreign(root)
    if dialect is not None:
        yield from _at(dialect, "foreign-dialect", profile, expected=f"edXML, {NAMESPACE}", got=_named(dialect))
        return
    if local_name(root) == "edXMLEnvelope":
        yield from _at(root, "envelope-as-root", profile, expected=ROOT, got=_named(root))
        return
    if namespace(root) != NAMESPACE:
        yield from _at(root, "namespace-wrong", profile, expected=NAMESPACE, got=namespace(root))
        return
    if local_name(root) != ROOT:
        yield from _at(root, "root-renamed", profile, expected=ROOT, got=local_name(root))
    parent = root
    for name in ("edXMLEnvelope", "edXMLHeader", "MessageHeader"):
        found = child(parent, name)
        if found is None:
            stray = next((element for element in elements(parent) if local_name(element) == name), None)
            if stray is not None:
                yield from _at(stray, "namespace-wrong", profile, expected=NAMESPACE, got=namespace(stray))
            else:
                place = f"{where(parent)}/{name}"
                yield from verdicts.find(
                    "frame-incomplete", profile, where=place, line=parent.sourceline, expected=name, got=""
                )
            return
        parent = found


def kind_of(root: etree._Element) -> Literal["document", "status"]:
    """Tell the two kinds apart by structure: a status has a ``StatusCode`` or, failing that, answers and sends nothing.

    Where a package has the marks of both (its own finding), recipients and attachments make it a document.
    """
    header = child(root, "edXMLEnvelope", "edXMLHeader", "MessageHeader")
    has_body = child(root, "edXMLEnvelope", "edXMLBody") is not None or child(root, "AttachmentEncoded") is not None
    is_document = bool(children(header, "To")) or child(header, "Subject") is not None
    if child(header, "StatusCode") is not None:
        return "document" if is_document and has_body else "status"
    answers = child(header, "ResponseFor") is not None
    return "status" if answers and not is_document and not has_body else "document"


def mixed(root: etree._Element, profile: Profile) -> Iterator[Finding]:
    """Report a package with a ``StatusCode`` that also has recipients, a trace or attachments."""
    header = child(root, "edXMLEnvelope", "edXMLHeader", "MessageHeader")
    code = child(header, "StatusCode")
    if code is None:
        return
    for element in (
        child(header, "To"),
        child(root, "edXMLEnvelope", "edXMLHeader", "TraceHeaderList"),
        child(root, "edXMLEnvelope", "edXMLBody"),
        child(root, "AttachmentEncoded"),
    ):
        if element is not None:
            yield from _at(element, "kind-mixed", profile, expected="", got=f"StatusCode {text(header, 'StatusCode')}")
            return


def _foreign(root: etree._Element) -> etree._Element | None:
    """Give the element that shows another dialect of edXML: older axis, SOAP, or a misreading of the regulation."""
    if namespace(root) in FOREIGN_NAMESPACES or local_name(root) in FOREIGN_ROOTS:
        return root
    for element in elements(root):
        if local_name(element) in FOREIGN_CHILDREN or namespace(element) in FOREIGN_NAMESPACES:
            return element
    envelope = child(root, "edXMLEnvelope")
    header = child(envelope, "edXMLHeader", "MessageHeader")
    for parent, names in ((header, FOREIGN_HEADERS), (envelope, FOREIGN_CHILDREN)):
        for element in elements(parent) if parent is not None else ():
            if local_name(element) in names and namespace(element) in {"", NAMESPACE}:
                return element
    inline = [*children(envelope, "Attachment"), *children(child(envelope, "edXMLBody"), "Attachment")]
    inline += [*children(root, "Attachment"), *children(child(root, "AttachmentEncoded"), "Attachment")]
    for attachment in inline:
        names_inside = {local_name(element) for element in elements(attachment)}
        if "FileName" in names_inside and names_inside & INLINE_ATTACHMENT - {"FileName"}:
            return attachment
    return None


def _named(element: etree._Element) -> str:
    return f"{local_name(element)}, {namespace(element) or '-'}"


def _at(element: etree._Element, reason: str, profile: Profile, *, expected: str, got: str) -> tuple[Finding, ...]:
    return verdicts.find(reason, profile, where=where(element), line=element.sourceline, expected=expected, got=got)
