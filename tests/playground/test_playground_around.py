"""What surrounds the messages, as a real client and a person see it: files, drafts, menus, topics, the event stream."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import BadRequest

from bot.playground import Event, Playground

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c489".replace(" ", "")
) + bytes.fromhex("0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082")


def kinds(playground: Playground) -> list[str]:
    return [event.type for event in playground.events(playground.personas[0])]


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
