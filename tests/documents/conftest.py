"""Reports printed for the tests with the fonts every PDF reader has, and the real parts that read them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fpdf import FPDF

from bot.health.documents.report import extract
from bot.health.facts import Fact, Report
from bot.health.facts.units import Units
from bot.health.knowledge import Knowledge
from bot.settings import config_folder

Cells = Sequence[tuple[float, str]]
Line = str | Cells
PrintPdf = Callable[..., bytes]
ReadPdf = Callable[[bytes], Report]

FRENCH_TOP = (
    "LABORATOIRE DES ACACIAS",
    "12 rue des Lilas 75011 Paris  Tél : 01 42 33 44 55",
    "SIRET 123 456 789 00012",
    "Mme DURAND Claire née le 03/04/1980",
    "Prélèvement du 05/02/2025 à 07h50",
    "Édité le 06/02/2025",
)
ENGLISH_TOP = (
    "Riverside Diagnostics Laboratory",
    "1200 Main Street, Suite 300, Springfield  Phone (555) 123-4567",
    "Patient: DOE, Jane   DOB: 04/23/1980",
    "Collected: 02/05/2025   Report date: 02/06/2025",
)


@pytest.fixture(scope="session")
def french_top() -> tuple[str, ...]:
    """What stands above a French report's results."""
    return FRENCH_TOP


@pytest.fixture(scope="session")
def english_top() -> tuple[str, ...]:
    """What stands above an American report's results."""
    return ENGLISH_TOP


@pytest.fixture(scope="session")
def print_pdf() -> PrintPdf:
    """`print_pdf([line, …], [line, …])`: a page each; a line is a text, or (x, text) cells."""
    return _print


def _print(
    *pages: Sequence[Line], font: str = "Helvetica", size: float = 9, pitch: float = 15, password: str = ""
) -> bytes:
    document = FPDF(format="A4", unit="pt")
    document.set_auto_page_break(auto=False)
    if password:
        document.set_encryption(owner_password=f"{password}-owner", user_password=password)
    for lines in pages:
        document.add_page()
        document.set_font(font, "", size)
        for number, line in enumerate(lines):
            for x, text in [(50.0, line)] if isinstance(line, str) else line:
                document.text(x, 50 + number * pitch, text)
    return bytes(document.output())


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The shipped knowledge base."""
    return Knowledge.load(config_folder() / "knowledge")


@pytest.fixture(scope="session")
def units() -> Units:
    """The shipped unit table."""
    return Units.load(Path(config_folder()))


@pytest.fixture(scope="session")
def read_pdf(knowledge: Knowledge, units: Units) -> ReadPdf:
    """Read a report in this process, with the shipped tables."""

    def read(pdf: bytes) -> Report:
        return extract(pdf, knowledge.recognise, units, max_pages=40)

    return read


@pytest.fixture(scope="session")
def printed() -> Callable[[Fact], tuple[str, str, str, str | None, str]]:
    """Give a fact as the report shows it: label, value, unit, range, flag."""

    def shown(fact: Fact) -> tuple[str, str, str, str | None, str]:
        return (fact.label, f"{fact.comparator} {fact.value}".strip(), fact.unit, fact.ref_text, fact.flag)

    return shown
