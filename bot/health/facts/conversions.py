"""One unit per analyte, so that results printed in different units can stand in one line.

Only closed tables convert, in exact decimals: a unit into another of its dimension, a mass into moles by the analyte's
own molar mass, and what else its row in `config/conversions.toml` says. For anything else the answer is None: no
conversion, no trend. What the report printed is never changed.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.health.facts.model import Comparator, Fact
from bot.kernel.errors import SettingsError

_PRECISE: Final = Context(prec=40)
_FEWEST_DIGITS: Final = 4  # "100 mg/dL" is 5.551 mmol/L
_MOST_DIGITS: Final = 30  # and as many powers of ten: more was never measured
_ONE: Final = Decimal(1)
_ZERO: Final = Decimal(0)
_PER_MOLAR_MASS: Final = {  # what a division by g/mol makes of each
    "mass_concentration": "substance_concentration",
    "mass_rate": "substance_rate",
    "mass": "substance",
    "mass_per_substance": "mass_fraction",
}

_Factor = Annotated[Decimal, Field(strict=False, gt=0)]
_Number = Annotated[Decimal, Field(strict=False)]


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class _Line(_Shape):
    times: _Factor
    plus: _Number
    over: _Factor = _ONE


class _Master(_Line):
    of: str


class Row(_Shape):
    """How one analyte's units reach `unit`; the keys are explained in the file."""

    unit: str
    apart: list[str] = []
    specimen: Literal["blood", "urine", "body"] = "blood"
    molar_mass: _Factor | None = None
    formula: str | None = None
    valence: Annotated[int, Field(gt=0)] | None = None
    units_alike: bool = False
    bare: bool = False
    line: _Master | None = None
    why: str | None = None
    source: str | None = None
    printed: str | None = None


class _Page(_Shape):
    page: str
    read: date


