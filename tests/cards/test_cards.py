"""Every card, for every reader: short, the number first, no diagnosis, safe words in a crisis, a country to tap."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.model import FAULT, HEALTH_MARK, Alarm, Show, Space, Urgency
from bot.chat.ports import Reader
from bot.guardrails.cards import CARDS, COUNTRY, LIKELY, Cards, country_of, name_of
from bot.guardrails.guard import Guard
from bot.guardrails.helplines import LIFE, Helplines
from bot.guardrails.model import CALM, Hit, Level, Verdict, verdict
from bot.i18n import LANGUAGES, Language, say
from bot.settings import config_folder

NOW = datetime(2026, 12, 1, tzinfo=UTC)
HELPLINES = Helplines.load(config_folder() / "helplines")
CATEGORIES = (
    "medical_emergency", "self_harm", "poisoning", "violence", "newborn", "pregnancy", "medication", "eating_disorder",
    "out_of_scope",
)  # fmt: skip
STOPPING: tuple[Urgency, ...] = ("urgent", "emergency")
PLACES = (None, *sorted(HELPLINES.countries), "GR", "-")
MOST_WORDS = 120


def cards(now: datetime = NOW) -> Cards:
    return Cards(HELPLINES, lambda: now)


def reader(language: Language, country: str | None = None, space: Space = Space.GENERAL) -> Reader:
    return Reader(language=language, country=country, space=space)


def alarm(level: Urgency, category: str, *, crisis: bool = False) -> Alarm:
    return Alarm(level=level, category=category, rule="a_rule", crisis=crisis or category == "self_harm")


ALARMS = [
    *(alarm(level, category) for level, category in itertools.product(STOPPING, CATEGORIES)),
    *(alarm(level, "poisoning", crisis=True) for level in STOPPING),
    *(alarm(level, "medical_emergency", crisis=True) for level in STOPPING),
    alarm("soon", "self_harm"),
    FAULT,
]


def named(one: Alarm) -> str:
    return f"{name_of(one)}-{one.category}"


def text(show: Show) -> str:
    return show.text.reveal()


def opening(show: Show) -> str:
    """The first two sentences."""
    return " ".join(re.split(r"(?<=[.!?])\s", text(show))[:2])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("one", ALARMS, ids=named)
def test_given_any_alarm_when_answered_then_the_card_is_short_and_complete(one: Alarm, language: Language) -> None:
    for country, space in itertools.product(PLACES, Space):
        shown = text(cards().card(one, reader(language, country, space)))

        assert len(shown.split()) <= MOST_WORDS, (country, len(shown.split()))
        assert "{" not in shown
        assert "}" not in shown
        assert shown.startswith(HEALTH_MARK) is (space is Space.HEALTH)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", CATEGORIES)
def test_given_an_emergency_when_answered_then_the_local_number_stands_in_the_first_two_sentences(
    category: str, language: Language
) -> None:
    for country in PLACES:
        card = cards().card(alarm("emergency", category), reader(language, country))
        call = HELPLINES.police if category == "violence" else HELPLINES.emergency

        assert f"**{call(country, NOW).numbers[0]}**" in opening(card), country


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", STOPPING)
def test_given_a_crisis_when_answered_then_a_person_a_line_and_carnets_presence_are_there(
    level: Urgency, language: Language
) -> None:
    person = {"fr": "personne de confiance|proche", "en": "someone you trust|someone close"}[language]
    stays = {"fr": "Je reste là", "en": "I am staying here"}[language]
    for country in PLACES:
        shown = text(cards().card(alarm(level, "self_harm"), reader(language, country)))
        line = HELPLINES.crisis(country, NOW, language)
        number = line.number if line else HELPLINES.emergency(country, NOW).numbers[0]
        expected = {"fr": "3114", "en": "988"}[language] if country is None else number

        assert re.search(person, shown)
        assert stays in shown
        assert f"**{expected}**" in shown, country


UNSAFE = {
    "fr": r"suicid\w* (réussi|raté)|commettre|égoïste|faute de|promets|secret|entre nous|médicaments à|corde|lame|sauter",
    "en": r"commit|success|failed|selfish|promise|secret|between us|rope|blade|jump|bridge",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_a_crisis_when_answered_then_no_method_no_blame_and_no_promise_of_secrecy(language: Language) -> None:
    for one in (alarm("soon", "self_harm"), *(alarm(level, "self_harm") for level in STOPPING)):
        for country in PLACES:
            assert not re.search(UNSAFE[language], text(cards().card(one, reader(language, country))), re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_any_card_when_read_then_it_names_no_illness_and_alarms_with_no_word_of_its_own(
    language: Language,
) -> None:
    words = {
        "fr": r"vous avez un|cancer|tumeur|infarctus|\bAVC\b|méningite|mortel|mourir de|fatal",
        "en": r"you have a|cancer|tumou?r|heart attack|stroke|meningitis|fatal|life-threatening|deadly",
    }[language]
    for one in ALARMS:
        assert not re.search(words, text(cards().card(one, reader(language, "FR"))), re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_a_soft_sign_when_answered_then_one_caring_question_is_asked_and_the_line_is_named(
    language: Language,
) -> None:
    card = cards().card(alarm("soon", "self_harm"), reader(language, "FR"))

    assert text(card).count("?") == 1
    assert "3114" in text(card)
    assert [button.data for row in card.buttons for button in row] == [f"g:ci:yes:{language}", f"g:ci:no:{language}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_another_danger_and_a_crisis_when_answered_then_both_are_met(language: Language) -> None:
    shown = text(cards().card(alarm("emergency", "poisoning", crisis=True), reader(language, "FR")))

    assert say(language, "cards.also_crisis") in shown
    assert "**15**" in shown


def test_given_violence_in_france_when_answered_then_police_and_the_silent_number_are_named() -> None:
    shown = opening(cards().card(alarm("emergency", "violence"), reader("fr", "FR")))

    assert "**17**" in shown
    assert "**114**" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_an_unknown_country_when_answered_then_countries_are_offered_and_112_comes_first(
    language: Language,
) -> None:
    card = cards().card(alarm("emergency", "medical_emergency"), reader(language))
    data = [button.data for row in card.buttons for button in row]

    assert re.search(r"\d+", text(card))[0] == "112"  # type: ignore[index]
    assert [one.split(":")[2] for one in data] == [*LIKELY[language], "+"]
    assert all(len(one.encode()) <= 64 for one in data)


@pytest.mark.parametrize(("language", "country"), [("fr", "CA"), ("fr", "GB"), ("en", "FR"), ("en", "CH")])
def test_given_a_language_when_the_country_is_known_then_the_country_decides(language: Language, country: str) -> None:
    shown = opening(cards().card(alarm("emergency", "medical_emergency"), reader(language, country)))

    assert HELPLINES.emergency(country, NOW).numbers[0] in shown
    assert not cards().card(alarm("emergency", "medical_emergency"), reader(language, country)).buttons


@pytest.mark.parametrize("one", [alarm("emergency", "pregnancy", crisis=True), alarm("urgent", "self_harm"), FAULT])
def test_given_a_country_pressed_when_the_card_is_worded_again_then_it_is_the_same_card_with_local_numbers(
    one: Alarm,
) -> None:
    card = cards().card(one, reader("fr", None, Space.HEALTH))
    button = next(b for row in card.buttons for b in row if "Belgique" in b.label)
    choice = cards().pressed(button.data, reader("en", None, Space.HEALTH), edit=7)

    assert choice is not None
    assert choice.country == "BE"
    assert choice.show.edit == 7
    assert text(choice.show) == text(cards().card(one, reader("fr", "BE", Space.HEALTH)))
    assert button.data.startswith("h:")


def test_given_another_country_pressed_when_the_list_opens_then_every_country_and_elsewhere_are_there() -> None:
    card = cards().card(alarm("emergency", "medical_emergency"), reader("en"))
    more = cards().pressed(card.buttons[-1][-1].data, reader("en"), edit=7)
    assert more is not None
    codes = {b.data.split(":")[2] for row in more.show.buttons for b in row}
    elsewhere = cards().pressed(more.show.buttons[-1][-1].data, reader("en"), edit=7)
    assert elsewhere is not None

    assert more.country is None
    assert codes == HELPLINES.countries | {"-"}
    assert elsewhere.country == ""
    assert "112" in opening(elsewhere.show)
    assert not elsewhere.show.buttons


@pytest.mark.parametrize(
    "button",
    ["g:erase", "g:cc:FR:emergency_medical", "g:cc:FR:nothing:fr", "g:cc:QQ:cautious:fr", "g:cc:fr:cautious:fr",
     "g:cc:FR:cautious:de", "x:cc:FR:cautious:fr", ""],
)  # fmt: skip
def test_given_any_other_button_when_pressed_then_it_is_not_ours(button: str) -> None:
    assert cards().pressed(button, reader("fr"), edit=1) is None


@pytest.mark.parametrize(
    ("typed", "country"),
    [("FR", "FR"), ("fr", "FR"), ("Belgique", "BE"), ("états-unis", "US"), ("Etats-Unis", "US"), ("uk", "GB"),
     ("United Kingdom", "GB"), ("Grèce", "GR"), ("", None), ("chez moi", None), ("150", None)],
)  # fmt: skip
def test_given_a_country_typed_when_read_then_it_is_found_by_code_or_name(typed: str, country: str | None) -> None:
    assert country_of(typed) == country


def test_given_the_country_command_when_it_names_one_then_it_is_kept_and_its_numbers_are_shown() -> None:
    choice = cards().ask_country(reader("en"), named="Ireland")

    assert choice.country == "IE"
    assert "112" in text(choice.show)
    assert "116 123" in text(choice.show)


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_the_country_command_alone_when_answered_then_it_asks_and_a_press_answers(language: Language) -> None:
    asked = cards().ask_country(reader(language))
    choice = cards().pressed(asked.show.buttons[0][0].data, reader(language), edit=3)

    assert asked.country is None
    assert text(asked.show) == say(language, "cards.country")
    assert choice is not None
    assert choice.country == LIKELY[language][0]
    assert choice.show.edit == 3


def test_given_lines_past_their_life_when_a_card_is_worded_then_112_stands_in_everywhere() -> None:
    late = cards(NOW + LIFE)
    for one in ALARMS:
        shown = text(late.card(one, reader("fr", "FR")))

        assert "3114" not in shown
        assert "**15**" not in shown
        assert "112" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_a_sentence_that_names_numbers_when_it_asks_for_them_then_they_come_by_country(
    language: Language,
) -> None:
    at_home, abroad = cards().lines(language, "FR"), cards().lines(language, "GB")

    assert "15" in at_home["emergency"]
    assert "3114" in at_home["crisis"]
    assert "999" in abroad["emergency"]
    assert "116 123" in abroad["crisis"]


def test_given_the_cards_named_when_counted_then_each_is_in_both_catalogues() -> None:
    for language, name in itertools.product(LANGUAGES, CARDS):
        assert say(language, f"cards.{name}")
    assert {name_of(one).rstrip("+") for one in ALARMS} | {COUNTRY} == set(CARDS)


class Scripted:
    def __init__(self, found: Verdict) -> None:
        self.found = found

    def before(self, text: str, *, recent: object = (), risk: bool = False) -> Verdict:
        return self.found


@pytest.mark.parametrize("level", Level)
def test_given_a_verdict_when_told_to_the_chat_then_nothing_of_its_urgency_is_lost(level: Level) -> None:
    hits = [Hit(level=level, category="poisoning", rule="r"), Hit(level=level, category="self_harm", rule="s")]
    found = verdict(hits) if level is not Level.NONE else CALM
    told = Guard(Scripted(found), cards()).judge("x")

    assert (told is None) is (level is Level.NONE)
    if told is not None:
        assert (told.level, told.category, told.rule) == (level.name.lower(), found.category, found.rule)
        assert (told.stops, told.crisis) == (found.stops, found.crisis)


def test_given_the_soft_rule_among_others_when_told_to_the_chat_then_a_question_is_due_unless_a_card_is() -> None:
    soft = Hit(level=Level.INFO, category="none", rule="check_in")
    alone = Guard(Scripted(verdict([soft])), cards()).judge("x")
    beside = Guard(Scripted(verdict([soft, Hit(level=Level.SOON, category="newborn", rule="r")])), cards()).judge("x")
    under = Guard(Scripted(verdict([soft, Hit(level=Level.URGENT, category="newborn", rule="r")])), cards()).judge("x")

    assert [one is not None and one.asks for one in (alone, beside, under)] == [True, True, False]


@pytest.mark.parametrize(
    ("said", "yes"),
    [("oui", True), ("Oui, parfois.", True), ("parfois la nuit", True), ("un peu", True), ("yes", True),
     ("Sometimes", True), ("non", False), ("no, never", False), ("ouistiti", False), ("si je prends du fer", False), ("pourquoi cette question", False)],
)  # fmt: skip
def test_given_the_question_when_answered_then_a_yes_is_a_crisis_and_nothing_else_is(said: str, *, yes: bool) -> None:
    guard = Guard(Scripted(CALM), cards())

    assert (guard.judge(said, asked=True) is not None) is yes
    assert guard.judge(said) is None


def test_given_the_buttons_of_the_question_when_pressed_then_yes_is_a_crisis_and_no_is_not() -> None:
    guard = Guard(Scripted(CALM), cards())
    yes, no = guard.judge_press("h:ci:yes:fr"), guard.judge_press("h:ci:no:fr")

    assert yes is not None
    assert (yes.stops, yes.crisis) == (True, True)
    assert no is None


def test_given_the_clock_moves_when_a_card_is_worded_then_the_clock_given_decides() -> None:
    moment = [NOW]
    one = Cards(HELPLINES, lambda: moment[0])
    before = text(one.card(alarm("urgent", "self_harm"), reader("fr", "FR")))
    moment[0] = NOW + LIFE + timedelta(days=1)

    assert "3114" in before
    assert "3114" not in text(one.card(alarm("urgent", "self_harm"), reader("fr", "FR")))
