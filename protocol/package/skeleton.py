"""The strict parse of a skeleton: whether it is XML, where not, and what may be put right in a second attempt."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from lxml import etree

from protocol.finding import quote
from protocol.package.model import NAMESPACE, XMLDSIG_NAMESPACE
from protocol.package.wellformed import first_error

_UNDECLARED = re.compile(r"Namespace prefix (\S+) (?:for \S+ )?on ")
_ROOT_NAME = re.compile(rb"(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<[^\s/>]+", re.DOTALL)
# What the undeclared prefixes of the field mean; the official parser reads names without looking at prefixes at all.
_KNOWN_PREFIXES = {
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsd": "http://www.w3.org/2001/XMLSchema",
    "ds": XMLDSIG_NAMESPACE,
}
_DECLARES_NAMESPACE = re.compile(rb"xmlns(?::[^\s=]{1,64})?\s{0,8}=\s{0,8}[\"']" + re.escape(NAMESPACE.encode()))
_ENVELOPE = re.compile(rb"<(?:[^\s<>:]{1,64}:)?edXMLEnvelope[^<>]*>")
_MISMATCH = re.compile(r"Opening and ending tag mismatch: (\S+) line \d+ and (\S+)")
_NO_ADDRESS = re.compile(r"xmlns(?P<prefix>:[^:]+)?: '(?P<name>.*)' is not a valid URI", re.DOTALL)
_UNENDED = re.compile(r"Premature end of data in tag (\S+) line")
MOST_PREFIXES = 16
"""Undeclared prefixes that are put right; the field has shown two."""
_REASONS = {
    "ERR_DOCUMENT_END": "bytes-after-root",
    "ERR_RESERVED_XML_NAME": "bytes-before-declaration",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree, or the reason why there is none. ``undeclared`` lists the prefixes that were put right to get it.

    ``expected`` and ``got`` are tags and pieces of the text, never the parser's English. ``rough`` is a tree in which
    the names of namespaces are no addresses: its frame can be judged, and nothing else can be done with it.
    """

    root: etree._Element | None
    reason: str = ""
    line: int | None = None
    expected: str = ""
    got: str = ""
    undeclared: tuple[str, ...] = ()
    rough: etree._Element | None = None


def parse(skeleton: bytes, *, transcoded: bool) -> Parsed:
    """Parse strictly: no DTD, no entities, no network, namespaces declared.

    Where undeclared prefixes are the only thing wrong (H-X05), a second strict parse has them declared on the root
    element; the result then names them and whoever judges decides whether they are tolerated.
    """
    first = _attempt(skeleton, transcoded=transcoded)
    if not first.undeclared:
        return first
    # The envelope has to be in the namespace by a declaration of its own or of the root; only the rest is guessed.
    envelope = _ENVELOPE.search(skeleton)
    if not envelope or not _DECLARES_NAMESPACE.search(skeleton, 0, envelope.end()):
        return Parsed(None, "namespace-wrong", first.line, NAMESPACE, ", ".join(first.undeclared[:MOST_PREFIXES]))
    name = _ROOT_NAME.match(skeleton)
    if name is None or len(first.undeclared) > MOST_PREFIXES:
        return Parsed(None, "not-xml", first.line, "xmlns:…", ", ".join(first.undeclared[:MOST_PREFIXES]))
    at = name.end()
    declarations = "".join(f' xmlns:{prefix}="{_KNOWN_PREFIXES.get(prefix, NAMESPACE)}"' for prefix in first.undeclared)
    second = _attempt(skeleton[:at] + declarations.encode() + skeleton[at:], transcoded=transcoded)
    if second.root is None:
        return replace(second, reason="not-xml", line=first.line, undeclared=())
    return Parsed(second.root, first.reason, first.line, undeclared=first.undeclared)


def _attempt(skeleton: bytes, *, transcoded: bool) -> Parsed:
    parser = _parser(transcoded=transcoded)
    root, refused = None, None
    try:
        root = etree.fromstring(skeleton, parser)
    except etree.XMLSyntaxError as error:
        refused = error
    # Where the last thing said is a mere warning (``xml:space="q"``), a tree is given in spite of errors before it.
    said = [entry for entry in parser.error_log if entry.level_name != "WARNING"]
    if not said:
        return _broken(skeleton, "not-xml", refused.lineno or None, str(refused.msg)) if refused else Parsed(root)
    entries = [entry for entry in said if entry.type_name != "WAR_NS_URI"]
    if not entries:
        # Namespaces in XML 1.0, chapter 3, wants addresses; where all else is in order, a frame in a wrong namespace
        # is what has to be told, however that namespace is written.
        rough = etree.fromstring(skeleton, _parser(transcoded=transcoded, recover=True))
        named = _NO_ADDRESS.match(said[0].message)
        got = quote(f'xmlns{named["prefix"] or ""}="{named["name"]}"') if named else ""
        return Parsed(None, "not-xml", said[0].line, "", got, rough=rough)
    first = entries[0]
    if all(entry.type_name == "NS_ERR_UNDEFINED_NAMESPACE" for entry in entries):
        prefixes = {found[1]: None for entry in entries if (found := _UNDECLARED.match(entry.message))}
        return Parsed(None, "undeclared-prefix", first.line, undeclared=tuple(prefixes))
    worst = next(entry for entry in entries if entry.type_name != "NS_ERR_UNDEFINED_NAMESPACE")
    reason = _REASONS.get(worst.type_name, "not-xml")
    if worst.type_name == "ERR_RESOURCE_LIMIT" and "depth" in worst.message:
        reason = "nesting-too-deep"
    # What follows the first line is the text around, which depends on the pieces that the parser was fed.
    return _broken(skeleton, reason, worst.line, worst.message)


def _parser(*, transcoded: bool, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
        encoding="utf-8" if transcoded else None,
    )


def _broken(skeleton: bytes, reason: str, line: int | None, message: str) -> Parsed:
    """Say what stands where the text stops being XML; of what the parser says only the names are taken."""
    if reason != "not-xml":
        return Parsed(None, reason, line)
    if mismatch := _MISMATCH.match(message):
        return Parsed(None, reason, line, f"</{mismatch[1]}>", f"</{mismatch[2]}>")
    if unended := _UNENDED.match(message):
        return Parsed(None, reason, line, f"</{unended[1]}>")
    found = first_error(skeleton)
    token = skeleton[found.start : found.end].decode("utf-8", "backslashreplace") if found else ""
    # Beside base64 the rest of a tag is as long as the pieces in which it came in; its first letter is not.
    return Parsed(None, reason, line, "", quote(token if token.startswith("&") else token[:1]))


@lru_cache(maxsize=8)
def _deeper_than(depth: int) -> etree.XPath:
    return etree.XPath("(/" + "/".join(["*"] * (depth + 1)) + ")[1]")


def first_too_deep(root: etree._Element, depth: int) -> etree._Element | None:
    """Give the first element that lies deeper than ``depth`` levels, the root being level 1."""
    return next(iter(_deeper_than(depth)(root)), None)
