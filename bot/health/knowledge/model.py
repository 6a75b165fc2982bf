"""One analyte or vital sign: its LOINC codes by kind of unit, its labels and our sentences about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from bot.i18n import Language

Dimension = Literal["mass", "substance", "mixed", "units", "number", "fraction", "other"]
Specimen = Literal["blood", "urine", "body"]
Part = Literal["what", "moves_up", "moves_down"]

_GRAM: Final = re.compile(r"(?:da|[pnumcdkf])?g")
_MOLE: Final = re.compile(r"(?:[pnumf])?(?:mol|eq)")
_UNITS: Final = re.compile(r"[numk]?(?:U|kat|\[(?:IU|iU|arb'U|arb_u|USP'U)\])")
_POWER: Final = re.compile(r"(?:10[*^]\d+)?")
_LITRE: Final = re.compile(r"[umcd]?[Ll]|[umcd]m3")
_CONCENTRATIONS: Final = frozenset({"mass", "substance", "units"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Our sentences in one language."""

    name: str  # "globules blancs"
    name_with_article: str  # "les globules blancs"
    plural: bool  # "sont" or "est"
    feminine: bool  # "élevée" or "élevé"; False in English
    what: str
    moves_up: str
    moves_down: str
    ask: tuple[str, ...]
    aliases: tuple[str, ...]  # as printed on reports
    phrases: tuple[str, ...]  # as said in a question, never printed: "mauvais cholestérol"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # one object per key: compared by identity
class Entry:
    """What we know of one analyte; holds no reference range, because only the person's own report gives one."""

    key: str  # stable: facts and trends refer to it
    theme: str
    specimen: Specimen
    codes: Mapping[Dimension, str]  # LOINC
    en: Wording
    fr: Wording
    capitals: tuple[str, ...]  # aliases that are words of their own: in a sentence, only when written like this
    report_only: tuple[str, ...]  # aliases too ambiguous for any sentence
    qualifiers: frozenset[str]  # families of words a label may add without naming another analyte
    sources: tuple[str, ...]  # empty: unverified
    read: date | None
    backs: frozenset[Part]  # which sentences those sources back
    reviewed: bool  # a clinician signed it

    def wording(self, language: Language) -> Wording:
        """Give the sentences in *language*."""
        return self.fr if language == "fr" else self.en

    def code_for(self, ucum: str | None) -> str | None:
        """Give the LOINC code that fits a unit.

        An only code fits every unit, none too, except another kind of concentration: vitamin D in nmol/L is not the
        mass concentration its code names.
        """
        dimension = dimension_of(ucum) if ucum is not None else "other"
        if len(self.codes) != 1:
            return self.codes.get(dimension)
        coded, code = next(iter(self.codes.items()))
        return None if coded != dimension and {coded, dimension} <= _CONCENTRATIONS else code


def dimension_of(ucum: str) -> Dimension:
    """Tell what kind of quantity a UCUM unit measures, in LOINC's sense of a property."""
    above, _, below = re.sub(r"\{[^}]*\}", "", ucum).strip().partition("/")
    if above in {"%", "L/L"} or ucum == "L/L" or (not above and below.startswith("100")):
        return "fraction"
    if _GRAM.fullmatch(above):
        return "mixed" if _MOLE.fullmatch(below) else "mass"
    if _MOLE.fullmatch(above):
        return "substance"
    if _UNITS.fullmatch(above):
        return "units"
    if _POWER.fullmatch(above) and _LITRE.fullmatch(below):
        return "number"
    return "other"
