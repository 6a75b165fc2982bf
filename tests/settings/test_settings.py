from pathlib import Path

import pytest

from bot.kernel.errors import SettingsError
from bot.settings import load


def test_given_nothing_in_the_environment_when_loaded_then_the_defaults_stand() -> None:
    settings = load({})

    assert settings.state == Path("var")
    assert settings.kek_folder == Path("var-keys")
    assert settings.telegram.token is None
    assert settings.llm.base_url == ""
    assert settings.llm.health_allowed is False


def test_given_environment_variables_when_loaded_then_they_win_over_the_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("12345:abc\n")

    settings = load(
        {
            "CARNET_STATE": str(tmp_path),
            "CARNET_TELEGRAM__TOKEN_FILE": str(secret),
            "CARNET_LLM__FIRST_TOKEN_SECONDS": "3",
        }
    )

    assert settings.state == tmp_path
    assert settings.telegram.token is not None
    assert settings.telegram.token.get_secret_value() == "12345:abc"
    assert settings.llm.first_token_seconds == 3
    assert "12345" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CARNET_TELEGRAM__TOKN", "CANARY"),  # a typo must not pass for "no token"
        ("CARNET_LLM__HEALTH_ALLOWED", "CANARY"),
        ("CARNET_STATE__X", "CANARY"),
        ("CARNET_DOCUMENTS__MAX_PAGES", "-1"),
        ("CARNET_TELEGRAM__TOKEN_FILE", "/nonexistent/CANARY"),
    ],
)
def test_given_a_wrong_variable_when_loaded_then_it_is_refused_in_one_line_without_its_value(
    name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load({name: value})

    assert "\n" not in str(caught.value)
    assert "CANARY" not in str(caught.value)


def test_given_an_explicit_key_folder_when_loaded_then_it_is_used(tmp_path: Path) -> None:
    assert load({"CARNET_KEK__FOLDER": str(tmp_path)}).kek_folder == tmp_path
