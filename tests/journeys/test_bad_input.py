"""Every bad document gets its own sentence, in the person's language, and leaves nothing behind."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from fpdf import FPDF

from bot.i18n import LANGUAGES, Language, say
from tests.journeys.conftest import Chat, House

Page = list[tuple[str, str, str, str]]


def lab(*pages: Page, head: str = "Patient: MARTIN Helen  DOB: 11/02/1971", password: str = "") -> bytes:
    """A small English report, one patient line and one table a page."""
    pdf = FPDF()
    if password:
        pdf.set_encryption(owner_password="owner-" + password, user_password=password)
    for rows in pages:
        pdf.add_page()
        pdf.set_font("helvetica", size=10)
        for n, line in enumerate(("LINDEN CLINICAL LABORATORY", "Collected: 03/13/2025", head, "CHEMISTRY")):
            pdf.text(18, 18 + 7 * n, line)
        for n, row in enumerate(rows):
            for x, cell in zip((18, 92, 112, 140), row, strict=True):
                pdf.text(x, 52 + 7 * n, cell)
    return bytes(pdf.output())


FERRITIN: Page = [("Ferritin", "9", "ng/mL", "15 - 150")]


def two_patients() -> bytes:
    pdf = FPDF()
    for name, born in (("MARTIN Helen", "11/02/1971"), ("DUPONT Paul", "05/20/1950")):
        pdf.add_page()
        pdf.set_font("helvetica", size=10)
        for n, line in enumerate(("LINDEN CLINICAL LABORATORY", f"Patient: {name}  DOB: {born}", "CHEMISTRY")):
            pdf.text(18, 18 + 7 * n, line)
        for x, cell in zip((18, 92, 112, 140), FERRITIN[0], strict=True):
            pdf.text(x, 52, cell)
    return bytes(pdf.output())


def letter(*lines: str) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=10)
    for n, line in enumerate(lines):
        pdf.text(18, 18 + 7 * n, line)
    return bytes(pdf.output())


POLISH = (
    "LABORATORIUM ANALIZ MEDYCZNYCH",
    "Data pobrania 13.03.2025, wynik badania krwi pacjenta",
    "Badanie                Wynik      Jednostka     Zakres referencyjny",
    "Hemoglobina            11,4       g/dl          12,0 - 16,0",
    "Leukocyty              6,85       tys/ul        4,00 - 10,00",
    "Wynik nalezy skonsultowac z lekarzem prowadzacym i nie jest to rozpoznanie choroby",
)

BAD: dict[str, Callable[[], bytes]] = {
    "documents.unknown_format": lambda: b"GIF89a not a document at all",
    "documents.corrupt": lambda: b"%PDF-1.7\n" + b"\x00garbage" * 40,
    "documents.too_many_pages": lambda: lab(*[FERRITIN] * 200),
    "documents.encrypted": lambda: lab(FERRITIN, password="secret-7"),
    "documents.two_patients": two_patients,
    "documents.language": lambda: letter(*POLISH),
    "documents.no_results": lambda: letter("Dear patient,", "thank you for your visit to the laboratory.", "The team"),
}


async def send(chat: Chat, data: bytes, folder: Path, caption: str | None = None) -> str:
    path = folder / "document.pdf"
    path.write_bytes(data)
    return (await chat.upload(path, caption))[-1].text.removeprefix("🩺 ")


async def documents_held(chat: Chat) -> str:
    text = (await chat.say("/data"))[-1].text
    found = re.search(r"Documents\W+(\d+)", text)
    assert found, text
    return found[1]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_given_bad_documents_when_sent_then_each_has_its_own_sentence_and_nothing_is_kept(
    carnet: House, tmp_path: Path, language: Language
) -> None:
    chat = carnet.meet("Ann" if language == "en" else "Nadia", language)
    await chat.enter()
    said = {key: await send(chat, make(), tmp_path) for key, make in BAD.items()}
    said["documents.wrong_password"] = await send(chat, lab(FERRITIN, password="secret-7"), tmp_path, "not-it")

    assert {key: text for key, text in said.items() if not text.startswith(say(language, key).split("{")[0])} == {}
    assert len(set(said.values())) == len(said)
    assert await documents_held(chat) == "0"


async def test_given_a_file_over_the_limit_when_sent_then_it_is_refused_before_it_is_fetched(carnet: House) -> None:
    chat = carnet.meet("Nadia", "fr")
    await chat.enter()
    chat.playground.upload(chat.persona, "gros.pdf", b"%PDF" + bytes(25_000_000), "application/pdf")

    shown = await chat.quiet()

    assert shown[-1].text.endswith(say("fr", "uploads.too_large_here"))


async def test_given_the_right_password_as_caption_when_sent_then_it_is_read_and_the_message_removed(
    carnet: House, tmp_path: Path
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()

    screen = await send(chat, lab(FERRITIN, password="secret-7"), tmp_path, "secret-7")

    assert "Ferritin: 9 ng/mL" in screen
    assert "secret-7" not in [message.text for message in chat.playground.messages(chat.persona)]


async def test_given_a_result_without_unit_or_range_when_read_then_it_is_shown_as_printed_and_called_neither(
    carnet: House, tmp_path: Path
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    rows: Page = [
        ("Ferritin", "9", "ng/mL", ""),
        ("INR", "1.1", "", "0.8 - 1.2"),
        ("TSH", "2.31", "mIU/L", "0.45 - 4.50"),
    ]

    screen = await send(chat, lab(rows), tmp_path)
    _, explained = await chat.press("Confirm all")

    assert "Ferritin: 9 ng/mL" in screen
    ferritin = [line for line in explained.text.splitlines() if "9 ng/mL" in line]
    assert ferritin
    assert not any(word in line for line in ferritin for word in ("above", "below", "high", "low"))


@pytest.mark.parametrize("photo", [True, False])
async def test_given_a_picture_of_a_report_when_sent_then_it_is_read_as_a_report(carnet: House, *, photo: bool) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    drawn = pypdfium2.PdfDocument(lab(FERRITIN))[0].render(scale=2, crop=(0, 500, 0, 0)).to_pil()
    file = io.BytesIO()
    drawn.convert("RGB").save(file, "JPEG")
    chat.playground.upload(chat.persona, "photo.jpg", file.getvalue(), "image/jpeg", photo=photo)

    shown = await chat.quiet()

    assert "Ferritin: 9 ng/mL" in shown[-1].text
