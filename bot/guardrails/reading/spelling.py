"""Spellings that are opened or valued the same way in texts and in patterns: contractions, chat, numbers in words."""

from collections.abc import Mapping
from typing import Final

_VERBS: Final = ["is", "are", "was", "were", "do", "does", "did", "has", "have", "had", "could", "would", "should", "must", "might", "need", "ought"]

# What stands before "'t" (or "t" after a lost apostrophe).
NEGATED: Final[Mapping[str, tuple[str, ...]]] = {
    "can": ("can", "not"),
    "won": ("will", "not"),
    "shan": ("shall", "not"),
    "ain": ("is", "not"),
    **{f"{verb}n": (verb, "not") for verb in _VERBS},
}

CONTRACTED: Final[Mapping[str, tuple[str, ...]]] = {
    "cannot": ("can", "not"),
    "cant": ("can", "not"),
    "wont": ("will", "not"),
    "aint": ("is", "not"),
    "dnt": ("do", "not"),
    "dont": ("do", "not"),
    "didnt": ("did", "not"),
    **{f"{verb}nt": (verb, "not") for verb in _VERBS},
    "im": ("i", "am"),
    "ive": ("i", "have"),
    "hes": ("he", "is"),
    "shes": ("she", "is"),
    "thats": ("that", "is"),
    "theres": ("there", "is"),
    "theyre": ("they", "are"),
    "youre": ("you", "are"),
    "gonna": ("going", "to"),
    "gunna": ("going", "to"),
    "gotta": ("got", "to"),
}

CHAT: Final[Mapping[str, tuple[str, ...]]] = {
    "jai": ("j", "ai"),
    "jarrive": ("j", "arrive"),
    "jarive": ("j", "arrive"),
    "javais": ("j", "avais"),
    "jetais": ("j", "etais"),
    "chui": ("je", "suis"),
    "chuis": ("je", "suis"),
    "jsuis": ("je", "suis"),
    "jpeux": ("je", "peux"),
    "jveux": ("je", "veux"),
    "jvais": ("je", "vais"),
    "jfais": ("je", "fais"),
    "jcrois": ("je", "crois"),
    "jsais": ("je", "sais"),
    "jme": ("je", "me"),
    "jle": ("je", "le"),
    "ya": ("il", "y", "a"),
    "yavait": ("il", "y", "avait"),
    "cest": ("c", "est"),
    "cetait": ("c", "etait"),
    "sest": ("s", "est"),
    "nai": ("n", "ai"),
    "narrive": ("n", "arrive"),
    "quil": ("qu", "il"),
    "aujourdhui": ("aujourd", "hui"),
    "auj": ("aujourd", "hui"),
    "ajd": ("aujourd", "hui"),
    "dun": ("d", "un"),
    "dune": ("d", "une"),
    "qd": ("quand",),
    "qqn": ("quelqu", "un"),
    "qqch": ("quelque", "chose"),
    "qq": ("quelques",),
    "qques": ("quelques",),
    "bcp": ("beaucoup",),
    "tjrs": ("toujours",),
    "tjs": ("toujours",),
    "mtn": ("maintenant",),
    "mnt": ("maintenant",),
    "pcq": ("parce", "que"),
    "pck": ("parce", "que"),
    "jms": ("jamais",),
    "svt": ("souvent",),
    "bb": ("bebe",),
    "dlr": ("douleur",),
    "cuz": ("because",),
    "coz": ("because",),
    "bc": ("because",),
    "w": ("with",),
    "wo": ("without",),
    "rn": ("right", "now"),
    "pls": ("please",),
    "plz": ("please",),
    "u": ("you",),
    "ur": ("your",),
    "aswell": ("as", "well"),
}

# After "'s" these make it "is"; after a lone "g" these make it « j'ai ».
IS_AFTER_S: Final[Mapping[str, frozenset[str]]] = {
    "s": frozenset(
        ["not", "so", "very", "really", "all", "too", "just", "been", "gone", "no", "a", "an", "the", "got", "blue", "purple", "cold", "pale", "swollen", "numb", "stiff", "hard", "soft", "closed", "weak", "droopy", "red", "hot", "burning", "in", "on", "at", "out", "up", "down", "now", "still", "also", "barely", "hardly", "like", "getting", "being", "completely", "totally", "unconscious", "unresponsive", "limp", "floppy", "confused", "sick", "dead", "dying", "pregnant", "only", "about", "super", "quite", "suddenly", "bleeding", "broken", "worse"]
    ),
    "g": frozenset(
        ["mal", "du", "de", "des", "la", "le", "une", "un", "trop", "envie", "pris", "plus", "pas", "rien", "tres", "froid", "chaud", "peur", "ete", "fait", "tellement", "super"]
    ),
}

_ONES_EN: Final = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_ONES_FR: Final = ["deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"]
_TENS_EN: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_TENS_FR: Final = ["vingt", "trente", "quarante", "cinquante", "soixante"]

# "un", "une", "one" are articles or pronouns as often as numbers, so only the readers of durations and ages count them.
NUMBERS: Final[Mapping[str, float]] = {
    **{word: float(place + 2) for place, word in enumerate(_ONES_EN)},
    **{word: float(place + 2) for place, word in enumerate(_ONES_FR)},
    **{word: float(10 * (place + 2)) for place, word in enumerate(_TENS_EN)},
    **{word: float(10 * (place + 2)) for place, word in enumerate(_TENS_FR)},
    "septante": 70.0,
    "octante": 80.0,
    "huitante": 80.0,
    "nonante": 90.0,
    "cent": 100.0,
    "hundred": 100.0,
    "dizaine": 10.0,
    "quinzaine": 15.0,
    "vingtaine": 20.0,
    "trentaine": 30.0,
    "quarantaine": 40.0,
    "cinquantaine": 50.0,
    "soixantaine": 60.0,
    "centaine": 100.0,
    "dozen": 12.0,
    "douzaine": 12.0,
}
TENS: Final = frozenset([*_TENS_EN, *_TENS_FR, "septante", "octante", "huitante", "nonante", "dix"])
