"""The fixed cards that answer a danger: the number to call first, then what to do, and never a diagnosis.

No card has been reviewed by a clinician yet: `REVIEWED` says so, in this one place, of the wording that `VERSION` names.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from babel import Locale

from bot.chat.model import FAULT, HEALTH_MARK, Alarm, Button, Show, Space
from bot.chat.ports import Choice, Reader
from bot.guardrails.helplines import Call, Helplines, Line
from bot.i18n import LANGUAGES, Language, say
from bot.kernel.clock import Clock
from bot.kernel.sensitive import Sensitive

VERSION: Final = "1"
REVIEWED: Final = False

CHECK_IN: Final = "checkin"
COUNTRY: Final = "country"  # the card that only asks where somebody is
ALSO_CRISIS: Final = "+"  # after a card's name: another danger leads, and a crisis shows as well
_FAMILIES: Final = {
    "self_harm": "crisis",
    "poisoning": "poisoning",
    "violence": "violence",
    "newborn": "newborn",
    "pregnancy": "pregnancy",
}
CARDS: Final = (
    *(f"{level}_{family}" for level in ("emergency", "urgent") for family in ("medical", *_FAMILIES.values())),
    "cautious",
    CHECK_IN,
    COUNTRY,
)
# Offered first, because most readers of the language live there. Nobody is taken to live there for that.
LIKELY: Final[Mapping[Language, Sequence[str]]] = {
    "fr": ("FR", "BE", "CH", "LU", "CA"),
    "en": ("US", "GB", "IE", "CA", "AU", "NZ"),
}
# Named in a sentence while the country is unknown: {first} to {fourth} of the catalogue.
_NAMED: Final[Mapping[Language, Sequence[str]]] = {"fr": ("FR", "CH", "CA", "BE"), "en": ("US", "GB", "AU", "NZ")}
_PLACES: Final = ("first", "second", "third", "fourth")
_ALIASES: Final = {"uk": "GB", "england": "GB", "angleterre": "GB", "usa": "US", "america": "US", "amerique": "US"}
_MORE: Final = "+"
_ELSEWHERE: Final = "-"
_BUTTON: Final = re.compile(r"[gh]:cc:([^:]+):([^:]+):([^:]+)")
_ANSWER: Final = re.compile(r"[gh]:ci:(yes|no):\w+")  # to the question of the check-in
_ACROSS: Final = 3  # buttons in a row


@dataclass(frozen=True, slots=True)
class _Pressed:
    """What a button of a card carries: a country or one of the two words above, the card, its language."""

    country: str
    card: str
    language: Language


class Cards:
    """Words every card, with the numbers of where its reader is."""

    def __init__(self, helplines: Helplines, clock: Clock) -> None:
        self._helplines = helplines
        self._clock = clock

    def card(self, alarm: Alarm, reader: Reader) -> Show:
        """Give the card that answers *alarm*."""
        name = name_of(alarm)
        if name == CHECK_IN:
            return _worded(
                reader,
                say(reader.language, "cards.checkin", count=None, **self.lines(reader.language, reader.country)),
                (_answers(reader),),
            )
        return self._show(name, reader, buttons=() if reader.country else self._countries(name, reader))

    def ask_country(self, reader: Reader, *, named: str = "") -> Choice:
        """Take the country *named*, or ask for it."""
        country = country_of(named)
        if country is not None:
            return Choice(country=country, show=self._chosen(COUNTRY, _in(reader, country)))
        buttons = self._countries(COUNTRY, reader)
        return Choice(country=None, show=_worded(reader, say(reader.language, "cards.country"), buttons))

    def pressed(self, button: str, reader: Reader, *, edit: int) -> Choice | None:
        """Give the card *edit* as it is once *button* was pressed."""
        answered = _ANSWER.fullmatch(button)
        if answered is not None and answered[1] == "no":
            return Choice(country=None, show=_editing(_worded(reader, say(reader.language, "cards.checkin_no")), edit))
        press = _read(button)
        if press is None:
            return None
        reader = Reader(language=press.language, country=reader.country, space=reader.space)
        if press.country == _MORE:
            show = self._show(press.card, _in(reader, None), buttons=self._countries(press.card, reader, all_=True))
            return Choice(country=None, show=_editing(show, edit))
        show = self._chosen(press.card, _in(reader, press.country))
        return Choice(country="" if press.country == _ELSEWHERE else press.country, show=_editing(show, edit))

    def lines(self, language: Language, country: str | None) -> Mapping[str, str]:
        """Give the numbers to call as `{emergency}` and `{crisis}`, worded to stand in a sentence."""
        return {"emergency": self._emergency(language, country), "crisis": self._crisis(language, country)}

    def _chosen(self, name: str, reader: Reader) -> Show:
        if name != COUNTRY:
            return self._show(name, reader)
        if reader.country == _ELSEWHERE:
            key, place = "cards.country_elsewhere", ""
        else:
            key, place = "cards.country_chosen", _place(reader.country or "", reader.language)
        return _worded(
            reader, say(reader.language, key, count=None, country=place, **self.lines(reader.language, reader.country))
        )

    def _show(self, name: str, reader: Reader, *, buttons: Sequence[Sequence[Button]] = ()) -> Show:
        language, country = reader.language, reader.country
        if name == COUNTRY:
            return _worded(reader, say(language, "cards.country"), buttons)
        card, also, _ = name.partition(ALSO_CRISIS)
        values = {
            **self.lines(language, country),
            "again": say(language, "cards.emergency_again") if country is None else self._emergency(language, country),
            "police": self._police(language, country),
            "silent": self._silent(language, country),
            "advice": self._advice(language, country),
        }
        parts = [say(language, f"cards.{card}", count=None, **values)]
        if also:
            parts.append(say(language, "cards.also_crisis", count=None, **values))
        if buttons:
            parts.append(say(language, "cards.where"))
        return _worded(reader, "\n\n".join(parts), buttons)

    def _emergency(self, language: Language, country: str | None) -> str:
        if country is None:
            return say(language, "cards.emergency_anywhere", count=None, **self._at(language, self._number))
        return _call(language, self._helplines.emergency(country, self._clock()))

    def _police(self, language: Language, country: str | None) -> str:
        if country is None:
            return self._emergency(language, None)
        return _call(language, self._helplines.police(country, self._clock()))

    def _crisis(self, language: Language, country: str | None) -> str:
        if country is None:
            return say(language, "cards.crisis_anywhere", count=None, **self._at(language, self._crisis_number))
        line = self._helplines.crisis(country, self._clock(), language)
        return self._emergency(language, country) if line is None else _named(language, line)

    def _advice(self, language: Language, country: str | None) -> str:
        now = self._clock()
        line = self._helplines.advice(country, now)
        if line is not None:
            return say(language, "cards.advice", line=_named(language, line))
        named = (self._helplines.advice(one, now) for one in _NAMED[language] if country is None)
        number = next((line.number for line in named if line is not None), None)
        if number is None:
            return say(language, "cards.advice_anywhere")
        return say(language, "cards.advice_unknown", number=number)

    def _silent(self, language: Language, country: str | None) -> str:
        places = _NAMED[language] if country is None else (country,)
        for place in places:
            line = self._helplines.silent(place, self._clock())
            if line is not None:
                return say(language, "cards.silent", number=line.number, place=_place(place, language)) + " "
        return ""

    def _at(self, language: Language, number: Callable[[str, Language], str]) -> Mapping[str, str]:
        """Give a number for each country the sentence names when we do not know where someone is."""
        return {place: number(country, language) for place, country in zip(_PLACES, _NAMED[language], strict=True)}

    def _number(self, country: str, _: Language) -> str:
        return self._helplines.emergency(country, self._clock()).numbers[0]

    def _crisis_number(self, country: str, language: Language) -> str:
        line = self._helplines.crisis(country, self._clock(), language)
        return self._number(country, language) if line is None else line.number

    def _countries(self, name: str, reader: Reader, *, all_: bool = False) -> Sequence[Sequence[Button]]:
        language = reader.language
        choices = (
            sorted(self._helplines.countries, key=lambda code: _place(code, language)) if all_ else LIKELY[language]
        )
        press = _prefix(reader)
        labels = [(f"{_flag(code)} {_place(code, language)}", code) for code in choices]
        last = ("cards.elsewhere", _ELSEWHERE) if all_ else ("cards.more", _MORE)
        labels.append((say(language, last[0]), last[1]))
        buttons = [Button(label=label, data=f"{press}:cc:{code}:{name}:{language}") for label, code in labels]
        return [buttons[n : n + _ACROSS] for n in range(0, len(buttons), _ACROSS)]


def name_of(alarm: Alarm) -> str:
    """Name the card that answers *alarm*."""
    if not alarm.stops:
        return CHECK_IN
    if alarm.rule == FAULT.rule:
        return "cautious"
    family = _FAMILIES.get(alarm.category, "medical")
    return f"{alarm.level}_{family}" + (ALSO_CRISIS if alarm.crisis and family != "crisis" else "")


def said_yes(button: str) -> bool:
    """Say whether *button* is the "yes" of the check-in."""
    answered = _ANSWER.fullmatch(button)
    return answered is not None and answered[1] == "yes"


def country_of(named: str) -> str | None:
    """Read a country somebody typed: its two letters, or its name in either language, accents forgiven."""
    wanted = _bare(named)
    if wanted in _ALIASES:
        return _ALIASES[wanted]
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code.isalpha() and len(code) == len("FR") and wanted in {code.casefold(), _bare(name)}:
                return str(code)
    return None


def _bare(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _read(button: str) -> _Pressed | None:
    shape = _BUTTON.fullmatch(button)
    if shape is None:
        return None
    country, name, spoken = shape.groups()
    language = next((one for one in LANGUAGES if one == spoken), None)
    known = country in {_MORE, _ELSEWHERE} or country_of(country) == country
    if language is None or not known or name.removesuffix(ALSO_CRISIS) not in CARDS:
        return None
    return _Pressed(country, name, language)


def _answers(reader: Reader) -> Sequence[Button]:
    space = _prefix(reader)
    return [
        Button(
            label=say(reader.language, f"cards.checkin_label_{answer}"), data=f"{space}:ci:{answer}:{reader.language}"
        )
        for answer in ("yes", "no")
    ]


def _prefix(reader: Reader) -> str:
    """Seal a press to the card's own space."""
    return "h" if reader.space is Space.HEALTH else "g"


def _in(reader: Reader, country: str | None) -> Reader:
    return Reader(language=reader.language, country=country, space=reader.space)


def _worded(reader: Reader, text: str, buttons: Sequence[Sequence[Button]] = ()) -> Show:
    mark = f"{HEALTH_MARK} " if reader.space is Space.HEALTH else ""
    return Show(text=Sensitive(mark + text), buttons=tuple(tuple(row) for row in buttons))


def _editing(show: Show, edit: int) -> Show:
    return Show(text=show.text, buttons=show.buttons, edit=edit)


def _call(language: Language, call: Call) -> str:
    if not call.sure:
        return say(language, "cards.unsure", number=call.numbers[0])
    key = "cards.one_number" if len(call.numbers) == 1 else "cards.two_numbers"
    return say(language, key, first=call.numbers[0], second=call.numbers[-1])


def _named(language: Language, line: Line) -> str:
    if line.hours == "24/7":
        return say(language, "cards.line_always", number=line.number, name=line.name)
    return say(language, "cards.line", number=line.number, name=line.name)


def _place(country: str, language: Language) -> str:
    name: str = Locale(language).territories.get(country, country)
    return name


def _flag(country: str) -> str:
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in country)
