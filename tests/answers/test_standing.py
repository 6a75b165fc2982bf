from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.health.facts import Fact, Standing, standing
from bot.health.facts.model import Comparator

tenths = st.integers(-30, 30).map(lambda n: Decimal(n) / 10)


def fact(
    number: str | Decimal | None,
    low: str | Decimal | None,
    high: str | Decimal | None,
    comparator: Comparator = "",
    *,
    low_open: bool = False,
    high_open: bool = False,
) -> Fact:
    def decimal(text: str | Decimal | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    def printed(text: str | Decimal | None) -> str | None:
        return None if text is None else str(text)

    return Fact(
        id="1",
        label="X",
        analyte=None,
        code=None,
        comparator=comparator,
        value=str(number),
        number=decimal(number),
        unit="",
        ucum=None,
        ref_text=None,
        ref_low=printed(low),
        ref_high=printed(high),
        low=decimal(low),
        high=decimal(high),
        low_open=low_open,
        high_open=high_open,
        flag="",
        date=None,
        page=1,
        line=1,
    )


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (fact("11.4", "12.0", "16.0"), Standing.LOW),
        (fact("12.0", "12.0", "16.0"), Standing.INSIDE),
        (fact("16.0", "12.0", "16.0"), Standing.INSIDE),
        (fact("16.1", "12.0", "16.0"), Standing.HIGH),
        (fact("1.62", None, "1.60", high_open=True), Standing.HIGH),
        (fact("1.60", None, "1.60", high_open=True), Standing.HIGH),
        (fact("60", "60", None, low_open=True), Standing.LOW),
        (fact("60", "60", None), Standing.INSIDE),
        (fact("0.6", None, "5.0", "<", high_open=True), Standing.INSIDE),
        (fact("5.0", None, "5.0", "<", high_open=True), Standing.INSIDE),
        (fact("5.0", None, "5.0", "<=", high_open=True), Standing.UNKNOWN),
        (fact("60", "60", None, ">=", low_open=True), Standing.UNKNOWN),
        (fact("60", "60", None, ">", low_open=True), Standing.INSIDE),
        (fact("0.6", "0.5", "5.0", "<"), Standing.UNKNOWN),
        (fact("12", "12", "16", "<"), Standing.LOW),
        (fact("12", "12", "16", "<="), Standing.UNKNOWN),
        (fact("90", "60", None, ">"), Standing.INSIDE),
        (fact("5", None, "5", ">"), Standing.HIGH),
        (fact("5", None, "5", ">="), Standing.UNKNOWN),
        (fact("14", "16", "12"), Standing.UNKNOWN),
        (fact("14", None, None), Standing.UNKNOWN),
        (fact(None, "12", "16"), Standing.UNKNOWN),
    ],
)
def test_given_a_printed_range_when_compared_then_the_standing_is_what_a_reader_would_say(
    case: Fact, expected: Standing
) -> None:
    assert standing(case) is expected


def possible_values(number: Decimal, comparator: Comparator) -> Iterator[Decimal]:
    """Values the printed result may stand for, close by and far away."""
    steps = [Decimal(n) / 20 for n in range(1, 30)] + [Decimal(1000)]
    if comparator in {"", "<=", ">="}:
        yield number
    if comparator in {"<", "<="}:
        yield from (number - step for step in steps)
    if comparator in {">", ">="}:
        yield from (number + step for step in steps)


@given(
    number=tenths,
    low=st.none() | tenths,
    high=st.none() | tenths,
    comparator=st.sampled_from(["", "<", "<=", ">", ">="]),
    low_open=st.booleans(),
    high_open=st.booleans(),
)
def test_given_any_bounded_result_when_compared_then_every_value_it_may_stand_for_agrees(
    *,
    number: Decimal,
    low: Decimal | None,
    high: Decimal | None,
    comparator: Comparator,
    low_open: bool,
    high_open: bool,
) -> None:
    said = standing(fact(number, low, high, comparator, low_open=low_open, high_open=high_open))

    if said is not Standing.UNKNOWN:
        meant = {
            standing(fact(exact, low, high, low_open=low_open, high_open=high_open))
            for exact in possible_values(number, comparator)
        }
        assert meant == {said}


@given(number=tenths, low=st.none() | tenths, high=st.none() | tenths)
def test_given_an_exact_result_and_a_usable_range_when_compared_then_the_answer_is_arithmetic(
    number: Decimal, low: Decimal | None, high: Decimal | None
) -> None:
    said = standing(fact(number, low, high))

    if (low is None and high is None) or (low is not None and high is not None and low > high):
        assert said is Standing.UNKNOWN
    elif low is not None and number < low:
        assert said is Standing.LOW
    elif high is not None and number > high:
        assert said is Standing.HIGH
    else:
        assert said is Standing.INSIDE
