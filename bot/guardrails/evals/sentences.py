"""What the readers of answers learn from: sentences, each clean or of one kind of fault, written as such or taken from answers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bot.guardrails.after.shapes import Shaper
from bot.guardrails.after.sounding import ANY
from bot.guardrails.evals.sets import read_set
from bot.guardrails.learned.learning import Example

WRITTEN: Final = "sentences"
ANSWERS: Final = "answers"
_CLEAN: Final = "clean"
_DELAY: Final = "delay"  # a fault only beside an urgent question: it teaches none of the others


def sentence_examples(
    folder: Path, shaper: Shaper, name: str, *, without: frozenset[object] = frozenset()
) -> Sequence[Example]:
    """Give the examples of the reader *name* in their shapes, but those of the authors in *without*."""
    shapes: dict[str, bool] = {}
    for fault, text in _told(folder, without):
        if fault == _DELAY and name != _DELAY:
            continue
        heard = fault == name or (name == ANY and fault != _CLEAN)
        parts = [" ".join(words) for words in shaper.read(text)]
        for shape in parts if fault == _CLEAN else [" ".join(parts)]:
            shapes[shape] = shapes.get(shape, False) or heard
    return [Example(shape, heard) for shape, heard in shapes.items() if shape]


def _told(folder: Path, without: frozenset[object]) -> Iterator[tuple[str, str]]:
    """Give each text with its fault."""
    for name in (WRITTEN, ANSWERS):
        for item in read_set(folder, "train", name):
            if item.line["author"] not in without:
                yield from [(item.line["kind"], item.text)] if name == WRITTEN else _of_answer(item.line)


def _of_answer(line: Any) -> Iterator[tuple[str, str]]:
    """Give the faulty sentences of an answer and the rest; of one whose fault is a number or an address, nothing."""
    if line["verdict"] == _CLEAN:
        yield _CLEAN, line["answer"]
    elif "fault" in line:
        rest = line["answer"]
        for faulty in line["faulty"]:
            yield line["fault"], faulty
            rest = rest.replace(faulty, "\n")
        if line["fault"] != _DELAY:  # what stands around it is no better
            yield _CLEAN, rest
