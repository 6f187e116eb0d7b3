"""JSON that a person wrote: a value, or one line about what is wrong with it."""

from __future__ import annotations

import json

from schemas import messages


class NotJson(ValueError):  # noqa: N818 - an answer about the text, not a fault of the program
    """Bytes that are no JSON; the text says where, in the reader's language."""


def parsed(raw: bytes, lang: str) -> object:
    """Read JSON from bytes in UTF-8 (16 and 32 too). Raises ``NotJson``."""
    try:
        return json.loads(raw)
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise NotJson(messages.text("command.json-broken", lang, **where)) from error
    except UnicodeDecodeError as error:
        raise NotJson(messages.text("command.json-no-text", lang)) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets thousands deep
        raise NotJson(messages.text("command.json-too-large", lang)) from error
