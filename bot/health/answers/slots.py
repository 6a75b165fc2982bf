"""Slots stand for a person's results while a model writes around them: it sees what each is, never what it says.

Code fills the values in afterwards, and only into a text that breaks none of the rules. Where a rule cannot tell, the
text is refused: the composed answer is always there.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from babel.dates import format_date

from bot.health.answers.claims import ClaimReader, misplaced, sentences
from bot.health.answers.printed import interval, value
from bot.health.answers.prompts import FIRST_NAME, FIRST_SLOT, SLOT_MARK, Rules, rules
from bot.health.facts import Fact, Standing, standing
from bot.i18n import LANGUAGES, Language

MAX_CHARS: Final = 1200

_SLOT: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_LABEL: Final = re.compile(r"[^\W\d_][\w .,'’()/%µα-ωΑ-Ω+-]{0,59}")
_PART_OF_NAME: Final = "\ue200"
_FEW_WORDS: Final = 6
_MOST_LABEL_WORDS: Final = 6
_NUMBER: Final = re.compile(r"(?<!\w)\d[\d.,]*(?!\w)")
_UNIT: Final = re.compile(
    r"(?<!\w)(?:(?:[munpf]?mol|[mkunpμ]?g|m?m?ui|m?m?iu|meq|cells?|[munpf]?l)/\s?(?:[dmuμ]?l|mmol|h|j|day|mm3|min|kg)"
    r"|[mnpuμ]mol|m?eq|mg|μg|ng|pg|fl|dl|mmhg|mm hg)(?!\w)|[%‰°]"
)
_MARKUP: Final = re.compile(
    r"\w+://|www\.|\w{2,}\.[a-z]{2,}|\w\.[a-z]{2,}/|\S@\S|(?:^|\s)[@/]\w|[\[\]<>`|\\#]|\]\(", re.MULTILINE
)
_GLUED: Final = re.compile(rf"[^\s(«\"'*]{SLOT_MARK}|[<>=~≈±+−]\s?{SLOT_MARK}|{SLOT_MARK}[^\s.,;:!?)»\"'*…]")


class Violation(StrEnum):
    """A rule that a model's text can break; the prompts name the same words."""

    UNKNOWN_SLOT = "unknown_slot"
    MISSING_SLOT = "missing_slot"
    ALTERED_SLOT = "altered_slot"
    MISPLACED_SLOT = "misplaced_slot"
    BARE_NUMBER = "bare_number"
    NUMBER_WORD = "number_word"
    UNIT = "unit"
    DIRECTION = "direction"
    DIAGNOSIS = "diagnosis"
    MEDICINE = "medicine"
    ALARM = "alarm"
    REASSURANCE = "reassurance"
    MARKUP = "markup"
    LENGTH = "length"
    WRONG_LANGUAGE = "wrong_language"
    FORMAT = "format"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One result's place in a text."""

    key: str  # "f1"
    fact: Fact
    name: str  # of the test, as the reader knows it
    named: bool  # whether `name` tells this test from another
    standing: Standing
    required: bool
    note: str  # all that the model is told of it
    dated: bool  # whether the reader needs the date to tell it from another result of the same test


def slots(facts: Sequence[Fact], names: Mapping[str, str], language: Language) -> tuple[Slot, ...]:
    """Give each confirmed fact its slot; *names* tells how the reader knows a test, by fact id.

    A second form of a result ("soit 6,55 mmol/L") gets none: it is the same result.
    """
    ids = {fact.id for fact in facts}
    kept = [fact for fact in facts if fact.review != "unreviewed" and fact.form_of not in ids]
    return tuple(_slot(f"f{n}", fact, kept, names, language) for n, fact in enumerate(kept, start=1))


def _slot(key: str, fact: Fact, kept: Sequence[Fact], names: Mapping[str, str], language: Language) -> Slot:
    words = rules(language).words
    name = names.get(fact.id, fact.label)
    named = name != fact.label or _is_label(name)
    name = name if named else words["unnamed"]
    where = standing(fact)
    dates = [other.date for other in kept if _test(other) == _test(fact) and other.date is not None]
    dated = fact.date is not None and len(dates) > 1
    required = where in {Standing.LOW, Standing.HIGH}
    told = [
        f"{{{{{key}}}}} = {name}: {words[where.value]}",
        words["flagged"] if fact.flag else "",
        words["latest" if fact.date == max(dates, default=None) else "earlier"] if dated else "",
        words["required"] if required else "",
    ]
    note = "; ".join(part for part in told if part)
    return Slot(key=key, fact=fact, name=name, named=named, standing=where, required=required, note=note, dated=dated)


def _test(fact: Fact) -> str:
    return fact.analyte or fold(fact.label)


def _is_label(printed: str) -> bool:
    """Tell whether a label from a document is short and plain enough to be shown to a model: words, not a message."""
    return bool(_LABEL.fullmatch(printed)) and not _NUMBER.search(printed) and len(printed.split()) <= _MOST_LABEL_WORDS


def fill(text: str, slots: Sequence[Slot], language: Language) -> str:
    """Put each result in its slot, as printed; only for a text that `check` accepted."""
    shown = {slot.key: _shown(slot, language) for slot in slots}
    return _SLOT.sub(lambda match: shown[match[1]], text)


