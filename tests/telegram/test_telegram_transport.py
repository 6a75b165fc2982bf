import asyncio
import ssl
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from telegram import Bot, InputFile
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut

from bot.telegram.transport import AiohttpRequest

TOKEN = "12345:SECRET-not-to-be-shown"
MESSAGE = {"message_id": 5, "date": 1, "chat": {"id": 1, "type": "private"}}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def _bot(answer: Answer, *, read: float = 5.0, port: int = 0) -> AsyncIterator[Bot]:
    """A bot whose only Telegram is *answer*."""
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    address = runner.addresses[0]
    transport = AiohttpRequest(
        tls=ssl.create_default_context(), connections=2, read=read, connect=1.0, pool=0.5, write=1.0
    )
    bot = Bot(TOKEN, base_url=f"http://{address[0]}:{address[1]}/bot", request=transport, get_updates_request=transport)
    await transport.initialize()
    try:
        yield bot
    finally:
        await transport.shutdown()
        await runner.cleanup()


async def _ok(_: web.Request) -> web.StreamResponse:
    return web.json_response({"ok": True, "result": MESSAGE})


async def test_given_a_message_when_sent_then_every_field_arrives_as_it_was() -> None:
    seen: dict[str, str] = {}

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.update({name: str(value) for name, value in (await request.post()).items()})
        return await _ok(request)

    async with _bot(answer) as bot:
        message = await bot.send_message(7, "déjà & 5 > 3 🩺", disable_notification=True)

    assert message.message_id == 5
    assert seen == {"chat_id": "7", "text": "déjà & 5 > 3 🩺", "disable_notification": "true"}


async def test_given_a_file_when_sent_then_its_bytes_name_and_type_arrive() -> None:
    seen: list[tuple[str, str, bytes]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        files = [value for value in (await request.post()).values() if isinstance(value, web.FileField)]
        seen.extend((file.filename, file.content_type, file.file.read()) for file in files)
        return await _ok(request)

    async with _bot(answer) as bot:
        await bot.send_document(7, InputFile(bytes(range(256)) * 100, filename="bilan.pdf"))

    assert seen == [("bilan.pdf", "application/pdf", bytes(range(256)) * 100)]


async def test_given_refusals_when_telegram_words_them_then_the_library_knows_them() -> None:
    async def flooded(_: web.Request) -> web.StreamResponse:
        body = {"ok": False, "error_code": 429, "description": "later", "parameters": {"retry_after": 9}}
        return web.json_response(body, status=429)

    async def bad(_: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": False, "error_code": 400, "description": "Bad Request: no"}, status=400)

    async with _bot(flooded) as bot:
        with pytest.raises(RetryAfter):
            await bot.send_message(7, "a")
    async with _bot(bad) as bot:
        with pytest.raises(BadRequest):
            await bot.send_message(7, "a")


async def test_given_a_silent_telegram_when_asked_then_it_ends_as_timed_out() -> None:
    async def silent(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(5)
        raise AssertionError("nobody waits so long")

    async with _bot(silent, read=0.1) as bot:
        with pytest.raises(TimedOut):
            await bot.send_message(7, "a")


async def test_given_every_connection_in_use_when_asked_then_waiting_for_one_ends_too() -> None:
    go_on = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await go_on.wait()
        return await _ok(request)

    async with _bot(slow) as bot:
        busy = [asyncio.ensure_future(bot.send_message(7, "a")) for _ in range(2)]
        await asyncio.sleep(0.05)

        with pytest.raises(TimedOut):
            await bot.send_message(7, "b")

        go_on.set()
        await asyncio.gather(*busy)


async def test_given_nobody_there_when_asked_then_it_is_a_network_error_without_the_token() -> None:
    async def gone(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with _bot(gone) as bot:
        with pytest.raises(NetworkError) as caught:
            await bot.send_message(7, "a")

    assert not isinstance(caught.value, TimedOut)
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))


async def test_given_a_redirect_when_answered_then_it_is_not_followed_with_the_token() -> None:
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async with _bot(elsewhere) as bot:
        with pytest.raises(NetworkError):
            await bot.send_message(7, "a")

    assert "/elsewhere" not in asked
