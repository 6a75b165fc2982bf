"""LOINC codes are real, agree with public lists, and follow the unit."""

import json
import unicodedata
from pathlib import Path

import pytest

from bot.health.knowledge import Knowledge, dimension_of

NAMED_OTHERWISE = {  # our key → a word of LOINC's name
    "hemoglobin": "hemoglobin", "hematocrit": "hematocrit", "red_cells": "erythrocytes", "white_cells": "leucocytes",
    "platelets": "plaquettes", "ldl": "ldl", "hdl": "hdl", "non_hdl": "non hdl", "cholesterol_total": "cholesterol",
    "triglycerides": "triglyceride", "glucose": "glucose", "glucose_fasting": "fasting glucose", "hba1c": "a1c",
    "urea": "uree", "urea_nitrogen": "urea nitrogen", "uric_acid": "urate", "carbon_dioxide_total": "carbon dioxide",
    "alt": "alanine", "ast": "aspartate", "ggt": "gamma glutamyl", "alp": "alkaline phosphatase",
    "bilirubin_total": "bilirubin.total", "bilirubin_direct": "bilirubin.direct", "protein_total": "protein",
    "ldh": "lactate dehydrogenase", "ck": "creatine kinase", "crp": "c reactive", "esr": "sedimentation",
    "prothrombin_time": "prothrombin", "tsh": "thyrotropin", "ft4": "thyroxine (t4) free",
    "ft3": "triiodothyronine (t3) free", "anti_tpo": "thyroperoxidase", "vitamin_b12": "cobalamin", "fsh": "follitropin",
    "lh": "lutropin", "hcg": "choriogonadotropin", "psa": "prostate specific", "troponin_i": "troponin i",
    "bnp": "natriuretic peptide b", "urine_albumin_creatinine": "albumin/creatinine", "urine_glucose": "glucose",
    "urine_protein": "protein", "blood_pressure_systolic": "systolic", "blood_pressure_diastolic": "diastolic",
    "heart_rate": "heart rate", "transferrin_saturation": "iron saturation", "aptt": "cephaline", "inr": "inr",
    "respiratory_rate": "respiratory", "body_temperature": "temperature", "body_weight": "weight", "body_height": "taille",
}  # fmt: skip


def _all_codes(knowledge: Knowledge) -> list[tuple[str, str, str]]:
    return [(entry.key, dimension, code) for entry in knowledge for dimension, code in entry.codes.items()]


def _mod10(number: str) -> int:
    """Compute LOINC's check digit (Luhn)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def test_given_every_code_when_checked_then_its_check_digit_is_right(knowledge: Knowledge) -> None:
    wrong = [
        (key, code) for key, _, code in _all_codes(knowledge) if _mod10(code.split("-")[0]) != int(code.split("-")[1])
    ]

    assert wrong == []
    assert len(_all_codes(knowledge)) > 100


def test_given_every_code_when_counted_then_it_names_one_entry_only(knowledge: Knowledge) -> None:
    codes = [code for _, _, code in _all_codes(knowledge)]

    assert len(codes) == len(set(codes))


def test_given_the_shared_loinc_names_when_compared_then_analyte_kind_and_specimen_agree(
    knowledge: Knowledge, shared: Path
) -> None:
    rows = json.loads((shared / "data/knowledge/lhc_flowsheet_ranges.json").read_text(encoding="utf-8"))
    names = {row["loinc"]: row["name"] for row in rows if row.get("name")}
    french = json.loads((shared / "data/knowledge/loinc_names_fr.json").read_text(encoding="utf-8"))["names"]
    names = french | names
    checked = 0
    wrong = []
    for key, dimension, code in _all_codes(knowledge):
        if code not in names:
            continue
        checked += 1
        name = _plain(names[code])
        if _plain(NAMED_OTHERWISE.get(key, key)).rstrip("s") not in name or not _kind_agrees(name, dimension):
            wrong.append((key, code, names[code]))
        if ("urine" in name) != key.startswith("urine"):
            wrong.append((key, code, names[code]))

    assert wrong == []
    assert checked >= 80


def _kind_agrees(name: str, dimension: str) -> bool:
    for mark, kind in {"[mass/volume]": "mass", "[moles/volume]": "substance", "[#/volume]": "number"}.items():
        if mark in name and dimension != kind:
            return False
    return True


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace("_", " ").lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@pytest.mark.parametrize(
    ("key", "ucum", "code"),
    [
        ("glucose", "mg/dL", "2345-7"),
        ("glucose", "g/L", "2345-7"),
        ("glucose", "mmol/L", "14749-6"),
        ("glucose", None, None),
        ("glucose", "%", None),
        ("glucose_fasting", "mmol/L", "14771-0"),
        ("creatinine", "umol/L", "14682-9"),
        ("neutrophils", "10*9/L", "751-8"),
        ("neutrophils", "10*3/uL", "751-8"),
        ("neutrophils", "/mm3", "751-8"),
        ("neutrophils", "%", "770-8"),
        ("hba1c", "%", "4548-4"),
        ("hba1c", "mmol/mol", "59261-8"),
        ("crp", None, "1988-5"),
        ("crp", "mg/L", "1988-5"),
        ("egfr", "mL/min/{1.73_m2}", "69405-9"),
        ("tsh", "m[IU]/L", "3016-3"),
        ("insulin", "mU/L", "20448-7"),
        ("insulin", "u[IU]/mL", "20448-7"),
        ("insulin", "pmol/L", "14796-7"),
        ("vitamin_d", "ng/mL", "62292-8"),
        ("vitamin_d", "nmol/L", "68438-1"),
        ("ferritin", "pmol/L", None),  # its only code is a mass concentration
        ("hematocrit", "L/L", "4544-3"),
        ("urine_albumin_creatinine", "mg/mmol", "32294-1"),
        ("urine_albumin_creatinine", "mg/g", "9318-7"),
        ("d_dimer", "ug/L", None),  # two kinds of unit are printed alike
        ("sodium", "meq/L", "2951-2"),
    ],
)
def test_given_a_unit_when_asked_for_the_code_then_it_follows_the_kind_of_quantity(
    knowledge: Knowledge, key: str, ucum: str | None, code: str | None
) -> None:
    entry = knowledge.entry(key)

    assert entry is not None
    assert entry.code_for(ucum) == code


@pytest.mark.parametrize(
    ("ucum", "dimension"),
    [
        ("g/dL", "mass"), ("pg", "mass"), ("ug/L", "mass"), ("kg", "mass"), ("mmol/L", "substance"), ("mol/L", "substance"),
        ("U/L", "units"), ("ukat/L", "units"), ("[IU]/mL", "units"), ("%", "fraction"), ("L/L", "fraction"),
        ("10*6/uL", "number"), ("{cells}/uL", "number"), ("10*12/L", "number"), ("s", "other"), ("fL", "other"),
        ("mm[Hg]", "other"), ("/min", "other"), ("{INR}", "other"), ("Cel", "other"), ("cm", "other"), ("", "other"),
        ("mm/h", "other"), ("/100{WBCs}", "fraction"), ("garbage", "other"), ("kg/m2", "mass"),
    ],
)  # fmt: skip
def test_given_a_ucum_unit_when_read_then_its_kind_is_known(ucum: str, dimension: str) -> None:
    assert dimension_of(ucum) == dimension
