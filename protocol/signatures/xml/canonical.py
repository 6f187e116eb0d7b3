"""Canonical forms: of ``SignedInfo`` where it stands, and of a package without its signature and its payloads.

libxml2 writes them; what is done here is to hand it a document of its own each time. Asked for an element inside a
tree it gets namespaces wrong that the element inherits (a superfluous ``xmlns=""`` appears), and the ``xml:``
attributes that Canonical XML imports from above it does not look for.
"""

from __future__ import annotations

import copy
import hashlib
import io
from collections.abc import Iterator

from lxml import etree

from protocol.package.scanner import PAYLOAD_ELEMENT
from protocol.signatures.xml.defaultnamespace import DEFAULT, marked, unmarked
from protocol.signatures.xml.methods import INCLUSIVE, Canonical
from protocol.signatures.xml.refusal import Refused

LARGEST = 16 * 1024 * 1024
"""Bytes of the canonical form of a package without its payloads. The reader lets eight megabytes of markup in; the
exclusive form may repeat a namespace at every element, and this is where it has to stop."""
NO_FORM = "xml-signature-without-canonical-form"

_ESCAPED = frozenset('&<"')
"""What a canonical form has as references in the values of attributes and namespaces (Canonical XML 1.0, 2.3)."""
_XML = "{http://www.w3.org/XML/1998/namespace}"
_PAYLOADS = "{*}" + PAYLOAD_ELEMENT.decode("ascii")


def of_element(element: etree._Element, canonical: Canonical) -> bytes:
    """Give the canonical form of an element and what is in it, in the context in which it stands, without comments."""
    alone = _read_again(etree.tostring(element, encoding="utf-8", with_tail=False))
    if not canonical.exclusive:
        for name, value in _inherited(element, canonical).items():
            alone.set(name, value)
    return written(alone.getroottree(), canonical)


def _inherited(element: etree._Element, canonical: Canonical) -> dict[str, str]:
    """Give the ``xml:`` attributes that the inclusive forms import from above.

    Version 1.1 leaves ``xml:id`` where it is and joins ``xml:base``, which no package needs: that is refused.
    """
    found: dict[str, str] = {}
    for above in element.iterancestors():
        for name, value in above.attrib.items():
            if str(name).startswith(_XML) and element.get(name) is None:
                found.setdefault(str(name), str(value))
    if canonical.address != INCLUSIVE:
        found.pop(f"{_XML}id", None)
        if f"{_XML}base" in found:
            raise Refused("form", "xml-signature-structure", got="xml:base")
    return found


def of_package(root: etree._Element, signature: etree._Element, canonical: Canonical, *, whole: bool) -> list[bytes]:
    """Give the canonical form of a package without its signature, cut where the text of each payload belongs.

    ``whole`` takes in the processing instructions beside the root, as the reference to the document does. There is one
    piece more than there are payloads. The tree is left as it was.
    """
    # No text of the package can contain the mark that stands for its payloads: it is a digest of all of it.
    mark = hashlib.sha256(etree.tostring(root, encoding="utf-8")).hexdigest()
    path = _path(signature)
    tree = copy.deepcopy(root.getroottree()) if whole else copy.deepcopy(root).getroottree()
    own = tree.getroot()
    for step in path:
        own = own[step]
    _remove(own)
    payloads = 0
    for payload in tree.getroot().iter(_PAYLOADS):
        payload.text = mark
        payloads += 1
    pieces = written(tree, canonical).split(mark.encode("ascii"))
    if len(pieces) != payloads + 1:
        raise Refused("coverage", "xml-signature-bytes-differ", expected=str(payloads), got=str(len(pieces) - 1))
    return pieces


def _path(element: etree._Element) -> list[int]:
    steps: list[int] = []
    current = element
    while (above := current.getparent()) is not None:
        steps.append(above.index(current))
        current = above
    return steps[::-1]


def _remove(element: etree._Element) -> None:
    """Take an element out and leave the text around it, as the transform enveloped-signature does."""
    above, before = element.getparent(), element.getprevious()
    assert above is not None
    if before is None:
        above.text = (above.text or "") + (element.tail or "")
    else:
        before.tail = (before.tail or "") + (element.tail or "")
    above.remove(element)


class _Bounded(io.BytesIO):
    """Takes what is written up to a bound, and only counts from there on."""

    size = 0

    def write(self, data: bytes, /) -> int:  # type: ignore[override] # libxml2 writes bytes and nothing else
        self.size += len(data)
        if self.size <= LARGEST:
            super().write(data)
        return len(data)


def written(tree: etree._ElementTree, canonical: Canonical) -> bytes:
    """Give the canonical form of a document, without comments."""
    _writable(tree, canonical)
    target = _Bounded()
    prefixes = [each for each in canonical.prefixes if each != DEFAULT] if canonical.exclusive else None
    mark = ""
    if canonical.exclusive and DEFAULT in canonical.prefixes:
        text, mark = marked(tree)
        tree = _read_again(text).getroottree()
    try:
        tree.write_c14n(target, exclusive=canonical.exclusive, with_comments=False, inclusive_ns_prefixes=prefixes)
    except etree.C14NError as error:
        # Canonical XML knows no relative namespaces (section 1.3); "xmlns=x" is well-formed all the same.
        raise Refused("form", NO_FORM, expected="xmlns=URI") from error
    if target.size > LARGEST:
        raise Refused("form", "xml-signature-too-complex", expected=f"<= {LARGEST}", got=str(target.size))
    return unmarked(target.getvalue(), mark) if mark else target.getvalue()


def _writable(tree: etree._ElementTree, canonical: Canonical) -> None:
    """Refuse a document whose canonical form libxml2 gets wrong: it writes the addresses of namespaces unescaped."""
    declared = (told for _, told in etree.iterwalk(tree, events=("start-ns",)) if isinstance(told, tuple))
    odd = [(prefix or DEFAULT, address) for prefix, address in declared if not _ESCAPED.isdisjoint(address)]
    used = set(_used(tree.getroot())) if odd and canonical.exclusive else set()
    for prefix, address in odd:
        if not canonical.exclusive or prefix in canonical.prefixes or address in used:
            raise _unsure(address)


def _used(root: etree._Element) -> Iterator[str]:
    for element in root.iter(etree.Element):
        for name in (element.tag, *element.attrib):
            yield str(name)[1:].rpartition("}")[0]  # QName splits at the first brace, which an address may hold


def _read_again(text: bytes) -> etree._Element:
    """Read what libxml2 wrote. UTF-8 throughout: in ASCII it writes names in a way that nobody can read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:  # nothing that the reader lets in is known to get here
        raise _unsure(str(error.msg)) from error


def _unsure(got: str) -> Refused:
    return Refused("form", "xml-signature-form-unverified", got=got, result="unknown")
