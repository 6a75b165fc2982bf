"""Carnet's side of Telegram: connects, receives durably, delivers and fetches; never shows its token to anyone.

`async with Gateway(...)` connects, so that a worker can deliver; `start` begins to poll, `listen` has updates posted to
a web server of ours, `stop` ends receiving gracefully.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Final

import httpx
from httpx_aiohttp import AiohttpTransport
from telegram import BotCommandScopeAllPrivateChats
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.ext import Updater

from bot.chat.model import Effect, Upload
from bot.chat.ports import Enter, Reception
from bot.i18n import Language, say
from bot.kernel.clock import Clock, utc_now
from bot.kernel.errors import SettingsError
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.settings import TelegramSettings
from bot.telegram.commands import menu
from bot.telegram.delivery import TelegramDelivery
from bot.telegram.files import TelegramFiles
from bot.telegram.ingress import ALLOWED, Ingress
from bot.telegram.pacing import Pace
from bot.telegram.polling import PollingBot
from bot.telegram.queue import DurableQueue
from bot.telegram.transport import AiohttpRequest

log = get_logger()

_CONNECTIONS: Final = 256
_CONNECT_SECONDS: Final = 10.0
_READ_SECONDS: Final = 15.0
_POOL_SECONDS: Final = 30.0  # under a burst, waiting for a connection is better than a message lost to a time-out
CONFIRM_SECONDS: Final = 5.0  # of what running turns are given, should Telegram not answer
LOOK_EVERY: Final = 60.0  # seconds between looks at the webhook
_LONGEST_PAUSE: Final = 30.0
_MENUS: Final[tuple[tuple[str | None, Language], ...]] = ((None, "en"), ("fr", "fr"))  # None: whoever has no own menu


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where Telegram is to post updates, and by what they are known to be its own."""

    url: str
    secret: str = field(repr=False)
    connections: int


