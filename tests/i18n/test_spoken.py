import pytest

from bot.i18n import LANGUAGES, Language, spoken


@pytest.mark.parametrize("default", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("j'ai mal à la poitrine", "fr"),
        ("JE SUIS TRÈS FATIGUÉ DEPUIS HIER", "fr"),
        ("que veut dire ma ferritine ?", "fr"),
        ("my head hurts", "en"),
        ("what does my ferritin mean?", "en"),
        ("I have had a fever since Monday", "en"),
    ],
)
def test_given_a_sentence_when_heard_then_its_own_language_wins_over_the_apps(
    text: str, language: Language, default: Language
) -> None:
    assert spoken(text, default) == language


@pytest.mark.parametrize("text", ["", "ferritine", "12,5", "😀", "ok"])
def test_given_nothing_to_go_by_when_heard_then_the_apps_language_stands(text: str) -> None:
    assert [spoken(text, language) for language in LANGUAGES] == list(LANGUAGES)
