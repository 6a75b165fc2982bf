"""What a space decides to show is what the person sees, and failures say whether to try again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat.model import Button, Effect, Erase, Show
from bot.chat.ports import DeliveryLaterError, DeliveryRefusedError, MessageGoneError, PersonGoneError
from bot.kernel.sensitive import Sensitive
from bot.playground import Persona, Playground
from bot.playground.errors import ApiError
from bot.playground.faults import Fault, Faults
from bot.settings import TelegramSettings
from bot.telegram import Gateway

YES = Button(label="Oui", data="h:yes")
LONG = "\n".join(f"ligne {number} 🩺" for number in range(700))


def _show(text: str, *, buttons: tuple[tuple[Button, ...], ...] = (), edit: int | None = None) -> Show:
    return Show(text=Sensitive(text), buttons=buttons, edit=edit)


async def _sent(gateway: Gateway, person: Persona, show: Show) -> int:
    message = await gateway.send(person.id, show)
    assert message is not None
    return message


async def test_given_a_text_with_bold_and_buttons_when_sent_then_the_person_sees_them(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    sent = await _sent(gateway, camille, _show("🩺 **LDL** : 3,4 * H https://example.org", buttons=((YES,),)))
    [shown] = playground.messages(camille)

    assert (shown.id, shown.text) == (sent, "🩺 LDL : 3,4 * H https://example.org")
    assert [(mark.type, mark.offset, mark.length) for mark in shown.entities if mark.type == "bold"] == [("bold", 3, 3)]
    assert [[(button.label, button.data) for button in row] for row in shown.buttons] == [[("Oui", "h:yes")]]
    assert not shown.link_preview
    assert not shown.protected


async def test_given_a_long_answer_when_sent_then_the_last_piece_bears_the_buttons_and_gives_its_id(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    sent = await _sent(gateway, camille, _show(LONG, buttons=((YES,),)))
    shown = playground.messages(camille)

    assert "\n".join(message.text for message in shown) == LONG
    assert [bool(message.buttons) for message in shown] == [False] * (len(shown) - 1) + [True]
    assert shown[-1].id == sent


async def test_given_a_message_when_edited_then_it_changes_in_place_and_a_repeat_is_success(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    first = await _sent(gateway, camille, _show("Je lis…", buttons=((YES,),)))
    edited = [await gateway.send(camille.id, _show("Voilà.", edit=first)) for _ in range(2)]
    [shown] = playground.messages(camille)

    assert edited == [first, first]
    assert (shown.text, shown.buttons) == ("Voilà.", ())


async def test_given_an_answer_too_long_for_one_message_when_it_replaces_one_then_the_rest_follows(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    first = await _sent(gateway, camille, _show("Je lis…"))
    last = await _sent(gateway, camille, _show(LONG, buttons=((YES,),), edit=first))
    shown = playground.messages(camille)

    assert "\n".join(message.text for message in shown) == LONG
    assert (shown[0].id, shown[-1].id) == (first, last)


async def test_given_a_message_that_is_gone_or_not_ours_when_replaced_then_the_caller_learns_it_and_nothing_is_sent(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    theirs = playground.say(camille, "salut")
    gone = await _sent(gateway, camille, _show("Je lis…"))
    await gateway.send(camille.id, Erase(message_id=gone))
    for message in (gone, theirs):
        with pytest.raises(MessageGoneError):
            await gateway.send(camille.id, _show("Voilà", edit=message))
        with pytest.raises(MessageGoneError):
            await gateway.send(camille.id, _show("Voilà"), into=message)

    assert [message.text for message in playground.messages(camille)] == ["salut"]


async def test_given_a_message_that_waits_when_the_answer_goes_into_it_twice_then_it_bears_the_answer_and_its_buttons(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    waiting = await _sent(gateway, camille, _show("…"))
    into = [await gateway.send(camille.id, _show("Voilà.", buttons=((YES,),)), into=waiting) for _ in range(2)]
    [shown] = playground.messages(camille)

    assert into == [waiting, waiting]
    assert shown.text == "Voilà."
    assert [[button.label for button in row] for row in shown.buttons] == [["Oui"]]


async def test_given_a_message_when_erased_twice_then_it_is_gone_and_nothing_fails(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    sent = await _sent(gateway, camille, _show("secret"))
    outcomes = [await gateway.send(camille.id, Erase(message_id=sent)) for _ in range(2)]

    assert outcomes == [None, None]
    assert playground.messages(camille) == []


async def test_given_telegram_asks_to_wait_when_sent_then_the_caller_learns_how_long(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    playground.misbehave("sendMessage", status=429, retry_after=17)
    with pytest.raises(DeliveryLaterError) as caught:
        await gateway.send(camille.id, _show("Bonjour"))

    assert caught.value.seconds == 17


@pytest.mark.parametrize("status", [401, 500, 502])
async def test_given_a_fault_on_the_way_when_sent_then_it_is_for_later(
    status: int, gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    playground.misbehave("sendMessage", status=status)
    with pytest.raises(DeliveryLaterError) as caught:
        await gateway.send(camille.id, _show("Bonjour"))

    assert 0 < caught.value.seconds < 60
    assert await gateway.send(camille.id, _show("Bonjour"))


async def test_given_someone_who_blocked_us_or_does_not_exist_when_sent_then_it_is_refused_for_good(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    playground.block(camille)
    for chat in (camille.id, 1):
        with pytest.raises(PersonGoneError):
            await gateway.send(chat, _show("Bonjour"))


class _Worded(Faults):
    """Refuses every message and every change in these words."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words

    def next(self, method: str) -> Fault | None:
        if method in {"sendMessage", "editMessageText"}:
            raise ApiError(400, f"Bad Request: {self._words}")
        return None


