"""Files, both ways."""

from typing import Final

from bot.playground.errors import ApiError, bad_request
from bot.playground.methods.content import delivery, target, words
from bot.playground.model import File
from bot.playground.params import Params
from bot.playground.shelf import PHOTO_LIMIT, UPLOAD_LIMIT
from bot.playground.text import CAPTION_LIMIT
from bot.playground.wire import unique
from bot.playground.world import Playground


def send_document(playground: Playground, params: Params) -> object:
    """Post a file."""
    return _send(playground, params, "document", limit=UPLOAD_LIMIT)


def send_photo(playground: Playground, params: Params) -> object:
    """Post a picture."""
    return _send(playground, params, "photo", limit=PHOTO_LIMIT)


def _send(playground: Playground, params: Params, kind: str, *, limit: int) -> object:
    talk = target(playground, params)
    common = delivery(params, talk)
    text, entities = words(params, "caption", limit=CAPTION_LIMIT, too_long="message caption is too long")
    file = _stored(playground, params, kind, limit=limit)
    shown = talk.add(text=text, entities=entities, file=file, **common)
    return playground.message_json(shown, talk)


def _stored(playground: Playground, params: Params, kind: str, *, limit: int) -> File:
    sent = params.file(kind)
    if isinstance(sent, str):
        return playground.shelf.file(sent)
    if not sent.data:
        raise bad_request("file must be non-empty")
    if len(sent.data) > limit:
        raise ApiError(413, "Request Entity Too Large")
    media_type = sent.media_type or "application/octet-stream"
    return playground.shelf.add(name=sent.name, data=sent.data, media_type=media_type, photo=kind == "photo")


def get_file(playground: Playground, params: Params) -> object:
    """Give the path to download a file from."""
    handle = params.text("file_id")
    file = playground.shelf.file(handle)
    return {
        "file_id": handle,
        "file_unique_id": unique(file),
        "file_size": file.size,
        "file_path": playground.shelf.path(handle),
    }


METHODS: Final = {"sendDocument": send_document, "sendPhoto": send_photo, "getFile": get_file}
