"""The operator's page: is this process alive, can it work, and what has it counted.

On its own port, for the machine or the cluster it runs in; the webhook's port, which the world reaches, shows none of it.
"""

from collections.abc import Mapping
from typing import Protocol

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

Checks = Mapping[str, bool]


class Vitals(Protocol):
    """What a process knows of itself, by names that are constants."""

    def alive(self) -> Checks:
        """Say what goes on; a process with a "no" here should be started again."""
        ...

    async def ready(self) -> Checks:
        """Say what works; a process with a "no" here should be given nothing for now."""
        ...

    async def counted(self) -> bytes:
        """Give the metrics in Prometheus's text format."""
        ...


def health_app(vitals: Vitals) -> Starlette:
    """Give the application."""

    async def livez(_: Request) -> Response:
        return _told(vitals.alive())

    async def readyz(_: Request) -> Response:
        return _told(await vitals.ready())

    async def metrics(_: Request) -> Response:
        return Response(await vitals.counted(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)])


def _told(checks: Checks) -> Response:
    lines = "".join(f"{'ok' if holds else 'failing'} {name}\n" for name, holds in checks.items())
    return PlainTextResponse(lines, status_code=200 if all(checks.values()) else 503)
