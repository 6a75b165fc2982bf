"""One bot in a process of its own: `python -m benchmarks.child BOT FD URL`.

On SIGUSR1 it writes the CPU seconds it has used so far to the file descriptor, so that its start is not counted as
work on messages. Nothing else is added: Carnet is `carnet run`, the peers are python-telegram-bot as its manual has it.
"""

import os
import resource
import signal
import sys

ECHO, ECHO_AIOHTTP, CARNET = "echo", "echo-aiohttp", "carnet"


def main() -> None:
    """Run the bot until SIGTERM."""
    bot, report, url = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    signal.signal(signal.SIGUSR1, lambda *_: _report(report))
    if bot == CARNET:
        from bot.cli import main as carnet  # noqa: PLC0415  (a peer must not pay for our imports)

        sys.argv = ["carnet", "run"]
        carnet()
    elif bot in {ECHO, ECHO_AIOHTTP}:
        _echo(url, aiohttp=bot == ECHO_AIOHTTP)
    else:
        sys.exit(f"no such bot: {bot}")


def _report(descriptor: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    os.write(descriptor, f"{used.ru_utime + used.ru_stime:.6f}\n".encode())


def _echo(url: str, *, aiohttp: bool) -> None:
    from telegram import Update  # noqa: PLC0415  (Carnet must not pay for theirs)
    from telegram.ext import Application, ContextTypes, MessageHandler, filters  # noqa: PLC0415

    async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message is not None:
            await update.message.reply_text(update.message.text or "")

    builder = Application.builder().token(os.environ["ECHO_TOKEN"]).base_url(f"{url}/bot")
    if aiohttp:
        from httpx_aiohttp import AiohttpTransport  # noqa: PLC0415
        from telegram.request import HTTPXRequest  # noqa: PLC0415

        for use in (builder.request, builder.get_updates_request):
            use(HTTPXRequest(httpx_kwargs={"transport": AiohttpTransport()}))
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main()
