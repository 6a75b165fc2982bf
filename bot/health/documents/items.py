"""A row's text cut into what each piece can be on its own: value, bound, range, unit, flag, date, word.

Nothing is decided here about which value counts; that takes the whole row (`reading`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto
from typing import Final

from bot.health.documents.rows import GAP, LONGEST_ROW, Row
from bot.health.facts.model import Comparator
from bot.health.facts.numbers import BOUND, DASH, NAMED, Mark, Range, number_pattern, parse_amount, parse_range
from bot.health.facts.units import Units


class Kind(Enum):
    """What a piece of a row can be."""

    NUMBER = auto()
    BOUND = auto()  # "< 5,0": a value or a range, by its place
    RANGE = auto()
    UNIT = auto()
    FLAG = auto()
    RESULT = auto()  # a result in words: "Négatif"
    PENDING = auto()  # "en cours": there will be a value
    DATE = auto()
    LINK = auto()  # "soit", "i.e.": the same result again
    EARLIER = auto()  # "Antériorité", "previous"
    WORD = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One piece, where it stands in the row, and what it means."""

    kind: Kind
    text: str
    start: int
    end: int
    gap: bool  # a column may begin here
    clasped: bool = False  # in brackets, or named ("N :"): a bound written so is a range
    comparator: Comparator = ""
    number: Decimal | None = None
    range: Range | None = None
    ucum: str | None = None


_MONTH = (
    r"(?:janv(?:ier|\.)?|f[ée]vr(?:ier|\.)?|mars|avr(?:il|\.)?|mai|juin|juil(?:let|\.)?|ao[uû]t|sept(?:embre|ember|\.)?"
    r"|oct(?:obre|ober|\.)?|nov(?:embre|ember|\.)?|d[ée]c(?:embre|ember|\.)?|jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch)?"
    r"|apr(?:il|\.)?|may|june?|july?|aug(?:ust|\.)?)"
)
DATE: Final = re.compile(
    rf"(?<![0-9])(?:[0-9]{{1,2}}([/.-])[0-9]{{1,2}}\1(?:[0-9]{{4}}|[0-9]{{2}})|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
    rf"|[0-9]{{1,2}}(?:er)?[ -]{_MONTH}[ ,-]*[0-9]{{4}}|{_MONTH}\s[0-9]{{1,2}},?\s[0-9]{{4}})(?![0-9]|[.,/][0-9])",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?:à\s|at\s)?[0-2]?[0-9]\s?[hH:]\s?[0-5][0-9](?::[0-5][0-9])?(?:\s?[AP]M)?(?![0-9])")
