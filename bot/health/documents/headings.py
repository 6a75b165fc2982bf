"""Rows of headings to columns. A heading may take several lines ("Prior" over "Result"), or be a date.

Lines are joined before they are understood: "Result" alone would turn a column of earlier results into this report's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.health.documents.columns import Column, Columns, Dated, Role, meet
from bot.health.documents.dates import DateOrder, parse_date
from bot.health.documents.items import DATE, RESULT_WORDS
from bot.health.documents.rows import GAP, Row
from bot.health.facts.units import Units

_HEADINGS: Final[tuple[tuple[Role, str], ...]] = (
    (Role.EARLIER, r"(?:(?:résultats?|valeurs?)\s+)?(?:ant[ée]rio?rit[ée]s?|ant[ée]rieure?s?|précédente?s?|préc\.)|historique|derniers?\s+résultats?|ant\.|n-1|prev\.?|historical|(?:previous|prior|last|past)(?:\s+(?:results?|values?))?(?:\s+and\s+date)?|history|date of previous|anter\."),
    (Role.LOW, r"(?:valeurs?\s+|bornes?\s+|limites?\s+)?(?:min(?:imum|imales?|\.)?|inf(?:érieure?s?|\.))|lower\s+limit"),
    (Role.HIGH, r"(?:valeurs?\s+|bornes?\s+|limites?\s+)?(?:max(?:imum|imales?|\.)?|sup(?:érieure?s?|\.))|upper\s+limit"),
    (Role.RANGE, r"(?:valeurs?|intervalles?|limites?|bornes?)(?:\s+biologiques?)?\s+(?:de\s+)?(?:référence|réf\.?|usuelles?|normales?)|normes?|normales?|usuelles?|références?|v\.?\s?r\.?|v\.?\s?n\.?|(?:biological\s+)?(?:reference|ref\.?|normal|standard)\s*(?:range|interval|limits|values?)s?|reference|range|ref\.|intervalle"),
    (Role.VALUE, r"in\s+range|out\s+of\s+range|(?:current|your|patient)\s+(?:result|value)s?(?:\s+and\s+flag)?|result(?:\(s\)|s)?(?:\s+and\s+flag)?|résultats?(?:\s+(?:du\s+jour|actuels?))?|values?|valeurs?|actuel"),
    (Role.LABEL, r"analyses?|analytes?|examens?|paramètres?|tests?(?:\s+name)?|test\(s\)|components?|investigations?|libellé|désignation|determination|procedure"),
    (Role.UNIT, r"unit(?:é|e|y)?s?|unit\(s\)"),
    (Role.FLAG, r"flags?|indicateurs?|alertes?|statut|status|abnormal|interpretation|interprétation|h/l"),
    (Role.ASIDE, r"lab|labo|site|méthodes?|methods?|techniques?|performing lab"),
)  # fmt: skip
_HEADING = re.compile(
    "|".join(f"(?P<r{i}>(?<![\\w])(?:{words})(?![\\w]))" for i, (_, words) in enumerate(_HEADINGS)), re.IGNORECASE
)
_OTHER_WORDS = 3
_UNIT = re.compile(
    r"[(\[]([^()\[\]]*/[^()\[\]]*|%)[)\]]|(?<=\s)(?:en\s|in\s)?([^\W\d]+/[^\W\d]+)(?=\t|$)"
)  # "Résultat (mmol/L)"
_TIME = re.compile(r"\d\d?[h:]\d\d")


@dataclass(slots=True)
class _Cell:
    """One heading, over one line or several."""

    parts: list[tuple[Row, int, int]]

    @property
    def text(self) -> str:
        return " ".join(row.text[start:end] for row, start, end in self.parts)

    @property
    def place(self) -> tuple[float, float]:
        places = [row.place(start, end) for row, start, end in self.parts]
        return (min(left for left, _ in places), max(right for _, right in places))


def is_heading(row: Row) -> bool:
    """Say whether *row* holds nothing but words that head columns, or dates."""
    rest = _HEADING.sub(" ", _TIME.sub(" ", DATE.sub(" ", _UNIT.sub(" ", row.text))))
    if re.search(r"\d", rest) or RESULT_WORDS.search(rest) or ":" in rest:
        return False
    words = len(re.findall(r"[^\W\d_]{2,}", rest))
    return words <= _OTHER_WORDS and (
        _HEADING.search(row.text) is not None or (bool(DATE.search(row.text)) and words <= 1)
    )


def columns_of(
    rows: Sequence[Row], before: Columns, order: DateOrder, own: Sequence[date], units: Units
) -> Columns | None:
    """Give the columns that *rows*, printed one above the other, name; None when they name none."""
    named = [row for row in rows if _HEADING.search(row.text)]
    columns, dated = _understood(_cells(named), order, units) if named else ([], [])
    roles = {column.role for column in columns}
    if len(roles) > 1 and roles & {Role.VALUE, Role.RANGE, Role.EARLIER, Role.UNIT}:
        found = Columns(columns)
    elif named or (not before and len(_dates(rows, order)) == 1):
        return None
    else:
        found = before
    dated += _dates([row for row in rows if row not in named], order)
    return found.dated(dated, own) if dated else found


def _dates(rows: Sequence[Row], order: DateOrder) -> list[Dated]:
    return [(row.place(*d.span()), parse_date(d[0], order)) for row in rows for d in DATE.finditer(row.text)]


def _cells(rows: Sequence[Row]) -> list[_Cell]:
    """Join the lines of each heading, around the line that names most columns."""
    main = max(rows, key=lambda row: len(list(_HEADING.finditer(row.text))))
    cells = [_Cell([part]) for part in _parts(main)]
    for row in rows:
        if row is main:
            continue
        for part in _parts(row):
            place = row.place(part[1], part[2])
            met = [cell for cell in cells if meet(Column(Role.LABEL, *cell.place), place)]
            if not met:
                cells.append(_Cell([part]))
            elif len(met) == 1:  # one that spans several columns heads none of them
                met[0].parts.append(part)
                met[0].parts.sort(key=lambda p: p[0].centre)
    return cells


def _parts(row: Row) -> Iterator[tuple[Row, int, int]]:
    start = 0
    for text in row.text.split(GAP):
        yield row, start, start + len(text)
        start += len(text) + 1


def _understood(cells: Sequence[_Cell], order: DateOrder, units: Units) -> tuple[list[Column], list[Dated]]:
    columns: list[Column] = []
    dated: list[Dated] = []
    for cell in cells:
        found = list(_HEADING.finditer(cell.text))
        if not any(_role(match) is Role.EARLIER for match in found):
            dated += [  # three narrow columns of dates look like one cell
                (row.place(*day.span()), parse_date(day[0], order))
                for row, start, end in cell.parts
                for day in DATE.finditer(row.text, start, end)
            ]
        if len(cell.parts) == 1 and len(found) > 1:
            row, start, _ = cell.parts[0]
            columns += [Column(_role(m), *row.place(start + m.start(), start + m.end())) for m in found]
        elif found:
            roles = [_role(match) for match in found]
            unit = next((m[1] or m[2] for m in _UNIT.finditer(cell.text)), "")
            ucum = units.ucum(unit)
            role = Role.EARLIER if Role.EARLIER in roles else roles[0]
            columns.append(Column(role, *cell.place, unit if ucum else "", ucum))
    return columns, dated


def _role(match: re.Match[str]) -> Role:
    return next(role for i, (role, _) in enumerate(_HEADINGS) if match[f"r{i}"])