class Gateway:
    """Fulfils `Delivery` and `FileSource`; hands what arrives to `Reception`, where there is one."""

    def __init__(
        self, settings: TelegramSettings, reception: Reception | None = None, *, clock: Clock = utc_now
    ) -> None:
        token = settings.token.get_secret_value() if settings.token is not None else ""
        if not token or any(character.isspace() or character in "/?#{}" for character in token):
            raise SettingsError(
                "telegram.token is missing or malformed: set CARNET_TELEGRAM__TOKEN_FILE to a file that holds the "
                "token @BotFather gave you, or run `carnet demo`, which needs none"
            )
        base = settings.base_url.rstrip("/")
        tls = httpx.create_ssl_context()
        self._poll_seconds = settings.poll_seconds
        pace = Pace(overall=settings.messages_per_second, each=settings.chat_messages_per_second)
        self._bot = PollingBot(
            token,
            refused=pace.refused,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=_request(tls, _CONNECTIONS, _READ_SECONDS),
            get_updates_request=_request(tls, 2, settings.poll_seconds + _READ_SECONDS),
        )
        self._ingress = Ingress(self._bot, reception, clock=clock) if reception is not None else None
        self._updater = Updater(self._bot, DurableQueue(self._ingress)) if self._ingress is not None else None
        self._downloads = httpx.AsyncClient(
            transport=AiohttpTransport(verify=tls, limits=httpx.Limits(max_connections=_CONNECTIONS)),
            timeout=httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS, pool=_POOL_SECONDS),
        )
        self._delivery = TelegramDelivery(self._bot, pace, clock=clock)
        self._files = TelegramFiles(self._bot, self._downloads)

    async def __aenter__(self) -> "Gateway":
        try:
            await self._connect()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.stop()
        finally:
            await self._close()

    @property
    def silence(self) -> float | None:
        """Seconds since Telegram last answered a poll: polling that has stopped shows here and nowhere else."""
        return self._bot.silence

    async def start(self) -> None:
        """Publish the menus and begin to poll. A webhook left over from elsewhere is removed, its backlog kept."""
        if self._updater is None:
            raise RuntimeError("this gateway was given no reception")
        await self._publish_menus()
        await self._updater.initialize()
        await self._updater.start_polling(
            timeout=self._poll_seconds,
            bootstrap_retries=-1,
            allowed_updates=list(ALLOWED),
            drop_pending_updates=False,
            error_callback=_polling_failed,
        )
        log.info("polling_started")

    async def listen(self, address: Address) -> None:
        """Publish the menus and have updates posted to *address*; several processes may ask for the same."""
        await self._publish_menus()
        await self._register(address)

    async def go_on_listening(self, address: Address) -> None:
        """Look now and then whether updates still come there: whoever polls with the same token ends that silently."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                registered = (await self._bot.get_webhook_info()).url
            except TelegramError as error:
                log.warning("webhook_not_looked_up", error=type(error).__name__)
                continue
            if registered != address.url:
                log.warning("webhook_gone")
                await self._register(address)

    async def _register(self, address: Address) -> None:
        await self._insist(
            lambda: self._bot.set_webhook(
                address.url,
                secret_token=address.secret,
                max_connections=address.connections,
                allowed_updates=list(ALLOWED),
                drop_pending_updates=False,
            ),
            "web.public_url: Telegram takes no webhook there; it must be https, on port 443, 80, 88 or 8443",
        )
        log.info("webhook_set")

    async def post(self, body: bytes) -> None:
        """Take one posted update; see `Inlet`."""
        if self._ingress is None:
            raise RuntimeError("this gateway was given no reception")
        await self._ingress.post(body)

    async def stop(self) -> None:
        """Stop receiving once what was accepted is committed."""
        if self._updater is not None and self._updater.running:
            # The library asks once more, to confirm what came: unconfirmed, it would come again and be recognised.
            with suppress(TimeoutError):
                async with asyncio.timeout(CONFIRM_SECONDS):
                    await self._updater.stop()
        if self._ingress is not None:
            await self._ingress.settle()

    def parts(self, effect: Effect) -> Sequence[Effect]:
        """Give *effect* as what takes one message each; see `Delivery`."""
        return self._delivery.parts(effect)

    async def send(
        self, chat: int, effect: Effect, *, into: int | None = None, urgent: bool = False, enter: Enter | None = None
    ) -> int | None:
        """Carry out *effect*; see `Delivery`."""
        return await self._delivery.send(chat, effect, into=into, urgent=urgent, enter=enter)

    async def busy(self, chat: int, *, document: bool = False) -> None:
        """Show that work goes on; see `Delivery`."""
        await self._delivery.busy(chat, document=document)

    async def draft(self, chat: int, draft_id: int, text: Sensitive[str]) -> None:
        """Show a streaming preview; see `Delivery`."""
        await self._delivery.draft(chat, draft_id, text)

    async def fetch(self, upload: Upload, *, limit: int) -> bytes:
        """Give an upload's bytes; see `FileSource`."""
        return await self._files.fetch(upload, limit=limit)

    async def _connect(self) -> None:
        """Wait until Telegram knows us."""
        await self._insist(self._bot.initialize, "telegram.base_url: what answers there is no Bot API")

    async def _insist(self, call: Callable[[], Awaitable[object]], refused: str) -> None:
        """Ask until Telegram agrees: a service may start before its network does. Fail with *refused* if it never will."""
        for attempt in count(1):
            try:
                await call()
            except InvalidToken:
                # `from None`: the library writes the token into its message.
                raise SettingsError(
                    "telegram.token: Telegram does not know this token; copy it again from @BotFather, "
                    "and check telegram.base_url if you set one"
                ) from None
            except BadRequest:
                raise SettingsError(refused) from None
            except TelegramError as error:
                log.warning("telegram_unreachable", attempt=attempt, error=type(error).__name__)
                await asyncio.sleep(min(_LONGEST_PAUSE, 2.0 ** (attempt - 2)))
            else:
                return

    async def _publish_menus(self) -> None:
        for code, language in _MENUS:
            try:
                await self._bot.set_my_commands(
                    menu(language), scope=BotCommandScopeAllPrivateChats(), language_code=code
                )
                await self._bot.set_my_description(say(language, "telegram.description"), language_code=code)
                await self._bot.set_my_short_description(say(language, "telegram.summary"), language_code=code)
            except TelegramError as error:
                log.warning("menus_not_published", error=type(error).__name__)

    async def _close(self) -> None:
        await self._bot.shutdown()
        await self._downloads.aclose()


def _polling_failed(error: TelegramError) -> None:
    log.warning("polling_failed", error=type(error).__name__)


def _request(tls: ssl.SSLContext, connections: int, read_seconds: float) -> AiohttpRequest:
    return AiohttpRequest(
        tls=tls,
        connections=connections,
        read=read_seconds,
        connect=_CONNECT_SECONDS,
        pool=_POOL_SECONDS,
        write=_READ_SECONDS,
    )