_LINK = re.compile(
    r"(?:soit|i\.\s?e\.|c['’]est[- ]à[- ]dire|ou|or|équivalent\s+à|equivalent\s+to|=)(?=\s*:?\s*[<>≤≥]?\s*[0-9])\s*:?",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"(?:(?:résultats?|valeurs?|results?|values?)\s+)?(?:ant[ée]rio?rit[ée]s?|ant[ée]rieure?s?|ant\.(?=\s)|préc[ée]dente?s?|previous|prior|last\s+result)"
    r"(?:\s+(?:results?|values?))?(?:\s+(?:du|le|on))?\b",
    re.IGNORECASE,
)
_SYMBOL_FLAG = re.compile(
    r"[*↑↓▲▼]+(?=[0-9])|(?:[*↑↓▲▼⬆⬇⇧⇩!]+|\+{1,3}|--+|<<+|>>+)(?:\s?(?:HH|LL|BB|H|L|B|E|A|N))?(?![\w.,%/])"
)
_LETTER_FLAG = re.compile(
    r"[(\[]?(?:HH|LL|BB|HI|LO|H|L|B|N|A|E|C|(?i:critical(?:ly)?\s(?:high|low)|high|low|critical|abnormal|bas(?:se)?|haute?|élevée?|"
    r"augmentée?|diminuée?|normale?|(?:above|below)\s(?:range|normal|(?:(?:high|low|upper|lower)\s)?(?:reference\s|normal\s)?limits?|(?:the\s)?(?:reference|normal)\srange)|out(?:side)?\s(?:of\s)?(?:(?:reference|normal)\s)?range))[)\]]?\*?(?![\w.,%/'’-])"
)
_NORMAL = re.compile(r"[(\[]?N\s?[<>≤≥][^()\[\]]*[)\]]")  # "(N > 70)" names a range
RESULT_WORDS: Final = re.compile(
    r"(?<![\w'’])(?:(?:très |faiblement |fortement |weakly |strongly )?(?:négati(?:f|ve)s?|positi(?:f|ve)s?|negati(?:f|ve)s?)|non[- ]?réacti(?:f|ve)s?|réacti(?:f|ve)s?"
    r"|non[- ]?reactive|reactive|absence|absente?s?|présence|présente?s?|present|absent|traces?|rares?|quelques(?:[- ]un(?:e)?s)?"
    r"|nombreu(?:x|ses)|few|moderate|many|none(?: seen| detected)?|non détectée?s?|non détectable|indétectable|not detected"
    r"|undetect(?:ed|able)|détectée?s?|detected|indosable|stériles?|sterile|normale?s?|abnormal|anormale?s?|douteu(?:x|se)"
    r"|équivoque|equivocal|indeterminate|indéterminée?|limpide|trouble|clear|cloudy|turbid|jaune(?: clair| pâle| foncé)?"
    r"|(?:pale |dark |light )?yellow|non[- ]immune|immune|immunisée?|non immunisée?|aucune?)(?![\w'’])",
    re.IGNORECASE,
)
QUALIFIER: Final = re.compile(
    r"(?:hommes?|femmes?|enfants?|adultes?|garçons?|filles?|nouveau|nourrissons?|m[ae]n|wom[ae]n|males?|females?|child(?:ren)?|adults?"
    r"|boys?|girls?|newborn|ans|années|years?|yrs?|mois|months?|jours|days|semaines?|weeks?|grossesse|enceintes?|pregnan\w*"
    r"|trimest(?:re|er)|ménopaus\w*|menopaus\w*|follicul\w*|lutéale?|luteal|ovulat\w*|phase|objectifs?|cibles?|target|goal"
    r"|risque|risk|th[ée]rapeuti(?:que|c)s?|carence|deficien\w*|insuffisan\w*|insufficien\w*|toxi\w*|optimale?|desirable|souhaitable|borderline|limite"
    r"|pre-?diab\w*|diab\w*|near|sujet|age|âge|si|if|[HFM♂♀])(?!\w)\.?",
    re.IGNORECASE,
)
_PENDING = re.compile(
    r"(?:en cours|à suivre|en attente|non (?:fait|réalisée?|effectuée?|dosée?|rendue?|interprétable)|pending|to follow"
    r"|not (?:performed|done|available|reported|tested|applicable|calculated)|non (?:applicable|calculable)|(?:sample|specimen|quantity) (?:insufficient|not sufficient)|insufficient (?:sample|specimen|quantity)|(?:quantité|échantillon|prélèvement) insuffisante?|cancell?ed|annulée?|see (?:note|comment|below)|voir (?:commentaire|note)|hémolysée?|hemolyzed)(?!\w)",
    re.IGNORECASE,
)
POWER: Final = re.compile(r"[<>≤≥]?\s?10\s?[\^*E]\s?[0-9]{1,2}(?=\s*(?:CFU|UFC))", re.IGNORECASE)
_GRADE = re.compile(r"(?:\(\+\)|\+\s?/\s?-|\+{1,4}|[1-4]\s?\+)(?=\t|$)[^0-9]*$")  # "++" after a label, and no number
_TITRE = re.compile(r"[<>≤≥]?\s?1\s?[/:]\s?[0-9]{2,5}(?![0-9/.,])")  # "1/2" is a page's number
# "Cortisol 8h", "Glycémie à 120 min": when the sample was taken, where another number follows as the value.
_MOMENT = re.compile(
    r"(?:(?:[01]?[0-9]|2[0-4])\s?(?:(?-i:h)|heures?|hours?|hrs?)|(?:15|30|45|60|90|120|180|240)\s?(?:min|mn|minutes?))"
    r"(?![\w/])(?=[^()\[\]<>≤≥0-9]*[<>≤≥]?\s?[0-9][0-9.,]*(?![0-9.,]|\s?(?:h|heures?|hours?|hrs?|min|mn|minutes?)(?![\w/])))",
    re.IGNORECASE,
)
_UNIT_LIKE = re.compile(r"[^\W\d][^\s()\[\]]*/[^\s()\[\],;]+")
# Names that hold a number of their own; in a line without columns it would pass for the value.
_NAME = re.compile(
    r"CA[ -]?(?:125|15[.-]3|19[.-]9|50|72[.-]4|242)(?!\d)|(?:1[,.]\s?25|17|25)[ -]?\(?OH\)?2?(?!\w)|(?:B|T|C|CD|IgG|IgA|D|K|HE|Cyfra|Cyfra 21)\s?"
    r"(?:1|2|3|4|5|6|8|9|12|19|20|21[.-]1|27|50)(?![\d.,/])(?=\s+\S*[^\W\d])|(?:HLA|HPV|Om[ée]ga|Oméga)[ -]?B?\s?\d{1,2}(?![\d.,])",
)
_AFTER_VALUE = frozenset({Kind.NUMBER, Kind.BOUND, Kind.RANGE})
_SHORT = frozenset({"s", "h", "g", "m", "min", "mn", "mg", "mm", "cm", "in", "mL", "kg", "Kg", "pg"})  # words elsewhere


