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
_LITRE = re.compile(r"(?<![A-Za-z])([dcmunpf]?)l(?![A-Za-z])")  # "l", "dl", "ml": no other unit is spelt so


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

    def __init__(self, table: Mapping[str, str]) -> None:
        self._table = dict(table)

    @classmethod
    def load(cls, folder: Path) -> "Units":
        """Read the table. Raises `SettingsError` when it is unreadable or gives one spelling two meanings."""
        try:
            document = tomllib.loads((folder / "units.toml").read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError):
            raise SettingsError(f"cannot read {folder / 'units.toml'}") from None
        table: dict[str, str] = {}
        for ucum, alias in _rows(document):
            if table.setdefault(normalise(alias), ucum) != ucum:
                raise SettingsError(f"units.toml: {alias!r} means both {table[normalise(alias)]} and {ucum}")
        return cls(table)

    def ucum(self, printed: str) -> str | None:
        """Give the UCUM code of a printed unit; None means keep it as printed and convert nothing."""
        return self._table.get(normalise(printed))

    def longest(self, words: list[str]) -> int:
        """Give how many of the first *words* form one printed unit ("mL/min/1,73" "m²"); 0: none do."""
        return next((n for n in range(min(len(words), 5), 0, -1) if self.ucum(" ".join(words[:n]))), 0)


def _rows(document: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for section in document.values():
        if not isinstance(section, dict):
            raise SettingsError("units.toml: every unit stands in a section")
        for ucum, aliases in section.items():
            for alias in aliases:
                yield ucum, alias
