"""What is mended in a line read from a picture, and what never is."""

import pytest

from bot.health.pictures.lines import settled
from bot.health.pictures.networks import Letter

FRENCH = "Hémoglobine Hématies Créatinine"


def line(text: str, score: float = 1.0) -> list[Letter]:
    return [Letter(letter, n / len(text), score) for n, letter in enumerate(text)]


def texts(*lines: str) -> list[str]:
    return ["".join(letter.text for letter in read) for read in settled([line(text) for text in lines], {})]


@pytest.mark.parametrize(
    ("read", "mended"),
    [
        ("Ferritine . . . .", "Ferritine"),
        ("V.G.M..", "V.G.M."),
        ("C.R.P.", "C.R.P."),
        ("'H", "* H"),
        ("° B", "* B"),
        ("*HH", "* HH"),
        ("'Hb", "'Hb"),
        ("136 · 145", "136 - 145"),
        ("3,5 ~ 5,1", "3,5 - 5,1"),
        ("136·145", "136·145"),
        ("gL", "g/L"),
        ("mmolL", "mmol/L"),
        ("ngmL", "ng/mL"),
        ("fL", "fL"),
        ("mL", "mL"),
        ("U", "U"),
        ("°C", "°C"),
    ],
)
def test_given_leaders_and_specks_when_settled_then_only_those_are_mended(read: str, mended: str) -> None:
    assert texts(read) == [mended]


@pytest.mark.parametrize(
    ("read", "mended"),
    [
        (("4,12", "3.80 - 5,90", "1.62"), ["4,12", "3,80 - 5,90", "1,62"]),
        (("4.12", "3.80 - 5.90"), ["4.12", "3.80 - 5.90"]),  # a French report may write points
        (("4,12", "1.250", "5.6"), ["4,12", "1.250", "5,6"]),  # perhaps a thousand
        (("4,12", "05.02.2025", "CA 15.3"), ["4,12", "05.02.2025", "CA 15.3"]),
    ],
)
def test_given_two_decimal_marks_when_settled_then_the_language_s_is_put_where_no_number_changes(
    read: tuple[str, ...], mended: list[str]
) -> None:
    assert texts(FRENCH, *read)[1:] == mended


@pytest.mark.parametrize(
    ("first", "second", "unsure"),
    [
        ("0,6", "< 0,6", "0"),
        ("< 0,6", "0,6", "<"),
        ("760", "> 60", "7"),
        ("114", "11,4", "14"),
        ("72", "72", ""),
        ("11,4", "11.4", ""),
    ],
)
def test_given_two_readings_when_they_differ_then_what_differs_is_not_certain(
    first: str, second: str, unsure: str
) -> None:
    (agreed,) = settled([line(first)], {0: line(second)})

    assert "".join(letter.text for letter in agreed) == first
    assert "".join(letter.text for letter in agreed if letter.score == 0 and letter.text != " ") == unsure


def test_given_two_readings_when_they_agree_then_the_less_certain_counts() -> None:
    (agreed,) = settled([line("72", 0.95)], {0: line("72", 0.7)})

    assert [letter.score for letter in agreed] == [0.7, 0.7]
