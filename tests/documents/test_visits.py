"""Visit summaries and letters: what stands under a heading we know is a fact, what tells a story is listed."""

from collections.abc import Callable
from datetime import date

import pytest

from bot.health.documents.errors import UnsupportedLanguageError
from bot.health.facts import Report

PrintPdf = Callable[..., bytes]
ReadPdf = Callable[[bytes], Report]

PATIENT = "Mme DURAND Claire née le 03/04/1980"
DAY = date(2025, 2, 5)


@pytest.fixture
def read(print_pdf: PrintPdf, read_pdf: ReadPdf) -> Callable[..., Report]:
    return lambda *lines: read_pdf(print_pdf(lines))


def told(report: Report) -> list[tuple[str, str, str, date | None]]:
    return [(fact.category, fact.label, fact.value, fact.date) for fact in report.facts]


def unread(report: Report) -> list[str]:
    return [line.text for line in report.not_read]


def test_given_a_french_consultation_when_read_then_each_heading_gives_its_kind_of_fact(
    read: Callable[..., Report],
) -> None:
    report = read(
        "CENTRE MÉDICAL DES ALPES", "COMPTE RENDU DE CONSULTATION", "Consultation du 05/02/2025", PATIENT,
        "Motif : fatigue depuis trois mois", "Antécédents : hypothyroïdie", "Allergies : pénicilline",
        "Examen clinique : TA 120/75 mmHg, poids 62 kg, auscultation normale",
        "Diagnostic : anémie ferriprive", "Traitement :",
        "- TARDYFERON 80 mg comprimé : 1 comprimé par jour pendant 3 mois",
        "Conduite à tenir :", "- Alimentation riche en fer", "- Bilan de contrôle (NFS, ferritine) dans trois mois",
        "Prochain rendez-vous : 12/05/2025 à 14h30 avec le Dr MARTIN", "Dr Anne MARTIN",
    )  # fmt: skip

    assert report.kind == "visit_summary"
    assert told(report) == [
        ("condition", "hypothyroïdie", "Antécédents", DAY),
        ("allergy", "pénicilline", "Allergies", DAY),
        ("condition", "anémie ferriprive", "Diagnostic", DAY),
        ("medication", "TARDYFERON", "80 mg comprimé", DAY),
        ("instruction", "Alimentation riche en fer", "Conduite à tenir", DAY),
        ("instruction", "Bilan de contrôle (NFS, ferritine) dans trois mois", "Conduite à tenir", DAY),
        ("appointment", "Prochain rendez-vous", "12/05/2025 à 14h30", date(2025, 5, 12)),
    ]
    assert (report.facts[3].until, report.facts[3].status) == (date(2025, 5, 4), "active")
    assert report.facts[-1].note == "12/05/2025 à 14h30 avec le Dr MARTIN"
    assert unread(report) == [
        "Motif : fatigue depuis trois mois", "Examen clinique : TA 120/75 mmHg, poids 62 kg, auscultation normale",
    ]  # fmt: skip


def test_given_a_stay_in_hospital_when_read_then_it_is_told_on_its_last_day_and_stopped_medicines_are_inactive(
    read: Callable[..., Report],
) -> None:
    report = read(
        "CENTRE HOSPITALIER DES ALPES", "COMPTE RENDU D'HOSPITALISATION", "Hospitalisation du 01/02/2025 au 05/02/2025",
        "Madame DURAND Claire née le 03/04/1980", "MOTIF D'HOSPITALISATION", "Douleur thoracique",
        "ANTÉCÉDENTS", "- HTA", "- Diabète de type 2", "Antécédents familiaux : infarctus du père",
        "CONCLUSION", "Syndrome coronarien aigu sans sus-décalage du segment ST, traité par", "angioplastie de l'IVA.",
        "TRAITEMENT DE SORTIE", "BRILIQUE 90 mg : 1 comprimé matin et soir pendant 12 mois",
        "TRAITEMENTS ARRÊTÉS", "METFORMINE 1000 mg",
        "SUIVI", "Consultation de cardiologie le 12/03/2025 à 10h00", "Épreuve d'effort dans 3 mois", "Dr Paul LEROY",
    )  # fmt: skip

    assert told(report) == [
        ("condition", "HTA", "ANTÉCÉDENTS", DAY),
        ("condition", "Diabète de type 2", "ANTÉCÉDENTS", DAY),
        ("condition", "Syndrome coronarien aigu sans sus-décalage du segment ST, traité par angioplastie de l'IVA.", "CONCLUSION", DAY),
        ("medication", "BRILIQUE", "90 mg", DAY),
        ("medication", "METFORMINE", "1000 mg", DAY),
        ("appointment", "Consultation de cardiologie", "12/03/2025 à 10h00", date(2025, 3, 12)),
        ("appointment", "Épreuve d'effort", "dans 3 mois", None),
    ]  # fmt: skip
    assert [fact.status for fact in report.facts if fact.category == "medication"] == ["active", "inactive"]
    assert unread(report) == ["Douleur thoracique", "Antécédents familiaux : infarctus du père"]


