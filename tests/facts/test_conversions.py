"""Results brought to their analyte's one unit: against public tables, and never where a factor is not settled."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from bot.health.facts.conversions import Conversions
from bot.health.facts.units import Units
from bot.health.knowledge import Knowledge
from bot.kernel.errors import SettingsError
from bot.settings import config_folder
from tests.facts.conftest import NewFact

# Conventional values of IUPAC's standard atomic weights of 2021, inside the intervals of ciaaw.org/atomic-weights.htm.
WEIGHTS = {
    "H": "1.008", "Li": "6.94", "C": "12.011", "N": "14.007", "O": "15.999", "F": "18.998", "Na": "22.990",
    "Mg": "24.305", "Al": "26.982", "P": "30.974", "S": "32.06", "Cl": "35.45", "K": "39.098", "Ca": "40.078",
    "Cr": "51.996", "Mn": "54.938", "Fe": "55.845", "Co": "58.933", "Cu": "63.546", "Zn": "65.38", "As": "74.922",
    "Se": "78.971", "Cd": "112.414", "I": "126.904", "Hg": "200.592", "Pb": "207.2",
}  # fmt: skip
VECTORS = [  # analyte, printed, unit, in the unit, expected to a thousandth, where the expected value was read
    ("glucose", "100", "mg/dL", "mmol/L", "5.551", "elephantcare.org/convers.htm"),
    ("glucose_fasting", "1.18", "g/L", "mmol/L", "6.550", "elephantcare.org/convers.htm"),
    ("cholesterol_total", "200", "mg/dL", "mmol/L", "5.172", "w3.csmu.edu.tw/~chr/Int_unit_conversion.htm"),
    ("creatinine", "1.0", "mg/dL", "umol/L", "88.4", "w3.csmu.edu.tw/~chr/Int_unit_conversion.htm"),
    ("triglycerides", "150", "mg/dL", "mmol/L", "1.694", "health3.app/tools/convert"),
    ("calcium", "10", "mg/dL", "mmol/L", "2.495", "w3.csmu.edu.tw/~chr/Int_unit_conversion.htm"),
    ("magnesium", "2", "mg/dL", "mmol/L", "0.8228", "elephantcare.org/convers.htm"),
    ("hba1c", "6.5", "%", "mmol/mol", "47.545", "information.ifcchba1c.org, master equations"),
    ("uric_acid", "6", "mg/dL", "umol/L", "356.9", "rxmedcalc.com/medical-calculators/lab-unit-converter"),
    ("bilirubin_total", "1", "mg/dL", "umol/L", "17.1", "w3.csmu.edu.tw/~chr/Int_unit_conversion.htm"),
    ("urea_nitrogen", "20", "mg/dL", "mmol/L", "7.14", "rdrr.io/cran/cliot/man/convert_lab_units.html"),
    ("urea", "60.06", "mg/dL", "mmol/L", "10", "unverified"),
    ("iron", "100", "ug/dL", "umol/L", "17.91", "unverified"),
    ("hemoglobin", "10", "g/dL", "mmol/L", "6.206", "iqtig.org, ANAEMIE.htm"),
    ("vitamin_d", "100", "ug/L", "nmol/L", "249.6", "devutl.com/mcg-l-to-nmol-l-converter"),
    ("vitamin_b12", "100", "ug/L", "nmol/L", "73.8", "devutl.com/mcg-l-to-nmol-l-converter"),
    ("folate", "100", "ug/L", "nmol/L", "226.5", "devutl.com/mcg-l-to-nmol-l-converter"),
    ("cortisol", "100", "ug/L", "nmol/L", "275.9", "devutl.com/mcg-l-to-nmol-l-converter"),
    ("testosterone", "100", "ug/L", "nmol/L", "346.7", "devutl.com/mcg-l-to-nmol-l-converter"),
    ("estradiol", "100", "ug/L", "nmol/L", "367.1", "devutl.com/mcg-l-to-nmol-l-converter"),
    ("progesterone", "100", "ug/L", "nmol/L", "318.0", "devutl.com/mcg-l-to-nmol-l-converter"),
    ("t4", "100", "ug/L", "nmol/L", "128.7", "devutl.com/mcg-l-to-nmol-l-converter"),
    ("ft4", "1.2", "ng/dL", "pmol/L", "15.444", "health3.app/tools/convert/1_2-ng-dl-to-pmol-l-ft4/"),
    ("ft3", "100", "ug/L", "nmol/L", "153.6", "devutl.com/mcg-l-to-nmol-l-converter"),
    ("alt", "2.0", "ukat/L", "U/L", "120", "convertmedunits.com/ukat-l-to-u-l-conversion-calculator/"),
    ("alt", "40", "[IU]/L", "U/L", "40", "elephantcare.org/convers.htm"),
    ("ionized_calcium", "2.4", "meq/L", "mmol/L", "1.2", "w3.csmu.edu.tw/~chr/Int_unit_conversion.htm"),
    ("urine_albumin_creatinine", "30", "mg/g", "mg/mmol", "3.393", "medicalalgorithms.com"),
    ("platelets", "250000", "/mm3", "10*9/L", "250", "unverified"),
    ("tsh", "2.5", "u[IU]/mL", "m[IU]/L", "2.5", "unverified"),
    ("rheumatoid_factor", "14", "[IU]/mL", "k[IU]/L", "14", "unverified"),
    ("body_temperature", "98.6", "[degF]", "Cel", "37", "unverified"),
    ("body_weight", "150", "[lb_av]", "kg", "68.04", "unverified"),
    ("blood_pressure_systolic", "16", "kPa", "mm[Hg]", "120.0", "unverified"),
]


@pytest.mark.parametrize(("analyte", "number", "unit", "to", "expected", "read"), VECTORS)
def test_given_a_public_table_when_converted_then_we_agree_to_a_thousandth(
    conversions: Conversions, analyte: str, number: str, unit: str, to: str, expected: str, read: str
) -> None:
    ours = conversions.convert(analyte, Decimal(number), unit, to)

    assert ours is not None
    assert abs(ours - Decimal(expected)) <= Decimal("0.001") * Decimal(expected), read


def test_given_a_formula_when_its_atoms_are_added_up_then_the_molar_mass_is_theirs(conversions: Conversions) -> None:
    formulas = {key: row for key, row in conversions.rows.items() if row.formula}
    wrong = [
        key
        for key, row in formulas.items()
        if row.molar_mass is None or abs(row.molar_mass - _mass(row.formula or "")) > Decimal("0.001")
    ]

    assert len(formulas) >= 100
    assert wrong == []


def test_given_a_molar_mass_without_a_formula_when_loaded_then_it_says_what_was_agreed(
    conversions: Conversions,
) -> None:
    agreed = {key for key, row in conversions.rows.items() if row.molar_mass and not row.formula}

    assert agreed == {
        "hemoglobin", "mch", "mchc", "nt_probnp", "triglycerides", "transferrin", "urine_albumin_creatinine",
    }  # fmt: skip
    assert all(conversions.rows[key].why for key in agreed)


def test_given_the_factor_a_source_prints_when_computed_then_ours_is_it_to_its_last_digit(
    conversions: Conversions,
) -> None:
    cited = {key: row for key, row in conversions.rows.items() if row.source not in {None, "unverified"}}
    wrong = []
    for key, row in cited.items():
        assert row.printed, key
        unit, factor, to = row.printed.split()
        zero, one = (conversions.convert(key, Decimal(n), unit, to) for n in (0, 1))
        assert zero is not None
        assert one is not None
        exponent = Decimal(factor).as_tuple().exponent
        if abs(one - zero - Decimal(factor)) > Decimal(1).scaleb(int(exponent)):
            wrong.append(key)

    assert wrong == []


def test_given_a_row_that_joins_a_mass_and_moles_when_loaded_then_it_names_a_source_or_none_was_read(
    conversions: Conversions,
) -> None:
    joined = [row for row in conversions.rows.values() if row.molar_mass or row.line]
    read = [row for row in joined if row.source != "unverified"]

    assert all(row.source for row in joined)
    assert (len(joined), len(read)) == (136, 98)


def test_given_every_analyte_we_know_when_looked_up_then_it_has_a_row_or_a_reason_for_none(
    conversions: Conversions,
) -> None:
    knowledge = Knowledge.load(config_folder() / "knowledge")
    entries = [entry for key in _keys() if (entry := knowledge.entry(key)) is not None]

    assert {e.key for e in entries} - conversions.rows.keys() == {"d_dimer", "troponin", "urine_nitrites"}
    assert [
        e.key for e in entries if e.key in conversions.rows and conversions.rows[e.key].specimen != e.specimen
    ] == []


def test_given_the_printed_units_when_compared_then_the_conversions_know_each_of_them(
    units: Units, conversions: Conversions
) -> None:
    known = re.findall(r'^"([^"]+)" = \[', (config_folder() / "units.toml").read_text(encoding="utf-8"), re.MULTILINE)
    lines = (config_folder() / "conversions.toml").read_text(encoding="utf-8")

    assert len(known) > 120
    assert [code for code in known if f'"{code}"' not in lines] == []
    assert [code for row in conversions.rows.values() for code in [row.unit, *row.apart] if not units.ucum(code)] == []


@pytest.mark.parametrize(
    ("analyte", "unit", "to"),
    [
        ("insulin", "m[IU]/L", "pmol/L"),
        ("prolactin", "ug/L", "m[IU]/L"),
        ("albumin", "g/L", "umol/L"),
        ("ferritin", "ug/L", "pmol/L"),
        ("neutrophils", "%", "10*9/L"),
        ("urine_protein", "g/(24.h)", "g/L"),
        ("vitamin_d", "[IU]/L", "nmol/L"),
        ("anti_tpo", "kU/L", "k[IU]/L"),
        ("hemoglobin", "g/(24.h)", "g/dL"),
        ("glucose", "%", "mmol/L"),
        ("d_dimer", "ug/L", "ng/mL"),
        ("nothing", "g/L", "g/L"),
    ],
)
def test_given_no_settled_factor_when_converted_then_there_is_none(
    conversions: Conversions, analyte: str, unit: str, to: str
) -> None:
    assert conversions.convert(analyte, Decimal(5), unit, to) is None


def test_given_urea_and_its_nitrogen_when_converted_then_one_mole_is_one_mole_and_masses_differ(
    conversions: Conversions,
) -> None:
    urea = conversions.convert("urea", Decimal(1), "mmol/L", "mg/dL")
    nitrogen = conversions.convert("urea_nitrogen", Decimal(1), "mmol/L", "mg/dL")

    assert (urea, nitrogen) == (Decimal("6.0056"), Decimal("2.8014"))


def test_given_a_fact_with_its_range_when_brought_to_one_unit_then_all_of_it_is(
    conversions: Conversions, new_fact: NewFact
) -> None:
    fact = new_fact("glucose", "1.18", "g/L", low="0.74", high="1.06", comparator=">", high_open=True)
    found = conversions.canonical(fact)

    assert found is not None
    assert (found.value, found.unit, found.comparator) == (Decimal("6.550"), "mmol/L", ">")
    assert (found.low, found.high, found.low_open, found.high_open) == (
        Decimal("4.108"), Decimal("5.884"), False, True,
    )  # fmt: skip
    assert found.conversion == "glucose:g/L>mmol/L"


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "expected"),
    [
        ("glucose", "5.1", "mmol/L", "5.1"),  # printed so: nothing is rounded
        ("glucose", "100", "mg/dL", "5.551"),
        ("glucose", "5", "mg/dL", "0.2775"),
        ("creatinine", "1.234567", "mg/dL", "109.13782"),  # one digit more than was printed
        ("platelets", "238000", "/mm3", "238"),
        ("inr", "2.5", "", "2.5"),
    ],
)
def test_given_a_printed_precision_when_brought_to_one_unit_then_it_is_kept_and_not_outdone(
    conversions: Conversions, new_fact: NewFact, analyte: str, value: str, unit: str, expected: str
) -> None:
    found = conversions.canonical(new_fact(analyte, value, unit))

    assert found is not None
    assert found.value == Decimal(expected)


@pytest.mark.parametrize("said", ["", "Serum", "Sérum", "Serum or Plasma", "Sang veineux", "venous blood specimen"])
def test_given_the_specimen_an_analyte_is_of_when_brought_to_one_unit_then_it_is(
    conversions: Conversions, new_fact: NewFact, said: str
) -> None:
    assert conversions.canonical(new_fact("glucose", "1", "g/L", specimen=said)) is not None


@pytest.mark.parametrize("said", ["Urine", "LCR", "capillary blood", "sang capillaire", "saliva", "血"])
def test_given_another_specimen_when_brought_to_one_unit_then_it_stands_alone(
    conversions: Conversions, new_fact: NewFact, said: str
) -> None:
    assert conversions.canonical(new_fact("glucose", "1", "g/L", specimen=said)) is None


@pytest.mark.parametrize(
    ("analyte", "value", "unit"),
    [
        (None, "1", "g/L"),
        ("glucose", "Négatif", "g/L"),
        ("glucose", "1", "g/champ"),
        ("glucose", "1", ""),
        ("glucose", "NaN", "g/L"),
        ("glucose", "Infinity", "g/L"),
        ("glucose", "1E+400", "g/L"),
        ("glucose", "1" * 40, "g/L"),
    ],
)
def test_given_what_cannot_be_compared_when_brought_to_one_unit_then_it_is_not(
    conversions: Conversions, new_fact: NewFact, analyte: str | None, value: str, unit: str
) -> None:
    assert conversions.canonical(new_fact(analyte, value, unit)) is None


@pytest.mark.parametrize(
    ("wrong", "right", "named"),
    [
        ('unit = "mmol/mol"', 'unit = "mmol/mole"', "hba1c"),
        ('source = "ifcc"', 'source = "a friend"', "hba1c"),
        ("molar_mass = 180.156", "molar_mass = -180.156", "glucose"),
        ("molar_mass = 180.156", "mass = 180.156", "glucose"),
        ("[analytes]", "[analytes", "cannot read"),
    ],
)
def test_given_a_table_that_is_wrong_when_loaded_then_it_is_refused_by_name(
    tmp_path: Path, wrong: str, right: str, named: str
) -> None:
    text = (config_folder() / "conversions.toml").read_text(encoding="utf-8")
    (tmp_path / "conversions.toml").write_text(text.replace(wrong, right), encoding="utf-8")

    with pytest.raises(SettingsError, match=named):
        Conversions.load(tmp_path)


def _mass(formula: str) -> Decimal:
    atoms = re.findall(r"([A-Z][a-z]?)(\d*)", formula)
    assert "".join(atom + count for atom, count in atoms) == formula
    return sum((Decimal(WEIGHTS[atom]) * int(count or 1) for atom, count in atoms), Decimal(0))


def _keys() -> list[str]:
    files = sorted((config_folder() / "knowledge").glob("*.toml"))
    return [
        key
        for file in files
        for key in re.findall(r"^\[([a-z_0-9]+)\]", file.read_text(encoding="utf-8"), re.MULTILINE)
    ]
