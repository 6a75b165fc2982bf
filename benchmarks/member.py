"""Someone who is in Health with a confirmed report: made once, by the bot itself, then copied for each round."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fpdf import FPDF

from benchmarks.process import BenchmarkError
from bot.app import App, Opening, running
from bot.cli.playground import behind
from bot.kernel import logs
from bot.playground import Persona, Playground, serving
from bot.settings import load

NAME: Final = "Ann"
QUESTION: Final = "my ferritin?"
_TOP: Final = (
    "Riverside Diagnostics Laboratory",
    "1200 Main Street, Suite 300, Springfield  Phone (555) 123-4567",
    "Patient: DOE, Jane   DOB: 04/23/1980",
    "Collected: 02/05/2025   Report date: 02/06/2025",
)
_RESULTS: Final = (
    ("Hemoglobin", "11.4", "g/dL", "12.0 - 16.0", "L"),
    ("WBC", "6.85", "10^3/uL", "4.00 - 10.00", ""),
    ("Platelets", "238", "10^3/uL", "150 - 400", ""),
    ("MCV", "78.2", "fL", "80.0 - 100.0", "L"),
    ("Glucose, fasting", "118", "mg/dL", "70 - 99", "H"),
    ("Creatinine", "0.81", "mg/dL", "0.50 - 1.10", ""),
    ("LDL Cholesterol", "162", "mg/dL", "< 130", "H"),
    ("Ferritin", "9", "ng/mL", "15 - 150", "L"),
    ("TSH", "2.31", "mIU/L", "0.45 - 4.50", ""),
    ("Hemoglobin A1c", "6.1", "%", "4.0 - 5.6", "H"),
    ("Sodium", "140", "mmol/L", "136 - 145", ""),
    ("Potassium", "4.2", "mmol/L", "3.5 - 5.1", ""),
    ("Calcium", "9.4", "mg/dL", "8.6 - 10.2", ""),
    ("ALT", "22", "U/L", "7 - 40", ""),
)
_COLUMNS: Final = (50, 250, 320, 400, 520)  # points


def report() -> bytes:
    """Print a laboratory report of one page."""
    document = FPDF(format="A4", unit="pt")
    document.set_auto_page_break(auto=False)
    document.add_page()
    document.set_font("Helvetica", "", 9)
    for number, line in enumerate(_TOP):
        document.text(50, 50 + number * 15, line)
    for number, row in enumerate(_RESULTS, start=len(_TOP) + 1):
        for x, cell in zip(_COLUMNS, row, strict=True):
            document.text(x, 50 + number * 15, cell)
    return bytes(document.output())


async def settle_in(state: Path) -> None:
    """Walk through the door, bring the report and confirm it, leaving everything under *state*."""
    logs.configure("ERROR")
    playground = Playground()
    person = playground.person(NAME, "en")
    async with (
        serving(playground) as url,
        running(behind(load({"CARNET_STATE": str(state)}), url), opening=Opening.ON_JOIN) as app,
    ):
        playground.say(person, "/health")
        await _press(app, playground, person, ("Join", "Enter", "18 or older", "I agree"))
        playground.upload(person, "report.pdf", report(), "application/pdf")
        await _press(app, playground, person, ("onfirm",))


async def _press(app: App, playground: Playground, person: Persona, labels: Sequence[str]) -> None:
    await _quiet(app, playground, person)
    for label in labels:
        offered = (
            (message.id, button.data or "")
            for message in reversed(playground.messages(person))
            for row in message.buttons
            for button in row
            if label in button.label
        )
        found = next(offered, None)
        if found is None:
            raise BenchmarkError(f"the bot offers no button {label!r}: Health is not entered as it was")
        playground.press(person, *found)
        await _quiet(app, playground, person)


async def _quiet(app: App, playground: Playground, person: Persona) -> None:
    while playground.pending(person):  # noqa: ASYNC110  (the playground tells the bot, not us)
        await asyncio.sleep(0.01)
    await app.quiet()
