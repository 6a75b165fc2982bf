"""What holds for every analyte, every pair of its units and every number."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.health.facts.conversions import Conversions
from bot.health.facts.units import Units
from bot.settings import config_folder
from tests.facts.conftest import NewFact

TABLE = Conversions.load(config_folder())
PAIRS = [
    (key, a, b)
    for key in TABLE.rows
    for a, b in permutations(TABLE.units(key), 2)
    if TABLE.units(key)[a] == TABLE.units(key)[b]
]
NUMBERS = st.decimals(min_value="0.001", max_value="1000000", places=3)


def _there(key: str, number: Decimal, a: str, b: str) -> Decimal:
    found = TABLE.convert(key, number, a, b)
    assert found is not None
    return found


@pytest.mark.parametrize("number", ["0.37", "7.123456", "250000"])
def test_given_every_pair_of_units_when_converted_there_and_back_then_it_is_the_same_number(number: str) -> None:
    start = Decimal(number)
    far = [
        (k, a, b) for k, a, b in PAIRS if abs(_there(k, _there(k, start, a, b), b, a) - start) > start * Decimal("1e-9")
    ]

    assert len(PAIRS) > 15_000
    assert far == []


@given(pair=st.sampled_from(PAIRS), number=NUMBERS)
def test_given_any_number_when_converted_there_and_back_then_it_is_the_same_number(
    pair: tuple[str, str, str], number: Decimal
) -> None:
    key, a, b = pair

    assert abs(_there(key, _there(key, number, a, b), b, a) - number) <= number * Decimal("1e-9")


@given(pair=st.sampled_from(PAIRS), one=NUMBERS, other=NUMBERS)
def test_given_two_numbers_when_converted_then_the_smaller_stays_the_smaller(
    pair: tuple[str, str, str], one: Decimal, other: Decimal
) -> None:
    key, a, b = pair

    assert (one < other) == (_there(key, one, a, b) < _there(key, other, a, b))


@given(data=st.data(), number=NUMBERS)
def test_given_two_ways_to_a_unit_when_converted_then_both_come_to_one_number(
    data: st.DataObject, number: Decimal
) -> None:
    key, a, b = data.draw(st.sampled_from(PAIRS))
    through = data.draw(st.sampled_from([u for u, aim in TABLE.units(key).items() if aim == TABLE.units(key)[a]]))
    straight = _there(key, number, a, b)

    assert abs(_there(key, _there(key, number, a, through), through, b) - straight) <= abs(straight) * Decimal("1e-9")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.sampled_from(sorted(TABLE.rows)), number=st.decimals(), specimen=st.text(max_size=50), data=st.data())
def test_given_any_number_and_specimen_when_brought_to_one_unit_then_nothing_is_raised_nor_grows(
    new_fact: NewFact, key: str, number: Decimal, specimen: str, data: st.DataObject
) -> None:
    unit = data.draw(st.sampled_from(sorted(TABLE.units(key))))
    fact = replace(new_fact(key, "1", ""), number=number, low=number, unit=unit, ucum=unit, specimen=specimen)
    found = TABLE.canonical(fact)

    assert found is None or (found.value.is_finite() and len(found.value.as_tuple().digits) <= 40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(printed=st.text(max_size=30) | st.text(alphabet="µumngpkLl/dmo0123456789^*[]{}()% .", max_size=20))
def test_given_any_text_when_looked_up_as_a_unit_then_it_is_a_code_of_the_table_or_nothing(
    units: Units, printed: str
) -> None:
    found = units.ucum(printed)

    assert found is None or f'"{found}" = [' in (config_folder() / "units.toml").read_text(encoding="utf-8")
