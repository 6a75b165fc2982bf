from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.health.facts.numbers import Mark, comparator_of, parse_amount, parse_number, parse_range

MARKS: tuple[Mark, ...] = (",", ".")
decimals = st.decimals(min_value=0, max_value=999_999, places=2, allow_nan=False, allow_infinity=False)
wholes = st.integers(min_value=0, max_value=9_999_999)


def written(number: Decimal, mark: Mark, separator: str = "") -> str:
    whole, _, rest = f"{number:f}".partition(".")
    groups = f"{int(whole):,}".replace(",", separator) if separator else whole
    return f"{groups}{mark}{rest}" if rest else groups


@pytest.mark.parametrize(
    ("printed", "mark", "meant"),
    [
        ("11,4", ",", "11.4"),
        ("250 000", ",", "250000"),
        ("250\u00a0000", ",", "250000"),
        ("250\u202f000", ".", "250000"),
        ("1\u2009250,5", ",", "1250.5"),
        ("1,250", ",", "1.250"),
        ("1,250", ".", "1250"),
        ("1.250", ".", "1.250"),
        ("1,250.5", ".", "1250.5"),
        ("1.250,5", ",", "1250.5"),
        ("1.18", ",", "1.18"),
        ("0,25", ".", "0.25"),
        ("1'250", ".", "1250"),
        (".5", ".", "0.5"),
        ("\u22121,2", ",", "-1.2"),
        ("+2,5", ",", "2.5"),
    ],
)
def test_given_a_printed_number_when_parsed_then_it_means_what_its_document_means(
    printed: str, mark: Mark, meant: str
) -> None:
    assert parse_number(printed, mark) == Decimal(meant)


@pytest.mark.parametrize(
    ("printed", "mark"),
    [
        ("1.250", ","),  # a thousand, or a slip of the mark
        ("1 25", ","),
        ("12 3456", ","),
        ("0 250", ","),
        ("5,", ","),
        ("5.", "."),
        (",5", ","),
        ("1,2,3", ","),
        ("1.2e5", "."),
        ("000", "."),
        ("01", "."),
        ("1,25,000", "."),
        ("١٢", ","),
        ("9999999999999999", "."),
        ("", "."),
        ("Négatif", ","),
    ],
)
def test_given_what_is_not_certainly_one_number_when_parsed_then_it_is_refused(printed: str, mark: Mark) -> None:
    assert parse_number(printed, mark) is None


@given(decimals, st.sampled_from(["", " ", "\u00a0", "\u202f"]))
def test_given_any_french_number_when_written_and_read_then_it_is_the_same(number: Decimal, separator: str) -> None:
    assert parse_number(written(number, ",", separator), ",") == number


@given(decimals, st.sampled_from(["", ",", "\u202f"]))
def test_given_any_english_number_when_written_and_read_then_it_is_the_same(number: Decimal, separator: str) -> None:
    assert parse_number(written(number, ".", separator), ".") == number


@given(decimals, wholes, st.sampled_from(["", " ", "\u00a0", "\u202f", ",", "."]), st.sampled_from(MARKS))
def test_given_a_foreign_spelling_when_read_then_it_is_right_or_refused(
    number: Decimal, whole: int, separator: str, mark: Mark
) -> None:
    other: Mark = "." if mark == "," else ","
    foreign = "" if separator == other else separator
    spellings = {written(number, other, foreign): number, str(whole): Decimal(whole)}

    for printed, meant in spellings.items():
        assert parse_number(printed, mark) in {meant, None}


@given(decimals, decimals, st.sampled_from(MARKS), st.sampled_from([" - ", "-", " \u2013 ", " à ", " to "]))
def test_given_any_range_when_written_and_read_then_its_ends_keep_their_scale(
    first: Decimal, second: Decimal, mark: Mark, dash: str
) -> None:
    low, high = sorted((first, second))
    low_text, high_text = written(low, mark), written(high, mark)
    shown = f"{low_text}{dash}{high_text}"

    for dressed in (shown, f"({shown})", f"[{shown}]", f"N : {shown}"):
        read = parse_range(dressed, mark)
        assert read is not None
        assert (read.text, read.ref_low, read.ref_high, read.low, read.high) == (shown, low_text, high_text, low, high)


@pytest.mark.parametrize(
    ("printed", "low", "high", "low_open", "high_open"),
    [
        ("12,0 - 16,0", "12,0", "16,0", False, False),
        ("150 000 - 400 000", "150 000", "400 000", False, False),
        ("de 4 à 10", "4", "10", False, False),
        ("-2,0 à +2,0", "-2,0", "+2,0", False, False),
        ("> 60", "60", None, True, False),
        (">= 60", "60", None, False, False),
        ("Sup. à 60", "60", None, True, False),
        ("supérieur ou égal à 60", "60", None, False, False),
        ("< 5,0", None, "5,0", False, True),
        ("Inf. à 5,0", None, "5,0", False, True),
        ("inférieure à 5,0", None, "5,0", False, True),
        ("< ou = 5", None, "5", False, False),
        ("≤ 5,0", None, "5,0", False, False),
        ("up to 5", None, "5", False, False),
        ("less than 5", None, "5", False, True),
        ("VR : < 5,0", None, "5,0", False, True),
    ],
)
def test_given_a_printed_range_when_parsed_then_each_end_says_whether_it_is_inside(
    printed: str, low: str | None, high: str | None, low_open: bool, high_open: bool
) -> None:
    read = parse_range(printed, ",")

    assert read is not None
    assert (read.ref_low, read.ref_high, read.low_open, read.high_open) == (low, high, low_open, high_open)


@pytest.mark.parametrize("printed", ["16,0 - 12,0", "12,0", "12,0 - ", "555-123-4567", "13/03/2025", "1.250 - 2.500"])
def test_given_what_is_no_certain_range_when_parsed_then_it_is_refused(printed: str) -> None:
    assert parse_range(printed, ",") is None


@pytest.mark.parametrize(
    ("words", "comparator"),
    [
        ("<", "<"),
        ("Inf. à", "<"),
        ("INFÉRIEUR À", "<"),
        ("less than", "<"),
        ("⩽", "<="),
        ("> OR =", ">="),
        ("Sup à", ">"),
    ],
)
def test_given_words_of_comparison_when_read_then_they_are_one_comparator(words: str, comparator: str) -> None:
    assert comparator_of(words) == comparator


def test_given_a_bounded_value_when_parsed_then_comparator_and_value_are_apart() -> None:
    amount = parse_amount("< 0,6", ",")

    assert amount is not None
    assert (amount.comparator, amount.value, amount.number) == ("<", "0,6", Decimal("0.6"))
