"""A stranger's table of comma-separated values, row by row, in the memory of its first rows.

Written by any spreadsheet in any country: byte-order marks, UTF-8, UTF-16 or Windows-1252, commas, semicolons or tabs.
Columns are found by name. The first rows are held until they settle what its commas and its dates mean; what they do
not settle is not read.
"""

import codecs
import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from bot.health.documents.dates import DateOrder, settled_order
from bot.health.facts.model import Reason
from bot.health.importers.importer import Source
from bot.health.importers.separators import Mark, Separators, bare, is_marked, number
from bot.health.importers.stamps import Stamp, printed_date, stamp

_CHUNK: Final = 1 << 18
_LONGEST_LINE: Final = 1 << 20
_FIRST_ROWS, _FIRST_LETTERS = 20_000, 8_000_000
_MOST_COLUMNS: Final = 400
_LONGEST_NUMBER: Final = 64
_LONGEST_HEADER: Final = 16_384  # bytes, when a format is recognised
_DELIMITERS: Final = ",;\t"
_BLANK: Final = frozenset({"", "-", "--", "—", "n/a", "N/A", "NaN", "nan", "null", "None"})
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_EXCEL: Final = re.compile(r"sep=(.)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """Give a column's name without what does not tell columns apart: case, blanks, accents, the shape of apostrophes."""
    text = unicodedata.normalize("NFKD", name.casefold().replace("’", "'"))
    return "".join(letter for letter in text if not letter.isspace() and not unicodedata.combining(letter))


def columns_of(head: bytes) -> frozenset[str]:
    """Give the folded names in a file's first row; of a file that is no table, whatever its first line holds."""
    encoding, skipped = _encoding(head)
    start = head[skipped : skipped + _LONGEST_HEADER]
    text = _decoded(start) if encoding == "utf-8" else start.decode(encoding, "replace")
    lines = (line for line in re.split(r"[\r\n]+", text) if line.strip())
    return frozenset(map(fold, _header(lines)[1])) - {""}


class Row(NamedTuple):  # a million of them are made, and a dataclass takes three times as long
    """One line of the table; a column that the table or the line lacks is blank."""

    line: int
    cells: Sequence[str]
    table: "Table"

    def text(self, column: str) -> str:
        place = self.table.places.get(column)
        return self.cells[place].strip() if place is not None and place < len(self.cells) else ""

    def number(self, column: str) -> Decimal | Reason | None:
        """Give a number, why there is none, or None for a blank."""
        text = self.text(column)
        return _number(text, self.table.marks.get(column)) if len(text) <= _LONGEST_NUMBER else "not_a_result"

    def stamp(self, column: str) -> Stamp | Reason:
        """Give when it was, or why that is not known."""
        text = self.text(column)
        read = stamp(text, self.table.order)
        if read is not None:
            return read
        return "ambiguous" if stamp(text, "dmy") and stamp(text, "mdy") else "not_a_result"


class Table:
    """A file being read: `places` of the columns asked for, and its rows, once."""

    def __init__(
        self, source: Source, columns: Mapping[str, Sequence[str]], *, numbers: Collection[str], dates: str,
        progress: Callable[[int], None],
    ) -> None:  # fmt: skip
        """Find *columns*: our word for each, and the names apps give it. *numbers* and *dates* are of our words."""
        encoding, skipped = _encoding(source.head)
        source.read(skipped)
        lines = _lines(_texts(source, encoding, progress))
        delimiter, self.header = _header(lines)
        names: dict[str, int] = {}
        for place, name in enumerate(self.header):
            names.setdefault(fold(name), place)
        self.places = {
            column: names[fold(spelt)] for column, spellings in columns.items() for spelt in spellings if fold(spelt) in names
        }  # fmt: skip
        self.marks: dict[str, Mark | None] = {}
        self.order: DateOrder = "unknown"
        self.left: Counter[str] = Counter()  # rows that are no rows of this table
        self._numbers = [column for column in numbers if column in self.places]
        self._dates = dates
        self._delimiter = delimiter
        self._read = self._rows(lines)

    def named(self, column: str) -> str:
        """Give a column's name as the file prints it."""
        return self.header[self.places[column]]

    def others(self) -> list[tuple[int, str]]:
        """Give the places and names of the columns nobody asked for."""
        known = set(self.places.values())
        return [(place, name) for place, name in enumerate(self.header) if place not in known]

    def rows(self) -> Iterator[Row]:
        first, letters = [], 0
        for row in self._read:
            first.append(row)
            letters += len(row.cells) + sum(map(len, row.cells))
            if len(first) >= _FIRST_ROWS or letters > _FIRST_LETTERS:
                break
        self._settle(first)
        return chain(first, self._read)

    def _settle(self, rows: Sequence[Row]) -> None:
        separators = Separators(self._delimiter)
        for row in rows:
            for column in self._numbers:
                separators.see(column, bare(row.text(column)))
        self.marks = {column: separators.mark(column) for column in self._numbers}
        self.order = settled_order(printed_date(row.text(self._dates)) for row in rows) or "unknown"

    def _rows(self, lines: Iterator[str]) -> Iterator[Row]:
        reader = csv.reader(lines, delimiter=self._delimiter)
        width = len(self.header)
        last: Row | None = None  # held back: a file cut short ends within a row, and within a number
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error:  # a field without end; the next line starts afresh
                self.left["unreadable"] += 1
                continue
            if any(cells[width:]):  # which cell is whose is not known
                self.left["ragged"] += 1
            elif any(cells):
                if last:
                    yield last
                last = Row(reader.line_num + 1, cells[:width], self)
        if last and len(last.cells) < width:
            self.left["ragged"] += 1
        elif last:
            yield last


@lru_cache(maxsize=65_536)  # the same numbers come again and again
def _number(cell: str, mark: Mark | None) -> Decimal | Reason | None:
    if cell in _BLANK:
        return None
    text = bare(cell)
    read = number(text, mark)
    if read is not None:
        return read
    return "ambiguous" if mark is None and is_marked(text) else "not_a_result"


def _encoding(head: bytes) -> tuple[str, int]:
    """Give the encoding and how many bytes say it."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding, len(bom)
    start = head[:64]
    if start[1::2].count(0) > len(start) // 3:
        return "utf-16-le", 0
    if start[::2].count(0) > len(start) // 3:
        return "utf-16-be", 0
    return "utf-8", 0


def _chunks(source: Source, progress: Callable[[int], None]) -> Iterator[bytes]:
    done = 0
    while chunk := source.read(_CHUNK):
        yield chunk
        done += len(chunk)
        progress(done)


def _texts(source: Source, encoding: str, progress: Callable[[int], None]) -> Iterator[str]:
    if encoding != "utf-8":
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        yield from map(decoder.decode, _chunks(source, progress))
        return
    kept = b""
    for chunk in _chunks(source, progress):
        kept += chunk
        end = max(kept.rfind(b"\n"), kept.rfind(b"\r")) + 1 or (len(kept) if len(kept) > _LONGEST_LINE else 0)
        yield _decoded(kept[:end])
        kept = kept[end:]
    yield _decoded(kept)


def _decoded(block: bytes) -> str:
    try:
        return block.decode()
    except UnicodeDecodeError:
        return "\n".join(map(_decoded_line, block.split(b"\n")))


def _decoded_line(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _lines(texts: Iterator[str]) -> Iterator[str]:
    kept = ""
    for text in texts:
        kept += text.replace("\0", "")
        returned = kept.endswith("\r")  # its line feed may come with the next text
        *whole, kept = kept.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in whole:
            yield line + "\n"
        kept = kept[:_LONGEST_LINE] + ("\r" if returned else "")
    if kept:
        yield kept


def _header(lines: Iterator[str]) -> tuple[str, tuple[str, ...]]:
    """Give the delimiter and the names in the first row that is not blank."""
    line = next((line for line in lines if line.strip()), "")
    said = _EXCEL.fullmatch(line.strip())
    if said:
        line = next((line for line in lines if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", line)
    delimiter = said[1] if said and said[1] in _DELIMITERS else max(_DELIMITERS, key=outside.count)
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return delimiter, ()
    return delimiter, tuple(cell.strip() for cell in cells[:_MOST_COLUMNS])
