"""What a newcomer does after `make demo`, in Chromium: the door, a report, the check, the explanation, the way out."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bot.chat.model import HEALTH_MARK
from tests.browser.conftest import Shoot, Watched

TOO_TALL = """message => {
  const scroll = document.getElementById("scroll");
  return scroll.scrollHeight - message.offsetTop + 12 > scroll.clientHeight;
}"""
FROM_THE_TOP = "message => message.offsetTop - document.getElementById('scroll').scrollTop"


@dataclass(frozen=True)
class Journey:
    """One language's words, as the person reads and says them."""

    language: str
    person: str
    neighbour: str
    greeting: str
    door: tuple[tuple[str, str], ...]  # what stands there, and the button that leads on
    inside: str
    read: tuple[str, ...]
    confirm: str
    confirmed: str
    explained: tuple[str, ...]
    question: str
    answered: tuple[str, ...]
    why: tuple[str, ...]
    leave: str
    left: str
    hello: str
    badge: str


FRENCH = Journey(
    language="fr",
    person="Camille",
    neighbour="Karim",
    greeting="Je suis un programme, pas un médecin",
    door=(
        ("Bonjour, je suis Carnet.", "Ouvrir l’espace Santé"),
        ("Vous n’êtes pas encore sur la liste", "Rejoindre"),
        ("Votre place est prête", "Entrer"),
        ("Avez-vous 18 ans ou plus ?", "J’ai 18 ans ou plus"),
        ("Ce n’est pas un chiffrement de bout en bout", "J’accepte"),
    ),
    inside="Vous êtes dans l’espace Santé.",
    read=("Hémoglobine : 11,4 g/dL (12,0 - 16,0) * B", "soit 6,55 mmol/L", "13 résultats", "C.R.P. : < 0,6 mg/L"),
    confirm="Tout confirmer",
    confirmed="Confirmé : 13 résultats conservés.",
    explained=("Hors de l’intervalle imprimé", "9 µg/L", "15 - 150", "ceci n’est pas un diagnostic", "Et maintenant"),
    question="ma ferritine ?",
    answered=("Ferritine", "9 µg/L", "en dessous"),
    why=("/pourquoi", "Ferritine : 9 µg/L", "page 1, ligne 18", "Aucun modèle de langage"),
    leave="/quitter",
    left="Vous avez quitté l’espace Santé",
    hello="bonjour",
    badge="Espace Santé",
)
ENGLISH = Journey(
    language="en",
    person="Alice",
    neighbour="Daniel",
    greeting="I am a computer program, not a doctor",
    door=(
        ("Hello, I am Carnet.", "Open the Health space"),
        ("You are not on the list yet", "Join"),
        ("Your place is ready", "Enter"),
        ("Are you 18 or older?", "I am 18 or older"),
        ("This is not end-to-end encryption", "I agree"),
    ),
    inside="You are in the Health space.",
    read=("Hemoglobin: 11.4 g/dL (12.0 - 16.0) L", "WBC: 6.85 10^3/uL", "11 results"),
    confirm="Confirm all",
    confirmed="Confirmed: 11 results kept.",
    explained=("Outside the printed range", "9 ng/mL", "15 - 150", "this is not a diagnosis", "What now"),
    question="my ferritin?",
    answered=("Ferritin", "9 ng/mL", "below"),
    why=("/why", "Ferritin: 9 ng/mL", "page 1, line 15", "No language model"),
    leave="/exit",
    left="You have left the Health space",
    hello="hello",
    badge="Health space",
)


async def say(page: Page, text: str) -> None:
    said = page.locator('[data-testid="message"][data-author="person"]')
    before = await said.count()
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("composer").press("Enter")
    await expect(said).to_have_count(before + 1)


def newest(page: Page) -> Locator:
    return page.get_by_test_id("message").last


async def shows(page: Page, *texts: str) -> None:
    """Wait until the newest message is an answer that holds every one of *texts*."""
    await expect(newest(page)).to_have_attribute("data-author", "bot", timeout=20_000)
    for text in texts:
        await expect(newest(page)).to_contain_text(text, timeout=20_000)


async def press(page: Page, label: str) -> None:
    """Press a button of the newest answer; it is in sight, unless the answer is too tall and shows from its top."""
    button = newest(page).get_by_test_id("inline-button").filter(has_text=label)
    if await newest(page).evaluate(TOO_TALL):
        await expect(newest(page).locator(".words")).to_be_in_viewport()
        assert 0 <= await newest(page).evaluate(FROM_THE_TOP) <= 40
        await button.scroll_into_view_if_needed()
    await expect(button).to_be_in_viewport(ratio=1)
    await button.click()
    await expect(page.get_by_test_id("status")).to_be_in_viewport(ratio=1)  # the frame stays; only messages scroll


async def become(page: Page, name: str) -> None:
    await page.get_by_test_id("persona").filter(has_text=name).click()


@pytest.mark.parametrize("journey", [FRENCH, ENGLISH], ids=lambda journey: journey.language)
async def test_given_the_demo_when_a_newcomer_brings_a_report_then_the_page_shows_it_read_checked_and_explained(
    demo: str, watched: Watched, shoot: Shoot, shared: Path, journey: Journey
) -> None:
    page = watched.page
    badge = page.get_by_test_id("health-badge")
    await page.goto(demo)
    await become(page, journey.person)
    await expect(page.locator("html")).to_have_attribute("lang", journey.language)
    await page.get_by_test_id("start").click()
    await shows(page, journey.greeting)
    await expect(badge).to_be_hidden()

    for told, button in journey.door:
        await shows(page, told)
        await press(page, button)
    await shows(page, journey.inside)
    await expect(badge).to_contain_text(journey.badge)

    report = shared / "data" / "lab" / f"lab_{journey.language}_clean.pdf"
    await page.get_by_test_id("upload-input").set_input_files(report)
    await expect(page.get_by_test_id("attached")).to_contain_text(report.name)
    await page.get_by_test_id("send").click()
    await shows(page, *journey.read)
    await shoot(page, f"confirm-{journey.language}")
    await press(page, journey.confirm)
    await expect(page.get_by_test_id("log")).to_contain_text(journey.confirmed)
    await shows(page, *journey.explained)
    await shoot(page, f"explained-{journey.language}")

    await say(page, journey.question)
    await shows(page, *journey.answered)
    await shoot(page, f"answer-{journey.language}")
    command, *reasons = journey.why
    await say(page, command)
    await shows(page, *reasons)
    await shoot(page, f"why-{journey.language}")

    await say(page, journey.leave)
    await shows(page, journey.left)
    await expect(badge).to_be_hidden()
    await say(page, journey.hello)
    await shows(page, "Carnet")
    await expect(newest(page)).not_to_contain_text(HEALTH_MARK)

    await become(page, journey.neighbour)
    await expect(page.get_by_test_id("message")).to_have_count(0)
    await expect(badge).to_be_hidden()
    await say(page, journey.question)
    await expect(page.get_by_test_id("message")).to_have_count(2)
    await expect(page.get_by_test_id("log")).not_to_contain_text(journey.answered[1])

    assert {address.startswith(f"{demo}/") for address in watched.requests} == {True}
    assert watched.complaints == []
