"""Traces by OpenTelemetry: what a request did, with the tasks that it woke, sent to the collector of the operator.

Nothing of it is imported where OTEL_EXPORTER_OTLP_ENDPOINT is not set. A collector that does not answer
costs what waits for it, 2,048 spans at most, and two seconds when a process ends.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Sequence
from typing import Any, Final

from celery.signals import worker_process_shutdown
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.propagate import set_global_textmap
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanContext, SpanKind, Status
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

DEFAULTS: Final = {"OTEL_SERVICE_NAME": "codeport", "OTEL_EXPORTER_OTLP_TIMEOUT": "2"}
NOT_TRACED: Final = "healthz,metrics,static/"
TOLD: Final = frozenset(
    {
        *("http.method", "http.request.method", "http.route", "http.status_code", "http.response.status_code"),
        *("celery.action", "celery.state", "celery.retries", "messaging.destination", "messaging.message.id"),
        *("db.system", "db.system.name", "db.operation", "db.operation.name", "error.type", "exception.type"),
    }
)
"""The attributes that leave the portal. Others hold queries, addresses, statements and messages: people's data."""

logger = logging.getLogger(__name__)


class Discreet(SpanExporter):  # type: ignore[misc]  # the packages are an extra, and unknown without it
    """Hands spans on without what they say of people, and without queries that belong to no request or task."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._answers = True
        self.is_ending = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self.is_ending and not self._answers:
            return SpanExportResult.FAILURE
        kept = [_cleaned(span) for span in spans if span.parent or span.kind is not SpanKind.CLIENT]
        result = self._exporter.export(kept) if kept else SpanExportResult.SUCCESS
        answers = result is SpanExportResult.SUCCESS
        if self._answers and not answers:
            logger.warning("The collector of traces does not take them. They are dropped until it does.")
        self._answers = answers
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def _cleaned(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=_plain(span.context),
        parent=_plain(span.parent),
        resource=span.resource,
        attributes=_told(span.attributes),
        events=[Event(event.name, _told(event.attributes), event.timestamp) for event in span.events],
        links=[Link(plain) for link in span.links if (plain := _plain(link.context))],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _told(attributes: Any) -> dict[str, Any]:
    return {name: value for name, value in (attributes or {}).items() if name in TOLD}


def _plain(context: SpanContext | None) -> SpanContext | None:
    """Return the ids of a context without its `tracestate`, into which a client may write anything."""
    if context is None:
        return None
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)


def begin() -> None:
    """Trace requests, tasks and queries of this process, as OpenTelemetry's variables say.

    A thread sends the spans, which forked processes start for themselves. So nobody calls this who forks to change
    accounts, as `manage.py up` does.
    """
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # which tells each batch that was not taken
    exporter = Discreet(OTLPSpanExporter())
    processor = BatchSpanProcessor(exporter)
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    trace.set_tracer_provider(provider)
    set_global_textmap(TraceContextTextMapPropagator())  # no baggage of clients goes into messages
    DjangoInstrumentor().instrument(excluded_urls=NOT_TRACED)
    CeleryInstrumentor().instrument()
    PsycopgInstrumentor().instrument()

    def end(**_: Any) -> None:
        exporter.is_ending = True
        processor.shutdown()

    atexit.register(end)
    worker_process_shutdown.connect(end, weak=False)  # the processes of the pool end without what `atexit` knows