class _File(_Shape):
    alone: list[str]
    sources: dict[str, _Page]
    specimens: dict[Literal["blood", "urine", "body"], list[str]]
    units: dict[str, dict[str, _Factor | _Line]]
    analytes: dict[str, Row]
    left_out: dict[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line that divides last, so that nothing is lost before: `(x * times + plus) / over`."""

    times: Decimal = _ONE
    plus: Decimal = _ZERO
    over: Decimal = _ONE

    def at(self, x: Decimal) -> Decimal:
        """Give the line's value at *x*."""
        with localcontext(_PRECISE):
            above = x * self.times
            return (above + self.plus if self.plus else above) / self.over  # "+ 0" would print zeros nobody measured

    def then(self, other: "Line") -> "Line":
        """Give the one line that does this and then *other*."""
        with localcontext(_PRECISE):
            return Line(
                times=self.times * other.times,
                plus=self.plus * other.times + other.plus * self.over,
                over=self.over * other.over,
            )

    def back(self) -> "Line":
        """Give the line that undoes this one."""
        return Line(times=self.over, plus=-self.plus, over=self.times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canonical:
    """A result and its printed range in the analyte's one unit."""

    value: Decimal
    unit: str  # UCUM
    comparator: Comparator
    low: Decimal | None
    high: Decimal | None
    low_open: bool
    high_open: bool
    conversion: str  # "glucose:mg/dL>mmol/L"; "" when the report printed this unit
    proportional: bool  # zero means none of it in every unit, so that a percentage says the same in all of them


@dataclass(frozen=True, slots=True)
class _Reach:
    unit: str
    line: Line
    proportional: bool


class Conversions:
    """The tables of `config/conversions.toml`."""

    def __init__(
        self,
        rows: Mapping[str, Row],
        units: Mapping[str, tuple[str, Line]],
        specimens: Mapping[str, frozenset[str]],
    ) -> None:
        self.rows = rows
        self._units = units
        self._specimens = specimens
        self._reach: dict[str, Mapping[str, _Reach]] = {}  # filled as analytes are asked for: all of them take 0.1 s

    @classmethod
    def load(cls, folder: Path) -> "Conversions":
        """Read the tables. Raises `SettingsError` when the file is unreadable or names what it does not explain."""
        path = folder / "conversions.toml"
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
            file = _File.model_validate(document)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            raise SettingsError(f"cannot read {path}") from None
        except ValidationError as error:
            places = "; ".join(".".join(map(str, e["loc"])) for e in error.errors(include_input=False))
            raise SettingsError(f"{path.name}: {places}") from None
        units = dict(_units(file))
        for key, row in file.analytes.items():
            named = [row.unit, *row.apart, *([row.line.of] if row.line else [])]
            if strange := [unit for unit in named if unit not in units]:
                raise SettingsError(f"{path.name}: {key}: no such unit: {', '.join(strange)}")
            if row.source not in {None, "unverified", *file.sources}:
                raise SettingsError(f"{path.name}: {key}: no such source: {row.source}")
        return cls(file.analytes, units, {kind: frozenset(words) for kind, words in file.specimens.items()})

    def units(self, analyte: str) -> Mapping[str, str]:
        """Give every unit understood for *analyte*, and the one it is brought to."""
        return {ucum: reach.unit for ucum, reach in self._of(analyte).items()}

    def convert(self, analyte: str, number: Decimal, unit: str, to: str) -> Decimal | None:
        """Bring *number* from one unit to another, unrounded; None when nothing joins the two."""
        reached = self._of(analyte)
        if unit not in reached or to not in reached or reached[unit].unit != reached[to].unit or not _sane(number):
            return None
        return number if unit == to else reached[unit].line.then(reached[to].line.back()).at(number)

    def canonical(self, fact: Fact) -> Canonical | None:
        """Give *fact* in its analyte's one unit; None for a text, an unknown analyte, unit or specimen."""
        analyte, number = fact.analyte or "", fact.number
        row = self.rows.get(analyte)
        if row is None or number is None or not _sane(number) or not self._same_specimen(row, fact.specimen):
            return None
        ucum = row.unit if row.bare and not fact.unit else fact.ucum
        reach = self._of(analyte).get(ucum or "")
        if reach is None:
            return None
        return Canonical(
            value=_converted(number, reach.line),
            unit=reach.unit,
            comparator=fact.comparator,
            low=_bound(fact.low, reach.line),
            high=_bound(fact.high, reach.line),
            low_open=fact.low_open,
            high_open=fact.high_open,
            conversion="" if ucum == reach.unit else f"{analyte}:{ucum}>{reach.unit}",
            proportional=reach.proportional,
        )

    def _of(self, analyte: str) -> Mapping[str, _Reach]:
        if analyte not in self._reach and analyte in self.rows:
            self._reach[analyte] = _reached(self.rows[analyte], self._units)
        return self._reach.get(analyte, {})

    def _same_specimen(self, row: Row, said: str) -> bool:
        words = re.findall(r"[^\W\d_]+", said.casefold())
        return self._specimens[row.specimen].issuperset(words)


def _units(file: _File) -> Iterator[tuple[str, tuple[str, Line]]]:
    for code in file.alone:
        yield code, (code, Line())
    for dimension, codes in file.units.items():
        for code, size in codes.items():
            line = Line(size.times, size.plus, size.over) if isinstance(size, _Line) else Line(times=size)
            yield code, (dimension, line)


def _reached(row: Row, units: Mapping[str, tuple[str, Line]]) -> Mapping[str, _Reach]:
    """Bring every unit to the row's, the first that it reaches."""
    lines: dict[str, tuple[str, Line]] = {}
    for target in (row.unit, *row.apart):
        for ucum in units:
            line = _path(row, units[ucum], units[target])
            if line is not None:
                lines.setdefault(ucum, (target, line))
    if row.line is not None:
        lines[row.line.of] = (row.unit, Line(row.line.times, row.line.plus, row.line.over))
    even = not any(line.plus for _, line in lines.values())
    return {ucum: _Reach(target, line, even) for ucum, (target, line) in lines.items()}


def _path(row: Row, here: tuple[str, Line], there: tuple[str, Line]) -> Line | None:
    (start, up), (end, down) = here, there
    if start == end:
        return up.then(down.back())
    for above, below, bridge in _bridges(row):
        if (start, end) == (above, below):
            return up.then(bridge).then(down.back())
        if (start, end) == (below, above):
            return up.then(bridge.back()).then(down.back())
    return None


def _bridges(row: Row) -> Iterator[tuple[str, str, Line]]:
    """Give the dimensions that this analyte joins."""
    if row.molar_mass is not None:
        for mass, substance in _PER_MOLAR_MASS.items():
            yield mass, substance, Line(over=row.molar_mass)
    if row.valence is not None:
        yield "equivalents", "substance_concentration", Line(over=Decimal(row.valence))
    if row.units_alike:
        yield "catalytic", "international", Line()


def _sane(number: Decimal) -> bool:
    """Say whether anything was ever measured in such a number: arithmetic with it stays in range."""
    return number.is_finite() and abs(number.adjusted()) < _MOST_DIGITS


def _converted(number: Decimal, line: Line) -> Decimal:
    """Convert, and keep one digit more than was printed: the printed precision is not lost, and hardly outdone."""
    digits = len(number.as_tuple().digits)
    if line.times == line.over and not line.plus and digits <= _MOST_DIGITS:
        return number
    return Context(prec=min(max(_FEWEST_DIGITS, digits + 1), _MOST_DIGITS)).plus(line.at(number))


def _bound(number: Decimal | None, line: Line) -> Decimal | None:
    return _converted(number, line) if number is not None and _sane(number) else None