@pytest.mark.parametrize(
    ("words", "learned"),
    [
        ("message thread not found", DeliveryRefusedError),  # never "gone": nothing is sent to the chat around a topic
        ("chat not found", PersonGoneError),
        ("user is deactivated", PersonGoneError),
        ("PEER_ID_INVALID", PersonGoneError),
        ("message to edit not found", MessageGoneError),
        ("MESSAGE_ID_INVALID", MessageGoneError),
        ("message can't be edited", MessageGoneError),
        ("can't parse entities", DeliveryRefusedError),
    ],
)
async def test_given_a_refusal_when_replacing_then_what_is_gone_is_told_apart(
    gateway: Gateway, playground: Playground, camille: Persona, words: str, learned: type[DeliveryRefusedError]
) -> None:
    playground.faults = _Worded(words)
    with pytest.raises(DeliveryRefusedError) as caught:
        await gateway.send(camille.id, _show("Voilà"), into=7)

    assert type(caught.value) is learned


async def test_given_nothing_to_show_when_sent_then_it_is_refused_before_telegram_hears_of_it(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    with pytest.raises(DeliveryRefusedError):
        await gateway.send(camille.id, _show(" \n"))


async def test_given_a_long_answer_when_parted_then_each_part_is_one_message_and_none_is_lost(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    first = await _sent(gateway, camille, _show("Je lis…"))
    parts = gateway.parts(_show(LONG, buttons=((YES,),), edit=first))
    for part in parts:
        await gateway.send(camille.id, part)
    shown = playground.messages(camille)

    assert len(shown) == len(parts) > 1
    assert "\n".join(message.text for message in shown) == LONG
    assert [bool(message.buttons) for message in shown] == [False] * (len(shown) - 1) + [True]
    assert shown[0].id == first


@pytest.mark.parametrize("effect", [_show("court"), _show(" "), Erase(message_id=7)])
def test_given_what_needs_one_message_when_parted_then_it_stays_as_it_is(gateway: Gateway, effect: Effect) -> None:
    assert gateway.parts(effect) == [effect]


async def test_given_work_going_on_when_the_person_waits_then_they_see_it_and_a_failure_is_silent(
    gateway: Gateway, playground: Playground, camille: Persona
) -> None:
    await gateway.busy(camille.id)
    playground.misbehave("sendChatAction", status=429)
    await gateway.busy(camille.id)
    await gateway.busy(camille.id, document=True)

    assert [event.text for event in playground.events(camille)] == ["typing", "upload_document"]


class _Hand:
    """A clock turned by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> _Hand:
    return _Hand()


@pytest.fixture
async def timed(settings: TelegramSettings, ledger: Any, clock: _Hand) -> AsyncIterator[Gateway]:
    async with Gateway(settings, ledger, clock=clock) as connected:
        yield connected


def _drafts(playground: Playground, person: Persona) -> list[str]:
    return [event.text for event in playground.events(person) if event.type == "draft"]


async def test_given_a_stream_of_drafts_when_they_come_fast_then_one_a_second_is_shown(
    timed: Gateway, playground: Playground, camille: Persona, clock: _Hand
) -> None:
    for number in range(10):
        await timed.draft(camille.id, 1, Sensitive(f"**Brouillon** {number}"))
        clock.now += timedelta(seconds=0.4)

    assert _drafts(playground, camille) == ["Brouillon 0", "Brouillon 3", "Brouillon 6", "Brouillon 9"]


async def test_given_telegram_asks_to_wait_when_drafting_then_frames_are_dropped_but_the_answer_still_comes(
    timed: Gateway, playground: Playground, camille: Persona, clock: _Hand
) -> None:
    playground.misbehave("sendMessageDraft", status=429, retry_after=60)
    for number in range(20):
        await timed.draft(camille.id, 1, Sensitive(f"Brouillon {number}"))
        clock.now += timedelta(seconds=2)

    assert _drafts(playground, camille) == []
    assert await timed.send(camille.id, _show("La réponse"))

    clock.now += timedelta(seconds=60)
    await timed.draft(camille.id, 2, Sensitive("Suite"))
    assert _drafts(playground, camille) == ["Suite"]
