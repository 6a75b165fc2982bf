"""Reads compose.yaml as far as it is written; YAML's own parser is not among our dependencies."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
CARNETS = ("serve", "general", "health")


def block(name: str, indent: str = "  ") -> str:
    """Give the lines below *name*."""
    found = re.search(rf"^{indent}{name}:[^\n]*\n((?:{indent}  .*\n|\n)+)", COMPOSE, re.MULTILINE)
    assert found
    return found[1]


def service(name: str) -> str:
    """Give one service's lines, and those it shares with others."""
    lines = block(name)
    return lines + re.sub(r"^", "  ", block("x-carnet", ""), flags=re.MULTILINE) if "<<: *carnet" in lines else lines


def words(name: str, key: str) -> list[str]:
    """Give a list of *key* that stands on one line."""
    found = re.search(rf"^    {key}: \[(.*)\]$", service(name), re.MULTILINE)
    assert found
    return [word.strip().strip('"') for word in found[1].split(",")]


def environment(name: str) -> dict[str, str]:
    """Give Carnet's settings of one service, as they are when nothing is set where compose is called."""
    lines = re.findall(r"^      (CARNET_\w+): (\S+)$", service(name), re.MULTILINE)
    return {key: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for key, value in lines}


def probe(name: str, dockerfile: str) -> list[str]:
    """Give the command that asks after a service's health: its own, or the image's."""
    own = re.search(r"^      test: (\[.*\])$", service(name), re.MULTILINE)
    found = own or re.search(r"^HEALTHCHECK .* CMD (\[.*\])$", dockerfile, re.MULTILINE)
    assert found
    command: list[str] = json.loads(found[1])
    return command[1:] if own else command
