"""What the readers of answers learn from: sentences of written answers, each clean or of one kind of fault."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot.guardrails.after.shapes import Shaper
from bot.guardrails.after.sounding import ANY
from bot.guardrails.evals.sets import read_set
from bot.guardrails.learned.learning import Example

SET: Final = "sentences"
_DELAY: Final = "delay"  # a fault only beside an urgent question: it teaches none of the others


def sentence_examples(
    folder: Path, shaper: Shaper, name: str, *, without: frozenset[object] = frozenset()
) -> Sequence[Example]:
    """Give the examples of the reader *name* in their shapes, but those of the authors in *without*."""
    shapes: dict[str, bool] = {}
    for item in read_set(folder, "train", SET):
        kind = item.line["kind"]
        if item.line["author"] in without or (kind == _DELAY and name != _DELAY):
            continue
        heard = kind == name or (name == ANY and kind != "clean")
        parts = [" ".join(words) for words in shaper.read(item.text)]
        for shape in parts if kind == "clean" else [" ".join(parts)]:
            shapes[shape] = shapes.get(shape, False) or heard
    return [Example(shape, heard) for shape, heard in shapes.items() if shape]