def test_given_a_letter_between_doctors_when_read_then_its_sentences_are_listed_and_its_plan_is_kept(
    read: Callable[..., Report],
) -> None:
    report = read(
        "Dr Paul LEROY - Cardiologue", "Grenoble, le 12 mars 2025", "Cher confrère,",
        "Je vous remercie de m'avoir adressé votre patient pour un bilan d'hypertension.",
        "L'examen retrouve une TA à 152/88 mmHg.",
        "Au total : hypertension artérielle mal équilibrée.",
        "Traitement : PERINDOPRIL 4 mg : 1 comprimé le matin",
        "Je le reverrai en consultation dans 3 mois.", "Bien confraternellement,", "Dr Paul LEROY",
    )  # fmt: skip

    assert told(report) == [
        ("condition", "hypertension artérielle mal équilibrée.", "Au total", date(2025, 3, 12)),
        ("medication", "PERINDOPRIL", "4 mg", date(2025, 3, 12)),
        ("appointment", "Je le reverrai en consultation", "dans 3 mois", None),
    ]
    assert unread(report) == [
        "Je vous remercie de m'avoir adressé votre patient pour un bilan d'hypertension.",
        "L'examen retrouve une TA à 152/88 mmHg.",
    ]


def test_given_an_after_visit_summary_when_read_then_what_to_stop_is_not_what_to_take(
    read: Callable[..., Report],
) -> None:
    report = read(
        "Lakeside Medical Center", "AFTER VISIT SUMMARY", "Jane Doe   DOB: 4/23/1980   MRN: 123456",
        "Date of visit: Feb 5, 2025", "Diagnosis: Type 2 diabetes mellitus without complications (E11.9)",
        "START taking", "Metformin 500 mg tablet", "Take 1 tablet by mouth 2 times a day with meals.",
        "STOP taking", "Ibuprofen 600 mg tablet", "Allergies: No known drug allergies",
        "Upcoming appointments", "Wednesday, March 5, 2025 9:00 AM - Eye clinic, Dr. Brown",
        "Patient instructions", "Check your blood sugar every morning.", "Call us if your sugar is above 300.",
    )  # fmt: skip

    assert told(report) == [
        ("condition", "Type 2 diabetes mellitus without complications (E11.9)", "Diagnosis", DAY),
        ("medication", "Metformin", "500 mg tablet", DAY),
        ("medication", "Ibuprofen", "600 mg tablet", DAY),
        ("appointment", "Eye clinic, Dr. Brown", "Wednesday, March 5, 2025 9:00 AM", date(2025, 3, 5)),
        ("instruction", "Check your blood sugar every morning.", "Patient instructions", DAY),
        ("instruction", "Call us if your sugar is above 300.", "Patient instructions", DAY),
    ]
    assert [fact.status for fact in report.facts[1:3]] == ["active", "inactive"]
    assert [(n.reason, n.text) for n in report.not_read] == [("no_value", "Allergies: No known drug allergies")]


def test_given_an_american_visit_when_read_then_numbered_diagnoses_are_one_fact_each(
    read: Callable[..., Report],
) -> None:
    report = read(
        "Springfield Family Clinic", "1200 Main Street, Springfield, IL 62701", "Visit Summary",
        "Patient: DOE, Jane  DOB: 04/03/1980", "Visit date: 02/05/2025", "Reason for visit: cough and fever",
        "Vital signs: BP 128/82 mmHg, pulse 78, weight 140 lb",
        "Diagnoses", "1. Community-acquired pneumonia", "2. Essential hypertension",
        "Family history: diabetes (mother)",
        "Medications", "Azithromycin 250 mg tablet", "Take 2 tablets on day 1, then 1 tablet daily for 4 days",
        "Follow-up", "Dr. Alice Jones - 02/19/2025 at 2:30 PM", "Chest X-ray in 6 weeks",
        "Electronically signed by Alice Jones, MD",
    )  # fmt: skip

    assert told(report) == [
        ("condition", "Community-acquired pneumonia", "Diagnoses", DAY),
        ("condition", "Essential hypertension", "Diagnoses", DAY),
        ("medication", "Azithromycin", "250 mg tablet", DAY),
        ("appointment", "Dr. Alice Jones", "02/19/2025 at 2:30 PM", date(2025, 2, 19)),
        ("appointment", "Chest X-ray", "in 6 weeks", None),
    ]
    assert report.facts[2].until is None
    assert unread(report) == [
        "Reason for visit: cough and fever", "Vital signs: BP 128/82 mmHg, pulse 78, weight 140 lb",
        "Family history: diabetes (mother)",
    ]  # fmt: skip


