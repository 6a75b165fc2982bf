"""A worry that keeps coming back is recognised by its words and times; news and danger never are."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat.worries import Asked
from bot.guardrails.anxiety import Anxiety
from bot.kernel.errors import SettingsError
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder

NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
RULES = config_folder() / "guardrails"


@pytest.fixture(scope="module")
def anxiety() -> Anxiety:
    return Anxiety.load(RULES)


def told(
    anxiety: Anxiety,
    *messages: str,
    start: datetime = NOON,
    every: timedelta = timedelta(minutes=20),
    news_at: datetime | None = None,
    country: str | None = None,
) -> list[str | None]:
    """Give what is said of each message in turn."""
    earlier: list[Asked] = []
    found: list[str | None] = []
    for place, message in enumerate(messages):
        now = Asked(text=Sensitive(message), at=start + place * every)
        found.append(anxiety.judge(now, earlier, news_at=news_at, country=country))
        earlier.append(now)
    return found


@pytest.mark.parametrize(
    "messages",
    [
        (
            "ma ferritine est basse, c'est un cancer ?",
            "est-ce que ma ferritine basse peut être un cancer ?",
            "ferritine basse = tumeur ?",
        ),
        ("J'ai peur d'avoir un cancer", "tu es sûr ?", "mais et si c'était un cancer ?"),
        ("Is my low ferritin serious?", "could my ferritin be dangerous?", "my ferritin, is it really serious"),
        ("could this headache be a brain tumour?", "are you sure?", "But what if it is a tumour?"),
        ("J’ai mal à la tête, c’est grave ?", "toujours mal à la tête, c'est grave", "MAL À LA TÊTE GRAVE ?"),
    ],
)
def test_given_one_worry_three_times_when_judged_then_the_third_is_a_loop(
    anxiety: Anxiety, messages: tuple[str, ...]
) -> None:
    assert told(anxiety, *messages) == [None, None, "loop"]


@pytest.mark.parametrize(
    "messages",
    [
        ("my ferritin?", "my ferritin?", "my ferritin?", "my ferritin?"),
        ("résumez mes résultats", "résumez mes résultats", "résumez mes résultats"),
        ("is my TSH serious?", "is my ferritin serious?", "is my LDL serious?"),
        ("quelles questions poser à mon médecin ?", "merci beaucoup", "bonjour"),
    ],
)
def test_given_questions_that_are_no_returning_worry_when_judged_then_nothing_is_named(
    anxiety: Anxiety, messages: tuple[str, ...]
) -> None:
    assert set(told(anxiety, *messages)) == {None}


@pytest.mark.parametrize("sign", ["et maintenant j'ai de la fièvre, tu es sûr ?", "are you sure? now I vomit"])
def test_given_a_sign_said_for_the_first_time_when_judged_then_it_is_news(anxiety: Anxiety, sign: str) -> None:
    headache = ("j'ai mal à la tête, c'est grave ?", "mal à la tête, grave ?")

    assert told(anxiety, *headache, sign)[-1] is None


def test_given_a_day_between_when_judged_then_the_worry_starts_anew(anxiety: Anxiety) -> None:
    same = ("is my ferritin serious?",) * 4

    assert set(told(anxiety, *same, every=timedelta(hours=13))) == {None}


def test_given_a_new_fact_when_judged_then_what_was_asked_before_it_counts_no_more(anxiety: Anxiety) -> None:
    same = ("is my ferritin serious?",) * 3

    assert told(anxiety, *same, news_at=NOON + timedelta(minutes=30))[-1] is None
    assert told(anxiety, *same, news_at=NOON - timedelta(hours=1))[-1] == "loop"


@pytest.mark.parametrize(
    ("hour", "country", "expected"),
    [(23, "FR", "night"), (12, "FR", None), (23, None, None), (23, "US", None)],  # UTC; an unknown hour is not night
)
def test_given_a_burst_of_worries_when_judged_then_only_a_night_we_know_of_is_named(
    anxiety: Anxiety, hour: int, country: str | None, expected: str | None
) -> None:
    burst = (
        "c'est grave mon LDL ?",
        "ma TSH est-elle normale ?",
        "ma CRP inquiétante ?",
        "et mes plaquettes, graves ?",
    )

    assert told(anxiety, *burst, start=NOON.replace(hour=hour), country=country)[-1] == expected


def test_given_several_worries_when_the_last_is_summed_up_then_only_what_it_repeats_is(anxiety: Anxiety) -> None:
    said = ["c'est grave mon LDL ?", "bonjour", "j'ai peur pour mon coeur", "est-ce grave, mon LDL ?"]
    asked = [Asked(text=Sensitive(one), at=NOON + timedelta(hours=place)) for place, one in enumerate(said)]

    assert [one.text.reveal() for one in anxiety.repeated(asked)] == [said[0], said[3]]
    assert anxiety.repeated(asked[1:2]) == []


def test_given_rules_with_a_mistake_when_loaded_then_the_place_is_named(tmp_path: Path) -> None:
    rules = (RULES / "anxiety.toml").read_text(encoding="utf-8").replace("times = 3", "times = 'three'", 1)
    (tmp_path / "anxiety.toml").write_text(rules, encoding="utf-8")

    with pytest.raises(SettingsError, match="times"):
        Anxiety.load(tmp_path)
