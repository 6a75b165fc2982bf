"""Messages and buttons as a real client and a person both see them."""

import json
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import BadRequest

from bot.playground import TOKEN, Playground, PlaygroundError


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label.lower())] for label in labels])


def kinds(playground: Playground) -> list[str]:
    return [event.type for event in playground.events(playground.personas[0])]


async def test_given_entities_in_utf16_when_sent_then_text_is_trimmed_and_they_move_along(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    sent = await telegram.send_message(camille.id, "  🩺 gras ", entities=[MessageEntity("bold", 5, 4)])
    shown = playground.messages(camille)[0]

    assert sent.text == shown.text == "🩺 gras"
    assert sent.parse_entity(sent.entities[0]) == "gras"
    assert "gras" not in repr(shown)


@pytest.mark.parametrize(
    ("text", "extra", "words"),
    [
        ("   ", {}, "text is empty"),
        ("é" * 4097, {}, "message is too long"),
        ("🩺" * 2049, {}, "message is too long"),
        ("ok", {"entities": [MessageEntity("bold", 0, 3)]}, "ends after the end of the text"),
        ("🩺", {"entities": [MessageEntity("bold", 1, 1)]}, "begins in a middle of a utf-16 symbol"),
        ("ok", {"parse_mode": "HTML"}, "entities, not parse_mode"),
        ("ok", {"reply_markup": keyboard("é" * 33)}, "button_data_invalid"),
        ("ok", {"message_thread_id": 7}, "message thread not found"),
        ("ok", {"reply_parameters": ReplyParameters(1)}, "message to be replied not found"),
    ],
)
async def test_given_something_telegram_refuses_when_sent_then_it_is_refused_in_the_same_words(
    playground: Playground, telegram: Bot, text: str, extra: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        await telegram.send_message(playground.personas[0].id, text, **extra)

    assert words in refused.value.message.lower()
    assert playground.messages(playground.personas[0]) == []


@pytest.mark.parametrize(
    ("method", "values"),
    [
        ("sendMessage", {"text": "\ud800"}),
        ("sendMessage", {"text": "a", "entities": [{"type": [], "offset": 0, "length": 1}]}),
        ("sendMessage", {"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a", "copy_text": 1}]]}}),
        ("sendMessage", {"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a", "url": "javascript:1"}]]}}),
        ("deleteMessages", {"message_ids": [{}]}),
        ("answerCallbackQuery", {"text": "\ud800"}),
        ("editMessageText", {"message_id": "first", "text": "a"}),
        ("setMyCommands", {"commands": [1]}),
    ],
)
async def test_given_a_malformed_call_when_received_then_it_is_a_400_and_nothing_shows(
    playground: Playground, base_url: str, method: str, values: dict[str, Any]
) -> None:
    body = json.dumps({"chat_id": playground.personas[0].id} | values)
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{base_url}/bot{TOKEN}/{method}", content=body, headers={"content-type": "application/json"}
        )

    assert answer.status_code == 400
    assert playground.messages(playground.personas[0]) == []


async def test_given_the_longest_text_when_sent_then_it_arrives_whole(playground: Playground, telegram: Bot) -> None:
    await telegram.send_message(playground.personas[0].id, "🩺" * 2048)

    assert playground.messages(playground.personas[0])[0].text == "🩺" * 2048


