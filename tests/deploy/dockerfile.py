"""Reads the Dockerfile as far as it is written: stages, and steps in their order."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

KNOWN = frozenset({"CMD", "COPY", "ENTRYPOINT", "ENV", "HEALTHCHECK", "RUN", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"})


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction."""

    word: str
    rest: str

    def listed(self) -> list[str]:
        """Give what is written as a JSON list."""
        parts: list[str] = json.loads(self.rest)
        return parts

    def pairs(self) -> dict[str, str]:
        """Give what an ENV sets, before names in it are replaced."""
        return dict(word.split("=", 1) for word in shlex.split(self.rest))


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands between one FROM and the next."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)

    def last(self, word: str) -> Step:
        """Give the instruction that counts where only one does."""
        return [step for step in self.steps if step.word == word][-1]


def stages(path: Path) -> list[Stage]:
    """Give the stages; an instruction that nobody here can carry out is refused."""
    found: list[Stage] = []
    for line in _joined(path.read_text(encoding="utf-8")):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(base, name))
        elif word in KNOWN:
            found[-1].steps.append(Step(word, rest.strip()))
        else:
            raise ValueError(f"an instruction nobody reads here: {word}")
    return found


def _joined(text: str) -> Iterator[str]:
    """Give the instructions, each on one line, without comments."""
    started = ""
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        started += line.strip().removesuffix("\\").rstrip() + " "
        if not line.endswith("\\"):
            yield started.strip()
            started = ""
