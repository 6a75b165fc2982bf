"""The upload page in Chromium: a file dropped, the line cut half-way, sending that goes on, and the screen in the chat."""

import asyncio
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF
from PIL import Image
from playwright.async_api import Browser, Page, Route, expect

from bot.storage.uploads import CHUNK
from tests.browser.conftest import PHONE, Watched
from tests.browser.test_demo_journey import ENGLISH, FRENCH, Journey, become, press, say, shows

LINK = '[data-testid="message"] a[href*="/upload/"]'
DROP = """([target, data, name]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type: "application/pdf", lastModified: 1700000000000 }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
}"""
WORDS = {
    "fr": ("/televerser", "Votre lien est prêt", "Votre fichier est arrivé. Retournez dans Telegram", "a déjà servi"),
    "en": ("/upload", "Your link is ready", "Your file has arrived. Go back to Telegram", "was already used"),
}


def large_report(folder: Path) -> Path:
    """A report that any laboratory could have printed, and as heavy as three chunks: its picture is noise."""
    picture = folder / "noise.png"
    noise = os.urandom(3 * 900 * 1000)
    Image.frombytes("RGB", (900, 1000), noise).save(picture)
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=10)
    for y, text in ((20, "LABORATOIRE DU PORT"), (28, "Prélèvement du 13/03/2025"), (36, "BIOCHIMIE")):
        pdf.text(20, y, text)
    for x, cell in zip((20, 90, 115, 140), ("Ferritine", "7,31", "µg/L", "15 - 150"), strict=True):
        pdf.text(x, 50, cell)
    pdf.add_page()
    pdf.image(str(picture), x=10, y=10, w=100)
    path = folder / "ma prise de sang.pdf"
    pdf.output(str(path))
    assert 2 * CHUNK < path.stat().st_size < 4 * CHUNK
    return path


async def enter(page: Page, demo: str, journey: Journey) -> None:
    await page.goto(demo)
    await become(page, journey.person)
    await page.get_by_test_id("start").click()
    for told, button in journey.door:
        await shows(page, told)
        await press(page, button)
    await shows(page, journey.inside)


async def link(page: Page, command: str) -> str:
    """Ask for a link, and give its address."""
    before = await page.locator(LINK).count()
    await say(page, command)
    await expect(page.locator(LINK)).to_have_count(before + 1, timeout=20_000)
    return str(await page.locator(LINK).last.get_attribute("href"))


@pytest.mark.parametrize("journey", [FRENCH, ENGLISH], ids=lambda journey: journey.language)
async def test_given_a_link_when_a_file_is_dropped_and_the_line_is_cut_then_sending_goes_on_and_the_screen_comes(
    demo: str, watched: Watched, browser: Browser, tmp_path: Path, journey: Journey
) -> None:
    command, ready, arrived, over = WORDS[journey.language]
    report = large_report(tmp_path)
    await enter(watched.page, demo, journey)
    address = await link(watched.page, command)
    async with watched.page.context.expect_page() as opening:
        await watched.page.locator(LINK).last.click()
    page = await opening.value
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await expect(page.get_by_test_id("status")).to_contain_text(ready)
    await expect(page.locator("html")).to_have_attribute("lang", journey.language)

    offsets, cut = list[int](), asyncio.Event()

    async def meddle(route: Route) -> None:
        offset = int(route.request.headers["upload-offset"])
        offsets.append(offset)
        if offset and not cut.is_set():  # half-way, until the test lets it pass
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await page.route("**/upload/chunk", meddle)
    await page.evaluate(f"args => ({DROP})([document.getElementById('drop'), ...args])", await carried(report))
    await expect(page.locator("#retry")).to_be_visible(timeout=20_000)
    await expect(page.get_by_test_id("bar")).to_have_js_property("value", CHUNK / report.stat().st_size)
    assert await fits(page)
    cut.set()
    await page.locator("#retry").click()
    await expect(page.get_by_test_id("status")).to_contain_text(arrived, timeout=30_000)
    await shows(watched.page, "Ferritin", "7")

    used = await browser.new_page()
    await used.goto(address)
    await expect(used.get_by_test_id("trouble")).to_contain_text(over)
    assert sorted(set(offsets)) == [0, CHUNK, 2 * CHUNK]
    assert offsets.count(0) == 1  # what had arrived was not sent again
    assert "ma prise de sang" not in await watched.page.content()
    assert complaints == []


async def test_given_a_page_reloaded_half_way_when_the_same_file_is_chosen_then_it_goes_on_and_another_is_refused(
    demo: str, watched: Watched, browser: Browser, tmp_path: Path
) -> None:
    report = large_report(tmp_path)
    await enter(watched.page, demo, ENGLISH)
    page = await browser.new_page()
    await page.goto(await link(watched.page, "/upload"))
    offsets, cut = list[int](), asyncio.Event()

    async def meddle(route: Route) -> None:
        offset = int(route.request.headers["upload-offset"])
        if offset and not cut.is_set():
            await route.abort("connectionreset")
        else:
            offsets.append(offset)
            await route.continue_()

    await page.route("**/upload/chunk", meddle)
    await page.get_by_test_id("file").set_input_files(report)
    await expect(page.locator("#retry")).to_be_visible(timeout=20_000)
    page.on("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await expect(page.get_by_test_id("status")).to_contain_text("Choose the same file again")
    cut.set()
    other = tmp_path / "other.pdf"
    other.write_bytes(b"%PDF-1.7 something else")
    await page.get_by_test_id("file").set_input_files(other)
    await expect(page.get_by_test_id("trouble")).to_contain_text("already belongs to another file")
    await page.get_by_test_id("file").set_input_files(report)
    await expect(page.get_by_test_id("status")).to_contain_text("has arrived", timeout=30_000)
    await shows(watched.page, "Ferritin", "7")

    assert offsets == [0, CHUNK, 2 * CHUNK]


async def test_given_the_keyboard_and_either_scheme_when_the_page_is_used_then_it_is_reachable_and_readable(
    demo: str, watched: Watched, browser: Browser
) -> None:
    await enter(watched.page, demo, ENGLISH)
    page = await browser.new_page()
    await page.goto(await link(watched.page, "/upload"))
    await expect(page.get_by_test_id("file")).to_be_enabled()
    reached = list[str]()
    for _ in range(2):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.activeElement.id"))
    contrasts = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        contrasts += [await contrast(page, one) for one in (".choose", ".facts", "h1", ".hint")]

    assert reached == ["other", "file"]
    assert await page.get_by_label("Choose a file").count() == 1
    assert await page.get_by_role("status").get_attribute("aria-live") == "polite"
    assert min(contrasts) >= 4.5, contrasts


async def carried(path: Path) -> list[Any]:
    return [b64encode(path.read_bytes()).decode(), path.name]


async def fits(page: Page) -> bool:
    """Say whether nothing sticks out of a phone's screen to the side."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def contrast(page: Page, selector: str) -> float:
    """Give the contrast of an element's text with what is behind it, as WCAG counts it."""
    script = """selector => {
      const light = (color) => {
        const parts = color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
          .map((part) => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
        return .2126 * parts[0] + .7152 * parts[1] + .0722 * parts[2];
      };
      const shown = document.querySelector(selector);
      let behind = shown;
      while (/rgba\\(0, 0, 0, 0\\)/.test(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
      const [one, other] = [light(getComputedStyle(shown).color), light(getComputedStyle(behind).backgroundColor)];
      return (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
    }"""
    return float(await page.evaluate(script, selector))
