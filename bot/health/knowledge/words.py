"""Words of a label or a sentence, folded so that case, accents, dots and Greek letters no longer matter. Linear time."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"(?:[^\W\d_]\.){2,}[^\W_]?(?![^\W_])|[^\W_]+|[%+]")
_SPELLED: Final = str.maketrans(
    {
        "ß": "beta",
        "α": "alpha",
        "β": "beta",
        "Β": "beta",
        "γ": "gamma",
        "Γ": "gamma",
        "œ": "oe",
        "Œ": "oe",
        "æ": "ae",
        "Æ": "ae",
    }
)
_SHORT: Final = 3  # shorter words keep their final s: "TAS" is no plural


@dataclass(frozen=True, slots=True)
class Word:
    """One word as written and as compared."""

    written: str  # without dots: "VGM"
    folded: str  # "vgm"


def words(text: str) -> list[Word]:
    """Split *text*; "V.G.M." is one word, "gamma-GT" two; "%" and "+" count, other punctuation does not."""
    found = (match.group().replace(".", "") for match in _WORD.finditer(unicodedata.normalize("NFKC", text)))
    return [Word(written, fold(written)) for written in found]


def fold(word: str) -> str:
    """Drop case and accents."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.translate(_SPELLED).casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def singular(folded: str) -> str:
    """Drop a plural mark, roughly and for both languages: both sides of a comparison go through it."""
    return folded[:-1] if len(folded) > _SHORT and folded[-1] in "sx" else folded
