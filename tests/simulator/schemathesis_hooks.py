"""What the generator of requests cannot know: how the body of a directory looks on the wire."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(_: Any, value: Any) -> bytes:
    """Write a generated value as it is: any text may stand there."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
