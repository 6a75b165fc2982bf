"""Draws the two invented lab reports the playground offers: `python tests/playground/make_samples.py` writes them again.

Nobody was ever measured so: the laboratories, the people and the values are made up, and every page says it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF

SAMPLES = Path(__file__).parents[2] / "bot" / "playground" / "page" / "samples"
DRAWN = datetime(2026, 10, 8, 12, 0, tzinfo=UTC)  # fixed, so that drawing again gives the same bytes

Row = tuple[str, ...]

# Analyse, résultat, unité, valeurs de référence, repère
FRENCH: Sequence[Row | str] = (
    "Numération sanguine",
    ("Hémoglobine", "13,4", "g/dL", "12,0 - 16,0", ""),
    ("Leucocytes", "5,72", "G/L", "4,00 - 10,00", ""),
    ("Plaquettes", "264", "G/L", "150 - 400", ""),
    "Biochimie",
    ("Glycémie à jeun", "0,94", "g/L", "0,70 - 1,10", ""),
    ("soit", "5,22", "mmol/L", "3,89 - 6,11", ""),
    ("Créatinine", "66", "µmol/L", "45 - 84", ""),
    ("Cholestérol total", "2,21", "g/L", "< 2,00", "H"),
    ("Cholestérol H.D.L.", "0,58", "g/L", "> 0,40", ""),
    ("Triglycérides", "0,85", "g/L", "< 1,50", ""),
    ("Ferritine", "31", "µg/L", "15 - 150", ""),
    "Hormones et vitamines",
    ("T.S.H.", "5,08", "mUI/L", "0,40 - 4,00", "H"),
    ("Vitamine D (25-OH)", "17", "ng/mL", "30 - 60", "B"),
)
# Test, result, flag, units, reference interval
ENGLISH: Sequence[Row | str] = (
    "COMPLETE BLOOD COUNT",
    ("Hemoglobin", "14.1", "", "g/dL", "12.0-15.5"),
    ("WBC", "5.4", "", "10^3/uL", "4.0-10.5"),
    ("Platelets", "262", "", "10^3/uL", "150-400"),
    "METABOLIC PANEL",
    ("Glucose, fasting", "104", "H", "mg/dL", "70-99"),
    ("Creatinine", "0.78", "", "mg/dL", "0.50-1.05"),
    "LIPIDS",
    ("Total cholesterol", "187", "", "mg/dL", "<200"),
    ("HDL cholesterol", "54", "", "mg/dL", ">40"),
    ("Triglycerides", "90", "", "mg/dL", "<150"),
    "OTHER",
    ("Ferritin", "38", "", "ng/mL", "15-150"),
    ("TSH", "5.12", "H", "mIU/L", "0.45-4.50"),
    ("Vitamin D, 25-OH", "19", "L", "ng/mL", "30-100"),
    ("CRP", "<1.0", "", "mg/L", "<5.0"),
)


class _Sheet(FPDF):
    def __init__(self, notice: str) -> None:
        super().__init__(format="A4")
        self._notice = notice
        self.set_creation_date(DRAWN)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-18)
        self.set_font("helvetica", "I", 9)
        self.set_text_color(110)
        self.cell(0, 6, self._notice, align="C")

    def rows(self, table: Sequence[Row | str], widths: Sequence[int], aligns: str) -> None:
        for row in table:
            if isinstance(row, str):
                self.ln(3)
                self.set_font("helvetica", "B", 11)
                self.cell(0, 8, row, new_x="LMARGIN", new_y="NEXT")
                continue
            self.set_font("helvetica", "", 10)
            for text, width, align in zip(row, widths, aligns, strict=True):
                self.cell(width, 6.5, text, align=align)
            self.ln()


def french() -> bytes:
    """A sheet in the French manner: the laboratory in the middle, results in a right-hand column, H or B at the end."""
    sheet = _Sheet("Document fictif : laboratoire, personne et résultats inventés pour la démonstration de Carnet.")
    sheet.set_title("Compte rendu fictif")
    sheet.set_font("times", "B", 17)
    sheet.cell(0, 10, "Laboratoire du Vieux Moulin", align="C", new_x="LMARGIN", new_y="NEXT")
    sheet.set_font("times", "", 10)
    for line in (
        "Compte rendu fictif, à des fins de démonstration",
        "Patiente : Mme DUVAL Camille, née le 08/05/1984",
        "Prélevé le 06/10/2026 à 08h10 - Compte rendu du 07/10/2026",
    ):
        sheet.cell(0, 6, line, align="C", new_x="LMARGIN", new_y="NEXT")
    sheet.ln(4)
    sheet.set_font("helvetica", "B", 9)
    for title, width, align in zip(
        ("Analyse", "Résultat", "Unité", "Valeurs de référence", ""), (66, 26, 28, 46, 14), "LRLLL", strict=True
    ):
        sheet.cell(width, 7, title, align=align, border="B")
    sheet.ln()
    sheet.rows(FRENCH, (66, 26, 28, 46, 14), "LRLLL")
    return bytes(sheet.output())


def english() -> bytes:
    """A sheet in the American manner: a ruled heading on the left, the flag beside the result."""
    sheet = _Sheet("Fictitious document: laboratory, person and results invented for Carnet's demonstration.")
    sheet.set_title("Fictitious report")
    sheet.set_font("helvetica", "B", 15)
    sheet.cell(0, 9, "HARBOR LANE DIAGNOSTICS", new_x="LMARGIN", new_y="NEXT")
    sheet.set_font("helvetica", "", 9)
    for line in (
        "Fictitious report, for demonstration only",
        "Patient: BENNETT, Alice    DOB: 05/08/1984    Sex: F",
        "Collected: 10/06/2026 08:10 AM    Reported: 10/07/2026",
    ):
        sheet.cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
    sheet.ln(3)
    widths, titles = (62, 26, 16, 32, 40), ("TEST", "RESULT", "FLAG", "UNITS", "REFERENCE INTERVAL")
    sheet.set_font("helvetica", "B", 8.5)
    for title, width in zip(titles, widths, strict=True):
        sheet.cell(width, 7, title, border="TB")
    sheet.ln()
    sheet.rows(ENGLISH, widths, "LLLLL")
    return bytes(sheet.output())


if __name__ == "__main__":
    SAMPLES.mkdir(exist_ok=True)
    (SAMPLES / "fr.pdf").write_bytes(french())
    (SAMPLES / "en.pdf").write_bytes(english())
