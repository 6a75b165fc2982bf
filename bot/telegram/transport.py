"""How the library's calls reach Telegram: aiohttp under its own port for transports, at a third of httpx's CPU (ADR 22).

No error leaves here with an address in it: the address holds the token.
"""

import ssl
from typing import Final
from urllib.parse import urlencode
from urllib.request import getproxies

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

_FORM: Final = "application/x-www-form-urlencoded"


class AiohttpRequest(BaseRequest):
    """Fulfils the library's `BaseRequest`. Time is given once, here: seconds for each step of a call."""

    def __init__(
        self, *, tls: ssl.SSLContext, connections: int, read: float, connect: float, pool: float, write: float
    ) -> None:
        self._tls = tls
        self._connections = connections
        self._read = read
        # Waiting for a free connection counts as connecting. There is no step of its own for writing: a body that is
        # never taken ends by the sum of them all.
        self._timeout = aiohttp.ClientTimeout(
            total=pool + connect + write + read, connect=pool, sock_connect=connect, sock_read=read
        )
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds between two pieces of an answer; the library adds them to a long poll's own."""
        return self._read

    async def initialize(self) -> None:
        """Open the pool of connections."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, ssl=self._tls)
            # Where no proxy is named there is nothing to trust, and .netrc would be read for each call, in a thread.
            named = bool(getproxies())
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout, trust_env=named)

    async def shutdown(self) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(  # noqa: PLR0917  (the library has chosen)
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,  # noqa: ARG002  (these four are the library's; no call of ours asks for its own)
        write_timeout: object = None,  # noqa: ARG002
        connect_timeout: object = None,  # noqa: ARG002
        pool_timeout: object = None,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Give the status and the body; `TimedOut` or `NetworkError` when there is none."""
        if self._session is None:
            raise RuntimeError("the transport is not initialized")
        body, headers = _body(request_data)
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut(type(error).__name__) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NetworkError(type(error).__name__) from None


def _body(asked: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    headers = {"User-Agent": BaseRequest.USER_AGENT}
    if asked is None:
        return None, headers
    if not asked.contains_files:
        return urlencode(asked.json_parameters).encode(), headers | {"Content-Type": _FORM}
    form = aiohttp.FormData()
    for name, value in asked.json_parameters.items():
        form.add_field(name, value)
    for name, (file, content, media_type) in asked.multipart_data.items():
        form.add_field(name, content, filename=file, content_type=media_type)
    return form, headers
