"""`carnet facts` lists what a person has confirmed."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.app import facts_of
from bot.cli.tables import fact_table
from bot.health.documents.contract import fact_as_json
from bot.kernel import logs
from bot.kernel.errors import BotError
from bot.playground import Playground
from bot.settings import Settings, load


class NobodyError(BotError):
    """There is no state, and so nobody in it."""


def facts(
    user: Annotated[str, typer.Option(help="The person, as named to `carnet talk`.")],
    lang: Annotated[str, typer.Option(help="Language they were named with.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    state: Annotated[Path | None, typer.Option(help="Folder of the databases.")] = None,
) -> None:
    """List a playground person's confirmed facts. For a local state only: real people see theirs in the chat."""
    settings = load(state=state)
    logs.configure(settings.log_level)
    if not _kept(settings):  # opening the stores would make them
        raise NobodyError("there is nobody by that name: this state holds nothing yet")
    telegram_id = Playground().person(user, lang).id
    confirmed = asyncio.run(facts_of(settings, telegram_id))
    if as_json:
        typer.echo(json.dumps([fact_as_json(fact) for fact in confirmed], ensure_ascii=False, indent=2))
    else:
        Console().print(fact_table(confirmed))


def _kept(settings: Settings) -> bool:
    return bool(settings.main.url.get_secret_value()) or any(settings.state.glob("*.db"))
