"""Puts an application on a port for as long as a block runs; requests being answered then are answered first."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from bot.kernel.background import background
from bot.kernel.errors import SettingsError

_GRACE: Final = 10  # seconds for requests being answered when the block ends
_CONNECTIONS: Final = 1000  # open at once; uvicorn answers 503 to more


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals belong to whoever runs the block


@asynccontextmanager
async def serving(app: ASGIApp, *, host: str, port: int, trusted_proxies: str = "") -> AsyncIterator[int]:
    """Serve *app*; gives its port, chosen by the system when *port* is 0."""
    with _listening(host, port) as sock:
        server = _Server(
            uvicorn.Config(
                app,
                access_log=False,  # paths and addresses
                log_config=None,
                lifespan="off",
                ws="none",
                server_header=False,
                proxy_headers=bool(trusted_proxies),  # otherwise anyone could say where they come from
                forwarded_allow_ips=trusted_proxies or None,
                limit_concurrency=_CONNECTIONS,
                timeout_keep_alive=75,  # longer than a client keeps a connection: no request meets a closing one
                timeout_graceful_shutdown=_GRACE,
            )
        )
        async with background(server.serve(sockets=[sock])) as (running,):
            try:
                await server.ready.wait()
                yield sock.getsockname()[1]
            finally:
                server.should_exit = True
                await asyncio.wait([running])


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sends without delay only on sockets that say they are TCP.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError as error:
            raise SettingsError(f"web: port {port} of {host} cannot be used ({type(error).__name__})") from None
        yield sock
