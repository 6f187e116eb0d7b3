"""Striking out what nobody may read: the secrets of systems and the control tokens, wherever they turn up.

A careless client writes its secret into a header, a description or a package. So everything that journal and ledger
show goes through here, in each form in which a secret may stand there: as it is, as UTF-8 that was read as Latin-1,
as low bytes (H-T16), as Latin-1, and escaped for JSON or XML. One search looks for the first characters of all forms,
so the cost hardly depends on how many systems there are.

A tenant chooses the secrets of its systems. So that none can strike out what others need to read (a secret
``OK, docId`` would), a tenant's secrets are struck out of what is this tenant's only; the operator's secrets, the
control token and whatever has the form of a tenant's token, everywhere.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, AnyStr, Generic
from xml.sax.saxutils import escape

from protocol.wire.signedtext import compact_json
from simulator.tenants import OPERATOR, TOKEN_FORM, TOKEN_PREFIX

SHORTEST = 6  # a shorter secret stands in innocent places too
STRUCK = "***"
_TOKEN = re.compile(TOKEN_FORM)
_TOKEN_BYTES = re.compile(TOKEN_FORM.encode("ascii"))
_TOKEN_START = TOKEN_PREFIX.encode("ascii")
_WINDOW = 256 * 1024  # a search holds up every other thread: large bodies are searched piece by piece


class _Finder(Generic[AnyStr]):
    """Replaces any of some texts (or byte strings), all at least ``SHORTEST`` long."""

    def __init__(self, forms: Iterable[AnyStr], struck: AnyStr, none: AnyStr) -> None:
        self._struck: AnyStr = struck
        self._none: AnyStr = none
        self._forms: dict[AnyStr, list[AnyStr]] = {}
        for form in sorted(set(forms), key=len, reverse=True):
            self._forms.setdefault(form[:SHORTEST], []).append(form)
        self._pattern: re.Pattern[AnyStr] | None = _alternation(self._forms)

    def replace(self, text: AnyStr) -> AnyStr:
        if self._pattern is None:
            return text
        pieces: list[AnyStr] = []
        done = start = 0
        while start < len(text):
            end = start + _WINDOW
            hit = self._pattern.search(text, start, end + SHORTEST - 1)
            if hit is None:
                start = end
                continue
            start = hit.start()
            form = next((form for form in self._forms[hit[0]] if text.startswith(form, start)), None)
            if form is None:
                start += 1
                continue
            pieces += (text[done:start], self._struck)
            done = start = start + len(form)
        if not done:
            return text
        pieces.append(text[done:])
        return self._none.join(pieces)


def _alternation(heads: Iterable[AnyStr]) -> re.Pattern[AnyStr] | None:
    """Compile a search for any of the heads, grouped by their first unit so that most places fail at once."""
    groups: dict[AnyStr, list[AnyStr]] = {}
    for head in heads:
        groups.setdefault(head[:1], []).append(head)
    if not groups:
        return None
    first = next(iter(groups))
    if isinstance(first, bytes):
        joined = b"|".join(
            re.escape(unit) + b"(?:" + b"|".join(re.escape(head[1:]) for head in group) + b")"
            for unit, group in groups.items()
        )
    else:
        joined = "|".join(
            re.escape(unit) + "(?:" + "|".join(re.escape(head[1:]) for head in group) + ")"
            for unit, group in groups.items()
        )
    return re.compile(joined, re.DOTALL)


class Redactor:
    """Strikes out certain secrets, and tokens of tenants."""

    def __init__(self, secrets: Iterable[str]) -> None:
        texts = {form for secret in secrets for form in _text_forms(secret)}
        bodies = {form for text in texts for form in _byte_forms(text)}
        self._texts = _Finder(texts, STRUCK, "")
        self._bodies = _Finder(bodies, STRUCK.encode("ascii"), b"")

    def text(self, text: str) -> str:
        """Give a text without secrets."""
        if TOKEN_PREFIX in text:
            text = _TOKEN.sub(STRUCK, text)
        return self._texts.replace(text)

    def body(self, body: bytes) -> bytes:
        """Give a body without secrets."""
        if _TOKEN_START in body:
            body = _TOKEN_BYTES.sub(STRUCK.encode("ascii"), body)
        return self._bodies.replace(body)

    def shown(self, value: Any) -> Any:
        """Give a JSON value without secrets in its texts."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.shown(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.shown(item) for item in value]
        return value


class Redaction:
    """Knows the secrets by tenant; told anew whenever the directory changes, made ready when it is next needed."""

    def __init__(self, always: Iterable[str] = ()) -> None:
        self._always = frozenset(always)
        self._secrets: dict[str, frozenset[str]] = {}
        self._ready: dict[frozenset[str] | None, Redactor] = {}

    def know(self, secrets: Mapping[str, Iterable[str]]) -> None:
        """Take these for the secrets of the systems, by the key of the tenant to whom they belong."""
        known = {tenant: frozenset(of_tenant) for tenant, of_tenant in secrets.items()}
        if known != self._secrets:
            self._secrets, self._ready = known, {}

    def of(self, *tenants: str) -> Redactor:
        """Give what strikes out the secrets of these tenants and of the operator."""
        return self._redactor(frozenset(tenants) | {OPERATOR})

    def of_all(self) -> Redactor:
        """Give what strikes out every secret: for what belongs to nobody and is shown to the operator alone."""
        return self._redactor(None)

    def _redactor(self, tenants: frozenset[str] | None) -> Redactor:
        ready = self._ready.get(tenants)
        if ready is None:
            chosen = self._secrets if tenants is None else tenants & self._secrets.keys()
            secrets = self._always.union(*(self._secrets[tenant] for tenant in chosen))
            ready = self._ready[tenants] = Redactor(secrets)
        return ready


def _text_forms(secret: str) -> set[str]:
    if len(secret) < SHORTEST:
        return set()
    plain = {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        compact_json([("", secret)])[4:-2],
        escape(secret),
        escape(secret, {'"': "&quot;", "'": "&apos;"}),
    }
    as_bytes = {form.encode("utf-8", "surrogatepass").decode("latin-1") for form in plain}
    low = {"".join(chr(ord(char) & 0xFF) for char in form) for form in plain}
    return plain | as_bytes | low


def _byte_forms(text: str) -> set[bytes]:
    forms = {text.encode("utf-8", "surrogatepass")}
    with contextlib.suppress(UnicodeEncodeError):  # has no such form
        forms.add(text.encode("latin-1"))
    return forms