def _shown(slot: Slot, language: Language) -> str:
    words, printed = rules(language).words, interval(slot.fact)
    notes = []
    if slot.dated and slot.fact.date is not None:
        notes.append(words["dated"].format(date=format_date(slot.fact.date, format="long", locale=language)))
    if printed is not None:
        notes.append(words["range"].format(interval=printed))
    return f"{value(slot.fact)} ({', '.join(notes)})" if notes else value(slot.fact)


def fold(text: str) -> str:
    """Give *text* as rules read it: no capitals, no accents, one kind of apostrophe and of space."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Mn")
    return re.sub(r"[^\S\n]+", " ", re.sub("[’‘ʼ`´]", "'", plain))


def check(text: str, slots: Sequence[Slot], language: Language) -> list[Violation]:
    """List the rules that *text* breaks; an empty list means it may be filled and sent."""
    if len(text) > MAX_CHARS:
        return [Violation.LENGTH]
    if any(map(_is_hidden, text)):
        return [Violation.MARKUP]  # the marks of slots and names below are such letters: nobody else may write them
    used = {match[1] for match in _SLOT.finditer(text)}
    marked, spoken = _mark(text, slots), rules(language)
    reader = ClaimReader([slot.standing for slot in slots], [slot.name for slot in slots], spoken)
    broken = {rule for rule in Violation if rule in spoken.banned and spoken.banned[rule].search(marked)}
    found = {
        Violation.UNKNOWN_SLOT: not used <= {slot.key for slot in slots} or "{" in marked or "}" in marked,
        Violation.MISSING_SLOT: not used or any(slot.required and slot.key not in used for slot in slots),
        Violation.ALTERED_SLOT: _is_altered(marked, spoken),
        Violation.MISPLACED_SLOT: misplaced(marked, [slot.name for slot in slots]),
        Violation.BARE_NUMBER: any(letter.isnumeric() for letter in marked)
        or any(letter.isnumeric() and not letter.isascii() for letter in text),
        Violation.NUMBER_WORD: any(rules(other).banned["number_word"].search(marked) for other in LANGUAGES),
        Violation.UNIT: bool(_UNIT.search(marked)),
        Violation.DIRECTION: any(reader.contradicts(sentence) for sentence in sentences(marked)),
        Violation.DIAGNOSIS: any(_tells_of_disease(sentence, spoken) for sentence in sentences(marked)),
        Violation.MARKUP: bool(_MARKUP.search(_SLOT.sub(" ", text))),
        Violation.WRONG_LANGUAGE: _is_foreign(marked, language) or any(map(_is_foreign_letter, text)),
    }
    broken |= {rule for rule, is_broken in found.items() if is_broken}
    return [rule for rule in Violation if rule in broken]


def _mark(text: str, slots: Sequence[Slot]) -> str:
    """Fold *text* and put a private character for each slot and each test's name."""
    keys = {slot.key: chr(FIRST_SLOT + n) for n, slot in enumerate(slots)}
    marked = fold(_SLOT.sub(lambda match: keys.get(match[1], match[0]), text))
    for name, mark in _spellings(slots):
        marked = re.sub(rf"(?<!\w){re.escape(name)}(?:s|x)?(?!\w)", mark, marked)
    return marked


def _spellings(slots: Sequence[Slot]) -> list[tuple[str, str]]:
    """List how the text may write each test's name, longest first, so that "LDL cholesterol" is not "cholesterol"."""
    spelled: dict[str, str] = {}
    parts: dict[str, str] = {}
    for n, slot in enumerate(slots):
        if slot.named:
            whole = fold(slot.name)
            for name in (whole, whole.split("(")[0].strip()):
                spelled.setdefault(name, chr(FIRST_NAME + n))
            for part in re.findall(r"[^\s(),]+", whole):  # "HbA1c", "B12": a digit that states no value
                if re.search(r"\d", part) and re.search(r"[^\W\d]", part):
                    parts.setdefault(part, _PART_OF_NAME)
    return sorted({**parts, **spelled}.items(), key=lambda item: -len(item[0]))


def _is_altered(marked: str, spoken: Rules) -> bool:
    """Tell whether a word or sign beside a slot would change what its value says."""
    return bool(_GLUED.search(marked)) or any(
        re.search(side, marked)
        for side in (
            rf"(?:{spoken.banned['altered_before'].pattern})[ (*]*{SLOT_MARK}",
            rf"{SLOT_MARK}[ )*]*(?:{spoken.banned['altered_after'].pattern})",
        )
    )


def _tells_of_disease(sentence: str, spoken: Rules) -> bool:
    """Tell whether a disease is named otherwise than in general: "can be lower after an infection" is, and no more."""
    said = spoken.directions
    return bool(spoken.disease.search(sentence)) and (
        not said["hedge"].search(sentence) or bool(said["person"].search(sentence))
    )


def _is_hidden(letter: str) -> bool:
    return letter != "\n" and unicodedata.category(letter) in {"Cc", "Cf", "Cn", "Co", "Cs"}


def _is_foreign_letter(letter: str) -> bool:
    return letter.isalpha() and not unicodedata.name(letter, "").startswith(("LATIN", "GREEK", "MICRO"))


def _is_foreign(marked: str, language: Language) -> bool:
    """Tell whether a sentence, or the whole, is in another language than *language*."""
    for sentence in sentences(marked):
        ours = len(rules(language).own.findall(sentence))
        theirs = max(len(rules(other).own.findall(sentence)) for other in LANGUAGES if other != language)
        if theirs > max(1, ours):
            return True
    return len(marked.split()) > _FEW_WORDS and not rules(language).own.search(marked)
