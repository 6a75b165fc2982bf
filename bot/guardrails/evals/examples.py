"""What the learned readers learn from: the written messages that are open to be read, never the sealed split."""

from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Final

from bot.guardrails.evals.sets import Item, Split, read_set
from bot.guardrails.learned.hearing import Kind
from bot.guardrails.learned.learning import Example
from bot.i18n import LANGUAGES

_OPEN: Final[tuple[Split, ...]] = ("train", "dev")
_HEARD: Final[dict[Kind, str]] = {"crisis": "crisis", "emergency": "emergencies"}
_OTHERS: Final[dict[Kind, tuple[str, ...]]] = {
    "crisis": ("lookalikes", "emergencies", "non_urgent", "ordinary"),
    # A crisis may be an emergency: it teaches neither side. Values typed to be kept say nothing of a mind.
    "emergency": ("non_urgent", "ordinary", "lookalikes", "entries"),
}
_TRAIN_ONLY: Final = frozenset({"entries"})
_SMALL_TALK: Final = "ordinary"


def examples(folder: Path, kind: Kind, *, without: frozenset[object] = frozenset()) -> Sequence[Example]:
    """Give the examples of *kind*, but those of the authors in *without*; each also beside something ordinary.

    What is asked beside a crisis takes nothing from it, and adds nothing to what is harmless.
    """
    sets = {name: list(_read(folder, name, without)) for name in (_HEARD[kind], *_OTHERS[kind])}
    out = [Example(item.text, name == _HEARD[kind]) for name, items in sets.items() for item in items]
    for language in LANGUAGES:
        beside = cycle([item.text for item in sets[_SMALL_TALK] if item.language == language] or [""])
        for name, items in sets.items():
            if name != _SMALL_TALK:
                mine = [item.text for item in items if item.language == language]
                out += [
                    Example(f"{text}\n{other}" if n % 2 else f"{other}\n{text}", name == _HEARD[kind])
                    for n, (text, other) in enumerate(zip(mine, beside, strict=False))
                ]
    return out


def _read(folder: Path, name: str, without: frozenset[object]) -> Iterator[Item]:
    for split in _OPEN[: 1 if name in _TRAIN_ONLY else None]:
        yield from (item for item in read_set(folder, split, name) if item.line.get("author") not in without)
