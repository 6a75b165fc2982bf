"""The two shared lab pages as facts, written by hand: these tests do not depend on how a page is read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.health.facts import Fact, Report
from bot.health.facts.model import Comparator
from bot.health.facts.numbers import Mark, parse_amount, parse_range
from bot.health.facts.units import Units
from bot.health.knowledge import Knowledge
from bot.i18n import Language

CONFIG = Path(__file__).parents[2] / "config"
COLLECTED = date(2025, 3, 13)
LINES = {
    "fr": {"emergency": "le 112 (ou le 15 en France)", "crisis": "le 3114 (en France, gratuit, 24 h/24)"},
    "en": {
        "emergency": "112 or your local emergency number",
        "crisis": "988 in the US and Canada, 116 123 in the UK and Ireland",
    },
}

FR = """
Hémoglobine | 11,4 | g/dL | 12,0 - 16,0 | * B
Hématies | 4,12 | T/L | 3,80 - 5,90 |
Leucocytes | 6,85 | G/L | 4,00 - 10,00 |
Plaquettes | 238 | G/L | 150 - 400 |
V.G.M. | 78,2 | fL | 80,0 - 100,0 | * B
Glycémie à jeun | 1,18 | g/L | 0,70 - 1,10 | * H
soit | 6,55 | mmol/L | 3,89 - 6,11 |
Créatinine | 72 | µmol/L | 50 - 98 |
D.F.G. estimé (CKD-EPI) | 84 | mL/min/1,73m² | > 60 |
Cholestérol L.D.L. calculé | 1,62 | g/L | < 1,60 | * H
Ferritine | 9 | µg/L | 15 - 150 | * B
T.S.H. ultrasensible | 2,31 | mUI/L | 0,27 - 4,20 |
C.R.P. | < 0,6 | mg/L | < 5,0 |
Hémoglobine glyquée HbA1c | 6,1 | % | 4,0 - 6,0 | * H
"""
EN = """
Hemoglobin | 11.4 | g/dL | 12.0 - 16.0 | L
WBC | 6.85 | 10^3/uL | 4.00 - 10.00 |
Platelets | 238 | 10^3/uL | 150 - 400 |
MCV | 78.2 | fL | 80.0 - 100.0 | L
Glucose, fasting | 118 | mg/dL | 70 - 99 | H
Creatinine | 0.81 | mg/dL | 0.50 - 1.10 |
eGFR (CKD-EPI 2021) | 84 | mL/min/1.73m2 | >= 60 |
LDL Cholesterol, calc. | 162 | mg/dL | < 130 | H
Ferritin | 9 | ng/mL | 15 - 150 | L
TSH | 2.31 | mIU/L | 0.45 - 4.50 |
Hemoglobin A1c | 6.1 | % | 4.0 - 5.6 | H
"""


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The knowledge base as shipped."""
    return Knowledge.load(CONFIG / "knowledge")


@pytest.fixture(scope="session")
def units() -> Units:
    """The unit table as shipped."""
    return Units.load(CONFIG)


@dataclass(frozen=True)
class Builder:
    """Makes facts as extraction would."""

    knowledge: Knowledge
    units: Units

    def fact(
        self,
        label: str,
        value: str,
        unit: str = "",
        ref: str | None = None,
        flag: str = "",
        *,
        id: str = "1",  # noqa: A002  (the fact's own field)
        language: Language = "fr",
        taken: date | None = COLLECTED,
        form_of: str | None = None,
        previous: str | None = None,
    ) -> Fact:
        mark: Mark = "," if language == "fr" else "."
        amount = parse_amount(value, mark)
        span = parse_range(ref, mark) if ref else None
        entry = self.knowledge.recognise(label)
        comparator: Comparator = amount.comparator if amount else ""
        number: Decimal | None = amount.number if amount else None
        return Fact(
            id=id,
            label=label,
            analyte=entry.key if entry else None,
            code=None,
            comparator=comparator,
            value=amount.value if amount else value,
            number=number,
            unit=unit,
            ucum=self.units.ucum(unit),
            ref_text=ref,
            ref_low=span.ref_low if span else None,
            ref_high=span.ref_high if span else None,
            low=span.low if span else None,
            high=span.high if span else None,
            low_open=span.low_open if span else False,
            high_open=span.high_open if span else False,
            flag=flag,
            date=taken,
            page=1,
            line=int(id.rstrip("b")) + 5,
            form_of=form_of,
            previous=previous,
        )

    def page(self, table: str, language: Language, *, taken: date | None = COLLECTED) -> tuple[Fact, ...]:
        facts: list[Fact] = []
        number = 0
        for row in table.strip().splitlines():
            label, value, unit, ref, flag = (cell.strip() for cell in row.split("|"))
            second = label == "soit"
            number += not second
            facts.append(
                self.fact(
                    facts[-1].label if second else label,
                    value,
                    unit,
                    ref,
                    flag,
                    id=f"{number}b" if second else str(number),
                    language=language,
                    taken=taken,
                    form_of=str(number) if second else None,
                )
            )
        return tuple(facts)


@pytest.fixture(scope="session")
def build(knowledge: Knowledge, units: Units) -> Builder:
    return Builder(knowledge, units)


@pytest.fixture(scope="session")
def lab_fr(build: Builder) -> Report:
    """The shared French page."""
    return Report(
        language="fr",
        laboratory="LABORATOIRE DE BIOLOGIE MÉDICALE DES TILLEULS",
        collected=COLLECTED,
        reported=date(2025, 3, 14),
        pages=1,
        facts=build.page(FR, "fr"),
        not_read=(),
    )


@pytest.fixture(scope="session")
def lab_en(build: Builder) -> Report:
    """The shared English page."""
    return Report(
        language="en",
        laboratory="LINDEN CLINICAL LABORATORY",
        collected=COLLECTED,
        reported=date(2025, 3, 14),
        pages=1,
        facts=build.page(EN, "en"),
        not_read=(),
    )
