"""The command line's frame: the verbs, each loaded only when it is named, and errors as one line."""

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, NoReturn

import typer

from bot.kernel.errors import BotError
from bot.kernel.logs import error_place


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """Where a verb is carried out, and its line in the list of verbs."""

    module: str
    name: str  # a function, or a Typer of further verbs
    line: str


# Loading all of them takes a second, which `carnet --help` and `carnet import` need not wait for.
VERBS: Final = {
    "run": Verb(module="bot.cli.service", name="run", line="Answer people on Telegram until stopped."),
    "serve": Verb(module="bot.cli.service", name="serve", line="Take messages in by webhook."),
    "worker": Verb(module="bot.cli.service", name="work", line="Answer what was taken in; any number of them."),
    "demo": Verb(module="bot.cli.playground", name="demo", line="Try it in the browser: no token, no account."),
    "talk": Verb(module="bot.cli.talk", name="talk", line="Talk to Carnet from standard input."),
    "import": Verb(module="bot.cli.documents", name="import_file", line="Show what would be read from a report."),
    "facts": Verb(module="bot.cli.facts", name="facts", line="List a playground person's confirmed facts."),
    "guard": Verb(module="bot.cli.guard", name="guard", line="Say how urgent the messages on standard input are."),
    "check-answer": Verb(
        module="bot.cli.check_answer",
        name="check_answer",
        line="Say whether the answers on standard input may be sent.",
    ),
    "evals": Verb(module="bot.cli.evals", name="evals", line="Measure the guard-rails on every set."),
    "safety": Verb(module="bot.cli.safety", name="safety_app", line="Review what people reported as wrong."),
    "keys": Verb(module="bot.cli.keys", name="keys_app", line="Show a public key, for a process without the others."),
    "work": Verb(module="bot.cli.work", name="work_app", line="See the queue; put dead rows back, or drop them."),
    "doctor": Verb(module="bot.cli.doctor", name="doctor", line="Check this installation, and say what to do."),
    "rollout": Verb(module="bot.cli.waitlist", name="rollout_app", line="Open a feature gradually."),
}


def build(*named: str) -> typer.Typer:
    """Give `carnet` with the verbs *named* ready to run; the others are there to be listed."""
    app = typer.Typer(
        name="carnet",
        help="A Telegram assistant with a protected Health space.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # a pretty traceback shows local variables, and those may be health text
    )
    for name, verb in VERBS.items():
        action: Any = getattr(import_module(verb.module), verb.name) if name in named else _listed
        if isinstance(action, typer.Typer):
            app.add_typer(action, name=name, short_help=verb.line)
        else:
            app.command(name, short_help=verb.line)(action)
    return app


def _listed() -> None:
    """Stand for a verb that this command line does not name, and so cannot run."""


def main() -> None:
    """Run `carnet`: exit 0 done, 1 refused or failed with one line on stderr, 2 wrong usage."""
    try:
        build(*[word for word in sys.argv[1:] if not word.startswith("-")][:1])()
    except BotError as error:
        _fail(f"{error}")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  (the last line of defence: type and place, never the text)
        _fail(f"internal error: {type(error).__name__} at {error_place(error)}")


def _fail(line: str) -> NoReturn:
    print(f"carnet: {line}", file=sys.stderr)  # noqa: T201  (the operator's one line)
    sys.exit(1)