async def test_given_a_reply_in_protected_form_when_sent_then_the_chat_shows_it_so(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    asked = playground.say(camille, "une question")
    sent = await telegram.send_message(
        camille.id,
        "une réponse",
        reply_parameters=ReplyParameters(asked),
        protect_content=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    shown = playground.messages(camille)[-1]

    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "une question"
    assert (shown.reply_to, shown.protected, shown.link_preview) == (asked, True, False)


async def test_given_a_message_when_edited_then_it_changes_in_place_and_only_if_it_differs(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    sent = await telegram.send_message(camille.id, "avant", reply_markup=keyboard("Oui"))
    edited = await sent.edit_text("après")
    assert not isinstance(edited, bool)
    with pytest.raises(BadRequest, match="not modified"):
        await sent.edit_text("après")
    shown = playground.messages(camille)

    assert [message.text for message in shown] == ["après"]
    assert shown[0].buttons == ()  # Telegram drops the keyboard an edit does not repeat
    assert edited.edit_date is not None
    assert kinds(playground) == ["message", "edit"]


async def test_given_messages_a_bot_may_not_edit_when_edited_then_each_refusal_has_its_words(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    theirs = playground.say(camille, "à moi")
    file = await telegram.send_document(camille.id, b"%PDF-", filename="a.pdf")
    for message_id, words in (
        (theirs, "Message can't be edited"),
        (1, "Message to edit not found"),
        (file.message_id, "There is no text in the message to edit"),
    ):
        with pytest.raises(BadRequest, match=words):
            await telegram.edit_message_text("autre", camille.id, message_id)


async def test_given_buttons_when_only_they_are_edited_then_the_text_is_not_marked_as_edited(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    sent = await telegram.send_message(camille.id, "choix", reply_markup=keyboard("Oui", "Non"))
    await sent.edit_reply_markup(keyboard("Oui"))
    shown = playground.messages(camille)[0]

    assert [button.label for row in shown.buttons for button in row] == ["Oui"]
    assert shown.edited is None


async def test_given_both_sides_messages_when_deleted_within_48_hours_then_they_go_and_later_they_cannot(
    playground: Playground, telegram: Bot, clock: Any
) -> None:
    camille = playground.personas[0]
    old = playground.say(camille, "ancien")
    clock.advance(hours=47, minutes=59)
    recent = await telegram.send_message(camille.id, "récent")
    await telegram.delete_message(camille.id, old)
    clock.advance(hours=48)
    with pytest.raises(BadRequest, match="can't be deleted for everyone"):
        await recent.delete()
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await telegram.delete_message(camille.id, old)
    last = playground.events(camille)[-1]

    assert [shown.text for shown in playground.messages(camille)] == ["récent"]
    assert (last.type, last.message.id if last.message else None) == ("delete", old)


async def test_given_several_messages_when_deleted_at_once_then_those_already_gone_are_skipped(
    playground: Playground, telegram: Bot
) -> None:
    alice = playground.personas[2]
    ids = [playground.say(alice, word) for word in ("one", "two", "three")]
    await telegram.delete_messages(alice.id, [ids[0], 1, ids[2]])

    assert [shown.text for shown in playground.messages(alice)] == ["two"]


async def test_given_a_pressed_button_when_the_bot_answers_then_the_notice_shows_and_a_second_answer_is_refused(
    playground: Playground, telegram: Bot
) -> None:
    alice = playground.personas[2]
    sent = await telegram.send_message(alice.id, "Sure?", reply_markup=keyboard("Yes"))
    query_id = playground.press(alice, sent.message_id, "yes")
    query = (await telegram.get_updates())[0].callback_query
    assert query is not None
    await query.answer("Done", show_alert=True)
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()
    notice = playground.events(alice)[-1]

    assert (query.id, query.data, query.from_user.id) == (query_id, "yes", alice.id)
    assert (notice.type, notice.text, notice.alert) == ("notice", "Done", True)


async def test_given_a_pressed_button_when_answered_after_150_seconds_then_it_is_too_old(
    playground: Playground, telegram: Bot, clock: Any
) -> None:
    alice = playground.personas[2]
    sent = await telegram.send_message(alice.id, "Sure?", reply_markup=keyboard("Yes"))
    query_id = playground.press(alice, sent.message_id, "yes")
    clock.advance(seconds=151)

    with pytest.raises(BadRequest, match="Query is too old"):
        await telegram.answer_callback_query(query_id)


async def test_given_a_button_that_is_gone_when_pressed_then_nothing_reaches_the_bot(
    playground: Playground, telegram: Bot
) -> None:
    alice = playground.personas[2]
    sent = await telegram.send_message(alice.id, "Sure?", reply_markup=keyboard("Yes"))
    await sent.edit_reply_markup(None)

    with pytest.raises(PlaygroundError):
        playground.press(alice, sent.message_id, "yes")
    assert playground.pending(alice) == 0


async def test_given_what_people_type_when_it_holds_commands_then_only_those_are_marked(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    playground.say(camille, "🩺 /sante@carnet_playground_bot 5/6 http://x.fr/aide")
    message = (await telegram.get_updates())[0].message

    assert message is not None
    assert list(message.parse_entities(["bot_command"]).values()) == ["/sante@carnet_playground_bot"]


async def test_given_a_text_beyond_the_limit_when_a_person_sends_it_then_it_is_cut_between_words(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    playground.say(camille, "mesure " * 1000)
    texts = [shown.text for shown in playground.messages(camille)]

    assert [len(text) <= 4096 for text in texts] == [True, True]
    assert " ".join(texts).split() == ["mesure"] * 1000
