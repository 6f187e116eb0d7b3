"""Which element is the signature of a package, and that nothing around it can pass for signed without being it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from protocol.package.model import NAMESPACE
from protocol.package.scanner import PAYLOAD_ELEMENT
from protocol.package.tree import child, local_name, where
from protocol.signatures.xml.methods import XMLDSIG
from protocol.signatures.xml.refusal import Refused

NAME = "Signature"
PLACE = "edXML/edXMLEnvelope/edXMLHeader/Signature"
MOST_PREFIXES = 32
MOST_IN_SCOPE = 128
MOST_ATTRIBUTES = 64
LONGEST_NAMESPACE = 256
"""Bounds of a signed package, beyond those of the reader: canonical forms of hostile namespaces grow without them.

Prefixes are counted by their names, in the whole package; in scope is what is declared at an element and above it, the
same name again at each level.
"""

_PAYLOAD = PAYLOAD_ELEMENT.decode("ascii")
_ID_NAMES = frozenset({"id", "{http://www.w3.org/xml/1998/namespace}id"})  # in lower case, as they are compared
_DECLARATION = re.compile(rb"xmlns(?::([^\s=]{1,256}+))?+\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')")
_LONG_PREFIX = re.compile(rb"xmlns:[^\s=]{257}")
_TAG = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|(<[^\s<>/!?](?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>)", re.DOTALL
)
"""What stands in angle brackets in a well-formed document; the group is empty where it is no start tag."""
_BLANKS = " \t\r\n"


def all_signatures(root: etree._Element) -> Iterator[etree._Element]:
    """Give every ``Signature`` of a package, of XML-DSig or in the namespace of QCVN 102, in document order."""
    return root.iter(f"{{{XMLDSIG}}}{NAME}", f"{{{NAMESPACE}}}{NAME}")


def find(root: etree._Element) -> etree._Element | None:
    """Give the signature of a package: the one ``Signature`` in the header; ``None`` where there is none at all.

    Raises ``Refused`` where there is more than one, or where it stands anywhere else: a reader who looks for the data
    at their place and a verifier who looks for the signature by its name would then speak of different things.
    """
    found = list(all_signatures(root))
    if not found:
        return None
    if len(found) > 1:
        raise Refused("coverage", "xml-signature-several", expected="1", got=str(len(found)))
    signature = found[0]
    header = child(root, "edXMLEnvelope", "edXMLHeader")
    if signature.getparent() is not header:
        raise Refused("coverage", "xml-signature-misplaced", expected=PLACE, got=where(signature))
    return signature


def examine(root: etree._Element, signature: etree._Element, skeleton: bytes) -> None:
    """Refuse what makes a signed package ambiguous: equal Ids, comments inside texts, markup beyond the bounds.

    Texts may quote what they like, declarations of namespaces too: only tags declare any.
    """
    _bounds(root, skeleton)
    _ids(root)
    _comments(root, signature)


def _bounds(root: etree._Element, skeleton: bytes) -> None:
    prefixes: set[bytes] = set()
    for tag in _TAG.finditer(skeleton):
        if b"xmlns" in (tag[1] or b""):
            prefixes |= _prefixes(tag[1])
    if len(prefixes) > MOST_PREFIXES:
        _too_complex(f"xmlns:* <= {MOST_PREFIXES}", str(len(prefixes)))
    in_scope = _in_scope(root)
    if in_scope > MOST_IN_SCOPE:
        _too_complex(f"xmlns <= {MOST_IN_SCOPE}", str(in_scope))
    most = max((len(element.attrib) for element in root.iter(etree.Element)), default=0)
    if most > MOST_ATTRIBUTES:
        _too_complex(f"@* <= {MOST_ATTRIBUTES}", str(most))


def _in_scope(root: etree._Element) -> int:
    """Give the most declarations that stand at an element and above it: each costs time at every element below."""
    now = most = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        now += 1 if event == "start-ns" else -1
        most = max(most, now)
    return most


def _prefixes(tag: bytes) -> set[bytes]:
    """Give the prefixes that a tag declares; refuse what is too long."""
    found = _DECLARATION.findall(tag)
    length = max((len(double or single) for _, double, single in found), default=0)
    if length > LONGEST_NAMESPACE:
        _too_complex(f"xmlns <= {LONGEST_NAMESPACE} bytes", str(length))
    if _LONG_PREFIX.search(tag):
        _too_complex("xmlns:* <= 256 bytes", "> 256")
    return {prefix for prefix, _, _ in found}


def _too_complex(expected: str, got: str) -> None:
    raise Refused("form", "xml-signature-too-complex", expected=expected, got=got)


def ids(element: etree._Element) -> list[str]:
    """Give what an element is called by in the attributes that implementations take for Ids, whatever their case."""
    return [str(value) for name, value in element.attrib.items() if str(name).lower() in _ID_NAMES]


def _ids(root: etree._Element) -> None:
    seen: dict[str, etree._Element] = {}
    for element in root.iter(etree.Element):
        for value in ids(element):
            if seen.setdefault(value, element) is not element:
                raise Refused("coverage", "xml-signature-duplicate-id", expected="1", got=value)


def _comments(root: etree._Element, signature: etree._Element) -> None:
    """Comments are not signed. Between elements they change nothing; in a text they decide where some readers stop."""
    for comment in root.iter(etree.Comment):
        above = comment.getparent()
        if above is None:
            continue
        before = comment.getprevious()
        text = (above.text if before is None else before.tail) or ""
        if (text + (comment.tail or "")).strip(_BLANKS) or _payload(above):
            raise Refused("coverage", "xml-signature-comment-in-text", got=where(above))
    for instruction in root.iter(etree.ProcessingInstruction):
        above = instruction.getparent()
        if above is not None and (_payload(above) or signature in {above, *above.iterancestors()}):
            raise Refused("coverage", "xml-signature-comment-in-text", got=where(above))


def _payload(element: etree._Element) -> bool:
    return local_name(element) == _PAYLOAD
