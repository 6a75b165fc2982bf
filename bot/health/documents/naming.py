"""Whether two printed names can be one person's: accents, capitals, order, titles and a second given name forgiven."""

import re
import unicodedata
from typing import Final

_TITLES: Final = frozenset({"MME", "MR", "MRS", "MS", "MLLE", "MONSIEUR", "MADAME", "MADEMOISELLE", "DR", "JR", "SR"})


def same_person(one: str, other: str) -> bool:
    """Say whether the words of one name are all in the other; a name without words is anybody's."""
    first, second = _words(one), _words(other)
    return first <= second or second <= first


def _words(name: str) -> frozenset[str]:
    joined = re.sub(r"['’ʼ`]", "", name.upper().replace("Œ", "OE").replace("Æ", "AE"))
    letters = unicodedata.normalize("NFD", joined)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return frozenset(re.findall(r"[^\W\d_]{2,}", plain)) - _TITLES
