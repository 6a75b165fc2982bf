"""The rules that are wordings: which sentences may not be said, as patterns in `config/guardrails/after`.

A rule is a family of sentences, not a list of them: verbs, marks of illnesses and medicines, and what makes them
innocent (a hedge, a condition, a denial). Both languages are always read together.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.guardrails.after.lexicon import MARKS, Lexicon, Marked, mark_class, stems
from bot.guardrails.after.model import Violation
from bot.guardrails.after.pieces import Needs, Pieces, needed, pieces_in
from bot.guardrails.after.text import Sentence
from bot.guardrails.model import Level
from bot.kernel.errors import SettingsError

_MACRO: Final = re.compile(r"<([a-z_]+)>")
_GENERIC: Final = re.compile(mark_class("medicine", "nutrient"))  # "your inhaler": speaks of no medicine in particular
_ANY_MARK: Final = re.compile("[\ue000-\uf8ff]")
_MARK_EACH: Final = tuple((name, re.compile(mark)) for name, mark in MARKS.items())
_DEEPEST: Final = 6  # macros inside macros
_BEFORE: Final = 80  # characters read before a match

LEVELS: Final = {level.name.lower(): level for level in Level}


class _Rule(BaseModel):
    """One family of sentences, as written in a file."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)
    rule: str
    code: str
    block: bool = False
    level: Literal["none", "info", "soon", "urgent", "emergency"] = "none"  # of the question: from this one on
    crisis: bool = False  # only when someone may harm themselves
    asking: bool = False  # sentences that ask count too
    any: list[str]
    question: list[str] = []  # only if the question says one of these
    unless: list[str] = []  # in the same sentence
    unless_before: list[str] = []  # just before the match
    unless_after: list[str] = []  # just after it
    tempered: bool = False  # not believed of a sentence that sounds clean
    grounded: Literal["no", "mentioned", "stated"] = "no"  # no violation if the marked words are, by person or record


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)
    lists: dict[str, list[str]] = {}
    words: dict[Literal["condition", "alarm", "drug", "medicine", "nutrient", "grave"], list[str]] = {}
    unmarked: list[str] = []
    rule: list[_Rule] = []


_Group = tuple[str, Needs, re.Pattern[str]]  # the mark a sentence must hold, what else, and what is said


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """A sentence, and what decides which patterns are tried on it: its pieces, and the names of its marks."""

    text: str
    asks: bool
    holds: Pieces

    @classmethod
    def of(cls, sentence: Sentence) -> "Line":
        """Look what *sentence* holds."""
        holds = pieces_in(sentence.text)
        if _ANY_MARK.search(sentence.text):
            holds |= {name for name, mark in _MARK_EACH if mark.search(sentence.text)}
        return cls(sentence.text, sentence.asks, holds)


@dataclass(frozen=True, slots=True)
class Wording:
    """A compiled family."""

    violation: Violation
    level: Level
    crisis: bool
    asking: bool
    said: tuple[_Group, ...]  # what a sentence must hold, and what is said
    question: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    tempered: bool
    grounded: str

    def broken(
        self,
        lines: Sequence[Line],
        held: Pieces,
        marked: Marked,
        known: Callable[[], frozenset[str]],
        clean: Callable[[int], bool] | None = None,
    ) -> bool:
        """Say whether one of *lines* is of this family, and speaks of more than *known*, a set of stems.

        *held* is what they hold together. *clean* says of a line, by its place, that it sounds so.
        """
        tried = [group for group in self.said if (not group[0] or group[0] in held) and group[1].met(held)]
        return bool(tried) and any(
            self._is_said(tried, line, marked, known) and not (self.tempered and clean is not None and clean(place))
            for place, line in enumerate(lines)
            if self.asking or not line.asks
        )

    def _is_said(
        self, tried: Sequence[_Group], line: Line, marked: Marked, known: Callable[[], frozenset[str]]
    ) -> bool:
        for mark, needs, said in tried:
            if (
                (not mark or mark in line.holds)
                and needs.met(line.holds)
                and self._is_found(said, line.text, marked, known)
            ):
                return not (self.unless and self.unless.search(line.text))
        return False

    def _is_found(
        self, said: re.Pattern[str], sentence: str, marked: Marked, known: Callable[[], frozenset[str]]
    ) -> bool:
        for found in said.finditer(sentence):
            if self.before and self.before.search(sentence[max(0, found.start() - _BEFORE) : found.start()]):
                continue
            if self.after and self.after.match(sentence[found.end() :]):
                continue
            if self.grounded != "no" and all(
                stems(words) <= known() for words in marked.spoken(_GENERIC.sub("", found[0]))
            ):
                continue
            return True
        return False


