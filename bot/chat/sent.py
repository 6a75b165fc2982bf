"""A file that came by the upload page, as a message of its person: it takes its place in their chat, in Health.

What the queue carries of it is a handle. Its bytes, its name and its key stay where Health's workers find them.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from bot.chat.model import Arrival, Upload
from bot.kernel.sensitive import Sensitive

PREFIX: Final = "web:"  # of the handle, and of the arrival's key


def sent(file: UUID, *, chat: int, size: int, at: datetime) -> Arrival:
    """Give the message; the same file twice is the same one."""
    name = f"{PREFIX}{file}"
    return Arrival(
        key=name,
        chat=chat,
        user=chat,  # a private chat bears its person's id
        language_code=None,
        kind="upload",
        at=at,
        message_id=0,  # none in the chat
        upload=Upload(handle=name, name=Sensitive(""), media_type="application/octet-stream", size=size),
    )


def sent_file(upload: Upload | None) -> UUID | None:
    """Give the file that *upload* stands for; None when it is Telegram's."""
    if upload is None or not upload.handle.startswith(PREFIX):
        return None
    return UUID(upload.handle.removeprefix(PREFIX))
