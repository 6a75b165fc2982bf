"""Units as written after a number, told apart even where only a capital differs: G/L counts cells, g/L weighs."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from bot.guardrails.after.text import low, plain
from bot.kernel.errors import SettingsError

# Units of ordinary life, which no report prints: what they are counted in, by how people write it.
_DAILY: Final = {
    "d": "days day jours jour j", "wk": "weeks week semaines semaine", "mo": "months month mois",
    "a": "years year ans an annees annee yrs yr year-old years-old", "h": "hours hour heures heure h hrs hr",
    "min": "minutes minute min mins mn", "s": "seconds second secondes seconde sec s",
    "%": "% percent per\\ cent pour\\ cent pourcent pourcents percentage\\ points points\\ de\\ pourcentage", "kcal": "kcal calories cal",
    "Cel": "°c degres\\ celsius degrees\\ celsius degres degrees °", "[degF]": "°f degrees\\ fahrenheit",
    "/min": "bpm beats\\ per\\ minute battements\\ par\\ minute battements/min /min",
    "kg": "kg kilos kilo kilogrammes kilograms", "g": "g grammes grams gramme gram", "mg": "mg milligrammes milligrams milligram milligramme",
    "ug": "ug mcg microgrammes micrograms", "mL": "ml millilitres milliliters", "L": "l litres litre liters liter", "cL": "cl",
    "cm": "cm centimetres", "m": "m metres meters", "km": "km kilometres miles", "[iU]": "iu ui", "mm": "mm",
    "x": "fois times", "step": "steps", "cup": "glasses verres cups tasses", "pt": "points point",
    "tbl": "tablets tablet pills pill capsules comprimes comprime gelules gelule cachets puffs bouffees gouttes drops sachets units unites doses",
}  # fmt: skip
_WORDS: Final = frozenset({"in", "m", "M"})  # units that are words too
_ANY: Final = r"/ ?[a-z]+[0-9]?(?:/[a-z]+)?|[a-z]{1,6}/[a-z]{1,6}[0-9]?(?:/[a-z]+)?"  # of no table, and yet a unit
_PLAIN_LIFE: Final = frozenset({"d", "wk", "mo", "a", "h", "x", "min", "pt", ""})


def _loose(spelling: str) -> str:
    """Give the pattern of a unit with the blanks and decimal marks that people vary: "x 10^9 /L", "1,73 m2"."""
    pattern = r"\s?".join(re.escape(part) for part in spelling.split())
    return pattern.replace("x10", "x ?10").replace("/", " ?/ ?").replace(r"1\.73", "1[.,]73 ?")


@lru_cache(maxsize=1024)
def _key(printed: str) -> str:
    text = re.sub(r"\s+", "", plain(printed))
    text = re.sub(r"(?<=[A-Za-z])\^(?=\d)", "", text).replace("mcg", "ug").replace("mc", "u").replace("1,73", "1.73")
    return re.sub(r"(?<![A-Za-z])([dcmunpf]?)l(?![A-Za-z])", r"\1L", text)


@dataclass(frozen=True, slots=True)
class UnitReader:
    """The unit that follows a number, as one word for all its spellings."""

    _pattern: re.Pattern[str]
    _exact: Mapping[str, str]
    _any_case: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path) -> "UnitReader":
        """Read the table of printed units. Raises `SettingsError` when it cannot be read."""
        try:
            table = tomllib.loads((folder / "units.toml").read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError):
            raise SettingsError(f"cannot read {folder / 'units.toml'}") from None
        exact: dict[str, str] = {}
        spellings: set[str] = set()
        for section in table.values():
            for ucum, aliases in section.items():
                for alias in aliases:
                    exact[_key(alias)] = ucum
                    if alias not in _WORDS:
                        spellings.add(plain(alias))
        any_case: dict[str, set[str]] = {}
        for key, ucum in exact.items():
            any_case.setdefault(key.lower(), set()).add(ucum)
        lower = {key: next(iter(ucums)) for key, ucums in any_case.items() if len(ucums) == 1}
        for ucum, words in _DAILY.items():
            for word in re.split(r"(?<!\\) ", words):
                written = word.replace("\\ ", " ")
                lower[_key(written).lower()] = ucum
                spellings.add(written)
        longest = sorted(spellings, key=len, reverse=True)
        spelled = "|".join(map(_loose, longest))
        return cls(re.compile(rf"[ -]?({spelled}|{_ANY})(?![A-Za-z0-9'])", re.IGNORECASE), exact, lower)

    def after(self, text: str, place: int) -> tuple[str, int]:
        """Give the unit that stands at *place* of plain *text* and where it ends; "" for none."""
        found = self._pattern.match(low(text[place : place + 40]))
        if found is None:
            return "", place
        written = text[place + found.start(1) : place + found.end(1)]
        return self.name(written), place + found.end()

    def name(self, printed: str) -> str:
        """Give one word for a unit, whatever its spelling; itself when unknown."""
        key = _key(printed)
        small = low(key)
        return self._exact.get(key) or self._any_case.get(small) or small


def measures(unit: str) -> bool:
    """Say whether *unit* belongs to a measurement, of which even a small number must be known."""
    return unit not in _PLAIN_LIFE
