"""What laboratories print after a number, French and American: one meaning each, or none."""

import re

import pytest

from bot.health.facts.units import Units
from bot.settings import config_folder

ATOMS = (
    r"mol|eq|osm|kat|\[IU\]|\[arb'U\]|\[GPL'U\]|\[MPL'U\]|\[CFU\]|\[HPF\]|\[LPF\]|m\[Hg\]|Pa|g|L|l|U|m|s|cal|J",
    r"%|\[ppth\]|\[pH\]|\[in_i\]|\[in_us\]|\[ft_i\]|\[lb_av\]|\[degF\]|Cel|min|h|10\*[0-9]+|[1-9][0-9]*|\([0-9]+\.h\)",
)
TERM = re.compile(rf"(?:(?:[kcdmunpf]?(?:{ATOMS[0]})|{ATOMS[1]})[0-9]?(?:\{{[^{{}}]+\}})?|\{{[^{{}}]+\}})")


@pytest.mark.parametrize(
    ("printed", "ucum"),
    [
        ("UI/mL", "[IU]/mL"),
        ("mUI/L", "m[IU]/L"),
        ("µUI/mL", "u[IU]/mL"),
        ("µkat/L", "ukat/L"),
        ("UFC/mL", "[CFU]/mL"),
        ("ufc / ml", "[CFU]/mL"),
        ("leucocytes/mL", "/mL"),
        ("copies/mL", "{copies}/mL"),
        ("log UI/mL", "{Log_IU}/mL"),
        ("log10 copies/ml", "{Log_copies}/mL"),
        ("/champ (x 40)", "/[HPF]"),
        ("µg/g de selles", "ug/g"),
        ("mEq/24h", "meq/(24.h)"),
        ("µmol/mmol créatinine", "umol/mmol"),
        ("mg/mg", "g/g"),
        ("mm à 1 h", "mm/h"),
        ("L/min", "L/min"),
        ("cm Hg", "cm[Hg]"),
        ("ng/mL/h", "ng/mL/h"),
        ("g/cm²", "g/cm2"),
        ("ms", "ms"),
        ("kcal", "kcal"),
        ("℃", "Cel"),
        ("/cumm", "/mm3"),
        ("milliers/µL", "10*3/uL"),
        ("millions/µL", "10*6/uL"),
        ("fmol", "fmol"),
        ("mm[Hg]", "mm[Hg]"),
        ("[iU]/L", "[IU]/L"),
        ("{INR}", "{INR}"),
        ("Cel", "Cel"),
        ("g/(24.h)", "g/(24.h)"),
    ],
)
def test_given_a_spelling_of_a_laboratory_when_looked_up_then_it_has_one_meaning(
    units: Units, printed: str, ucum: str
) -> None:
    assert units.ucum(printed) == ucum


@pytest.mark.parametrize(
    "printed",
    [
        "/champ",
        "mg/d",
        "g/d",
        "par champ",
        "mM",
        "MG",
        "Ms",
        "log",
        "log10",
        "AU",
        "UA/L",
        "germes/mL",
        "S/CO",
        "Index",
        "L",
        "ui",
        "C",
    ],
)
def test_given_a_spelling_that_may_mean_two_things_when_looked_up_then_it_means_nothing(
    units: Units, printed: str
) -> None:
    assert units.ucum(printed) is None


def test_given_every_code_of_the_table_when_parsed_then_it_is_ucum() -> None:
    codes = re.findall(r'^"([^"]+)" = \[', (config_folder() / "units.toml").read_text(encoding="utf-8"), re.MULTILINE)
    wrong = [
        code
        for code in codes
        if not all(TERM.fullmatch(part) for part in code.removeprefix("/").split("/")) or code.endswith("/")
    ]

    assert len(codes) > 120
    assert wrong == []
