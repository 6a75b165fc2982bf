"""Start-up says what is wrong in one line, menus are in both languages, and the token shows nowhere."""

import io
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from bot.chat.model import Show, Upload
from bot.chat.ports import DeliveryLaterError, UploadError
from bot.i18n import Language, say
from bot.kernel import logs
from bot.kernel.errors import SettingsError
from bot.kernel.sensitive import Sensitive
from bot.playground import TOKEN, Persona, Playground
from bot.settings import TelegramSettings
from bot.telegram import Gateway
from bot.telegram.commands import menu

Until = Callable[[Callable[[], object]], Awaitable[None]]

CANARY = "kernbeisser"  # named here once: tracebacks quote the lines of this file


async def test_given_people_of_both_languages_when_started_then_each_has_their_menu_and_description(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    await gateway.start()
    alice, hans = playground.person("Alice", "en-GB"), playground.person("Hans", "de")

    expected: list[tuple[Persona, Language]] = [(camille, "fr"), (alice, "en"), (hans, "en")]
    for person, language in expected:
        shown = [(entry.command, entry.description) for entry in playground.profile.menu_of(person)]
        assert shown == menu(language)
        assert playground.profile.described_to(person, "description") == say(language, "telegram.description")
        assert playground.profile.described_to(person, "short_description") == say(language, "telegram.summary")


async def test_given_menus_telegram_refuses_when_started_then_messages_arrive_all_the_same(
    gateway: Gateway, playground: Playground, camille: Persona, ledger: Any, until: Until
) -> None:
    playground.misbehave("setMyCommands", status=429, times=2)
    await gateway.start()
    playground.say(camille, "bonjour")
    await until(lambda: ledger.texts == ["bonjour"])


@pytest.mark.parametrize("token", [None, "", "12:ab cd", "12:ab/getMe?x"])
def test_given_no_usable_token_when_built_then_one_line_says_what_to_set(token: str | None, ledger: Any) -> None:
    with pytest.raises(SettingsError) as caught:
        Gateway(TelegramSettings(token=SecretStr(token) if token is not None else None), ledger)

    assert "telegram.token" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "12:ab" not in str(caught.value)


async def test_given_a_token_telegram_does_not_know_when_connecting_then_it_is_refused_without_being_shown(
    base_url: str, ledger: Any
) -> None:
    with pytest.raises(SettingsError) as caught:
        async with Gateway(TelegramSettings(token=SecretStr(f"77:{CANARY}"), base_url=base_url), ledger):
            pass

    assert "telegram.token" in str(caught.value)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


async def test_given_telegram_not_reachable_at_first_when_connecting_then_it_waits_and_connects(
    settings: TelegramSettings, playground: Playground, ledger: Any, camille: Persona
) -> None:
    playground.misbehave("getMe", status=502)
    async with Gateway(settings, ledger) as gateway:
        assert await gateway.send(camille.id, Show(text=Sensitive("Bonjour")))


@pytest.fixture
def debug_log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    written = io.StringIO()
    logs.configure("DEBUG", written)
    yield written
    structlog.reset_defaults()
    root.handlers[:], root.level = before


async def test_given_debug_logs_when_everything_happens_and_fails_then_neither_token_nor_words_are_in_them(
    *,
    debug_log: io.StringIO,
    settings: TelegramSettings,
    playground: Playground,
    camille: Persona,
    ledger: Any,
    until: Until,
) -> None:
    ledger.failures = [RuntimeError(CANARY)]
    playground.updates.put(camille.id, "message", {"message_id": CANARY})
    async with Gateway(settings, ledger) as gateway:
        await gateway.start()
        playground.say(camille, CANARY)
        playground.upload(camille, f"{CANARY}.pdf", CANARY.encode(), "application/pdf", CANARY)
        await until(lambda: playground.pending(camille) == 0)
        await gateway.send(camille.id, Show(text=Sensitive(CANARY)))
        playground.misbehave("sendMessage", status=502)
        with pytest.raises(DeliveryLaterError) as failed:
            await gateway.send(camille.id, Show(text=Sensitive(CANARY)))
        playground.misbehave("getFile", status=404, times=3)
        with pytest.raises(UploadError) as unfetched:
            await gateway.fetch(Upload(handle="f", name=Sensitive(CANARY), media_type="text/plain", size=1), limit=9)
    shown = debug_log.getvalue() + "".join(
        line for caught in (failed, unfetched) for line in traceback.format_exception(caught.value)
    )

    assert "event=arrival_not_stored" in shown
    assert "event=update_unreadable" in shown
    assert TOKEN not in shown
    assert TOKEN.replace(":", "%3A") not in shown
    assert CANARY not in shown
    assert TOKEN not in repr(vars(gateway))
