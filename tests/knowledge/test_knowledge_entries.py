"""Every entry speaks both languages, calmly, and never plays the doctor."""

import re

import pytest

from bot.health.knowledge import Entry, Knowledge, Wording
from bot.i18n import LANGUAGES

ALARM = re.compile(
    r"(?i)\b(?:cancer\w*|tumeur\w*|tumou?r\w*|mal(?:in|ign)\w*|mortel\w*|mort\w*|fatal\w*|death|deadly|die[sd]?|dying"
    r"|life.threatening|leuc[ée]mi\w*|leuk[ae]?emi\w*|danger\w*|grave\w*|severe\w*|sévère\w*|alarm\w*|inquiét\w*|worry\w*|urgen\w*)\b"
)
PRESCRIBING = re.compile(
    r"(?i)\b(?:doses?|mg|arrêt\w*|stop\w*|start\w*|commenc\w*|prenez|prendre(?! soin)|take(?! part| in)|taking|doubl\w*|posologie"
    r"|begin\w*|débute[zr]?)\b"
)
DIAGNOSING = re.compile(r"(?i)\b(?:vous (?:avez|souffrez|êtes)|you (?:have|suffer|are)|signifie que|means that you)\b")
FAMILIAR = re.compile(r"(?i)\b(?:tu|toi|ton|ta|tes|t’)\b")
NAMES_WITH_DIGITS = re.compile(r"\b(?:HbA1c|B12|B9|T3|T4|CO2|D2|D3)\b")
FEWEST_WORDS, MOST_WORDS, AVERAGE_WORDS = 3, 28, 20


def _prose(wording: Wording) -> list[str]:
    return [wording.what, wording.moves_up, wording.moves_down, *wording.ask]


def _sentences(texts: list[str]) -> list[str]:
    return [part for text in texts for part in re.split(r"(?<=[.?!])\s+", text) if part]


def _all(knowledge: Knowledge) -> list[tuple[str, Wording]]:
    return [(f"{entry.key}.{language}", entry.wording(language)) for entry in knowledge for language in LANGUAGES]


def test_given_the_shipped_knowledge_when_counted_then_it_covers_the_common_analytes_and_vitals(
    knowledge: Knowledge,
) -> None:
    entries = list(knowledge)

    assert len(entries) >= 75
    assert sum(entry.specimen == "body" for entry in entries) >= 10
    assert not any(entry.reviewed for entry in entries)  # a signature changes this line too, on purpose


@pytest.mark.parametrize("forbidden", [ALARM, PRESCRIBING, DIAGNOSING], ids=["alarm", "prescribing", "diagnosing"])
def test_given_every_sentence_when_read_then_no_forbidden_word_stands_in_it(
    knowledge: Knowledge, forbidden: re.Pattern[str]
) -> None:
    found = {
        name: hit.group()
        for name, wording in _all(knowledge)
        for text in _prose(wording)
        if (hit := forbidden.search(text))
    }

    assert found == {}


def test_given_every_sentence_when_read_then_no_number_stands_in_it(knowledge: Knowledge) -> None:
    found = [
        name
        for name, wording in _all(knowledge)
        for text in [wording.name, wording.name_with_article, *_prose(wording)]
        if re.search(r"\d", NAMES_WITH_DIGITS.sub("", text))
    ]

    assert found == []


def test_given_every_sentence_when_measured_then_it_is_short(knowledge: Knowledge) -> None:
    lengths = {
        (name, sentence): len(sentence.split())
        for name, wording in _all(knowledge)
        for sentence in _sentences(_prose(wording))
    }

    assert [key for key, length in lengths.items() if not FEWEST_WORDS <= length <= MOST_WORDS] == []
    assert sum(lengths.values()) / len(lengths) <= AVERAGE_WORDS


def test_given_every_text_when_counted_then_it_has_one_or_two_sentences(knowledge: Knowledge) -> None:
    wrong = [
        name
        for name, wording in _all(knowledge)
        for text in (wording.what, wording.moves_up, wording.moves_down)
        if not 1 <= len(_sentences([text])) <= 2 or not text.endswith(".")
    ]
    wrong += [
        name
        for name, wording in _all(knowledge)
        if not 1 <= len(wording.ask) <= 2 or any(not question.endswith("?") for question in wording.ask)
    ]

    assert wrong == []


def test_given_french_when_read_then_typography_and_address_are_french(knowledge: Knowledge) -> None:
    wrong = []
    for entry in knowledge:
        text = "\n".join([entry.fr.name, entry.fr.name_with_article, *_prose(entry.fr)])
        if "'" in text or re.search(r"[^\u00a0\u202f][?!;:]", text) or FAMILIAR.search(text):
            wrong.append(entry.key)

    assert wrong == []


def test_given_a_french_name_when_used_in_a_sentence_then_its_article_fits(knowledge: Knowledge) -> None:
    wrong = [entry.key for entry in knowledge if not _article_fits(entry)]

    assert wrong == []


def _article_fits(entry: Entry) -> bool:
    article = entry.fr.name_with_article.removesuffix(entry.fr.name)
    if entry.fr.plural:
        return article == "les "
    if article == "l’":
        return entry.fr.name[0].lower() in "aeéiouyhAIL" or entry.fr.name == "hCG"
    return article == ("la " if entry.fr.feminine else "le ")


def test_given_both_languages_when_compared_then_both_say_as_much(knowledge: Knowledge) -> None:
    lopsided = [
        entry.key
        for entry in knowledge
        if len(entry.fr.ask) != len(entry.en.ask)
        or not 0.6 < len(" ".join(_prose(entry.fr))) / len(" ".join(_prose(entry.en))) < 1.8
    ]

    assert lopsided == []


def test_given_sources_when_listed_then_only_texts_really_read_are_cited(knowledge: Knowledge) -> None:
    wrong = [
        entry.key
        for entry in knowledge
        if bool(entry.sources) != bool(entry.read) or bool(entry.sources) != bool(entry.backs)
    ]

    assert wrong == []
    assert {part for entry in knowledge for part in entry.backs} == {"what"}


def test_given_ambiguous_aliases_when_listed_then_each_is_an_alias_of_its_entry(knowledge: Knowledge) -> None:
    wrong = [
        (entry.key, alias)
        for entry in knowledge
        for alias in (*entry.capitals, *entry.report_only)
        if knowledge.recognise(alias) is not entry
    ]

    assert wrong == []
