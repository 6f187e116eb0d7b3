"""OpenTelemetry traces: sent only where ``OTEL_EXPORTER_OTLP_ENDPOINT`` says where to, and the ``otel`` extra is there.

Each request to an operation is a span; inside it reading its body, judging a package, and waiting for the commit. Where
traces are off, a span is one shared object that does nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"
_NOTHING: AbstractContextManager[object] = nullcontext()

Span = Callable[[str], AbstractContextManager[object]]


class TracesUnavailable(Exception):  # noqa: N818 - said to the user as it is
    """Traces are asked for, but what sends them is not installed."""


class Traces:
    """Makes spans, once it was told to. ``span`` is a no-op before that."""

    def __init__(self) -> None:
        self.span: Span = _no_span
        self.end: Callable[[], None] = _nothing

    def begin(self) -> None:
        """Send spans from now on, where the environment says where to. Raises ``TracesUnavailable``."""
        if not os.environ.get(VARIABLE):
            return
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
            from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        except ImportError as error:
            raise TracesUnavailable(f"{VARIABLE}: pip install 'axis28[otel]' ({error.name})") from error
        name = os.environ.get("OTEL_SERVICE_NAME", "axis28")
        provider = TracerProvider(resource=Resource.create({"service.name": name}), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        tracer = provider.get_tracer("axis28.simulator")
        self.span = tracer.start_as_current_span
        self.end = provider.shutdown


def _no_span(_: str) -> AbstractContextManager[object]:
    return _NOTHING


def _nothing() -> None:
    """End what never began."""
