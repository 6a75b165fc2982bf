"""`carnet keys`: what one process may be told of another's keys."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from bot.app import public_key
from bot.chat.model import Space
from bot.kernel import logs
from bot.kernel.clock import utc_now
from bot.settings import load

keys_app = typer.Typer(no_args_is_help=True, help="Show what may be shown of the keys.")


@keys_app.callback()
def _keys() -> None:
    """Keep `public` a word of its own while it is the only one."""


@keys_app.command("public")
def show_public(
    space: Annotated[Space, typer.Option(help="Whose queue key: general or health.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    state: Annotated[Path | None, typer.Option(help="Folder of the databases.")] = None,
) -> None:
    """Print the key to which that space's messages are sealed. It opens nothing; run it where the space's keys are."""
    settings = load(state=state)
    logs.configure(settings.log_level)
    key = asyncio.run(public_key(settings, space, utc_now)).hex()
    typer.echo(json.dumps({"space": space, "public": key}) if as_json else key)
