"""`carnet talk`: standard input is a person's messages, standard output what they see, through the whole real pipeline.

The bot runs here behind a playground on a loopback port, so every line passes Telegram's protocol both ways.
"""

import asyncio
import json
import mimetypes
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.app import App, Opening, running
from bot.chat.model import HEALTH_MARK, Space
from bot.chat.progress import PLACEHOLDERS
from bot.cli.playground import behind, with_page
from bot.guardrails.cards import country_of
from bot.kernel import logs
from bot.kernel.clock import Clock, utc_now
from bot.kernel.errors import BotError
from bot.playground import Event, Persona, Playground, VisibleMessage, serving
from bot.settings import Settings, load

_ORNAMENT = re.compile(r"^\W+")  # the emoji before a label


class TalkError(BotError):
    """A line of the script cannot be carried out."""


def talk(  # noqa: PLR0917  (Typer reads options from the signature)
    user: Annotated[str, typer.Option(help="Who talks; the same name is the same person in the same state.")],
    lang: Annotated[str, typer.Option(help="Language of their Telegram app: fr or en.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per thing the person sees.")] = False,
    state: Annotated[Path | None, typer.Option(help="Folder of the databases.")] = None,
    now: Annotated[datetime | None, typer.Option(help="Pretend it is this moment (ISO 8601, UTC).")] = None,
    admit: Annotated[bool, typer.Option(help="Promote the person through the roll-out.")] = False,
    country: Annotated[str | None, typer.Option(help="Where they said they are: two letters, such as FR.")] = None,
) -> None:
    """Talk to Carnet: "text" is sent, "@path" uploads, "#label" or "#2" presses a button of the latest message."""
    if country is not None and country_of(country) is None:
        raise typer.BadParameter("no country has that name: give its two letters, such as FR", param_hint="--country")
    settings = load(state=state)
    logs.configure("WARNING" if settings.log_level == "INFO" else settings.log_level)
    home = country_of(country or "")
    asyncio.run(_talk(settings, user, lang, as_json=as_json, clock=_clock(now), admit=admit, country=home))


async def _talk(
    settings: Settings, user: str, lang: str, *, as_json: bool, clock: Clock, admit: bool, country: str | None
) -> None:
    playground = Playground(clock=clock)
    persona = playground.person(user, lang)
    opening = Opening.ON_SIGHT if admit else Opening.BY_HAND
    printer = Printer(playground, persona, as_json=as_json)
    async with (
        serving(playground) as base_url,
        running(
            with_page(behind(settings, base_url), base_url), clock=clock, opening=opening, mount=playground.mount
        ) as carnet,
    ):
        if country is not None:
            person = await carnet.people.know(persona.id, chat=persona.id, language_code=persona.language_code)
            await carnet.people.reside(person.id, country)
        while read := await asyncio.to_thread(sys.stdin.buffer.readline):
            line = read.decode(errors="replace").rstrip("\r\n")  # a stray byte is not worth ending a script for
            if line.strip():
                _do(playground, persona, line)
                await _quiet(playground, persona, carnet)
                printer.show()


def _clock(now: datetime | None) -> Clock:
    """Give a clock that starts at *now* and runs on from there."""
    if now is None:
        return utc_now
    start = now.replace(tzinfo=utc_now().tzinfo) if now.tzinfo is None else now
    shift: timedelta = start - utc_now()
    return lambda: utc_now() + shift


def _do(playground: Playground, persona: Persona, line: str) -> None:
    if line.startswith(("##", "@@")):
        playground.say(persona, line[1:])
    elif line.startswith("@"):
        path = Path(line[1:])
        try:
            data = path.read_bytes()
        except OSError:
            raise TalkError("that file cannot be read: give its path after @") from None
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        playground.upload(persona, path.name, data, media_type)
    elif line.startswith("#"):
        message, pressed = _button(playground.messages(persona), line[1:].strip())
        playground.press(persona, message, pressed)
    else:
        playground.say(persona, line)


def _button(messages: list[VisibleMessage], wanted: str) -> tuple[int, str]:
    """Find the button meant: by its number on the latest message that has buttons, else by its label.

    A label is looked for on older messages too: every answer bears a button of its own, and may stand below a screen.
    """
    shown = [(message, button) for message in reversed(messages) for row in message.buttons for button in row]
    pressable = [(message.id, button.label, button.data) for message, button in shown if button.data is not None]
    if not pressable:
        raise TalkError("no message has buttons to press")
    latest = [data for message, _, data in pressable if message == pressable[0][0]]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(latest):
        return pressable[0][0], latest[int(wanted) - 1]
    for message, label, data in pressable:
        if _plain(label) == _plain(wanted):
            return message, data
    raise TalkError("no message has a button so labelled")


def _plain(label: str) -> str:
    return " ".join(
        _ORNAMENT.sub("", label).replace("’", "'").split()
    ).casefold()  # French spaces its marks with another space


async def _quiet(playground: Playground, persona: Persona, carnet: App) -> None:
    """Wait until the bot has fetched everything, answered it, and its answers are in the chat."""
    while playground.pending(persona):  # noqa: ASYNC110  (the playground tells the bot, not us)
        await asyncio.sleep(0.01)
    await carnet.quiet()


class Printer:
    """Prints what the person saw since the last time.

    A message that only waits to become the answer is printed once it is that: as the message it then is.
    """

    def __init__(self, playground: Playground, persona: Persona, *, as_json: bool) -> None:
        self._playground = playground
        self._persona = persona
        self._as_json = as_json
        self._seen = 0
        self._waiting: set[int] = set()

    def show(self) -> None:
        """Print every new event, one line each."""
        for event in self._playground.events(self._persona, after=self._seen):
            self._seen = event.number
            for line in self._known(_lines(event)):
                typer.echo(json.dumps(line, ensure_ascii=False) if self._as_json else _readable(line))
        sys.stdout.flush()

    def _known(self, lines: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for line in lines:
            if line["type"] == "message" and line["text"] in PLACEHOLDERS:
                self._waiting.add(line["id"])
            elif line["id"] not in self._waiting:
                yield line
            else:
                self._waiting.discard(line["id"])
                if line["type"] == "edit":
                    yield line | {"type": "message"}


def _lines(event: Event) -> Iterator[dict[str, Any]]:
    message = event.message
    if event.type == "notice" and event.text:
        yield _line("notice", None, event.text)
    if message is None or message.author != "bot" or event.type not in {"message", "edit", "delete", "file"}:
        return
    yield _line(event.type, message, message.text)


def _line(kind: str, message: VisibleMessage | None, text: str) -> dict[str, Any]:
    space = Space.HEALTH if text.startswith(HEALTH_MARK) else Space.GENERAL
    return {
        "type": kind,
        "id": message.id if message else None,
        "space": space,
        "text": text,
        "buttons": [[button.label for button in row] for row in message.buttons] if message else [],
        "file": message.file.name if message and message.file else None,
    }


def _readable(line: dict[str, Any]) -> str:
    buttons = "".join("\n  " + "  ".join(f"[{label}]" for label in row) for row in line["buttons"])
    return f"{line['type']} {line['id'] or ''}\n{line['text']}{buttons}\n"
