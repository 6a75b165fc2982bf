"""The numbers to call, by country: a line too old to trust, or known to be dead, is never shown.

Where nothing is known, or the country is not, the answer is 112, and says of itself that it may not be the local one.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.kernel.errors import SettingsError

LIFE: Final = timedelta(days=500)
ANYWHERE: Final = "112"

Kind = Literal["ambulance", "emergency", "police", "fire", "silent", "crisis", "advice"]


class Line(BaseModel):
    """One number, as its file gives it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    country: str = Field(pattern="^[A-Z]{2}$")
    kind: Kind
    number: str = Field(pattern=r"^[0-9][0-9 -]*[0-9]$")
    name: str = Field(min_length=1)
    hours: str = ""
    language: str = ""
    sources: list[str] = Field(min_length=2)
    source_date: date

    def usable(self, now: datetime) -> bool:
        """Say whether the line is still young enough to be shown."""
        return now.date() - self.source_date <= LIFE


class _Stale(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    country: str
    number: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Which numbers to call, first choice first; not *sure* when 112 stands in for a number we do not know."""

    numbers: tuple[str, ...]
    sure: bool = True


_UNSURE: Final = Call(numbers=(ANYWHERE,), sure=False)


class Helplines:
    """Every line that was loaded."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = tuple(lines)
        self.countries: frozenset[str] = frozenset(line.country for line in lines)

    @classmethod
    def load(cls, folder: Path) -> "Helplines":
        """Read a folder of lines; anything wrong in it refuses the whole."""
        lines: list[Line] = []
        stale: set[str] = set()
        files = sorted(folder.glob("*.toml"))
        if not files:
            raise SettingsError(f"helplines: there is no file of numbers in {folder}")
        for path in files:
            content = _content(path)
            try:
                lines += [Line.model_validate(entry) for entry in content.pop("line", [])]
                stale |= {_digits(_Stale.model_validate(entry).number) for entry in content.pop("stale", [])}
            except ValidationError as error:
                first = error.errors(include_input=False)[0]
                raise SettingsError(f"helplines: {path.name}: {first['loc']}: {first['msg']}") from None
            if content:
                raise SettingsError(f"helplines: {path.name}: unknown {', '.join(sorted(content))}")
        for line in lines:
            if _digits(line.number) in stale:
                raise SettingsError(f"helplines: {line.country} {line.number} is known to be stale: take it out")
        return cls(lines)

    def emergency(self, country: str | None, now: datetime) -> Call:
        """Give whom to call for someone in danger of their life."""
        return self._call(country, now, "ambulance", "emergency")

    def police(self, country: str | None, now: datetime) -> Call:
        """Give whom to call against violence."""
        return self._call(country, now, "police", "emergency")

    def crisis(self, country: str | None, now: datetime, language: str = "") -> Line | None:
        """Give the line to talk to in despair, in *language* if there is a choice; None: the emergency number."""
        lines = self._usable(country, now, "crisis")
        return min(lines, key=lambda line: line.language not in {language, ""}, default=None)

    def advice(self, country: str | None, now: datetime) -> Line | None:
        """Give whom to ask today when no doctor can be reached."""
        return next(iter(self._usable(country, now, "advice")), None)

    def silent(self, country: str | None, now: datetime) -> Line | None:
        """Give where to send a text message when speaking is impossible."""
        return next(iter(self._usable(country, now, "silent")), None)

    def expired(self, now: datetime) -> Sequence[Line]:
        """Give every line too old to be shown."""
        return [line for line in self.lines if not line.usable(now)]

    def _call(self, country: str | None, now: datetime, *kinds: Kind) -> Call:
        numbers = [line.number for kind in kinds for line in self._usable(country, now, kind)]
        return Call(numbers=tuple(dict.fromkeys(numbers))) if numbers else _UNSURE

    def _usable(self, country: str | None, now: datetime, kind: Kind) -> list[Line]:
        return [line for line in self.lines if line.country == country and line.kind == kind and line.usable(now)]


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"helplines: {path.name} cannot be read ({type(error).__name__})") from None


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)
