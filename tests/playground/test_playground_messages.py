"""Messages, buttons, files, drafts, menus and topics as a real client and a person both see them."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import BadRequest

from bot.playground import TOKEN, Event, Playground, PlaygroundError

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c489".replace(" ", "")
) + bytes.fromhex("0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082")


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


async def test_given_a_person_s_document_when_the_bot_downloads_it_then_the_bytes_are_the_same(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    content = bytes(range(256)) * 4096  # 1 MB: above the size at which a server would spool to disk
    playground.upload(camille, "bilan été.pdf", content, "application/pdf", "mon bilan")
    message = (await telegram.get_updates())[0].message
    assert message is not None
    assert message.document is not None
    fetched = await (await message.document.get_file()).download_as_bytearray()

    assert (message.caption, message.document.file_name) == ("mon bilan", "bilan été.pdf")
    assert bytes(fetched) == content


async def test_given_a_document_above_20_mb_when_the_bot_asks_for_it_then_it_is_too_big(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    playground.upload(camille, "export.zip", bytes(20 * 1024 * 1024 + 1), "application/zip")
    message = (await telegram.get_updates())[0].message
    assert message is not None
    assert message.document is not None

    with pytest.raises(BadRequest, match="File is too big"):
        await message.document.get_file()


async def test_given_a_bot_s_files_when_sent_then_the_person_can_open_them_again(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    content = b"x" * 3_000_000
    sent = await telegram.send_document(camille.id, content, filename="export.zip", caption="Vos données")
    picture = await telegram.send_photo(camille.id, PIXEL, caption="Courbe")
    assert sent.document is not None
    again = await telegram.send_document(camille.id, sent.document.file_id)
    shown = playground.messages(camille)

    assert [message.file.name for message in shown[:1] if message.file] == ["export.zip"]
    assert shown[0].file is not None
    assert playground.file(shown[0].file.handle) == content
    assert (picture.photo[0].width, picture.photo[0].height) == (1, 1)
    assert again.document is not None
    assert again.document.file_unique_id == sent.document.file_unique_id
    assert kinds(playground) == ["file", "file", "file"]


async def test_given_a_caption_too_long_or_a_picture_that_is_none_when_sent_then_it_is_refused(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    with pytest.raises(BadRequest, match="caption is too long"):
        await telegram.send_document(camille.id, b"x", filename="x.txt", caption="é" * 1025)
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await telegram.send_photo(camille.id, b"not a picture", filename="x.png")


async def test_given_a_growing_draft_when_the_answer_comes_then_the_draft_is_gone(
    playground: Playground, telegram: Bot, clock: Any
) -> None:
    camille = playground.personas[0]
    talk = playground.talk(camille.id)
    await telegram.send_chat_action(camille.id, "typing")
    await telegram.send_message_draft(camille.id, 5)
    await telegram.send_message_draft(camille.id, 5, "Votre LDL")
    growing = talk.draft
    clock.advance(seconds=31)
    expired = talk.draft
    await telegram.send_message_draft(camille.id, 5, "Votre LDL est")
    await telegram.send_message(camille.id, "Votre LDL est stable.")

    assert growing is not None
    assert (growing.text, expired, talk.draft) == ("Votre LDL", None, None)
    assert kinds(playground) == ["typing", "draft", "draft", "draft", "message"]
    with pytest.raises(BadRequest):
        await telegram.send_message_draft(camille.id, 0, "sans numéro")


async def test_given_menus_by_scope_and_language_when_someone_looks_then_the_narrowest_in_their_language_shows(
    playground: Playground, telegram: Bot
) -> None:
    camille, _, alice, daniel = playground.personas
    await telegram.set_my_commands([BotCommand("help", "Help")])
    private = BotCommandScopeAllPrivateChats()
    await telegram.set_my_commands([BotCommand("aide", "Aide")], scope=private, language_code="fr")
    await telegram.set_my_commands([BotCommand("admin", "Admin")], scope=BotCommandScopeChat(daniel.id))
    await telegram.set_my_description("Bonjour", language_code="fr")
    profile = playground.profile

    assert [profile.menu_of(person)[0].command for person in (camille, alice, daniel)] == ["aide", "help", "admin"]
    assert (await telegram.get_my_commands(scope=private, language_code="fr"))[0].description == "Aide"
    assert (await telegram.get_my_description("fr")).description == "Bonjour"
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await telegram.set_my_commands([BotCommand("Santé", "non")])
    await telegram.delete_my_commands(scope=private, language_code="fr")
    assert profile.menu_of(camille)[0].command == "help"


async def test_given_topics_are_off_when_one_is_created_then_the_chat_is_not_a_forum(
    playground: Playground, telegram: Bot
) -> None:
    with pytest.raises(BadRequest, match="chat is not a forum"):
        await telegram.create_forum_topic(playground.personas[0].id, "Santé")


async def test_given_topics_are_on_when_used_then_messages_stay_in_theirs_and_leave_with_it(
    playground: Playground, telegram: Bot
) -> None:
    playground.topics = True
    camille = playground.personas[0]
    assert (await telegram.get_me()).has_topics_enabled
    topic = await telegram.create_forum_topic(camille.id, "Santé")
    there = await telegram.send_message(camille.id, "ici", message_thread_id=topic.message_thread_id)
    playground.say(camille, "moi aussi", thread=topic.message_thread_id)
    arrived = (await telegram.get_updates())[0].message
    await telegram.edit_forum_topic(camille.id, topic.message_thread_id, name="Espace Santé")
    await telegram.delete_forum_topic(camille.id, topic.message_thread_id)

    assert there.message_thread_id == topic.message_thread_id
    assert arrived is not None
    assert arrived.is_topic_message
    assert playground.messages(camille) == []
    with pytest.raises(BadRequest, match="Message thread not found"):
        await telegram.send_message(camille.id, "perdu", message_thread_id=topic.message_thread_id)


async def test_given_a_subscriber_when_things_happen_then_each_is_seen_once_and_in_order(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    seen: list[Event] = []

    async def watch() -> None:
        async for event in playground.subscribe(camille):
            seen.append(event)
            if len(seen) == 3:
                return

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    sent = await telegram.send_message(camille.id, "un")
    await sent.edit_text("deux")
    await sent.delete()
    await asyncio.wait_for(watching, 5)

    assert [(event.number, event.type) for event in seen] == [(1, "message"), (2, "edit"), (3, "delete")]
    assert seen[1].message is not None
    assert seen[1].message.date.utcoffset() == timedelta(0)
