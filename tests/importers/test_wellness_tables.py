"""The reader of strangers' tables: encodings, delimiters, what a comma means, rows that are none, and its memory."""

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from bot.health.importers import tables
from bot.health.importers.findings import clean
from bot.health.importers.importer import Source
from bot.health.importers.limits import LIMITS
from bot.health.importers.metrics import METRICS
from bot.health.importers.registry import read
from bot.health.importers.stamps import at_epoch, stamp
from bot.health.importers.tables import Table, columns_of, fold
from tests.importers.wellness import figures, read_export, table, tools

TEXT = "Date,Meal,Calories,Note\r\n2026-09-28,Déjeuner,550.5,crème brûlée\r\n"


def opened(text: str | bytes) -> Table:
    data = text.encode() if isinstance(text, str) else text
    columns = {"day": ("Date",), "n": ("N",), "m": ("M",)}
    return Table(Source(io.BytesIO(data)), columns, numbers=["n", "m"], dates="day", progress=lambda _: None)


def numbers(delimiter: str, *cells: str, beside: str = "1") -> list[str | None]:
    """Read a column of cells; *beside* is one cell of another number column."""
    lines = [f"N{delimiter}M", *(f'"{cell}"{delimiter}"{beside}"' for cell in cells)]
    found = [row.number("n") for row in opened(table(*lines)).rows()]
    return [None if value is None else str(value) for value in found]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_given_any_usual_encoding_when_read_then_numbers_and_accents_are_the_same(encoding: str) -> None:
    text = TEXT.replace("Calories", "Protéines (g)")

    assert figures(read_export(text.encode(encoding))) == {"diet_protein": {"2026-09-28": 550.5}}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_given_any_delimiter_and_line_end_when_read_then_the_cells_are_the_same(delimiter: str, end: str) -> None:
    text = TEXT.replace(",", delimiter).replace("\r\n", end)

    assert figures(read_export(text)) == {"diet_energy": {"2026-09-28": 550.5}}


def test_given_a_spreadsheet_s_first_line_when_read_then_it_names_the_delimiter() -> None:
    assert figures(read_export("sep=;\r\n\r\n" + TEXT.replace(",", ";"))) == {"diet_energy": {"2026-09-28": 550.5}}


def test_given_headers_in_another_shape_when_matched_then_case_blanks_accents_and_apostrophes_do_not_matter() -> None:
    assert fold("  Type d’ACTIVITÉ ") == fold("type d'activite")
    assert columns_of("\ufeffProt\u00e9ines (g) ; CALORIES\n".encode()) == {"proteines(g)", "calories"}


@pytest.mark.parametrize(
    ("delimiter", "cells", "read"),
    [
        (",", ["1,050", "980"], ["1050", "980"]),  # thousands: the comma parts cells, so it does not part decimals
        (",", ["1,050", "9.5"], ["1050", "9.5"]),
        (",", ["1,05", "7,5", "1,050"], ["1.05", "7.5", "1.050"]),  # a decimal comma, proved by its column
        (",", ["1,234,567", "2.125"], ["1234567", "2.125"]),
        (";", ["1,050", "980"], ["1.050", "980"]),
        (";", ["1.050,5", "1.050"], ["1050.5", "1050"]),
        (";", ["1,050.5", "1,050"], ["1050.5", "1050"]),
        (";", ["80.125", "79"], ["80.125", "79"]),
        (",", ["0,125", "1,050"], ["0.125", "1.050"]),
        (",", ["1,5", "1.5", "2"], ["ambiguous", "ambiguous", "2"]),  # the column contradicts itself
        (",", ["'-12", "1 050", "1\u202f050.5", "--", ""], ["-12", "1050", "1050.5", None, None]),
        (",", ["abc", "1e5", "1_000", "nan1", "١٢", "1,05,0.1"], ["not_a_result"] * 6),
    ],
)
def test_given_a_column_when_read_then_all_its_cells_decide_what_a_comma_means(
    delimiter: str, cells: list[str], read: list[str | None]
) -> None:
    assert numbers(delimiter, *cells) == read


@pytest.mark.parametrize(
    ("delimiter", "cell", "beside"), [(",", "1,050", "2,5"), (";", "1,050", "2.5"), (";", "1.050", "2,5")]
)
def test_given_a_column_the_rest_of_the_file_speaks_against_when_read_then_it_is_not(
    delimiter: str, cell: str, beside: str
) -> None:
    assert numbers(delimiter, cell, "12", beside=beside) == ["ambiguous", "12"]


def test_given_a_row_of_a_million_separators_when_read_then_it_is_a_blank_one() -> None:
    report = read_export(table("Date,Meal,Calories,", "," * 1_000_000, "2026-09-28,Lunch,700" + "," * 500_000))

    assert figures(report) == {"diet_energy": {"2026-09-28": 700}}
    assert dict(report.left) == {}


def test_given_rows_with_too_many_cells_when_read_then_they_are_counted_and_the_others_kept() -> None:
    report = read_export(
        table("Date,Meal,Calories", "2026-09-28,Fish, chips,700", "2026-09-28,Soup,300,,", "2026-09-29,Soup", "2026-09-29,Egg,90")
    )  # fmt: skip

    assert figures(report) == {"diet_energy": {"2026-09-28": 300, "2026-09-29": 90}}
    assert dict(report.left) == {"ragged": 1}


