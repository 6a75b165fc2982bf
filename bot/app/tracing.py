"""Spans for OpenTelemetry, where it is installed and an endpoint is named: constant names, allow-listed fields.

An exception leaves the name of its type and nothing else. What a person is called here or there is no field at all.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

from bot.kernel.errors import SettingsError
from bot.kernel.logs import allowed
from bot.kernel.traces import UNTRACED, SpanName, Traces
from bot.settings import TracingSettings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

FIELDS: Final = frozenset({"space", "work"})
EXPORT_SECONDS: Final = 5.0


@asynccontextmanager
async def traced(settings: TracingSettings) -> AsyncIterator[Traces]:
    """Keep spans for as long as the block runs, and send what is left at its end."""
    if not settings.endpoint:
        yield UNTRACED
        return
    provider = _provider(settings.endpoint)
    try:
        yield OpenTelemetryTraces(provider)
    finally:
        await asyncio.to_thread(provider.shutdown)  # it sends, and waits for that


class OpenTelemetryTraces:
    """Fulfils `Traces`."""

    def __init__(self, provider: "TracerProvider") -> None:
        self._tracer = provider.get_tracer("carnet")

    @contextmanager
    def span(self, name: SpanName, **fields: str | int) -> Iterator[None]:
        """Keep what happens in the block as one span."""
        kept = {key: value for key, value in allowed(fields).items() if key in FIELDS}
        with self._tracer.start_as_current_span(
            name, attributes=kept, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_attribute("error", type(error).__name__)
                raise


def _provider(endpoint: str) -> "TracerProvider":
    try:
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  (an extra: most do without)
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise SettingsError(
            "tracing.endpoint is set, but OpenTelemetry is not installed: pip install 'carnet[tracing]'"
        ) from None
    # A resource of our own words: the default one would add whatever the environment says of this machine.
    provider = TracerProvider(resource=Resource({"service.name": "carnet"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter_to(endpoint)))
    return provider


def exporter_to(endpoint: str) -> "SpanExporter":
    """Give what sends spans to *endpoint*, by OTLP over HTTP."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    return OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_SECONDS)