@dataclass(frozen=True, slots=True)
class Wordings:
    """Everything the folder says: the rules, the words they speak of, and named lists for other checks."""

    rules: tuple[Wording, ...]
    lexicon: Lexicon
    lists: Mapping[str, re.Pattern[str]]

    @classmethod
    def load(cls, folder: Path) -> "Wordings":
        """Read every file of *folder*. Raises `SettingsError`, naming the file or the rule that is wrong."""
        files = list(_read(folder))
        lists: dict[str, str] = dict(MARKS)
        lexicon = Lexicon()
        for file in files:
            lists |= {name: f"(?:{'|'.join(parts)})" for name, parts in file.lists.items()}
            lexicon.leave(file.unmarked)
            for kind, phrases in file.words.items():
                lexicon.add(kind, phrases)
        rules = [_compiled(rule, lists) for file in files for rule in file.rule]
        named = {name: _pattern([name], f"(?<![a-z0-9])<{name}>(?![a-z0-9])", lists) for name in lists}
        return cls(tuple(rules), lexicon, named)


def _read(folder: Path) -> Iterator[_File]:
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise SettingsError(f"{folder}: no output rules, and no answer goes out without them")
    for path in paths:
        try:
            yield _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError):
            raise SettingsError(f"cannot read {path}") from None
        except ValidationError as error:
            wrong = "; ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
            raise SettingsError(f"{path.name}: {wrong}") from None


def _compiled(rule: _Rule, lists: Mapping[str, str]) -> Wording:
    name = [rule.rule, rule.code]
    before = f"(?<!\\w)(?:{'|'.join(rule.unless_before)}) ?$" if rule.unless_before else ""
    return Wording(
        violation=Violation(rule=rule.rule, code=rule.code, block=rule.block),
        level=LEVELS[rule.level],
        crisis=rule.crisis,
        asking=rule.asking,
        said=tuple(_said(name, rule.any, lists)),
        question=_words(name, rule.question, lists),
        unless=_words(name, rule.unless, lists),
        before=_pattern(name, before, lists) if before else None,
        after=_pattern(name, f" ?(?:{'|'.join(rule.unless_after)})(?!\\w)", lists) if rule.unless_after else None,
        tempered=rule.tempered,
        grounded=rule.grounded,
    )


def _said(name: list[str], patterns: list[str], lists: Mapping[str, str]) -> Iterator[_Group]:
    """Give each pattern with what it cannot do without, and those that could be anything by their mark, together."""
    groups: dict[str, list[str]] = {}
    for one in patterns:
        mark = _needed(one)
        needs = needed(_expanded(name, one, lists))
        if needs.ways:
            yield mark, needs, _words_of(name, [one], lists)
        else:
            groups.setdefault(mark, []).append(one)
    for mark, group in groups.items():
        yield mark, Needs(), _words_of(name, group, lists)


def _needed(pattern: str) -> str:
    """Give the mark that stands outside every bracket of *pattern*; "" if there is none or "|" makes it a choice."""
    depth, mark = 0, ""
    for part in re.findall(r"\\.|\[[^]]*\]|[()|]|<\w+>|.", pattern):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if depth == 0 and part == "|":
            return ""
        if depth == 0 and part[1:-1] in MARKS:
            mark = part[1:-1]
    return mark


def _words(name: list[str], patterns: list[str], lists: Mapping[str, str]) -> re.Pattern[str] | None:
    return _words_of(name, patterns, lists) if patterns else None


def _words_of(name: list[str], patterns: list[str], lists: Mapping[str, str]) -> re.Pattern[str]:
    return _pattern(name, f"(?<!\\w)(?:{'|'.join(patterns)})(?!\\w)", lists)


def _expanded(name: list[str], pattern: str, lists: Mapping[str, str]) -> str:
    """Put what they stand for in the place of the names in *pattern*."""
    for _ in range(_DEEPEST):
        unknown = {macro for macro in _MACRO.findall(pattern) if macro not in lists}
        if unknown:
            raise SettingsError(f"output rule {' '.join(name)}: no list {', '.join(sorted(unknown))}")
        pattern = _MACRO.sub(lambda macro: lists[macro[1]], pattern)
    return pattern


def _pattern(name: list[str], pattern: str, lists: Mapping[str, str]) -> re.Pattern[str]:
    pattern = _expanded(name, pattern, lists)
    try:
        return re.compile(pattern, re.MULTILINE)  # so that a line is read as a sentence is
    except re.error:
        raise SettingsError(f"output rule {' '.join(name)}: a pattern cannot be read") from None
