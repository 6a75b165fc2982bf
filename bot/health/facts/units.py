"""Printed units to UCUM through a closed table: a unit that is not in it has no meaning here, and stays as printed.

No unit library reads them: those we measured took `G/L` for gauss and `10*3/uL` for thirty.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bot.kernel.errors import SettingsError

_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SAME_RESULT: Final = ({"mass_concentration", "substance_concentration"}, {"fractions", "cells"})
_LITRE = re.compile(r"(?<![A-Za-z])([dcmunpf]?)l(?![A-Za-z])")  # "l", "dl", "ml": no other unit is spelt so
_BRACKET: Final = re.compile(r"[\[{(]")


def normalise(printed: str) -> str:
    """Fold what cannot change a unit's meaning: compatibility forms, micro signs, superscripts, blanks, litre's case."""
    # Before NFKC, which would turn ten to the ninth into one hundred and nine.
    text = re.sub(r"(?<=[0-9])[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda m: "^" + m[0].translate(_SUPERSCRIPTS), printed)
    text = unicodedata.normalize("NFKC", text).replace("\u03bc", "u").replace("\u2044", "/").replace("\u2215", "/")
    text = re.sub(r"(?<=[A-Za-z])\^(?=[0-9])", "", text)
    text = re.sub(r"[\u00d7\u2715·](?=\s*10)", "x", text)
    return _LITRE.sub(r"\1L", re.sub(r"\s+", "", text))


class Units:
    """The alias table of `config/units.toml`."""

    def __init__(self, table: Mapping[str, str], families: Mapping[str, str]) -> None:
        self._table = dict(table)
        self._families = dict(families)  # of each UCUM code, the section it stands in

    @classmethod
    def load(cls, folder: Path) -> "Units":
        """Read the table. Raises `SettingsError` when it is unreadable or gives one spelling two meanings."""
        try:
            document = tomllib.loads((folder / "units.toml").read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError):
            raise SettingsError(f"cannot read {folder / 'units.toml'}") from None
        table: dict[str, str] = {}
        families: dict[str, str] = {}
        for family, ucum, alias in _rows(document):
            families[ucum] = family
            if table.setdefault(normalise(alias), ucum) != ucum:
                raise SettingsError(f"units.toml: {alias!r} means both {table[normalise(alias)]} and {ucum}")
        return cls(table, families)

    def ucum(self, printed: str) -> str | None:
        """Give the UCUM code of a printed unit; None means keep it as printed and convert nothing."""
        return self._table.get(normalise(printed))

    def knows(self, code: str) -> bool:
        """Say whether *code* is itself a UCUM code of the table, as a source that speaks UCUM writes it."""
        return code in self._families

    def of_one_result(self, first: str, second: str) -> bool:
        """Say whether two UCUM units can state the same result: a mass and a substance, a share and a count."""
        families = {self._families[first], self._families[second]}
        return first != second and (len(families) == 1 or families in _SAME_RESULT)


def _rows(document: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    for family, section in document.items():
        if not isinstance(section, dict):
            raise SettingsError("units.toml: every unit stands in a section")
        for ucum, aliases in section.items():
            itself = [ucum] if _BRACKET.search(ucum) else []  # printed or sent, "mm[Hg]" can be nothing else; "L" can
            for alias in [*itself, *aliases]:
                yield family, ucum, alias
