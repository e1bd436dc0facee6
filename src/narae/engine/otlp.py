"""Spans to an OpenTelemetry collector by OTLP over HTTP. Needs the extra ``narae[otel]``."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from narae.engine.spans import Span
from narae.errors import NaraeError

TIMEOUT_SECONDS = 5.0


def otlp_export(
    endpoint: str, *, headers: Mapping[str, str], service: str, version: str
) -> Callable[[Sequence[Span]], bool]:
    """What sends spans to ``endpoint``, such as ``http://localhost:4318/v1/traces``.

    :raises NaraeError: the extra is not installed.
    """
    # Heavy, and only there when somebody asked for it.
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import SpanExportResult  # noqa: PLC0415
    except ImportError as error:
        raise NaraeError(
            "traces.otel_on is set, but OpenTelemetry is not installed: pip install 'narae[otel]'"
        ) from error
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # failures are counted
    exporter = OTLPSpanExporter(endpoint=endpoint, headers=dict(headers), timeout=TIMEOUT_SECONDS)
    resource = Resource.create({"service.name": service, "service.version": version})

    def export(spans: Sequence[Span]) -> bool:
        made = [_readable(span, resource) for span in spans]
        return bool(exporter.export(made) is SpanExportResult.SUCCESS)

    return export


def _readable(span: Span, resource: Any) -> Any:
    from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415 - as above
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope  # noqa: PLC0415
    from opentelemetry.trace import SpanContext, TraceFlags  # noqa: PLC0415
    from opentelemetry.trace.status import Status, StatusCode  # noqa: PLC0415

    def context(number: int) -> SpanContext:
        flags = TraceFlags(TraceFlags.SAMPLED)
        return SpanContext(span.trace, number, is_remote=False, trace_flags=flags)

    return ReadableSpan(
        span.name,
        context=context(span.id),
        parent=context(span.parent) if span.parent is not None else None,
        resource=resource,
        attributes=span.attributes,
        status=Status(StatusCode.OK)
        if span.failed is None
        else Status(StatusCode.ERROR, span.failed),
        start_time=_nanoseconds(span.since),
        end_time=_nanoseconds(span.until),
        instrumentation_scope=InstrumentationScope("narae"),
    )


def _nanoseconds(moment: datetime) -> int:
    whole = moment.replace(microsecond=0).timestamp()
    return int(whole) * 1_000_000_000 + moment.microsecond * 1_000
