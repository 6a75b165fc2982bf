"""The `when` of a picture: parsed once into a small tree, evaluated against what a message says."""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Final, Protocol

MEASURES: Final = frozenset(
    {
        "temperature", "systolic", "diastolic", "heart_rate", "oxygen", "breathing_rate", "glucose", "ketones", "age_years",
        "age_days", "weeks_pregnant", "duration_hours", "amount", "gcs",
    }
)  # fmt: skip
_TOKEN: Final = re.compile(r"\s*(>=|<=|==|>|<|\(|\)|,|[a-z_][a-z0-9_]*|-?[0-9]+(?:\.[0-9]+)?)")


class ExpressionError(ValueError):
    """An expression that cannot be read."""


class Said(Protocol):
    """What an expression is asked of."""

    def live(self, name: str) -> bool: ...

    def near(self, one: str, other: str) -> bool: ...

    def values(self, measure: str) -> Sequence[float]: ...


class Expression(Protocol):
    """A tree that is true of a message or not."""

    def true(self, said: Said) -> bool: ...

    def may(self, said: Set[str]) -> bool:
        """Say whether this can be true of a message that says no more than these concepts and measures."""
        ...

    def names(self) -> Iterable[str]: ...

    def waits_for(self) -> frozenset[str] | None:
        """Give concepts and measures of which one must be said for this to be true; None if it can be true without."""
        ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """A measure beside a number. One that was not said compares false."""

    measure: str
    sign: str
    number: float

    def holds(self, value: float) -> bool:
        """Say whether *value* compares so."""
        match self.sign:
            case ">=":
                return value >= self.number
            case "<=":
                return value <= self.number
            case ">":
                return value > self.number
            case "<":
                return value < self.number
            case _:
                return value == self.number

    def true(self, said: Said) -> bool:
        return any(self.holds(value) for value in said.values(self.measure))

    def may(self, said: Set[str]) -> bool:
        return self.measure in said

    def names(self) -> Iterable[str]:
        return ()

    def waits_for(self) -> frozenset[str] | None:
        return frozenset({self.measure})


@dataclass(frozen=True, slots=True)
class Live:
    """A concept that the message really says."""

    name: str

    def true(self, said: Said) -> bool:
        return said.live(self.name)

    def may(self, said: Set[str]) -> bool:
        return self.name in said

    def names(self) -> Iterable[str]:
        return (self.name,)

    def waits_for(self) -> frozenset[str] | None:
        return frozenset({self.name})


@dataclass(frozen=True, slots=True)
class NearBy:
    """Two concepts in one sentence."""

    one: str
    other: str

    def true(self, said: Said) -> bool:
        return said.near(self.one, self.other)

    def may(self, said: Set[str]) -> bool:
        return self.one in said and self.other in said

    def names(self) -> Iterable[str]:
        return (self.one, self.other)

    def waits_for(self) -> frozenset[str] | None:
        return frozenset({self.one})


@dataclass(frozen=True, slots=True)
class Not:
    """Nothing of the kind."""

    what: Expression

    def true(self, said: Said) -> bool:
        return not self.what.true(said)

    def may(self, said: Set[str]) -> bool:  # noqa: ARG002  (what is said may be denied, or past)
        return True

    def names(self) -> Iterable[str]:
        return self.what.names()

    def waits_for(self) -> frozenset[str] | None:
        return None


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many of several: all of them is `and`, one is `or`."""

    least: int
    of: tuple[Expression, ...]

    def true(self, said: Said) -> bool:
        left, missing = self.least, len(self.of)
        for one in self.of:
            left -= one.true(said)
            missing -= 1
            if left <= 0:
                return True
            if missing < left:
                return False
        return False

    def may(self, said: Set[str]) -> bool:
        return sum(one.may(said) for one in self.of) >= self.least

    def names(self) -> Iterable[str]:
        for one in self.of:
            yield from one.names()

    def waits_for(self) -> frozenset[str] | None:
        each = [one.waits_for() for one in self.of]
        certain = [names for names in each if names is not None]
        spare = len(self.of) - self.least  # so many of them may be missing
        if len(certain) <= spare:
            return None
        return frozenset().union(*sorted(certain, key=len)[: spare + 1])


def parse(source: str) -> Expression:
    """Read an expression; raises `ExpressionError`."""
    reader = _Reader(_tokens(source))
    tree = reader.either()
    if reader.ahead() is not None:
        raise ExpressionError(f"{reader.ahead()} is one word too many")
    return tree


def comparison(source: str) -> Comparison:
    """Read one comparison; raises `ExpressionError`."""
    tree = parse(source)
    if not isinstance(tree, Comparison):
        raise ExpressionError(f"{source} compares no measure")
    return tree


def _tokens(source: str) -> list[str]:
    out, place = [], 0
    text = source.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ExpressionError(f"cannot read {text[place : place + 12]!r}")
        out.append(found[1])
        place = found.end()
    return out


class _Reader:
    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self._place = 0

    def ahead(self) -> str | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _next(self, wanted: str | None = None) -> str:
        word = self.ahead()
        if word is None or (wanted is not None and word != wanted):
            raise ExpressionError(f"{wanted or 'something'} is missing {f'before {word}' if word else 'at the end'}")
        self._place += 1
        return word

    def either(self) -> Expression:
        terms = [self._both()]
        while self.ahead() == "or":
            self._next()
            terms.append(self._both())
        return terms[0] if len(terms) == 1 else AtLeast(1, tuple(terms))

    def _both(self) -> Expression:
        terms = [self._one()]
        while self.ahead() == "and":
            self._next()
            terms.append(self._one())
        return terms[0] if len(terms) == 1 else AtLeast(len(terms), tuple(terms))

    def _one(self) -> Expression:
        word = self._next()
        if word == "not":
            return Not(self._one())
        if word == "(":
            inner = self.either()
            self._next(")")
            return inner
        if word[0].isdigit():
            return self._several(word)
        if not (word[0].isalpha() or word[0] == "_") or word in {"and", "or", "of"}:
            raise ExpressionError(f"{word} cannot stand here")
        if word == "near" and self.ahead() == "(":
            return self._near()
        if word in MEASURES:
            return self._comparison(word)
        if self.ahead() in {">=", "<=", ">", "<", "=="}:
            raise ExpressionError(f"{word} is not a measure")
        return Live(word)

    def _several(self, word: str) -> Expression:
        if not word.isdigit() or word == "0":
            raise ExpressionError(f"{word} cannot stand here")
        self._next("of")
        self._next("(")
        terms = [self.either()]
        while self.ahead() == ",":
            self._next()
            terms.append(self.either())
        self._next(")")
        if int(word) > len(terms):
            raise ExpressionError(f"{word} of {len(terms)} can never be")
        return AtLeast(int(word), tuple(terms))

    def _near(self) -> Expression:
        self._next("(")
        one = self._next()
        self._next(",")
        other = self._next()
        self._next(")")
        if one in MEASURES or other in MEASURES or not (one[0].isalpha() and other[0].isalpha()):
            raise ExpressionError("near() takes two concepts")
        return NearBy(one, other)

    def _comparison(self, measure: str) -> Comparison:
        sign = self._next()
        if sign not in {">=", "<=", ">", "<", "=="}:
            raise ExpressionError(f"{measure} is compared with nothing")
        number = self._next()
        try:
            return Comparison(measure, sign, float(number))
        except ValueError:
            raise ExpressionError(f"{number} is not a number") from None
