"""Says whether a message, alone or with the few before it, tells of a crisis.

Denying, playing down or joking changes nothing; only idioms and topics are taken away, each no wider than its own words.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bot.guardrails.crisis.rules import CONTEXTS, FICTION, TOPIC, Ruleset, load
from bot.guardrails.crisis.words import STOP
from bot.guardrails.model import CHECK_IN, Hit, Level
from bot.guardrails.reading.normal import Words

_MASKED: Final = "_"
_JOINED_WORDS: Final = 400  # of earlier messages: enough for what is split over several
_LONG: Final = 9  # two messages of as many words are two sentences
_SHORT: Final = 5  # a message of fewer words may be the middle of a sentence
_MINE: Final = frozenset(
    [
        "i",
        "me",
        "my",
        "myself",
        "am",
        "wanna",
        "gonna",
        "kms",
        "je",
        "j",
        "m",
        "moi",
        "mon",
        "ma",
        "mes",
        "veux",
        "peux",
        "vais",
        "suis",
        "ai",
        "voudrais",
        "aimerais",
    ]
)
_SOMEBODYS: Final = _MINE | frozenset(
    ["he", "she", "her", "him", "his", "they", "we", "our", "elle", "il", "lui", "ils", "nous", "notre", "nos"]
)
_KIN: Final = re.compile(
    r"(?<![^ ])(?:(?:my|our|mon|ma|mes|notre|nos|un de mes|une de mes|one of my) (?:[a-z0-9]+ )?"
    r"(?:son|daughter|friend|mate|brother|sister|husband|wife|partner|kid|child|boyfriend|girlfriend|neighbour|neighbor|colleague"
    r"|student|pupil|niece|nephew|cousin|uncle|aunt|roommate|flatmate|grandson|granddaughter|ex|mother|father"
    r"|fils|fille|ami|amie|copain|copine|frere|soeur|mari|femme|conjoint|ado|enfant|eleve|eleves|voisin|voisine|collegue|neveu"
    r"|oncle|tante|coloc|mere|pere|pote)|papa|maman|mamie|papi|mum|mom|dad|grandad|grandma|gran|nan) "
)
_READ_BEFORE: Final = 8  # words before a match in which its person is looked for
_SENTENCE: Final = 160  # characters before a match in which a relative is looked for
_BLOCK: Final = 100  # words searched at once
_OVERLAP: Final = 25  # no phrase is longer


class Crisis:
    """Judges messages by the rules of one folder."""

    def __init__(self, rules: Ruleset) -> None:
        self._rules = rules
        self._always: list[int] = []  # the places of rules, by what one of their ways waits for
        self._waiting: dict[str, list[int]] = {}
        for place, rule in enumerate(rules.rules):
            for way in rule.ways:
                first = next((term.concept for term in way if term.wanted), None)
                (self._always if first is None else self._waiting.setdefault(first, [])).append(place)

    @classmethod
    def load(cls, folder: Path) -> "Crisis":
        """Read the rules of *folder*, or refuse them all."""
        return cls(load(folder))

    def judge(
        self,
        text: str,
        *,
        recent: Sequence[str] = (),
        risk: bool = False,
        words: Words | None = None,  # noqa: ARG002  (of the other checks: disguised words are read otherwise)
    ) -> Sequence[Hit]:
        """Give what *text* tells, with what it completes of *recent* (oldest first); *risk* hardens vague signs."""
        told = self._rules.disguises.read(text)
        alone = self._hits(told, risk=risk)
        if not recent:
            return alone
        earlier = [self._rules.disguises.read(message) for message in recent]
        one_by_one = _join([*earlier, told])
        joined = self._level_hits(one_by_one, risk=risk)
        # Once more as one sentence: a word may only be understood beside one that was sent before it.
        at_once = self._rules.disguises.read(" ".join([*recent, text]))
        if at_once != one_by_one:
            joined += self._level_hits(at_once, risk=risk)
        if not _raised(joined, alone):
            return alone
        before = self._level_hits(_join(earlier), risk=risk)
        return [*alone, *_raised(joined, [*alone, *before])]

    def _level_hits(self, words: list[str], *, risk: bool) -> list[Hit]:
        hits = self._hits(words, risk=risk)
        apart = "".join(word for word in words if word != STOP)
        if len(words) <= _SHORT * 4 and len(apart) <= _SHORT * 8:  # a word cut into letters over several messages
            hits += self._hits(self._rules.disguises.read(apart), risk=risk)
        return [hit for hit in hits if hit.level >= Level.URGENT]

    def _hits(self, words: list[str], *, risk: bool) -> list[Hit]:
        present: set[str] = set()
        for block in _blocks(words):
            present |= self._present(block)
        hits = []
        waited_for = (place for concept in present for place in self._waiting.get(concept, ()))
        for rule in map(self._rules.rules.__getitem__, sorted({*self._always, *waited_for})):
            if rule.only_at_risk and not risk:
                continue
            if any(all((term.concept in present) is term.wanted for term in way) for way in rule.ways):
                hits.append(rule.hit)
        if any(hit.level >= Level.URGENT and hit.category == "self_harm" for hit in hits):
            return [hit for hit in hits if hit.rule != CHECK_IN]
        return hits

    def _present(self, words: list[str]) -> set[str]:
        rules = self._rules
        candidates = rules.index.candidates(set(words))
        if not candidates:
            return set()
        whole = text = " ".join(words) + " "
        present: set[str] = set()
        for number in candidates:
            if rules.owner[number] in rules.masks:
                search = rules.phrases[number].search
                masked = search.sub(_blank, text)
                if masked != text:
                    present.add(rules.owner[number])
                    text = masked
        for number in candidates:
            owner = rules.owner[number]
            if owner in CONTEXTS and owner not in present and rules.phrases[number].search.search(text):
                present.add(owner)
        bound = _MINE if FICTION in present else _SOMEBODYS if TOPIC in present else None
        for number in candidates:
            owner = rules.owner[number]
            if owner not in present and owner not in rules.masks:
                read = whole if owner in rules.unmasked else text
                persons = bound if owner in rules.topical else None
                if _found(rules.phrases[number].search, read, persons):
                    present.add(owner)
        return present


def _blank(found: re.Match[str]) -> str:
    return (_MASKED + " ") * found[0].count(" ")


def _found(search: re.Pattern[str], text: str, persons: frozenset[str] | None) -> bool:
    if persons is None:
        return search.search(text) is not None
    return any(_of_somebody(text, match.start(), match.end(), persons) for match in search.finditer(text))


def _of_somebody(text: str, start: int, end: int, persons: frozenset[str]) -> bool:
    sentence = text[max(0, start - _SENTENCE) : start].rsplit(STOP, 1)[-1]
    if _KIN.search(sentence):
        return True
    return not persons.isdisjoint(sentence.split()[-_READ_BEFORE:]) or not persons.isdisjoint(text[start:end].split())


def _blocks(words: list[str]) -> Iterator[list[str]]:
    """Cut a long message where a sentence ends if it can, so that the time it takes grows with its length only."""
    start = 0
    while len(words) - start > _BLOCK:
        stops = [place for place in range(start + _BLOCK // 2, start + _BLOCK) if words[place] == STOP]
        end = stops[-1] + 1 if stops else start + _BLOCK
        yield words[start:end]
        start = end if stops else end - _OVERLAP
    yield words[start:]


def _join(messages: Sequence[Sequence[str]]) -> list[str]:
    """Put messages one after another, a sentence's end between two that do not look like one sentence sent in pieces."""
    words: list[str] = []
    last = 0
    for message in messages:
        ended = bool(words) and words[-1] == STOP and last >= _SHORT
        if words and not ended:
            while words and words[-1] == STOP:
                words.pop()
            if min(last, len(message)) >= _LONG:
                words.append(STOP)
        words.extend(message)
        last = len(message)
    return words[-_JOINED_WORDS:]


def _raised(hits: Sequence[Hit], known: Sequence[Hit]) -> list[Hit]:
    """Give the hits graver than all *known* of their category: violence heard already must not hide self-harm."""
    return [hit for hit in hits if all(hit.level > one.level for one in known if one.category == hit.category)]
