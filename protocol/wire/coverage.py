"""What the signature of a request does not cover, so that nobody can notice when it is changed on the way.

Observed with versions 2.0.0 and 2.0.1 of the official client: the MAC is over the JSON text of the parameters and over
nothing else. The campaign of forgeries proves that whatever is missing here is refused, and that each of these is
indeed accepted; the threat model says what follows from each.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Uncovered:
    """One thing that can be changed in a signed request: its id, and what it is, as the threat model words it."""

    id: str
    what: str


OPERATION = Uncovered("operation", "operation and HTTP method")
BODY = Uncovered("body", "body, except of `sendEdoc`")
HASH_FORM = Uncovered("hash-form", "body of `sendEdoc`, through `hash-file`")
HOST = Uncovered("host", "host and path prefix")
PLAIN = Uncovered("plain", "`Content-Type` parameters, `User-Agent`, `XroadVnpt-version`")
KEY_LIST = Uncovered("key-list", "`XroadVnpt-sign-header-key`")
SPELLING = Uncovered("spelling", "spelling of values")
OTHERS = Uncovered("others", "every other header, and the order of all")
NONCE = Uncovered("nonce", "a nonce")

UNCOVERED = (OPERATION, BODY, HASH_FORM, HOST, PLAIN, KEY_LIST, SPELLING, OTHERS, NONCE)
"""All of it: whoever alters, removes, doubles or moves anything else of a signed request is refused."""
