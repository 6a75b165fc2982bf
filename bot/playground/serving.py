"""Puts a playground on a loopback port for as long as a block runs."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from bot.playground import botapi, chatpage
from bot.playground.errors import PlaygroundError
from bot.playground.guard import SameMachineOnly
from bot.playground.world import Playground


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


def application(playground: Playground) -> ASGIApp:
    """Give the whole web application: the bot's side and the person's."""
    routes = [*botapi.routes(playground), *chatpage.routes(playground)]
    return SameMachineOnly(Starlette(routes=[*routes, Mount("/", app=playground.page)]))


@asynccontextmanager
async def serving(playground: Playground, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve *playground* on *host*, which must be loopback; gives its base URL."""
    with _listening(host, port) as sock:
        server = _Server(
            uvicorn.Config(
                application(playground),
                access_log=False,  # URLs name methods and files
                log_config=None,
                lifespan="off",
                ws="none",
                server_header=False,
                timeout_keep_alive=75,  # longer than any client of ours keeps a connection: no request meets a closing one
                timeout_graceful_shutdown=2,
            )
        )
        playground.open()
        running = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            await server.ready.wait()
            shown = f"[{host}]" if ":" in host else host
            yield f"http://{shown}:{sock.getsockname()[1]}"
        finally:
            playground.close()
            server.should_exit = True
            await running
            await playground.updates.settle()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    address = "127.0.0.1" if host == "localhost" else host
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise PlaygroundError("the playground is served on a loopback address only")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # The protocol is named because asyncio sends without delay only on sockets that say they are TCP.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((address, port))
        except OSError:
            raise PlaygroundError(f"port {port} is taken") from None
        yield sock
