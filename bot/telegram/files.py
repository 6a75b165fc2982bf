"""Fetches what people upload: into memory, never to disk, and never more bytes than allowed."""

import asyncio
from typing import Final

import httpx
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.chat.model import Upload
from bot.chat.ports import UploadError
from bot.kernel.logs import get_logger
from bot.telegram.pacing import seconds_to_wait

log = get_logger()

_SECONDS: Final = 90  # for one whole file, all tries together
_TRIES: Final = 3
_LONGEST_PAUSE: Final = 10.0  # seconds between tries, even if Telegram asks for more: a person is waiting


class UploadTooLargeError(UploadError):
    """The file is larger than allowed here, or than Telegram hands over to bots (20 MB)."""

    reply = "telegram.too_big"


class TelegramFiles:
    """Fulfils `FileSource` over the Bot API."""

    def __init__(self, bot: Bot, client: httpx.AsyncClient) -> None:
        self._bot = bot
        self._client = client

    async def fetch(self, upload: Upload, *, limit: int) -> bytes:
        """Give the bytes of *upload*, at most *limit*."""
        if upload.size > limit:
            raise UploadTooLargeError(f"announced {upload.size} bytes")
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._insist(upload.handle, limit)
        except TimeoutError:
            raise UploadError(f"not fetched in {_SECONDS} s") from None

    async def _insist(self, handle: str, limit: int) -> bytes:
        pause = 0.0
        for attempt in range(1, _TRIES + 1):
            await asyncio.sleep(pause)
            try:
                return await self._download(await self._locate(handle), limit)
            except (httpx.HTTPError, TelegramError) as error:
                log.warning("upload_not_fetched", attempt=attempt, error=type(error).__name__)
                pause = min(seconds_to_wait(error), _LONGEST_PAUSE)
        # Outside the `except`: a cause would quote the address, and the address holds the token.
        raise UploadError(f"not fetched in {_TRIES} tries")

    async def _locate(self, handle: str) -> str:
        try:
            path = (await self._bot.get_file(handle)).file_path or ""
        except BadRequest as error:
            if "too big" in error.message.lower():
                raise UploadTooLargeError("too big for the Bot API") from None
            raise UploadError("Telegram no longer has this file") from None
        if not path.startswith(self._bot.base_file_url):
            raise UploadError("Telegram gave no address for this file")  # or a local path, which we never read
        return path

    async def _download(self, url: str, limit: int) -> bytes:
        received = bytearray()
        # Identity: a compressed body could unpack to more than the limit within one chunk.
        async with self._client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response:
            response.raise_for_status()
            async for chunk in response.aiter_raw():
                received += chunk
                if len(received) > limit:
                    raise UploadTooLargeError(f"more than {limit} bytes")
        return bytes(received)
