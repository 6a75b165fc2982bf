"""How a process hears from Telegram: it polls, or is posted to, or neither; and where its own page stands."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from bot.app.part import Intake, Part
from bot.kernel.background import background
from bot.kernel.errors import SettingsError
from bot.settings import Settings, WebSettings
from bot.telegram import Address, Gateway
from bot.web import Limits, serving, webhook_app, webhook_path

Mount = Callable[[Starlette], None]  # takes the upload page in, where something listens already


def is_ready_to_hear(part: Part, settings: Settings) -> None:
    """Raise `SettingsError` for what is missing, before anything is made."""
    if part.intake is not Intake.WEBHOOK:
        return
    if settings.telegram.webhook_secret is None:
        raise SettingsError(
            "telegram.webhook_secret is missing: set CARNET_TELEGRAM__WEBHOOK_SECRET_FILE to a file made by "
            "`openssl rand -hex 32`, the same for every process that serves this bot"
        )
    if not settings.web.public_url:
        raise SettingsError("web.public_url is missing: set CARNET_WEB__PUBLIC_URL to the address Telegram reaches")


@asynccontextmanager
async def hearing(
    part: Part, settings: Settings, gateway: Gateway, page: Starlette | None = None, mount: Mount | None = None
) -> AsyncIterator[None]:
    """Receive until the block ends, and end with everything accepted committed."""
    if part.intake is Intake.POLLING:
        async with _paged(settings.web, page, mount):
            await gateway.start()
            yield
    elif part.intake is Intake.WEBHOOK:
        async with _posted_to(settings.web, _secret(settings), gateway, page):
            yield
    else:
        yield
    await gateway.stop()


@asynccontextmanager
async def _paged(web: WebSettings, page: Starlette | None, mount: Mount | None) -> AsyncIterator[None]:
    """Serve the page beside polling: on a port of its own, unless there is one already."""
    if page is None:
        yield
    elif mount is not None:
        mount(page)
        yield
    else:
        async with serving(page, host=web.host, port=web.port, trusted_proxies=web.trusted_proxies):
            yield


@asynccontextmanager
async def _posted_to(web: WebSettings, secret: str, gateway: Gateway, page: Starlette | None) -> AsyncIterator[None]:
    limits = Limits(
        parallel=web.parallel,
        updates_per_second=web.updates_per_second,
        refusals_per_minute=web.refusals_per_minute,
    )
    app = webhook_app(gateway, secret, limits)
    app = Starlette(routes=[*app.routes, *page.routes]) if page is not None else app
    address = Address(
        url=f"{web.public_url.rstrip('/')}{webhook_path(secret)}", secret=secret, connections=web.connections
    )
    async with serving(app, host=web.host, port=web.port, trusted_proxies=web.trusted_proxies):
        await gateway.listen(address)  # last: Telegram begins to post as soon as it is told where
        async with background(gateway.go_on_listening(address)):
            yield


def _secret(settings: Settings) -> str:
    secret = settings.telegram.webhook_secret
    return secret.get_secret_value() if secret is not None else ""
