"""What the learned readers learn from: the written messages that are open to be read, never the sealed split."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot.guardrails.evals.sets import Split, read_set
from bot.guardrails.learned.hearing import Kind
from bot.guardrails.learned.learning import Example

_OPEN: Final[tuple[Split, ...]] = ("train", "dev")
_HEARD: Final[dict[Kind, str]] = {"crisis": "crisis", "emergency": "emergencies"}
_OTHERS: Final[dict[Kind, tuple[str, ...]]] = {
    "crisis": ("lookalikes", "emergencies", "non_urgent", "ordinary"),
    "emergency": ("non_urgent", "ordinary", "lookalikes"),  # a crisis may be an emergency: it teaches neither side
}


def examples(folder: Path, kind: Kind, *, without: frozenset[object] = frozenset()) -> Sequence[Example]:
    """Give the examples of *kind*, but those of the authors in *without*."""
    return [
        Example(item.text, name == _HEARD[kind])
        for name in (_HEARD[kind], *_OTHERS[kind])
        for split in _OPEN
        for item in read_set(folder, split, name)
        if item.line.get("author") not in without
    ]
