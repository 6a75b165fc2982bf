"""Which space a message belongs to: a pure rule over the arrival and the person's stored mode. Unknown means general."""

from bot.chat.model import Arrival, Space
from bot.chat.sent import sent_file

# Buttons carry their space in their prefix, so that pressing an old one never lands elsewhere.
_HEALTH_BUTTONS = ("h:", "doc:", "src:", "con:")

_ENTERING = ("h:enter", "h:consent:yes:")


def route(arrival: Arrival, mode: Space) -> Space:
    """Give the space of *arrival* for a person whose conversation is now in *mode*."""
    if arrival.kind == "button":
        return Space.HEALTH if arrival.button.startswith(_HEALTH_BUTTONS) else Space.GENERAL
    if arrival.kind == "command" and arrival.command == "health":
        return Space.HEALTH  # also one-shot "/health <question>": its text is sealed to Health from the first byte
    if sent_file(arrival.upload) is not None:
        return Space.HEALTH  # its link was given there, wherever the person talks by now
    return mode


def mode_decided(arrival: Arrival) -> Space | None:
    """Give the mode that what the person types next belongs to, when *arrival* decides it; None: it stays.

    Someone who types "/health" and, without waiting, a symptom, meant Health: the second message must not be read
    as general because the first still waits in its lane. The door checks everyone before anything is read; what it
    does not let in stays unread, and it puts them back in general. Leaving needs nobody's leave.
    """
    if arrival.command == "exit":
        return Space.GENERAL
    bare = arrival.command == "health" and not arrival.text.reveal().strip()
    return Space.HEALTH if bare or arrival.button.startswith(_ENTERING) else None
