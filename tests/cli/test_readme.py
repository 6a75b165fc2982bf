"""What the README tells a stranger to type, set or open exists."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import typer
from pydantic import BaseModel

from bot.cli import VERBS, build
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = re.findall(r"^```\w*\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
CODE += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", README, flags=re.DOTALL | re.MULTILINE))


def test_given_the_readme_when_it_names_a_make_target_then_it_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {target for code in CODE for target in re.findall(r"^make ([a-z]+)", code, re.MULTILINE)}

    assert {"demo", "test"} <= named <= targets


def commands_named() -> Iterator[list[str]]:
    for code in CODE:
        for words in re.findall(r"^(?:\.venv/bin/)?carnet (.*)$", code, re.MULTILINE):
            yield re.sub(r"\s#.*|[\[\]]", "", words).split()


def unknown_words(words: list[str]) -> list[str]:
    """What of a command line is neither a verb nor an option `carnet` has."""
    command: Any = typer.main.get_command(build(*words[:1]))
    while words and hasattr(command, "commands") and words[0] != "…":
        if words[0] not in command.commands:
            return [words[0]]
        command, words = command.commands[words[0]], words[1:]
    options = {option for parameter in command.params for option in parameter.opts}
    return [word for word in words if word.startswith("--") and word not in options]


def test_given_the_readme_when_it_names_a_carnet_command_then_its_verbs_and_options_exist() -> None:
    named = list(commands_named())

    assert set(VERBS) == {words[0] for words in named}
    assert [(words, unknown) for words in named if (unknown := unknown_words(words))] == []


def test_given_the_readme_when_it_lists_waitlist_verbs_then_they_are_all_there_are() -> None:
    listed = next(line for line in README.splitlines() if line.startswith("| `carnet rollout waitlist"))
    rollout: Any = typer.main.get_command(build("rollout"))

    verbs = rollout.commands["rollout"].commands["waitlist"].commands
    assert set(re.findall(r"`([a-z]+)`", listed)) == set(verbs)


def is_setting(name: str) -> bool:
    kind: Any = Settings
    for key in name.removeprefix("CARNET_").removesuffix("_FILE").lower().split("__"):
        if get_origin(kind) is dict:
            kind = get_args(kind)[1]  # under a name of one's own
        elif isinstance(kind, type) and issubclass(kind, BaseModel) and key in kind.model_fields:
            kind = kind.model_fields[key].annotation
        else:
            return False
    return not (isinstance(kind, type) and issubclass(kind, BaseModel))


def test_given_the_readme_when_it_names_a_setting_then_carnet_knows_it() -> None:
    named = set(re.findall(r"CARNET_[A-Z_]+\b", README))

    assert len(named) >= 14
    assert [name for name in named if not is_setting(name)] == []


def test_given_the_readme_when_its_links_are_followed_then_they_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", README) + re.findall(r'src="([^"]+)"', README)
    relative = [link for link in links if not re.match(r"[a-z]+:", link)]

    assert len(relative) >= 12
    assert [link for link in relative if not (ROOT / link.partition("#")[0]).exists()] == []


def test_given_the_readme_s_pictures_when_weighed_then_each_is_light() -> None:
    pictures = list((ROOT / "docs" / "images").glob("*.png"))

    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > 200_000] == []
    assert [picture.name for picture in pictures if picture.name not in README] == []
