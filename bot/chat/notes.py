"""Notes a person asks to be kept ("retiens que…", "remember that…"), in whichever space they said it."""

import re

from bot.chat.memory import Memory
from bot.chat.model import Turn
from bot.i18n import say
from bot.kernel.sensitive import Sensitive

LONGEST = 400  # characters of one note

_KEEP = re.compile(
    r"^\W*(?:retiens|retenez|note|notez|souviens-toi|souvenez-vous|remember)(?: bien)?"
    r"(?:\s*:|\s+(?:que|de|that)\b|\s+qu’)\s*(?P<note>\S.+)",
    re.DOTALL | re.IGNORECASE,
)
_RECALL = re.compile(
    r"(que|qu’est-ce que) (sais|savez|retiens|retenez)[- ](tu|vous)\b|de quoi (te souviens|vous souvenez)|\bmes notes\b|"
    r"what do you (remember|know about me)|\bmy notes\b",
    re.IGNORECASE,
)


async def about_notes(memory: Memory, turn: Turn) -> Sensitive[str] | None:
    """Keep or recall notes when *turn* asks for it; None when it asks for something else."""
    text = turn.arrival.text.reveal().strip().replace("'", "’")
    kept = _KEEP.match(text)
    if kept:
        note = Sensitive(kept.group("note").strip())
        if len(note.reveal()) > LONGEST:  # half a note could say the opposite of the whole
            return Sensitive(say(turn.language, "chat.note_too_long", most=LONGEST))
        return Sensitive(
            say(turn.language, "chat.noted" if await memory.note(turn.person, turn.id, note) else "chat.too_many_notes")
        )
    if not _RECALL.search(text[:200]):
        return None
    notes = await memory.notes(turn.person)
    if not notes:
        return Sensitive(say(turn.language, "chat.no_notes"))
    return Sensitive(say(turn.language, "chat.notes", notes="\n".join(f"• {note.reveal()}" for note in notes)))
