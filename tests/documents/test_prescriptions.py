"""Prescriptions: each medicine as written, what it lasts where that is certain, and every other line listed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from bot.health.documents.errors import TwoPatientsError
from bot.health.facts import Report

PrintPdf = Callable[..., bytes]
ReadPdf = Callable[[bytes], Report]

DOCTOR = ("Docteur Anne MARTIN", "Médecin généraliste", "12 rue des Lilas 75011 Paris", "Tél : 01 42 33 44 55   RPPS : 10001234567")  # fmt: skip
PATIENT = "Mme DURAND Claire née le 03/04/1980"
AMERICAN = ("Springfield Family Clinic", "1200 Main Street, Springfield, IL 62701  Phone (555) 123-4567", "NPI 1234567890  DEA AB1234567", "Patient: DOE, Jane   DOB: 04/03/1980")  # fmt: skip
DAY = date(2025, 2, 5)


@pytest.fixture
def read(print_pdf: PrintPdf, read_pdf: ReadPdf) -> Callable[..., Report]:
    return lambda *lines: read_pdf(print_pdf(lines))


def told(report: Report) -> list[tuple[str, str, str]]:
    return [(fact.label, fact.value, fact.note) for fact in report.facts]


def unread(report: Report) -> list[str]:
    return [line.text for line in report.not_read]


def test_given_a_numbered_french_prescription_when_read_then_each_medicine_is_as_written(
    read: Callable[..., Report],
) -> None:
    report = read(
        *DOCTOR, "Paris, le 05/02/2025", PATIENT, "ORDONNANCE", "",
        "1) AMOXICILLINE 1 g comprimé dispersible", "   1 comprimé matin et soir pendant 7 jours", "",
        "2) DOLIPRANE 1000 mg, comprimé", "   1 comprimé toutes les 6 heures si douleurs, maximum 4 g par jour", "",
        "3) SERETIDE DISKUS 250 µg/50 µg/dose, poudre pour inhalation", "   1 inhalation matin et soir",
        "   QSP 1 mois, à renouveler 2 fois", "",
        "4) CRÈME ÉMOLLIENTE", "   2 applications par jour pendant 2 semaines", "",
        "Kinésithérapie respiratoire : 10 séances", "Dr Anne MARTIN", "Signature",
    )  # fmt: skip

    assert report.kind == "prescription"
    assert told(report) == [
        ("AMOXICILLINE", "1 g comprimé dispersible", "1 comprimé matin et soir pendant 7 jours"),
        ("DOLIPRANE", "1000 mg, comprimé", "1 comprimé toutes les 6 heures si douleurs, maximum 4 g par jour"),
        ("SERETIDE DISKUS", "250 µg/50 µg/dose, poudre pour inhalation", "1 inhalation matin et soir QSP 1 mois, à renouveler 2 fois"),
        ("CRÈME ÉMOLLIENTE", "2 applications par jour pendant 2 semaines", "2 applications par jour pendant 2 semaines"),
    ]  # fmt: skip
    assert {(f.category, f.status, f.date, f.number, f.unit) for f in report.facts} == {
        ("medication", "active", DAY, None, "")
    }
    assert [fact.until for fact in report.facts] == [date(2025, 2, 11), None, None, date(2025, 2, 18)]
    assert unread(report) == ["Kinésithérapie respiratoire : 10 séances"]
    assert report.laboratory == "Docteur Anne MARTIN"
    assert report.person == "DURAND Claire"
    assert "DURAND" not in repr(replace(report, person=None))


def test_given_one_line_a_medicine_and_a_renewal_for_all_when_read_then_it_is_said_once(
    read: Callable[..., Report],
) -> None:
    report = read(
        "Dr Paul LEROY - Cardiologue", "Cabinet médical des Tilleuls, 38000 GRENOBLE", "Le 12 mars 2025",
        "M. PETIT Jean", "Ordonnance",
        "- KARDEGIC 75 mg : 1 sachet par jour",
        "- BISOPROLOL 2,5 mg cp : 1 cp le matin pendant 3 mois",
        "- LEVOTHYROX 75 microgrammes, comprimé sécable : 1 comprimé à jeun le matin",
        "- UVEDOSE 100 000 UI, solution buvable en ampoule : 1 ampoule tous les 3 mois",
        "À renouveler 5 fois",
    )  # fmt: skip

    assert told(report) == [
        ("KARDEGIC", "75 mg", "1 sachet par jour"),
        ("BISOPROLOL", "2,5 mg cp", "1 cp le matin pendant 3 mois"),
        ("LEVOTHYROX", "75 microgrammes, comprimé sécable", "1 comprimé à jeun le matin"),
        ("UVEDOSE", "100 000 UI, solution buvable en ampoule", "1 ampoule tous les 3 mois"),
        ("À renouveler 5 fois", "À renouveler 5 fois", ""),
    ]
    assert [fact.category for fact in report.facts] == ["medication"] * 4 + ["instruction"]
    assert {fact.until for fact in report.facts} == {None}
    assert {fact.date for fact in report.facts} == {date(2025, 3, 12)}
    assert report.not_read == ()


def test_given_a_hospital_s_prescription_when_read_then_lengths_and_stops_are_understood_or_listed(
    read: Callable[..., Report],
) -> None:
    report = read(
        "CENTRE HOSPITALIER DES ALPES", "Service de cardiologie", "Ordonnance de sortie",
        "Patient : DURAND Claire    Né(e) le : 03/04/1980", "Date : 05/02/2025",
        "PARACETAMOL 500 mg gélule ; voie orale ; 2 gélules 3 fois par jour ; pendant 5 jours",
        "IBUPROFENE 400MG CPR : 1 cp matin midi et soir x 3 jours",
        "OMEPRAZOLE 20 mg gél. gastro-résistante", "1 le matin avant le repas", "QSP 28 jours",
        "FOSAMAX 70 mg : 1 comprimé par semaine le lundi matin",
        "VITAMINE D3 (cholécalciférol) 100 000 UI", "Une ampoule par mois pendant 3 mois",
        "FER 80 mg : 1 comprimé par jour jusqu'au 30/04/2025",
        "PREDNISOLONE 20 mg : 2 cp le matin pendant 5 jours puis 1 cp pendant 5 jours",
        "Arrêt du BISOPROLOL 5 mg", "Bas de contention classe 2", "Dr Paul LEROY",
    )  # fmt: skip

    assert [(f.label, f.value, f.until) for f in report.facts] == [
        ("PARACETAMOL", "500 mg gélule", date(2025, 2, 9)),
        ("IBUPROFENE", "400MG CPR", date(2025, 2, 7)),
        ("OMEPRAZOLE", "20 mg gél. gastro-résistante", date(2025, 3, 4)),
        ("FOSAMAX", "70 mg", None),
        ("VITAMINE D3 (cholécalciférol)", "100 000 UI", date(2025, 5, 4)),
        ("FER", "80 mg", date(2025, 4, 30)),
        ("PREDNISOLONE", "20 mg", None),
    ]
    assert report.facts[4].analyte is None
    assert unread(report) == ["Arrêt du BISOPROLOL 5 mg", "Bas de contention classe 2"]


def test_given_an_american_prescription_when_read_then_sig_and_refills_stay_beside_their_medicine(
    read: Callable[..., Report],
) -> None:
    report = read(
        *AMERICAN, "Date: 02/05/2025", "Rx",
        "Amoxicillin 500 mg capsule", "Sig: Take 1 capsule by mouth three times daily for 10 days", "Disp: 30   Refills: 0",
        "Albuterol HFA 90 mcg/actuation inhaler", "Sig: Inhale 2 puffs every 4 hours as needed for wheezing",
        "Hydrocodone-Acetaminophen 5-325 mg tablet - Take 1 tablet every 6 hours as needed for pain",
        "Dispense as written: ______  Substitution permitted", "Electronically signed by Alice Jones, MD",
    )  # fmt: skip

    assert told(report) == [
        ("Amoxicillin", "500 mg capsule", "Sig: Take 1 capsule by mouth three times daily for 10 days Disp: 30 Refills: 0"),
        ("Albuterol HFA", "90 mcg/actuation inhaler", "Sig: Inhale 2 puffs every 4 hours as needed for wheezing"),
        ("Hydrocodone-Acetaminophen", "5-325 mg tablet", "Take 1 tablet every 6 hours as needed for pain"),
    ]  # fmt: skip
    assert [(fact.date, fact.until) for fact in report.facts] == [(DAY, date(2025, 2, 14)), (DAY, None), (DAY, None)]
    assert (report.laboratory, report.not_read) == ("Alice Jones, MD", ())


def test_given_an_american_list_in_shorthand_when_read_then_how_much_to_take_is_not_the_strength(
    read: Callable[..., Report],
) -> None:
    report = read(
        "Alice Jones, MD", "500 Oak Ave, Dallas, TX 75201", "Prescription",
        "Patient Name: Jane Doe   DOB: 04/23/1980   Date: 02/05/2025",
        "1. Metformin HCl 1000mg tabs - 1 tab po bid #60 RF: 2",
        "2. Atorvastatin (Lipitor) 20 mg oral tablet, take one nightly",
        "3. Prednisone 10 mg tablet: 4 tabs daily x 3 days then 2 tabs daily x 3 days",
        "4. Amoxicillin-clavulanate 400 mg/57 mg/5 mL suspension, 5 mL twice daily for 10 days",
    )  # fmt: skip

    assert told(report) == [
        ("Metformin HCl", "1000mg tabs", "1 tab po bid #60 RF: 2"),
        ("Atorvastatin (Lipitor)", "20 mg oral tablet", "take one nightly"),
        ("Prednisone", "10 mg tablet", "4 tabs daily x 3 days then 2 tabs daily x 3 days"),
        ("Amoxicillin-clavulanate", "400 mg/57 mg/5 mL suspension", "5 mL twice daily for 10 days"),
    ]
    assert [fact.until for fact in report.facts] == [None, None, None, date(2025, 2, 14)]
    assert {fact.date for fact in report.facts} == {DAY}


def test_given_a_british_prescription_when_read_then_a_name_over_its_directions_is_a_medicine(
    read: Callable[..., Report],
) -> None:
    report = read(
        "Oakfield Surgery", "Prescription details", "Issued: 13 March 2025",
        "Mr John SMITH   DOB 05/02/1960   NHS No: 943 476 5919",
        "Amlodipine 5mg tablets", "One to be taken daily",
        "Salbutamol 100micrograms/dose inhaler", "Inhale two puffs when required",
        "Emollient", "Apply three times a day",
        "Next medication review: 01/09/2025",
    )  # fmt: skip

    assert told(report) == [
        ("Amlodipine", "5mg tablets", "One to be taken daily"),
        ("Salbutamol", "100micrograms/dose inhaler", "Inhale two puffs when required"),
        ("Emollient", "Apply three times a day", "Apply three times a day"),
    ]
    assert {fact.date for fact in report.facts} == {date(2025, 3, 13)}
    assert unread(report) == ["Next medication review: 01/09/2025"]
    assert report.laboratory is None


def test_given_a_table_of_medicines_when_read_then_its_heading_is_none(print_pdf: PrintPdf, read_pdf: ReadPdf) -> None:
    def row(*texts: str) -> list[tuple[float, str]]:
        return list(zip((50.0, 220.0, 300.0, 420.0), texts, strict=True))

    report = read_pdf(
        print_pdf([
            "Oakfield Surgery NHS", "Prescription", "Date: 13 March 2025", "Name: SMITH, John  Date of birth: 05/02/1960",
            row("Medication", "Dose", "Frequency", "Duration"),
            row("Metformin", "500 mg", "twice daily", "28 days"),
            row("Clotrimazole 1% cream", "apply", "twice daily", "14 days"),
            "Dr A. Jones, GP",
        ])
    )  # fmt: skip

    assert told(report) == [
        ("Metformin", "500 mg", "twice daily 28 days"), ("Clotrimazole", "1% cream", "apply twice daily 14 days"),
    ]  # fmt: skip
    assert report.not_read == ()


def test_given_a_line_between_a_medicine_and_directions_when_read_then_they_are_not_the_medicine_s(
    read: Callable[..., Report],
) -> None:
    report = read(
        *DOCTOR, "Le 05/02/2025", PATIENT, "ORDONNANCE", "PARACETAMOL 1 g comprimé", "1 comprimé matin et soir",
        "Kinésithérapie : 10 séances", "2 fois par semaine pendant 5 semaines",
    )  # fmt: skip

    assert told(report) == [("PARACETAMOL", "1 g comprimé", "1 comprimé matin et soir")]
    assert unread(report) == ["Kinésithérapie : 10 séances", "2 fois par semaine pendant 5 semaines"]


def test_given_two_patients_when_read_then_the_prescription_is_refused(print_pdf: PrintPdf, read_pdf: ReadPdf) -> None:
    one = (*DOCTOR, "Le 05/02/2025", PATIENT, "ORDONNANCE", "PARACETAMOL 1 g comprimé", "1 comprimé matin et soir")
    other = tuple("M. PETIT Paul né le 01/02/1960" if line is PATIENT else line for line in one)

    with pytest.raises(TwoPatientsError):
        read_pdf(print_pdf(one, other))


@pytest.mark.parametrize(
    "line", ["Arrêter le bisoprolol 5 mg", "Arrêt du BISOPROLOL 5 mg", "STOP BISOPROLOL 5 mg", "Ne plus prendre BISOPROLOL 5 mg"]
)  # fmt: skip
def test_given_a_medicine_to_stop_when_read_then_it_is_never_one_to_take(
    read: Callable[..., Report], line: str
) -> None:
    report = read(
        *DOCTOR, "Le 05/02/2025", "ORDONNANCE", "MAXILASE 3000 U comprimé", "1 comprimé matin et soir", line,
        "BISOPROLOL 10 mg : arrêté ce jour", "Surveillance de la tension : 1 fois par semaine",
    )  # fmt: skip

    assert [(f.label, f.status, f.note) for f in report.facts] == [
        ("MAXILASE", "active", "1 comprimé matin et soir"), ("BISOPROLOL", "inactive", "arrêté ce jour"),
    ]  # fmt: skip
    assert unread(report) == [line, "Surveillance de la tension : 1 fois par semaine"]
