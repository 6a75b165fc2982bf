"""The numbers shown are the local ones, known to libphonenumber, young enough, and never a dead one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import phonenumbers
import pytest
from phonenumbers import shortnumberinfo

from bot.guardrails.helplines import ANYWHERE, LIFE, Helplines, Line
from bot.kernel.errors import SettingsError
from bot.settings import config_folder

NOW = datetime(2026, 12, 1, tzinfo=UTC)
FOLDER = config_folder() / "helplines"
HELPLINES = Helplines.load(FOLDER)
# Named by two or more other sources, but not in libphonenumber 9.0.43.
NOT_IN_LIBPHONENUMBER = {("PT", "1411"), ("BR", "188"), ("AR", "135")}


def known(line: Line) -> bool:
    number = phonenumbers.parse(line.number, line.country)
    short = shortnumberinfo.is_valid_short_number_for_region(number, line.country)
    return short or phonenumbers.is_valid_number_for_region(number, line.country)


def names(line: Line) -> str:
    return f"{line.country}-{line.kind}-{line.number}"


@pytest.mark.parametrize("line", HELPLINES.lines, ids=names)
def test_given_a_line_when_looked_up_then_libphonenumber_knows_it(line: Line) -> None:
    said = "libphonenumber 9.0.43" in line.sources

    assert known(line) is said
    assert said or (line.country, line.number) in NOT_IN_LIBPHONENUMBER


@pytest.mark.parametrize("line", [one for one in HELPLINES.lines if one.kind in {"ambulance", "emergency"}], ids=names)
def test_given_an_emergency_line_when_looked_up_then_it_is_an_emergency_number_there(line: Line) -> None:
    assert shortnumberinfo.is_emergency_number(line.number, line.country)


@pytest.mark.parametrize(
    ("country", "emergency", "crisis"),
    [
        ("FR", ("15", "112"), "3114"),
        ("BE", ("112",), "0800 32 123"),
        ("CH", ("144",), "143"),
        ("LU", ("112",), None),
        ("CA", ("911",), "988"),
        ("US", ("911",), "988"),
        ("GB", ("999",), "116 123"),
        ("IE", ("112",), "116 123"),
        ("AU", ("000",), "13 11 14"),
        ("NZ", ("111",), "1737"),
    ],
)
def test_given_a_country_when_asked_then_its_own_numbers_come(
    country: str, emergency: tuple[str, ...], crisis: str | None
) -> None:
    call, line = HELPLINES.emergency(country, NOW), HELPLINES.crisis(country, NOW, "fr")

    assert (call.numbers, call.sure) == (emergency, True)
    assert (line.number if line else None) == crisis


@pytest.mark.parametrize("country", [None, "XX", "GR", "NG"])
def test_given_a_country_we_do_not_know_when_asked_then_112_stands_in_and_says_so(country: str | None) -> None:
    call = HELPLINES.emergency(country, NOW)

    assert (call.numbers, call.sure) == ((ANYWHERE,), False)
    assert HELPLINES.crisis(country, NOW) is None


def test_given_violence_when_asked_then_the_police_come_before_any_other_service() -> None:
    assert HELPLINES.police("FR", NOW).numbers == ("17", "112")
    assert HELPLINES.police("GB", NOW).numbers == ("999",)
    assert HELPLINES.police("CH", NOW).sure is False  # 144 sends no police


def test_given_lines_in_several_languages_when_asked_then_that_of_the_reader_is_preferred() -> None:
    def belgian(language: str) -> str:
        line = HELPLINES.crisis("BE", NOW, language)
        assert line is not None
        return line.number

    assert belgian("fr") == "0800 32 123"
    assert belgian("nl") == "1813"


def test_given_a_line_at_the_end_of_its_life_when_a_day_passes_then_112_stands_in() -> None:
    newest = max(line.source_date for line in HELPLINES.lines if line.country == "FR")
    last = datetime(newest.year, newest.month, newest.day, tzinfo=UTC) + LIFE
    after = last + timedelta(days=1)

    assert HELPLINES.emergency("FR", last).numbers == ("15", "112")
    assert HELPLINES.emergency("FR", after).numbers == (ANYWHERE,)
    assert HELPLINES.emergency("FR", after).sure is False
    assert HELPLINES.crisis("FR", after) is None
    assert {line.country for line in HELPLINES.expired(after)} == HELPLINES.countries


def folder_with(tmp_path: Path, text: str) -> Path:
    (tmp_path / "lines.toml").write_text(text, encoding="utf-8")
    (tmp_path / "stale.toml").write_text((FOLDER / "stale.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


LINE = """
[[line]]
country = "US"
kind = "crisis"
number = "{number}"
name = "A line"
sources = ["one", "two"]
source_date = 2026-01-31
"""


@pytest.mark.parametrize("number", ["1-800-273-8255", "1 800 273 8255", "18002738255", "0900 0113"])
def test_given_a_dead_number_when_loaded_then_the_file_is_refused(tmp_path: Path, number: str) -> None:
    with pytest.raises(SettingsError, match="stale"):
        Helplines.load(folder_with(tmp_path, LINE.format(number=number)))


@pytest.mark.parametrize(
    "wrong",
    [
        LINE.format(number="call me"),
        LINE.format(number="988").replace('["one", "two"]', '["one"]'),
        LINE.format(number="988").replace('"crisis"', '"listening"'),
        LINE.format(number="988").replace('"US"', '"us"'),
        LINE.format(number="988").replace("2026-01-31", '"recently"'),
        LINE.format(number="988") + "colour = 'red'\n",
        "[[number]]\nx = 1\n",
        "[[line\n",
    ],
    ids=["words", "one source", "unknown kind", "country", "date", "unknown key", "unknown table", "not TOML"],
)
def test_given_a_file_with_a_mistake_when_loaded_then_it_is_refused_by_name(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"lines\.toml"):
        Helplines.load(folder_with(tmp_path, wrong))


def test_given_an_empty_folder_when_loaded_then_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no file"):
        Helplines.load(tmp_path)
