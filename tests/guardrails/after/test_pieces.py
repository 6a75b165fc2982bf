"""A pattern that is not tried could not have matched: whatever the rules say, and whatever the text."""

import json
import re
from itertools import product

import pytest

from bot.guardrails.after.pieces import Needs, needed, pieces_in
from bot.guardrails.after.text import folded
from bot.guardrails.after.wording import Wordings
from bot.settings import config_folder

FOLDER = config_folder()


@pytest.fixture(scope="module")
def wordings() -> Wordings:
    return Wordings.load(FOLDER / "guardrails" / "after")


@pytest.mark.parametrize(
    "pattern",
    [
        "colou?red", "(?:fo+)bar", "abc*defg", "(?:ab)+cdef", "a(?:b|cd)?efgh", "x(?=abcd)yz", "(?<!ab)cdefg", "[^\\]x]abcd",
        "(?:a|)bcde", "ab{2,3}cdef", "ab{0,2}cdef", "(?:abcd|efgh|.)x", "(?:take|use) (?:it|them)", "\\babcd\\b", "a\\.bcde",
        "(?:ab|cd){2}ef", "ab??cdef", "(?:abcde)?", "",
    ],
)  # fmt: skip
def test_given_a_pattern_when_a_text_holds_no_piece_of_it_then_it_does_not_match(pattern: str) -> None:
    needs, compiled = needed(pattern), re.compile(pattern)
    words = ["ab", "abb", "b", "bcde", "cdef", "colored", "coloured", "d", "defg", "efgh", "fo", "foobar", "it", "take", "use",
             "them", "x", "yz", ".", "ef", "]"]  # fmt: skip

    texts = ["".join(some) for some in product(words, repeat=2)] + [" ".join(some) for some in product(words, repeat=2)]

    assert [text for text in texts if not needs.met(pieces_in(text)) and compiled.search(text)] == []


def test_given_needs_that_are_too_great_when_asked_then_nothing_is_held_back() -> None:
    assert Needs().met(frozenset())
    assert not needed("abcd").met(frozenset())
    assert needed("[a-z]+").met(frozenset())


def test_given_the_rules_when_their_patterns_meet_written_sentences_then_none_is_wrongly_spared(
    wordings: Wordings,
) -> None:
    lines = (FOLDER / "evals" / "train" / "sentences.jsonl").read_text(encoding="utf-8").splitlines()[::6]
    spared = tried = 0
    wrong: list[str] = []
    for line in lines:
        text = wordings.lexicon.mark(folded(json.loads(line)["text"])).text
        pieces = pieces_in(text)
        for rule in wordings.rules:
            for _, needs, said in rule.said:
                tried += 1
                if not needs.met(pieces):
                    spared += 1
                    wrong += [rule.violation.code] if said.search(text) else []

    assert wrong == []
    assert spared > tried / 2  # or it would not be worth the trouble
