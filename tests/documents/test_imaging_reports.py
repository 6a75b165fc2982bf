"""Reports of pictures: the examination's title, and each section as text; no measurement of theirs is a result."""

from collections.abc import Callable
from datetime import date

import pytest

from bot.health.facts import Report

PrintPdf = Callable[..., bytes]
ReadPdf = Callable[[bytes], Report]


@pytest.fixture
def read(print_pdf: PrintPdf, read_pdf: ReadPdf) -> Callable[..., Report]:
    return lambda *lines: read_pdf(print_pdf(lines))


def told(report: Report) -> list[tuple[str, str, str]]:
    return [(fact.label, fact.value, fact.note) for fact in report.facts]


def test_given_a_french_ultrasound_when_read_then_each_section_is_text_under_its_title(
    read: Callable[..., Report],
) -> None:
    report = read(
        "CENTRE D'IMAGERIE DES ACACIAS", "IRM - Scanner - Échographie", "Mme DURAND Claire née le 03/04/1980",
        "Examen du 05/02/2025", "ÉCHOGRAPHIE ABDOMINALE", "Indication : douleurs de l'hypochondre droit.",
        "Technique : sonde de 3,5 MHz, examen à jeun.", "Résultats :",
        "Foie de taille normale, de contours réguliers. Flèche hépatique 145 mm.",
        "Rein droit 105 mm, rein gauche 108 mm.", "Conclusion :", "Échographie abdominale sans anomalie décelable.",
        "Dr Marc PETIT, radiologue",
    )  # fmt: skip
    title = "ÉCHOGRAPHIE ABDOMINALE"

    assert report.kind == "imaging_report"
    assert told(report) == [
        (title, "Indication", "douleurs de l'hypochondre droit."),
        (title, "Technique", "sonde de 3,5 MHz, examen à jeun."),
        (title, "Résultats", "Foie de taille normale, de contours réguliers. Flèche hépatique 145 mm. Rein droit 105 mm, rein gauche 108 mm."),
        (title, "Conclusion", "Échographie abdominale sans anomalie décelable."),
    ]  # fmt: skip
    assert {(fact.category, fact.date, fact.number) for fact in report.facts} == {("imaging", date(2025, 2, 5), None)}
    assert (report.laboratory, report.not_read) == ("Dr Marc PETIT", ())


def test_given_headings_on_lines_of_their_own_when_read_then_the_text_below_is_theirs(
    read: Callable[..., Report],
) -> None:
    report = read(
        "Centre d'imagerie du Parc", "Grenoble, le 05/02/2025", "Monsieur PETIT Jean né le 01/02/1960",
        "IRM DU GENOU DROIT", "INDICATION", "Gonalgie mécanique.", "RÉSULTATS",
        "Fissure horizontale de la corne postérieure du ménisque médial.", "AU TOTAL", "Fissure méniscale médiale.",
    )  # fmt: skip

    assert told(report) == [
        ("IRM DU GENOU DROIT", "INDICATION", "Gonalgie mécanique."),
        ("IRM DU GENOU DROIT", "RÉSULTATS", "Fissure horizontale de la corne postérieure du ménisque médial."),
        ("IRM DU GENOU DROIT", "AU TOTAL", "Fissure méniscale médiale."),
    ]


def test_given_an_american_ct_when_read_then_a_numbered_impression_stays_numbered(
    read: Callable[..., Report],
) -> None:
    report = read(
        "Lakeside Imaging Center", "Patient: DOE, Jane  DOB: 04/23/1980", "Exam date: Feb 5, 2025",
        "EXAM: CT CHEST WITHOUT CONTRAST", "CLINICAL INDICATION: Persistent cough.",
        "COMPARISON: Chest radiograph of January 3, 2025.", "TECHNIQUE: Axial images were obtained at 1.25 mm.",
        "FINDINGS:", "Lungs: 4 mm nodule in the right upper lobe.", "Heart: normal in size.",
        "IMPRESSION:", "1. 4 mm right upper lobe nodule.", "2. No acute abnormality.",
        "Electronically signed by Mark Lee, MD",
    )  # fmt: skip

    assert [(value, note) for _, value, note in told(report)] == [
        ("CLINICAL INDICATION", "Persistent cough."),
        ("COMPARISON", "Chest radiograph of January 3, 2025."),
        ("TECHNIQUE", "Axial images were obtained at 1.25 mm."),
        ("FINDINGS", "Lungs: 4 mm nodule in the right upper lobe. Heart: normal in size."),
        ("IMPRESSION", "1. 4 mm right upper lobe nodule. 2. No acute abnormality."),
    ]
    assert {(fact.label, fact.date) for fact in report.facts} == {("CT CHEST WITHOUT CONTRAST", date(2025, 2, 5))}


def test_given_a_british_ultrasound_when_read_then_who_reports_it_is_no_conclusion(
    read: Callable[..., Report],
) -> None:
    report = read(
        "Radiology Report", "Patient: SMITH, John   DOB: 05/02/1960", "Date of exam: 13 March 2025",
        "Abdominal ultrasound", "Clinical history: RUQ pain",
        "Findings: The liver is normal. Gallbladder contains stones up to 12 mm.", "The kidneys are normal.",
        "Conclusion: Cholelithiasis without cholecystitis.", "Reported by Dr A. Jones, Consultant Radiologist",
    )  # fmt: skip

    assert told(report) == [
        ("Abdominal ultrasound", "Clinical history", "RUQ pain"),
        ("Abdominal ultrasound", "Findings", "The liver is normal. Gallbladder contains stones up to 12 mm. The kidneys are normal."),
        ("Abdominal ultrasound", "Conclusion", "Cholelithiasis without cholecystitis."),
    ]  # fmt: skip
    assert report.laboratory == "Dr A. Jones"


def test_given_a_report_over_two_pages_when_read_then_heads_and_page_numbers_are_in_no_section(
    print_pdf: PrintPdf, read_pdf: ReadPdf
) -> None:
    head = ("Lakeside Imaging", "Patient: DOE, Jane  DOB: 04/23/1980")
    report = read_pdf(
        print_pdf(
            [*head, "Chest X-ray, two views", "Exam date: Feb 5, 2025", "Findings", "The lungs are clear.", "Page 1 of 2"],
            [*head, "The heart is normal in size.", "Impression", "Normal chest.", "Page 2 of 2"],
        )
    )  # fmt: skip

    assert told(report) == [
        ("Chest X-ray, two views", "Findings", "The lungs are clear. The heart is normal in size."),
        ("Chest X-ray, two views", "Impression", "Normal chest."),
    ]
