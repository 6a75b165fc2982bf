"""aiogram, as its manual has it; not installed beside Carnet, and so not type-checked."""

import asyncio

import uvloop
from aiogram import Bot, Dispatcher, F  # type: ignore[import-not-found]
from aiogram.client.session.aiohttp import AiohttpSession  # type: ignore[import-not-found]
from aiogram.client.telegram import TelegramAPIServer  # type: ignore[import-not-found]
from aiogram.types import Message  # type: ignore[import-not-found]
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application  # type: ignore[import-not-found]
from aiohttp import web

from benchmarks.peers import PLACEHOLDER, SECRET, PeerBot


def run(words: list[str]) -> None:
    """Answer until SIGTERM."""
    told = PeerBot.read(words)
    bot = Bot(told.token, session=AiohttpSession(api=TelegramAPIServer.from_base(told.url)))
    dispatcher = Dispatcher()
    dispatcher.message.register(_edit if told.answer == "edit" else _echo, F.text)
    factory = uvloop.new_event_loop if told.fast else asyncio.new_event_loop
    if told.port:
        _serve(bot, dispatcher, told, factory())
    else:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(dispatcher.start_polling(bot))


def _serve(bot: Bot, dispatcher: Dispatcher, told: PeerBot, loop: asyncio.AbstractEventLoop) -> None:
    async def announce(bot: Bot) -> None:
        await bot.set_webhook(told.hook, secret_token=SECRET)

    dispatcher.startup.register(announce)
    application = web.Application()
    SimpleRequestHandler(dispatcher=dispatcher, bot=bot, secret_token=SECRET).register(application, path="/hook")
    setup_application(application, dispatcher, bot=bot)
    web.run_app(application, host="127.0.0.1", port=told.port, loop=loop, print=None)


async def _echo(message: Message) -> None:
    await message.answer(message.text)


async def _edit(message: Message) -> None:
    shown = await message.answer(PLACEHOLDER)
    await shown.edit_text(message.text)
