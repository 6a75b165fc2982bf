"""The gate before every answer, beside looking each word up in a dictionary and beside one regex of the same words."""

import re
import tomllib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from benchmarks.measure import Comparison, Effort, cpu_each
from bot.guardrails.before import Gate
from bot.guardrails.rules.pictures import Pictures
from bot.settings import config_folder

_FLOOR: Final = "split, look each word up"
_REGEX: Final = "one regex of the rules' words"
_GATE: Final = "Gate.before"
_PARSED: Final = "tomllib, the same files"
_CALM: Final = (
    "Bonjour, j'ai reçu ce matin les résultats de ma prise de sang et mon hémoglobine est à 13,2 alors que l'an dernier elle "
    "était à 13,9. Mon médecin est en congé jusqu'à lundi, je vais bien, je cours deux fois par semaine et je voulais "
    "simplement savoir si c'est une baisse normale ou pas. Merci beaucoup !"
)
_GRAVE: Final = (
    "Hello, sorry to bother you, my dad is 67 and for the past hour he's had a heavy squeezing feeling across his chest, it "
    "goes down the left arm and into his jaw, he's grey and sweating and says it's only indigestion. He took an antacid, no "
    "change. He had a stent in 2019. BP was 92/60 and pulse 118. Should we wait until morning?"
)
_LONG: Final = 20_000


def run(effort: Effort) -> Sequence[Comparison]:
    """Give CPU of judging a message of 300 characters and a text of 20,000, and of loading the rules."""
    folder = config_folder() / "guardrails"
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.toml"))]
    gate = Gate.load(folder)
    words = Pictures.load(folder).concepts.vocabulary.words
    looked_up, searched = partial(_look_up, words), re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})").findall
    subjects: dict[str, Callable[[str], object]] = {_FLOOR: looked_up, _REGEX: searched, _GATE: gate.before}
    messages = {
        f"an ordinary message of {len(_CALM)} characters, CPU": _CALM,
        f"an emergency of {len(_GRAVE)} characters, CPU": _GRAVE,
        f"a text of {_LONG} characters, CPU": ((_CALM + " " + _GRAVE + "\n") * 40)[:_LONG],
    }
    judged = {what: Comparison(what, "ms", _FLOOR) for what in messages}
    load = Comparison("load every rule, CPU", "ms", _PARSED)
    for _ in range(effort.rounds):
        for what, text in messages.items():
            times = max(1, effort.messages // (1 if len(text) < _LONG else 50))
            for subject, work in subjects.items():
                judged[what].add(subject, cpu_each(times, partial(work, text)) * 1e3)
        load.add(_PARSED, cpu_each(1, lambda: [tomllib.loads(text) for text in texts]) * 1e3)
        load.add("Gate.load", cpu_each(1, lambda: Gate.load(folder)) * 1e3)
    return [*judged.values(), load]


def _look_up(words: frozenset[str], text: str) -> list[str]:
    return [word for word in text.lower().split() if word in words]
