"""Turns and effects as bytes, to be sealed before they touch a queue table. Strict on the way back in."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.chat.model import Alarm, Arrival, Button, Effect, Erase, Show, Space, Turn, Upload
from bot.i18n import language_of
from bot.kernel.ids import PersonId, turn_id
from bot.kernel.sensitive import Sensitive


def pack_turn(
    person: PersonId,
    language: str,
    space: Space,
    order: int,
    arrival: Arrival,
    *,
    country: str | None = None,
    alarm: Alarm | None = None,
    judged: str = "",
) -> bytes:
    """Give the bytes that `unpack_turn` reads; the work row's id completes them."""
    upload = arrival.upload
    return _dump(
        {
            "person": str(person),
            "language": language,
            "space": space,
            "order": order,
            "key": arrival.key,
            "chat": arrival.chat,
            "user": arrival.user,
            "kind": arrival.kind,
            "at": arrival.at.isoformat(),
            "message_id": arrival.message_id,
            "text": arrival.text.reveal(),
            "command": arrival.command,
            "button": arrival.button,
            "upload": upload
            and {
                "handle": upload.handle,
                "name": upload.name.reveal(),
                "media_type": upload.media_type,
                "size": upload.size,
            },
            "country": country,
            "alarm": alarm and asdict(alarm),
            "judged": judged,
        }
    )


def unpack_turn(work_id: int, payload: bytes) -> Turn:
    """Rebuild the turn that work row *work_id* carries."""
    body: Mapping[str, Any] = json.loads(payload)
    upload, alarm = body["upload"], body.get("alarm")
    arrival = Arrival(
        key=body["key"],
        chat=body["chat"],
        user=body["user"],
        language_code=body["language"],
        kind=body["kind"],
        at=datetime.fromisoformat(body["at"]),
        message_id=body["message_id"],
        text=Sensitive(body["text"]),
        command=body["command"],
        button=body["button"],
        upload=upload
        and Upload(
            handle=upload["handle"],
            name=Sensitive(upload["name"]),
            media_type=upload["media_type"],
            size=upload["size"],
        ),
    )
    return Turn(
        id=turn_id(work_id),
        person=PersonId(UUID(body["person"])),
        language=language_of(body["language"]),
        space=Space(body["space"]),
        order=body["order"],
        arrival=arrival,
        country=body.get("country"),  # a row accepted before these were kept has none of them
        alarm=alarm and Alarm(**alarm),
        judged=body.get("judged", ""),
    )


def pack_effect(effect: Effect) -> bytes:
    """Give the bytes that `unpack_effect` reads."""
    if isinstance(effect, Erase):
        return _dump({"erase": effect.message_id})
    rows = [[[button.label, button.data] for button in row] for row in effect.buttons]
    return _dump({"text": effect.text.reveal(), "buttons": rows, "edit": effect.edit, "urgent": effect.urgent})


def unpack_effect(body: bytes) -> Effect:
    """Rebuild an effect."""
    values: Mapping[str, Any] = json.loads(body)
    if "erase" in values:
        return Erase(message_id=values["erase"])
    rows = tuple(tuple(Button(label=label, data=data) for label, data in row) for row in values["buttons"])
    urgent = values.get("urgent", False)  # a row accepted before some were has none
    return Show(text=Sensitive(values["text"]), buttons=rows, edit=values["edit"], urgent=urgent)


def _dump(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
