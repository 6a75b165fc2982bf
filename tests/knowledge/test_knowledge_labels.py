"""A printed label is recognised exactly or not at all."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.health.knowledge import Knowledge

EXPECTED = {
    "fr": [
        "hemoglobin", "red_cells", "white_cells", "platelets", "mcv", "glucose_fasting", None, "creatinine", "egfr", "ldl",
        "ferritin", "tsh", "crp", "hba1c",
    ],
    "en": [
        "hemoglobin", "white_cells", "platelets", "mcv", "glucose_fasting", "creatinine", "egfr", "ldl", "ferritin", "tsh",
        "hba1c",
    ],
}  # fmt: skip


def _key(knowledge: Knowledge, label: str, section: str = "") -> str | None:
    entry = knowledge.recognise(label, section=section)
    return entry.key if entry else None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_given_the_shared_report_when_its_labels_are_read_then_each_is_the_right_analyte(
    knowledge: Knowledge, shared: Path, language: str
) -> None:
    truth = json.loads((shared / "data/lab/lab_truth.json").read_text(encoding="utf-8"))[language]
    labels = [label for label, values in truth if values]
    headings = [label for label, values in truth if not values]

    assert [_key(knowledge, label) for label in labels] == EXPECTED[language]
    assert [_key(knowledge, heading) for heading in headings] == [None] * len(headings)


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Cholestérol", "cholesterol_total"), ("CHOLESTEROL TOTAL", "cholesterol_total"), ("Cholestérol H.D.L.", "hdl"),
        ("Cholestérol L.D.L. (Friedewald)", "ldl"), ("LDL-Cholestérol (calculé)", "ldl"), ("Cholestérol non-HDL", "non_hdl"),
        ("Non-HDL Cholesterol, calculated", "non_hdl"), ("Cholestérol (HDL)", "hdl"), ("HDL", "hdl"),
        ("Rapport cholestérol total / HDL", None), ("Cholesterol/HDL ratio", None), ("VLDL Cholesterol", None),
        ("Hémoglobine", "hemoglobin"), ("Hémoglobine A1c", "hba1c"), ("Hb A1c (IFCC)", "hba1c"), ("HbA1c (HPLC)", "hba1c"),
        ("T.C.M.H.", "mch"), ("C.C.M.H.", "mchc"), ("MCH", "mch"), ("MCHC", "mchc"), ("Hémoglobine fœtale", None),
        ("Hémoglobine glyquée moyenne estimée", None), ("Carboxyhémoglobine", None),
        ("Bilirubine totale", "bilirubin_total"), ("Bilirubine", "bilirubin_total"), ("Bilirubine directe", "bilirubin_direct"),
        ("Bilirubine conjuguée", "bilirubin_direct"), ("Bilirubine libre", None), ("Bilirubin, indirect", None),
        ("Bilirubin, Total", "bilirubin_total"), ("Bilirubin Direct", "bilirubin_direct"),
        ("T4 libre", "ft4"), ("T3 libre", "ft3"), ("Free T4", "ft4"), ("T4", None), ("T3", None), ("T4 totale", None),
        ("Thyroxine", None), ("Total T3", None), ("FT4", "ft4"), ("FT3", "ft3"),
        ("Créatinine", "creatinine"), ("Créatinine sérique", "creatinine"), ("Creatinine, Serum", "creatinine"),
        ("Créatinine urinaire", None), ("Creatinine, urine", None), ("Créatininurie", None), ("Urine creatinine", None),
        ("Clairance de la créatinine", None), ("Créatinine (Jaffé)", "creatinine"), ("Creatinine clearance", None),
        ("Glucose urinaire", "urine_glucose"), ("Glucose, urine", "urine_glucose"), ("Glucose", "glucose"),
        ("Protéinurie", "urine_protein"), ("Protéines totales", "protein_total"), ("Protéinurie des 24 heures", None),
        ("Sodium urinaire", None), ("Natriurèse", None), ("Potassium, urine", None), ("Acide urique urinaire", None),
        ("Glycémie", "glucose"), ("Glycémie à jeun", "glucose_fasting"), ("Glycémie post-prandiale", None),
        ("Glucose 2h", None), ("Triglycérides à jeun", "triglycerides"), ("Triglycerides, fasting", "triglycerides"),
        ("Albumine", "albumin"), ("Rapport albumine/créatinine", "urine_albumin_creatinine"), ("Préalbumine", None),
        ("Microalbuminurie", None), ("Fer sérique", "iron"), ("Ferritine", "ferritin"), ("Transferrine", "transferrin"),
        ("Capacité totale de fixation", None), ("TIBC", None),
        ("Coefficient de saturation", "transferrin_saturation"), ("Récepteur soluble de la transferrine", None),
        ("Calcium", "calcium"), ("Calcium ionisé", None), ("Calcium corrigé", None), ("Calcium, ionized", None),
        ("PSA total", "psa"), ("PSA libre", None), ("Free PSA", None), ("PSA libre/total", None),
        ("Testostérone totale", "testosterone"), ("Testostérone libre", None), ("Testostérone biodisponible", None),
        ("Troponine T hs", "troponin_t"), ("Troponine I ultrasensible", "troponin_i"), ("Troponine", "troponin"),
        ("BNP", "bnp"), ("NT-proBNP", "nt_probnp"), ("CPK", "ck"), ("CK-MB", None), ("CPK MB", None),
        ("TP", "prothrombin_activity"), ("PT", "prothrombin_time"), ("INR", "inr"), ("T.C.A. ratio", None),
        ("Temps de Quick", "prothrombin_time"), ("Temps de prothrombine (TP)", None), ("Témoin", None),
        ("Vitamine D", "vitamin_d"), ("1,25-OH vitamine D", None), ("1,25-dihydroxyvitamin D", None), ("Vitamine B6", None),
        ("25-OH Vitamine D (D2+D3)", "vitamin_d"), ("Vitamine B12", "vitamin_b12"), ("Folates érythrocytaires", None),
        ("Folates", "folate"), ("TSH", "tsh"), ("Anticorps anti-récepteur de la TSH", None), ("Anti-TPO", "anti_tpo"),
        ("Anti-thyroglobuline", None), ("Cortisol urinaire", None), ("Cortisol salivaire", None), ("Cortisol", "cortisol"),
        ("Polynucléaires neutrophiles (%)", "neutrophils"), ("Neutrophils, Absolute", "neutrophils"), ("% Lymphocytes", "lymphocytes"),
        ("Lymphs (Absolute)", "lymphocytes"), ("Lymphocytes CD4", None), ("Lymphocytes T", None), ("Mono test", None),
        ("Leucocytes", "white_cells"), ("Leucocytes urinaires", "urine_leukocytes"), ("Globules rouges (hématies)", "red_cells"),
        ("White Blood Cells (WBC)", "white_cells"), ("RDW-SD", None), ("RDW", "rdw"), ("Réticulocytes", "reticulocytes"),
        ("Gamma-GT", "ggt"), ("γ-GT", "ggt"), ("GAMMA G.T.", "ggt"), ("A.L.A.T. (T.G.P.)", "alt"), ("ASAT (TGO)", "ast"),
        ("AST (SGOT)", "ast"), ("ALT (SGPT)", "alt"), ("ALAT (TGO)", None), ("Phosphatases alcalines osseuses", None),
        ("Phosphatases alcalines", "alp"), ("Phosphatase acide", None), ("Urée", "urea"), ("BUN", "urea_nitrogen"),
        ("BUN/Creatinine ratio", None), ("Urea", "urea"), ("Acide urique", "uric_acid"), ("Insuline", "insulin"),
        ("Peptide C", None), ("Protéine C réactive", "crp"), ("Protéine C", None), ("Protein C", None), ("Protein S", None), ("Protéine S", None), ("Protéine S libre", None), ("V G M", "mcv"), ("C R P", "crp"), ("hs-CRP", "crp"),
        ("C.R.P. ultra-sensible", "crp"), ("V.S. 1ère heure", "esr"), ("β-hCG", "hcg"), ("ß-HCG", "hcg"), ("FSH", "fsh"),
        ("SpO2", "oxygen_saturation"), ("Pouls", "heart_rate"), ("Tension systolique", "blood_pressure_systolic"),
        ("Poids", "body_weight"), ("BMI", "bmi"), ("Tour de taille", "waist"), ("Tour de hanches", None),
        ("HEMOGLOBINE", "hemoglobin"), ("hemoglobine", "hemoglobin"), ("Hémoglobine :", "hemoglobin"), ("  Hémoglobine  ", "hemoglobin"),
        ("＊Hémoglobine", "hemoglobin"), ("Hémoglobine basse depuis mars", None), ("", None), ("-", None), ("()", None),
        ("Hemoglobin" + " A" * 200, None), ("Hémoglobin", "hemoglobin"), ("Hémoglobinette", None),
    ],
)  # fmt: skip
def test_given_a_printed_label_when_read_then_it_is_the_same_analyte_or_none(
    knowledge: Knowledge, label: str, key: str | None
) -> None:
    assert _key(knowledge, label) == key


@pytest.mark.parametrize(
    ("label", "section", "key"),
    [
        ("Glucose", "Biochimie sanguine", "glucose"),
        ("Glucose", "BIOCHIMIE URINAIRE", "urine_glucose"),
        ("Glucose", "Urinalysis", "urine_glucose"),
        ("Protéines", "Examen des urines", "urine_protein"),
        ("Leucocytes", "E.C.B.U.", "urine_leukocytes"),
        ("Hématies", "Cytologie urinaire", None),
        ("Créatinine", "URINES DE 24 HEURES", None),
        ("Nitrites", "Bandelette urinaire", "urine_nitrites"),
        ("Glucose", "Liquide céphalo-rachidien (LCR)", None),
        ("Leucocytes", "Liquide pleural", None),
        ("Leukocytes", "Stool culture", None),
        ("Hémoglobine", "Hémogramme", "hemoglobin"),
    ],
)
def test_given_the_heading_above_when_a_label_is_read_then_urine_is_never_blood(
    knowledge: Knowledge, label: str, section: str, key: str | None
) -> None:
    assert _key(knowledge, label, section) == key


def test_given_every_alias_when_read_then_it_names_its_own_entry(knowledge: Knowledge) -> None:
    wrong = [
        (entry.key, alias)
        for entry in knowledge
        for alias in (*entry.fr.aliases, *entry.en.aliases)
        if knowledge.recognise(alias) is not entry or knowledge.recognise(alias.replace("ß", "β").upper()) is not entry
    ]

    assert wrong == []


def test_given_every_alias_of_the_blood_when_urine_is_added_then_it_is_never_the_blood(knowledge: Knowledge) -> None:
    wrong = [
        alias
        for entry in knowledge
        if entry.specimen == "blood"
        for alias in (*entry.fr.aliases, *entry.en.aliases)
        for label in (f"{alias} urinaire", f"{alias}, urine", f"{alias} (urines)", f"Urine {alias}")
        if (found := knowledge.recognise(label)) and found.specimen == "blood"
    ]

    assert wrong == []


OTHER_ANALYTES = [
    *"ABCDEGHIJKMNOPQRSUVWXYZ", "libre", "free", "ratio", "index", "ionisé", "ionized", "corrigé", "corrected", "24h", "LCR",
    "CSF", "anticorps", "antibody", "récepteur", "clairance", "clearance", "post", "fœtale", "A1", "MB", "osseuse", "indirect",
    "salivaire", "stimulé", "inactif", "précurseur", "inhibiteur", "érythrocytaire", "immatures", "activés", "2h", "1h",
]  # fmt: skip


def test_given_a_word_that_changes_the_analyte_when_added_then_the_label_is_unknown(knowledge: Knowledge) -> None:
    aliases = {alias for entry in knowledge for alias in (*entry.fr.aliases, *entry.en.aliases)}
    spaced = {_spaced(alias) for alias in aliases}
    spaced.add("troponine i c")  # "Troponine Ic", spelled out
    wrong = {
        label
        for alias in aliases
        if "." not in alias  # "L.D.L. C" is LDL-C
        for word in OTHER_ANALYTES
        for label in (f"{alias} {word}", f"{word} {alias}", f"{alias} ({word})")
        if _spaced(label) not in spaced
        and (found := knowledge.recognise(label))
        and knowledge.recognise(word) is not found  # "Phosphore (P)" names it twice
    }

    assert wrong == set()


def _spaced(label: str) -> str:
    return re.sub(r"[\W_]+", " ", label.casefold()).strip()


@given(st.text(max_size=300), st.text(max_size=80))
def test_given_any_text_when_read_as_a_label_then_nothing_is_raised(
    knowledge: Knowledge, label: str, section: str
) -> None:
    knowledge.recognise(label, section=section)
    knowledge.mentioned(label, "fr")
    knowledge.health_words(label, "en")


def test_given_a_hostile_label_when_read_then_the_time_stays_small(knowledge: Knowledge) -> None:
    hostile = ["calculé " * 5_000, "A." * 50_000, "(" * 100_000, "serum " * 19, "é" * 119, "%" * 119, "a b " * 29]
    started = time.process_time()
    for label in hostile:
        knowledge.recognise(label, section=label)

    assert time.process_time() - started < 0.5
