"""Commands are understood as people type them, and the menus offer the same ones in both languages."""

import pytest
from telegram.constants import BotCommandLimit, BotDescriptionLimit

from bot.i18n import LANGUAGES, Language, say
from bot.telegram.commands import UNKNOWN, menu, read_command


@pytest.mark.parametrize(
    ("typed", "name", "argument"),
    [
        ("/start", "start", ""),
        ("/start ref_42", "start", "ref_42"),
        ("/health", "health", ""),
        ("/sante", "health", ""),
        ("/santé", "health", ""),
        ("/sante\u0301", "health", ""),  # as macOS decomposes it
        ("/SANTÉ", "health", ""),
        ("/Santé j’ai mal\nau dos", "health", "j’ai mal\nau dos"),
        ("/santé : j’ai mal", "health", "j’ai mal"),
        ("/sante, et maintenant ?", "health", "et maintenant ?"),
        ("/health@CarnetBot what is LDL?", "health", "what is LDL?"),
        ("/données", "data", ""),
        ("/donnees", "data", ""),
        ("/confidentialité", "privacy", ""),
        ("/quitter", "exit", ""),
        ("/aide", "help", ""),
        ("/pourquoi ?", "why", ""),
        ("/annuler", "cancel", ""),
        ("/stop", "cancel", ""),
        ("  /exit  ", "exit", ""),
    ],
)
def test_given_a_command_as_people_type_it_when_read_then_it_has_one_name(typed: str, name: str, argument: str) -> None:
    assert read_command(typed) == (name, argument)


@pytest.mark.parametrize("text", ["hello", "/", "/ 5", "/5 mg", "//", "/home/user", "a /health", "1/2", "/health-care"])
def test_given_ordinary_text_when_read_then_it_is_no_command(text: str) -> None:
    assert read_command(text) is None


def test_given_an_unknown_command_when_read_then_its_name_is_constant_and_safety_rules_still_get_every_word() -> None:
    assert read_command("/suicide what now") == (UNKNOWN, "/suicide what now")


def test_given_either_language_when_the_menu_is_built_then_it_leads_to_the_same_commands() -> None:
    reached = {language: [read_command(f"/{name}") for name, _ in menu(language)] for language in LANGUAGES}

    assert reached["fr"] == reached["en"]
    assert UNKNOWN not in {command[0] for command in reached["en"] if command}
    assert dict(menu("fr")).keys() >= {"sante", "quitter", "donnees", "confidentialite", "aide", "annuler", "pourquoi"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_telegrams_limits_when_menus_and_descriptions_are_built_then_they_fit(language: Language) -> None:
    for name, description in menu(language):
        assert name.isascii()
        assert name == name.lower()
        assert len(name) <= BotCommandLimit.MAX_COMMAND
        assert 1 <= len(description) <= 60  # Telegram takes 256; a phone shows about this much
    assert len(say(language, "telegram.description")) <= BotDescriptionLimit.MAX_DESCRIPTION_LENGTH
    assert len(say(language, "telegram.summary")) <= BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH
