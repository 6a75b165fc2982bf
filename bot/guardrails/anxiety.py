"""Recognises a worry that keeps coming back, so that it is answered with one next step instead of more causes.

Only words and times decide, in both languages. It never hushes a danger: the gate has judged the message before, and a
symptom said for the first time is news, not a repetition.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.chat.worries import Asked, Pattern
from bot.guardrails.reading.normal import read
from bot.kernel.errors import SettingsError

FILE: Final = "anxiety.toml"


class _Section(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True, frozen=True)


class _Night(_Section):
    from_hour: int = Field(ge=0, le=23)
    to_hour: int = Field(ge=0, le=23)
    within_hours: int = Field(gt=0)
    times: int = Field(gt=1)


class _Again(_Section):
    again: list[str]


class _Listed(_Section):
    words: list[str]


class _Rules(_Section):
    window_hours: int = Field(gt=0)
    times: int = Field(gt=1)
    overlap: float = Field(gt=0, le=1)
    stem: int = Field(gt=2)
    night: _Night
    zones: dict[str, str]
    words: _Again
    meanings: dict[str, list[str]]
    symptoms: _Listed
    little: _Listed


@dataclass(frozen=True, slots=True)
class _Worry:
    """A message as compared: what it is about, and whether it only asks again."""

    at: datetime
    about: frozenset[str]
    symptoms: frozenset[str]
    fearful: bool
    again: bool

    @property
    def counts(self) -> bool:
        return self.fearful or self.again or bool(self.symptoms)


class Anxiety:
    """Judges a message by those before it."""

    def __init__(self, rules: _Rules) -> None:
        self._rules = rules
        self._little = frozenset(rules.little.words)
        self._meanings = {self._stem(word): name for name, words in rules.meanings.items() for word in words}
        self._symptoms = frozenset(self._stem(word) for word in rules.symptoms.words)
        self._again = tuple(f" {' '.join(read(phrase).words)} " for phrase in rules.words.again)

    @classmethod
    def load(cls, folder: Path) -> "Anxiety":
        """Read the rules of *folder*; a mistake refuses them all."""
        try:
            return cls(_Rules.model_validate(tomllib.loads((folder / FILE).read_text(encoding="utf-8"))))
        except (OSError, tomllib.TOMLDecodeError):
            raise SettingsError(f"cannot read {folder / FILE}") from None
        except ValidationError as error:
            wrong = "; ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
            raise SettingsError(f"{FILE}: {wrong}") from None

    @property
    def window(self) -> timedelta:
        """Say how far back a worry counts."""
        return timedelta(hours=self._rules.window_hours)

    def judge(
        self, now: Asked, earlier: Sequence[Asked], *, news_at: datetime | None, country: str | None
    ) -> Pattern | None:
        """Say which pattern *now* completes. *news_at* is when the newest fact came in: what was asked before counts no more."""
        worry = self._worry(now)
        since = max(now.at - self.window, news_at) if news_at else now.at - self.window
        before = [past for past in map(self._worry, earlier) if past.at >= since and past.counts]
        if not worry.counts or self._is_news(worry, before):
            return None
        if len(self._chain(worry, before)) + 1 >= self._rules.times:
            return "loop"
        return "night" if self._is_burst(worry, before, country) else None

    def repeated(self, asked: Sequence[Asked]) -> Sequence[Asked]:
        """Give the worry asked last, with every time it was asked before, oldest first; empty when none is there."""
        worries = [(one, worry) for one, worry in zip(asked, map(self._worry, asked), strict=True) if worry.counts]
        if not worries:
            return []
        chain = self._chain(worries[-1][1], [worry for _, worry in worries[:-1]])
        return [one for one, worry in worries if worry in chain or worry is worries[-1][1]]

    def _worry(self, asked: Asked) -> _Worry:
        words = read(asked.text.reveal()).words
        line = f" {' '.join(words)} "
        stems = {self._stem(word) for word in words if word not in self._little}
        meant = {self._meanings.get(stem, stem) for stem in stems}
        return _Worry(
            at=asked.at,
            about=frozenset(meant),
            symptoms=frozenset(self._meanings.get(stem, stem) for stem in stems & self._symptoms),
            fearful=not meant.isdisjoint(self._rules.meanings)
            or any(self._stem(word) in self._meanings for word in words),
            again=any(phrase in line for phrase in self._again),
        )

    def _is_news(self, worry: _Worry, before: Sequence[_Worry]) -> bool:
        known = {symptom for past in before for symptom in past.symptoms}
        return bool(before) and not worry.symptoms <= known

    def _chain(self, worry: _Worry, before: Sequence[_Worry]) -> list[_Worry]:
        """Give the earlier worries that *worry* repeats; asking again repeats whatever was asked."""
        if worry.again:
            return list(before)
        return [past for past in before if past.again or self._near(worry.about, past.about)]

    def _near(self, one: frozenset[str], other: frozenset[str]) -> bool:
        shared, shorter = len(one & other), min(len(one), len(other))
        return bool(shorter) and shared / shorter >= self._rules.overlap

    def _is_burst(self, worry: _Worry, before: Sequence[_Worry], country: str | None) -> bool:
        night, hour = self._rules.night, self._hour(worry.at, country)
        if hour is None or not (hour >= night.from_hour or hour < night.to_hour):
            return False
        since = worry.at - timedelta(hours=night.within_hours)
        return sum(past.at >= since for past in before) + 1 >= night.times

    def _hour(self, at: datetime, country: str | None) -> int | None:
        try:
            return at.astimezone(ZoneInfo(self._rules.zones[country or ""])).hour
        except (KeyError, ZoneInfoNotFoundError):
            return None  # an hour that is not known is not night

    def _stem(self, word: str) -> str:
        return word.replace("y", "i")[: self._rules.stem]