def test_given_a_file_cut_short_when_read_then_its_last_half_row_is_not_believed() -> None:
    report = read_export("Date,Meal,Calories,Fat (g)\n2026-09-28,Lunch,700,1\n2026-09-29,Lunch,70")

    assert figures(report)["diet_energy"] == {"2026-09-28": 700}
    assert dict(report.left) == {"ragged": 1}


def test_given_a_quote_that_never_closes_when_read_then_only_what_it_swallowed_is_lost() -> None:
    rows = [f"2026-09-28,Lunch,{n % 9}" for n in range(15_000)]
    report = read_export(table("Date,Meal,Calories", '2026-09-28,"Lunch,7', *rows, "2026-09-29,Lunch,70"))

    assert dict(report.left)["unreadable"] == 1
    assert figures(report)["diet_energy"]["2026-09-29"] == 70


def test_given_nul_bytes_and_endless_fields_when_read_then_the_rest_is_read() -> None:
    long = "2026-09-27," + "x" * 3_000_000 + ",1"
    report = read_export(table("Date,Meal,Calories", long, "2026-09-28,Lu\0nch,70\0", f"2026-09-29,{'y' * 90_000},8"))

    assert figures(report) == {"diet_energy": {"2026-09-28": 70, "2026-09-29": 8}}
    assert sum(count for _, count in report.left) == 1


def test_given_a_thousand_columns_when_read_then_the_answer_still_fits() -> None:
    names = [f"column {n} {'z' * 500}" for n in range(1000)]
    report = read_export(
        table(",".join(["Date,Meal,Calories", *names]), ",".join(["2026-09-28,Lunch,700", *["1"] * 397]))
    )

    assert figures(report) == {"diet_energy": {"2026-09-28": 700}}
    assert len(report.left) <= 400


def test_given_more_rows_nobody_understands_than_fit_when_read_then_the_rest_is_counted() -> None:
    report = read_export(table("Date,Weight", *["2026-09-28,80.5"] * 12_000))

    assert len(report.not_read) == 10_000
    assert dict(report.left) == {"unit_unknown": 2000}


class Endless(io.BytesIO):
    """A file of many rows that is nowhere: each chunk is made when it is asked for."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = self._made(rows)

    def _made(self, rows: int) -> Iterator[bytes]:
        yield b"timestamp,beats per minute,data source\n"
        for n in range(rows):
            yield b"2026-03-%02dT04:%02d:00Z,%d,Watch\n" % (n % 28 + 1, n % 60, 60 + n % 40)

    def read(self, size: int | None = -1) -> bytes:
        part = bytearray()
        while len(part) < (size or 0) and (row := next(self._rows, b"")):
            part += row
        return bytes(part)


def test_given_a_file_five_times_as_long_when_read_then_it_takes_no_more_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables, "_FIRST_ROWS", 500)
    monkeypatch.setattr(tables, "_CHUNK", 4096)
    peaks = []
    for rows in (2000, 2000, 10_000):  # once beforehand, because caches fill
        tracemalloc.start()
        report = read(Source(Endless(rows), name="heart_rate.csv"), tools())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert dict(report.counts) == {"rows": rows}

    assert peaks[2] < peaks[1] * 1.1


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-29T02:30:00+02:00", "2026-03-29T02:30:00+02:00"),
        ("2026-10-25 02:30 (CEST)", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25 02:30 (CET)", "2026-10-25T02:30:00+01:00"),
        ("2026-03-05T23:59:59.999Z", "2026-03-05T23:59:59+00:00"),
    ],
)
def test_given_a_stamp_with_a_zone_when_read_then_the_instant_is_aware(text: str, read: str) -> None:
    found = stamp(text)

    assert found is not None
    assert found.at is not None
    assert found.at.isoformat() == read


@pytest.mark.parametrize("text", ["2026-02-30", "2026-03-05 25:00", "2026-03-05 10:00 +99:00:1", "x" * 100, "", "12"])
def test_given_what_is_no_moment_when_read_then_there_is_none(text: str) -> None:
    assert stamp(text) is None


def test_given_a_time_after_noon_when_read_then_it_is_later_than_one_before() -> None:
    order = [stamp(f"2026-03-05 {clock}") for clock in ("12:05 AM", "1:00 AM", "12:05 PM", "1:00 PM")]

    assert [found.seconds for found in order if found] == [300, 3600, 43_500, 46_800]


def test_given_milliseconds_when_read_then_the_day_is_where_the_person_was() -> None:
    found = at_epoch(1_774_742_400_000, 3600)  # 2026-03-29T00:00Z

    assert found is not None
    assert (str(found.day), found.seconds) == ("2026-03-29", 3600)
    assert at_epoch(10**30, 0) is None
    assert at_epoch(0, 10**9) is None


def test_given_any_metric_when_its_limits_are_asked_then_there_are_some() -> None:
    assert LIMITS.keys() == METRICS.keys()
    assert all(low < high for low, high in LIMITS.values())


def test_given_hostile_text_when_cleaned_then_it_is_one_bounded_printable_line() -> None:
    assert clean("a\u202e\x1b\n\tb\ud800" + "c" * 9000) == "a b" + "c" * 397
