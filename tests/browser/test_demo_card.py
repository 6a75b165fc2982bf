"""What somebody in danger sees on the page, in Chromium: the card, their country, and the report button elsewhere."""

from playwright.async_api import expect

from tests.browser.conftest import Shoot, Watched
from tests.browser.test_demo_journey import become, press, say, shows

DANGER = "J'ai une douleur qui serre la poitrine et le bras gauche engourdi, mon mari dit que c'est le stress"


async def test_given_the_demo_when_danger_is_told_then_the_card_opens_with_the_number_and_changes_with_the_country(
    demo: str, watched: Watched, shoot: Shoot
) -> None:
    page = watched.page
    await page.goto(demo)
    await become(page, "Camille")
    await say(page, "bonjour")
    await shows(page, "Carnet", "Faux")
    await say(page, DANGER)
    await shows(page, "112", "France")
    await press(page, "France")

    await shows(page, "Appelez tout de suite le 15")
    await shoot(page, "card-fr")
    await expect(page.get_by_test_id("message")).to_have_count(4)
    assert watched.complaints == []
