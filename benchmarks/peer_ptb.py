"""python-telegram-bot, as its manual has it."""

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from benchmarks.peers import PLACEHOLDER, SECRET, PeerBot


def run(words: list[str]) -> None:
    """Answer until SIGTERM."""
    told = PeerBot.read(words)
    builder = Application.builder().token(told.token).base_url(f"{told.url}/bot")
    if told.fast:
        from httpx_aiohttp import AiohttpTransport  # noqa: PLC0415  (the plain bot must not pay for it)
        from telegram.request import HTTPXRequest  # noqa: PLC0415

        for use in (builder.request, builder.get_updates_request):
            use(HTTPXRequest(httpx_kwargs={"transport": AiohttpTransport()}))
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, _edit if told.answer == "edit" else _echo))
    if told.port:
        application.run_webhook(
            listen="127.0.0.1", port=told.port, url_path="hook", webhook_url=told.hook, secret_token=SECRET
        )
    else:
        application.run_polling()


async def _echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message is not None:
        await update.message.reply_text(update.message.text or "")


async def _edit(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message is not None:
        shown = await update.message.reply_text(PLACEHOLDER)
        await shown.edit_text(update.message.text or "")