def test_given_a_british_clinic_letter_when_read_then_a_denied_diagnosis_is_no_condition(
    read: Callable[..., Report],
) -> None:
    report = read(
        "City Hospital NHS Trust", "Outpatient clinic letter", "Clinic date: 13 March 2025",
        "Name: SMITH, John   NHS number: 943 476 5919   Date of birth: 05/02/1960",
        "Dear Dr Green,", "Diagnosis: No evidence of heart failure", "Current medications: Ramipril 5 mg once daily",
        "Plan:", "Repeat echocardiogram", "Review in 6 months.", "I was pleased to see this gentleman today.", "Yours sincerely", "Dr A. Jones",
    )  # fmt: skip

    assert told(report) == [
        ("medication", "Ramipril", "5 mg", date(2025, 3, 13)),
        ("instruction", "Repeat echocardiogram", "Plan", date(2025, 3, 13)),
        ("appointment", "Review", "in 6 months", None),
    ]
    assert unread(report) == [
        "Diagnosis: No evidence of heart failure", "I was pleased to see this gentleman today.",
    ]  # fmt: skip


def test_given_results_in_a_consultation_when_read_then_it_is_a_laboratory_report_that_holds_both(
    read: Callable[..., Report],
) -> None:
    report = read(
        "CLINIQUE DES TILLEULS", "COMPTE RENDU DE CONSULTATION", "Consultation du 05/02/2025", PATIENT,
        "Diagnostic : carence martiale", "Biologie :", "Hémoglobine 11,4 g/dL (12,0 - 16,0)",
        "Ferritine 9 µg/L (15 - 150)", "Traitement : TARDYFERON 80 mg : 1 comprimé par jour pendant 3 mois",
    )  # fmt: skip

    assert report.kind == "lab_report"
    assert [(f.id, f.category, f.label, f.value) for f in report.facts] == [
        ("1", "laboratory", "Hémoglobine", "11,4"), ("2", "laboratory", "Ferritine", "9"),
        ("3", "condition", "carence martiale", "Diagnostic"), ("4", "medication", "TARDYFERON", "80 mg"),
    ]  # fmt: skip
    assert report.not_read == ()


def test_given_a_laboratory_s_conclusion_when_read_then_the_report_holds_results_only(
    read: Callable[..., Report],
) -> None:
    report = read(
        "LABORATOIRE DES ACACIAS", PATIENT, "Prélèvement du 05/02/2025",
        "Ordonnance du 03/02/2025   Prescripteur : Dr MARTIN", "Hémoglobine 11,4 g/dL (12,0 - 16,0)",
        "Vitamine D 22 ng/mL (30 - 60)", "Conclusion : anémie microcytaire.", "Recommandations : doser la CRP.",
    )  # fmt: skip

    assert (report.kind, [fact.category for fact in report.facts]) == ("lab_report", ["laboratory"] * 2)


def test_given_a_visit_in_another_language_when_read_then_it_is_refused(read: Callable[..., Report]) -> None:
    with pytest.raises(UnsupportedLanguageError):
        read(
            "Centro médico de los Alpes", "Informe de la consulta del 05/02/2025", "Paciente: Pérez Ana",
            "Diagnóstico: anemia por falta de hierro", "Tratamiento: hierro 80 mg, un comprimido al día con agua",
        )  # fmt: skip


@pytest.mark.parametrize(
    "line", ["Poids : 62 kg", "Scanner prévu le 12/03/2025 à 10h", "Dr Martin a revu la radiographie avec toute son équipe ce matin"]
)  # fmt: skip
def test_given_a_line_under_no_heading_when_it_is_not_understood_then_it_is_listed(
    read: Callable[..., Report], line: str
) -> None:
    report = read("COMPTE RENDU DE CONSULTATION", "Consultation du 05/02/2025", line, "Diagnostic : entorse")

    assert unread(report) == [line]


def test_given_advice_that_forbids_when_read_then_it_is_an_instruction(read: Callable[..., Report]) -> None:
    report = read("COMPTE RENDU DE CONSULTATION", "Le 05/02/2025", "Conseils :", "Pas de sport pendant 2 semaines")

    assert [fact.label for fact in report.facts] == ["Pas de sport pendant 2 semaines"]
