"""What the general space understands when no language model answers: a greeting, thanks, "what can you do?"."""

import re
from typing import Literal

SmallTalk = Literal["greeting", "thanks", "abilities"]

_GREETING = re.compile(
    r"^\W*(bonjour|bonsoir|salut|coucou|hello|hi|hey|good (morning|evening|afternoon))\b[\s\w’!,.]{0,20}$"
)
_THANKS = re.compile(r"^\W*(merci|thank you|thanks|thx)\b.{0,30}$")
_ABILITIES = re.compile(
    r"(que|quoi|qu’est-ce que) (sais|peux|savez|pouvez)[- ](tu|vous) faire|(tu|vous) (sais|peux|savez|pouvez) faire quoi|"
    r"à quoi (tu |vous )?(sers|servez)|what (can|do) you do|how can you help|who are you|(qui|tu|vous) (es|êtes)[- ](tu|vous|qui)"
)


def small_talk(text: str) -> SmallTalk | None:
    """Recognise small talk in either language; None for everything else. Reads at most 200 characters."""
    low = text.strip()[:200].lower().replace("'", "’")
    if _ABILITIES.search(low):
        return "abilities"
    if _GREETING.match(low):
        return "greeting"
    return "thanks" if _THANKS.match(low) else None