class Scanner:
    """Cuts rows into items, for one decimal mark and one unit table."""

    def __init__(self, mark: Mark, units: Units) -> None:
        self._mark: Mark = mark
        self.units = units
        number = rf"[-+\u2212]?(?:{number_pattern(mark)})"
        self._range = re.compile(
            rf"(?P<open>[(\[]\s*)?(?P<named>{NAMED}[(\[]?\s*)?(?P<body>(?:de\s+|from\s+)?{number}(?P<dash>{DASH}){number}"
            rf"|{BOUND}\s*{number})(?![0-9]|[.,][0-9]|[-/][0-9])(?P<close>\s*[)\]])?",
            re.IGNORECASE,
        )
        self._number = re.compile(rf"(?P<open>[(\[]\s*)?(?P<body>{number})(?![0-9]|[.,][0-9]|[-/][0-9A-Za-z]|['’])")

    def items(self, row: Row) -> tuple[Item, ...]:
        """Give the pieces of *row*, left to right; none when it is too long to be a line."""
        return tuple(self._scan(row.text)) if len(row.text) <= LONGEST_ROW else ()

    def _scan(self, text: str) -> Iterator[Item]:
        at, last = 0, None
        while at < len(text):
            if text[at].isspace():
                at += 1
                continue
            found = self._at(text, at, last)
            gap = at > 0 and text[at - 1] == GAP
            last = replace(found, gap=gap)
            yield last
            at = max(found.end, at + 1)

    def _at(self, text: str, at: int, last: Item | None) -> Item:
        fresh = at == 0 or not (
            text[at - 1].isalnum() and text[at] not in "<>≤≥([*"
        )  # a piece never begins inside a word
        glued = last is not None and last.kind in _AFTER_VALUE and last.end == at
        if fresh:
            if named := _NAME.match(text, at):
                return _item(Kind.WORD, text, at, named.end())
            moment = _MOMENT.match(text, at) if last is not None and last.kind is Kind.WORD else None
            if moment:
                return _item(Kind.WORD, text, at, moment.end())
            power = self._unit(text, at, last) if re.compile(r"[x×X]?\s?10").match(text, at) else None
            found = (
                power
                or self._graded(text, at, last)
                or self._dated(text, at)
                or self._ranged(text, at)
                or self._words(text, at, last)
                or self._numbered(text, at)
            )
            if found:
                return found
        if fresh or glued:
            found = self._unit(text, at, last) or self._flag(text, at, last)
            if found:
                return found
        word = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*\.?|\S").match(text, at)
        end = word.end() if word else at + 1
        return _item(Kind.WORD, text, at, end)

    def _dated(self, text: str, at: int) -> Item | None:
        found = DATE.match(text, at) or _TIME.match(text, at)
        return _item(Kind.DATE, text, at, found.end()) if found else None

    def _ranged(self, text: str, at: int) -> Item | None:
        found = self._range.match(text, at)
        if not found or self._broken(text, found.end("body")):
            return None
        clasped = bool(found["open"] or found["named"])
        body = re.sub(r"^(?:de|from)\s+", "", found["body"], flags=re.IGNORECASE)
        printed = parse_range(body, self._mark)
        if found["dash"] is None:
            amount = parse_amount(found["body"], self._mark)
            if amount is None or printed is None:
                return None
            bound = _item(Kind.BOUND, text, at, found.end(), amount.value, clasped=clasped)
            return replace(bound, comparator=amount.comparator, number=amount.number, range=printed)
        if printed is None:
            return None
        return replace(_item(Kind.RANGE, text, at, found.end(), printed.text, clasped=clasped), range=printed)

    def _broken(self, text: str, end: int) -> bool:
        """Say whether a number that ends here is only the beginning of a word ("25OH", "1ère", "B12")."""
        rest = re.match(r"[^\s()\[\],;*]+", text[end:])
        if not rest or not re.match(r"[^\W\d]|%|°|/", rest[0]):
            return False
        if _LETTER_FLAG.match(text, end) or _SYMBOL_FLAG.match(text, end):
            return False
        return self._unit_end(text, end) is None and not re.match(r"[^\W\d]+/[^\W\d]", rest[0])

    def _numbered(self, text: str, at: int) -> Item | None:
        titre = _TITRE.match(text, at)
        if titre:
            return _item(Kind.RESULT, text, at, titre.end())
        found = self._number.match(text, at)
        if not found or self._broken(text, found.end("body")):
            return None
        amount = parse_amount(found["body"], self._mark)
        if amount is None:
            return _item(Kind.WORD, text, at, found.end())
        item = _item(Kind.NUMBER, text, at, found.end(), amount.value, clasped=bool(found["open"]))
        return replace(item, number=amount.number)

    def _graded(self, text: str, at: int, last: Item | None) -> Item | None:
        if count := POWER.match(text, at):
            return _item(Kind.RESULT, text, at, count.end())
        graded = _GRADE.match(text, at)
        apart = last is not None and (text[at - 1] == GAP or last.text == ":") and last.kind is Kind.WORD
        return (
            _item(Kind.RESULT, text, at, text.find(GAP, at) if GAP in text[at:] else len(text))
            if graded and apart
            else None
        )

    def _words(self, text: str, at: int, last: Item | None) -> Item | None:
        for kind, pattern in (
            (Kind.LINK, _LINK),
            (Kind.EARLIER, _EARLIER),
            (Kind.PENDING, _PENDING),
            (Kind.RESULT, RESULT_WORDS),
        ):
            found = pattern.match(text, at)
            if found and not (kind is Kind.LINK and last is None and found[0].lower() in {"ou", "or", "="} and at > 0):
                return _item(kind, text, at, found.end())
        return None

    def _unit(self, text: str, at: int, last: Item | None) -> Item | None:
        claspers = re.compile(r"[(\[]\s*").match(text, at)
        start = claspers.end() if claspers else at
        end = self._unit_end(text, start)
        after_value = last is not None and (
            last.kind in _AFTER_VALUE or (last.kind is Kind.FLAG and text[at - 1] == GAP)
        )
        alone = (at == 0 or text[at - 1] == GAP) and (end is not None and (end == len(text) or text[end] == GAP))
        if end is not None and (after_value or alone or claspers or text[start:end] not in _SHORT):
            closing = re.compile(r"\s*[)\]]").match(text, end) if claspers else None
            unit = _item(
                Kind.UNIT, text, at, closing.end() if closing else end, text[start:end], clasped=bool(claspers)
            )
            return replace(unit, ucum=self.units.ucum(text[start:end]))
        if after_value and not _LETTER_FLAG.match(text, at) and (unknown := _UNIT_LIKE.match(text, at)):
            return _item(Kind.UNIT, text, at, unknown.end())
        return None

    def _unit_end(self, text: str, start: int) -> int | None:
        """Give where the longest known unit that begins at *start* ends, if one does."""
        cell = re.split(r"[\t<>≤≥]", text[start:], maxsplit=1)[0].rstrip()
        words = cell.split(" ")
        for count in range(min(len(words), 5), 0, -1):
            whole = " ".join(words[:count])
            for shown in (whole, whole.rstrip(")]*,;:↑↓.")):
                if shown and self.units.ucum(shown) is not None:
                    return start + len(shown)
        return None

    def _flag(self, text: str, at: int, last: Item | None) -> Item | None:
        found = _SYMBOL_FLAG.match(text, at)
        if not found and last is not None and not _NORMAL.match(text, at):
            found = _LETTER_FLAG.match(text, at)
        return _item(Kind.FLAG, text, at, found.end(), found[0].strip("()[] ")) if found else None


def _item(kind: Kind, text: str, start: int, end: int, shown: str | None = None, *, clasped: bool = False) -> Item:
    printed = re.sub(r"[ \t]+", " ", text[start:end] if shown is None else shown).strip()
    return Item(kind=kind, text=printed, start=start, end=end, gap=False, clasped=clasped)
