"""The command line's frame: sub-commands, settings from the environment, errors as one line."""

import sys
from typing import NoReturn

import typer

from bot.cli import doctor, documents, playground, service, talk
from bot.cli.waitlist import rollout_app
from bot.kernel.errors import BotError
from bot.kernel.logs import error_place

app = typer.Typer(
    name="carnet",
    help="A Telegram assistant with a protected Health space.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a pretty traceback shows local variables, and those may be health text
)
app.command("run")(service.run)
app.command("demo")(playground.demo)
app.command("talk")(talk.talk)
app.command("import")(documents.import_file)
app.command("facts")(documents.facts)
app.command("doctor")(doctor.doctor)
app.add_typer(rollout_app(), name="rollout")


def main() -> None:
    """Run `carnet`: exit 0 done, 1 refused or failed with one line on stderr, 2 wrong usage."""
    try:
        app()
    except BotError as error:
        _fail(f"{error}")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  (the last line of defence: type and place, never the text)
        _fail(f"internal error: {type(error).__name__} at {error_place(error)}")


def _fail(line: str) -> NoReturn:
    print(f"carnet: {line}", file=sys.stderr)  # noqa: T201  (the operator's one line)
    sys.exit(1)
