"""Updates, as Telegram sends them, become arrivals; what is not a person in a private chat becomes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram import Update

from bot.chat.model import Arrival
from bot.telegram.intake import parse

BOT = 4242
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
SENT = datetime(2026, 11, 22, 19, 59, tzinfo=UTC)
PERSON = {"id": 77, "is_bot": False, "first_name": "Camille", "language_code": "fr"}
PRIVATE = {"id": 77, "type": "private", "first_name": "Camille"}
GROUP = {"id": -100, "type": "supergroup", "title": "Family"}
PDF = {
    "file_id": "doc-1",
    "file_unique_id": "u1",
    "file_name": "bilan.pdf",
    "mime_type": "application/pdf",
    "file_size": 9,
}


def _message(**content: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": int(SENT.timestamp()), "chat": PRIVATE, "from": PERSON} | content


def _read(**update: Any) -> Arrival | None:
    parsed = Update.de_json({"update_id": 900, **update}, None)
    return parse(parsed, bot=BOT, now=NOW)


def _arrived(**content: Any) -> Arrival:
    arrival = _read(message=_message(**content))
    assert arrival is not None
    return arrival


def test_given_a_text_when_parsed_then_everything_about_it_is_kept() -> None:
    arrival = _arrived(text="Bonjour 🩺")

    assert (arrival.key, arrival.chat, arrival.user, arrival.message_id) == ("tg:4242:77:900", 77, 77, 5)
    assert (arrival.kind, arrival.text.reveal(), arrival.language_code) == ("text", "Bonjour 🩺", "fr")
    assert arrival.at == SENT
    assert arrival.at.utcoffset() == NOW.utcoffset()


def test_given_an_accented_command_without_entity_when_parsed_then_it_is_a_command() -> None:
    arrival = _arrived(text="/santé mon LDL ?")

    assert (arrival.kind, arrival.command, arrival.text.reveal()) == ("command", "health", "mon LDL ?")


def test_given_a_document_when_parsed_then_its_description_is_an_upload_and_its_caption_the_text() -> None:
    arrival = _arrived(document=PDF, caption="mes résultats")

    assert arrival.upload is not None
    assert (arrival.kind, arrival.text.reveal()) == ("upload", "mes résultats")
    assert (arrival.upload.handle, arrival.upload.name.reveal()) == ("doc-1", "bilan.pdf")
    assert (arrival.upload.media_type, arrival.upload.size) == ("application/pdf", 9)


def test_given_a_bare_document_when_parsed_then_what_is_missing_has_a_plain_default() -> None:
    arrival = _arrived(document={"file_id": "d", "file_unique_id": "u"})

    assert arrival.upload is not None
    assert (arrival.upload.media_type, arrival.upload.size) == ("application/octet-stream", 0)


def test_given_a_photo_when_parsed_then_the_largest_size_is_the_upload() -> None:
    sizes = [
        {"file_id": f"p{n}", "file_unique_id": f"u{n}", "width": n, "height": n, "file_size": n} for n in (90, 1280)
    ]
    arrival = _arrived(photo=sizes)

    assert arrival.upload is not None
    assert (arrival.upload.handle, arrival.upload.media_type, arrival.upload.size) == ("p1280", "image/jpeg", 1280)


@pytest.mark.parametrize(
    "content",
    [
        {"voice": {"file_id": "v", "file_unique_id": "u", "duration": 3}},
        {"video": {"file_id": "v", "file_unique_id": "u", "width": 1, "height": 1, "duration": 3}},
        {"location": {"longitude": 2.0, "latitude": 48.0}},
        {"contact": {"phone_number": "1", "first_name": "A"}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"animation": {"file_id": "a", "file_unique_id": "u", "width": 1, "height": 1, "duration": 1}, "document": PDF},
        {"rich_message_of_next_year": {}},
    ],
    ids=lambda content: next(iter(content)),
)
def test_given_content_we_cannot_use_when_parsed_then_it_is_unsupported_but_its_caption_is_read(content: Any) -> None:
    arrival = _arrived(**content, caption="je vais très mal")

    assert (arrival.kind, arrival.upload, arrival.text.reveal()) == ("unsupported", None, "je vais très mal")


@pytest.mark.parametrize(
    "update",
    [
        {"message": _message(text="hi", chat=GROUP)},
        {"message": _message(document=PDF, chat=GROUP)},
        {"channel_post": _message(text="hi", chat=GROUP | {"type": "channel"})},
        {"message": _message(text="hi", **{"from": PERSON | {"is_bot": True}})},
        {"message": _message(pinned_message=_message(text="old"))},
        {"message": _message(message_auto_delete_timer_changed={"message_auto_delete_time": 60})},
        {
            "my_chat_member": {
                "chat": PRIVATE,
                "from": PERSON,
                "date": 1,
                "old_chat_member": {"status": "left", "user": PERSON},
                "new_chat_member": {"status": "left", "user": PERSON},
            }
        },
        {},
    ],
)
def test_given_no_person_speaking_in_private_when_parsed_then_it_is_nothing(update: Any) -> None:
    assert _read(**update) is None


@pytest.mark.parametrize(
    "content", [{"text": "/health I feel worse"}, {"document": PDF, "caption": "/health I feel worse"}]
)
def test_given_an_edit_when_parsed_then_its_words_are_read_and_nothing_else(content: Any) -> None:
    edited = _message(edit_date=int(SENT.timestamp()) + 60, **content)
    arrival = _read(edited_message=edited)

    assert arrival is not None
    assert (arrival.kind, arrival.command, arrival.upload) == ("edit", "", None)
    assert arrival.text.reveal() == "/health I feel worse"
    assert arrival.at == SENT + timedelta(seconds=60)


def _query(**changed: Any) -> dict[str, Any]:
    shown = _message(text="Ready?", **{"from": {"id": BOT, "is_bot": True, "first_name": "Carnet"}})
    return {"id": "q", "from": PERSON, "chat_instance": "c", "data": "h:enter", "message": shown} | changed


def test_given_a_pressed_button_when_parsed_then_the_presser_the_data_and_the_message_are_kept() -> None:
    arrival = _read(callback_query=_query())

    assert arrival is not None
    assert (arrival.kind, arrival.button, arrival.user, arrival.message_id) == ("button", "h:enter", 77, 5)
    assert arrival.at == NOW  # the message's own date may be weeks old


def test_given_a_button_of_a_message_no_longer_accessible_when_parsed_then_the_press_still_counts() -> None:
    arrival = _read(callback_query=_query(message={"message_id": 5, "date": 0, "chat": PRIVATE}))

    assert arrival is not None
    assert arrival.message_id == 5


@pytest.mark.parametrize(
    "changed", [{"message": _message(text="Ready?", chat=GROUP)}, {"message": None}, {"data": None}], ids=str
)
def test_given_a_press_outside_a_private_chat_or_without_data_when_parsed_then_it_is_nothing(changed: Any) -> None:
    query = {key: value for key, value in _query(**changed).items() if value is not None}

    assert _read(callback_query=query) is None
