"""The chat page in a real browser, with a bot built on the real client library at the other end."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Callable
from typing import Literal

import httpx
import pytest
from playwright.async_api import Browser, ConsoleMessage, FilePayload, Page, async_playwright, expect
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, Update
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)
from telegram.request import HTTPXRequest

from bot.chat.model import HEALTH_MARK
from bot.kernel.clock import utc_now
from bot.playground import TOKEN, Playground, serving
from tests.playground.make_samples import SAMPLES

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Contrast of every visible text against what is really behind it, by WCAG's formula.
CONTRAST = """() => {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    context.clearRect(0, 0, 1, 1); context.fillStyle = color; context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const light = (color) => color.slice(0, 3)
    .map((part) => part / 255).map((part) => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [.2126, .7152, .0722][place], 0);
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] > 250) return color;
    }
    return rgba(getComputedStyle(document.documentElement).backgroundColor);
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !one.checkVisibility() || one.closest('.hidden-text, .glyph, option')) continue;
    const [a, b] = [light(rgba(getComputedStyle(one).color)), light(behind(one))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(`${one.className || one.tagName} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


async def answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.effective_message
    assert message is not None
    if message.document or message.photo:
        media = message.document or message.photo[-1]
        content = await (await media.get_file()).download_as_bytearray()
        await message.reply_text(f"{len(content)} bytes, {message.caption}")
    else:
        await message.reply_text(f"echo: {message.text}", entities=[MessageEntity("bold", 0, 4)])


async def menu(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None
    yes, no = (InlineKeyboardButton(label, callback_data=label.lower()) for label in ("Yes", "No"))
    await update.effective_message.reply_text("Shall we?", reply_markup=InlineKeyboardMarkup([[yes, no]]))


async def pressed(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer("Noted")
    await update.callback_query.edit_message_text(f"You said {update.callback_query.data}.")


@pytest.fixture
def playground() -> Playground:
    return Playground(clock=utc_now)  # the browser shows real times


@pytest.fixture
async def bot(playground: Playground, base_url: str, transport: Callable[[], HTTPXRequest]) -> AsyncIterator[None]:
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{base_url}/bot").base_file_url(f"{base_url}/file/bot")
    application = builder.request(transport()).get_updates_request(transport()).build()
    application.add_handler(CommandHandler(["menu", "choix"], menu))
    application.add_handler(CallbackQueryHandler(pressed))
    application.add_handler(MessageHandler(filters.ALL, answer))
    async with application:
        await application.bot.set_my_commands([BotCommand("menu", "Choose")])
        await application.bot.set_my_commands([BotCommand("choix", "Choisir")], language_code="fr")
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(timeout=2)
        yield
        await application.updater.stop()
        await application.stop()


@pytest.fixture
async def browser(require: Callable[[str, object, str], None]) -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium")
    require("browser", chromium, "apt-get install chromium")
    async with async_playwright() as driver:
        started = await driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        await started.close()


@pytest.fixture
async def page(browser: Browser, base_url: str) -> AsyncIterator[Page]:
    complaints: list[str] = []

    def heard(said: ConsoleMessage) -> None:
        if said.type == "error" and "ERR_" not in said.text:  # a cut connection is not the page's mistake
            complaints.append(said.text)

    shown = await browser.new_page(locale="en-GB")
    shown.on("console", heard)
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    await shown.goto(base_url)
    await expect(shown.get_by_test_id("persona").first).to_be_visible()
    yield shown
    assert complaints == []


async def type_and_send(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("composer").press("Enter")


@pytest.mark.usefixtures("bot")
async def test_given_the_page_when_someone_writes_then_the_bot_s_answer_shows_with_its_styles(page: Page) -> None:
    await page.get_by_test_id("composer").fill("line one")
    await page.get_by_test_id("composer").press("Shift+Enter")
    await page.get_by_test_id("composer").press_sequentially("<b>line two</b>")
    await page.get_by_test_id("composer").press("Enter")
    said = page.get_by_test_id("message").nth(1)

    await expect(said).to_have_attribute("data-author", "bot")
    await expect(said.locator("strong")).to_have_text("echo")
    await expect(said).to_contain_text("<b>line two</b>")
    await expect(page.get_by_test_id("composer")).to_be_focused()


@pytest.mark.usefixtures("bot")
async def test_given_buttons_when_one_is_pressed_then_the_notice_shows_and_the_message_changes_in_place(
    page: Page,
) -> None:
    await type_and_send(page, "/menu")
    await page.get_by_test_id("inline-button").filter(has_text="Yes").click()

    await expect(page.get_by_test_id("toast")).to_have_text("Noted")
    await expect(page.get_by_test_id("message").nth(1)).to_contain_text("You said yes.")
    await expect(page.get_by_test_id("edited")).to_have_text("edited")
    await expect(page.get_by_test_id("message")).to_have_count(2)


@pytest.mark.usefixtures("bot")
async def test_given_a_file_when_it_is_attached_and_sent_then_the_bot_receives_its_bytes_and_caption(
    page: Page,
) -> None:
    content = b"%PDF-" + bytes(1_200_000)
    report: FilePayload = {"name": "bilan été.pdf", "mimeType": "application/pdf", "buffer": content}
    await page.get_by_test_id("upload-input").set_input_files(report)

    await expect(page.get_by_test_id("attached")).to_contain_text("1.2 MB")
    await type_and_send(page, "my report")
    await expect(page.get_by_test_id("document")).to_contain_text("bilan été.pdf")
    await expect(page.get_by_test_id("message").nth(1)).to_contain_text("1200005 bytes, my report")
    await expect(page.get_by_test_id("attached")).to_have_count(0)


@pytest.mark.usefixtures("bot")
async def test_given_two_people_when_the_page_switches_then_chat_language_and_menu_are_theirs(page: Page) -> None:
    await type_and_send(page, "from Alice")
    await expect(page.get_by_test_id("message")).to_have_count(2)
    await page.get_by_test_id("persona").filter(has_text="Camille").click()

    await expect(page.get_by_test_id("message")).to_have_count(0)
    await expect(page.locator("html")).to_have_attribute("lang", "fr")
    await expect(page.get_by_text("Rien ne quitte cette machine.")).to_be_visible()
    await page.get_by_test_id("composer").press("/")
    await expect(page.get_by_test_id("command")).to_have_text("/choixChoisir")
    await page.get_by_test_id("composer").press("Enter")
    await expect(page.get_by_test_id("message").nth(1)).to_contain_text("Shall we?")
    await page.get_by_test_id("new-persona").click()
    await page.get_by_test_id("new-name").fill("Zoé Martin")
    await page.get_by_test_id("add-persona").click()
    await expect(page.locator('[data-testid=persona][aria-current="true"]')).to_contain_text("ZM")


async def test_given_a_busy_bot_when_it_types_drafts_and_deletes_then_each_shows_and_goes(
    page: Page, playground: Playground, telegram: Bot
) -> None:
    alice = playground.person("Alice", "en")
    await telegram.send_chat_action(alice.id, "typing")
    await expect(page.get_by_test_id("typing")).to_be_visible()
    await telegram.send_message_draft(alice.id, 3)
    await expect(page.get_by_test_id("draft")).to_have_text("Thinking…")
    await telegram.send_message_draft(alice.id, 3, "Your LDL")
    await expect(page.get_by_test_id("draft")).to_have_text("Your LDL")
    sent = await telegram.send_message(alice.id, "Your LDL is stable.")
    await expect(page.get_by_test_id("message")).to_contain_text("Your LDL is stable.")

    await expect(page.get_by_test_id("draft")).to_have_count(0)
    await expect(page.get_by_test_id("status")).to_have_text("local bot")
    await sent.delete()
    await expect(page.get_by_test_id("message")).to_have_count(0)
    await expect(page.locator(".day")).to_have_count(0)


async def test_given_the_health_mark_when_the_newest_answer_bears_it_then_the_header_and_the_message_say_so(
    page: Page, playground: Playground, telegram: Bot
) -> None:
    alice = playground.person("Alice", "en")
    badge = page.get_by_test_id("health-badge")
    await expect(badge).to_be_hidden()
    mark_and_title = MessageEntity("bold", 0, 14)
    await telegram.send_message(alice.id, f"{HEALTH_MARK} Your report is here.", entities=[mark_and_title])
    first = page.get_by_test_id("message").first

    await expect(badge).to_contain_text("Health space")
    await expect(first).to_have_class(re.compile(r"\bhealth\b"))
    await expect(first.locator("strong")).to_have_text(f"{HEALTH_MARK} Your report")
    await expect(first.locator(".glyph svg")).to_be_visible()  # drawn: the machine may have no such letter
    assert await first.get_by_test_id("message-text").inner_text() == f"{HEALTH_MARK} Your report is here."
    await telegram.send_message(alice.id, "Back to everything else.")
    await expect(badge).to_be_hidden()


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label)] for label in labels])


async def filled(page: Page, telegram: Bot, person: int) -> None:
    """Fill the view, so that only scrolling brings anything more into it."""
    await telegram.send_message(person, "\n".join(f"line {number}" for number in range(20)))
    await telegram.send_message(person, "ready")
    await expect(page.get_by_test_id("message")).to_have_count(2)


@pytest.mark.parametrize("size", [(390, 800), (960, 720)])
async def test_given_a_waiting_message_when_it_becomes_a_longer_one_with_buttons_then_they_are_in_sight(
    page: Page, playground: Playground, telegram: Bot, size: tuple[int, int]
) -> None:
    alice = playground.person("Alice", "en")
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await filled(page, telegram, alice.id)
    waiting = await telegram.send_message(alice.id, "reading…")
    await expect(page.get_by_test_id("message")).to_have_count(3)
    await telegram.send_chat_action(alice.id, "typing")
    await expect(page.get_by_test_id("typing")).to_be_visible()
    await waiting.edit_text("\n".join(["Is this right?"] * 9), reply_markup=keyboard("Yes", "No"))
    buttons = page.get_by_test_id("inline-button")

    await expect(buttons.last).to_be_in_viewport(ratio=1)
    await expect(buttons.first).to_be_in_viewport(ratio=1)
    await expect(page.get_by_test_id("typing")).to_have_count(0)
    await expect(page.get_by_test_id("status")).to_have_text("local bot")
    await expect(page.locator("#latest")).to_be_hidden()
    assert await page.evaluate("document.getElementById('chat').scrollHeight") == await page.evaluate(
        "document.getElementById('chat').clientHeight"
    )


async def test_given_an_answer_taller_than_the_view_when_it_arrives_then_its_top_is_read_first_and_the_next_one_waits(
    page: Page, playground: Playground, telegram: Bot
) -> None:
    alice = playground.person("Alice", "en")
    await page.set_viewport_size({"width": 390, "height": 800})
    await filled(page, telegram, alice.id)
    await telegram.send_message(alice.id, "the first line\n" * 60, reply_markup=keyboard("Agree"))
    long = page.get_by_test_id("message").nth(2)
    await expect(long).to_be_visible()
    top = "message => message.offsetTop - document.getElementById('scroll').scrollTop"

    assert 0 <= await long.evaluate(top) <= 40
    for height in (2400, 700):  # first so tall that all of it fits
        await page.set_viewport_size({"width": 420, "height": height})
        await page.wait_for_timeout(150)
    assert 0 <= await long.evaluate(top) <= 40
    await telegram.send_message(alice.id, "and one more thing")
    await expect(page.locator("#latest")).to_be_visible()
    assert 0 <= await long.evaluate(top) <= 40
    await page.locator("#latest").click()
    await expect(page.get_by_test_id("message").last).to_be_in_viewport(ratio=1)


async def test_given_a_pressed_button_when_its_message_becomes_taller_than_the_view_then_the_keys_scroll_it_first(
    page: Page, playground: Playground, telegram: Bot
) -> None:
    alice = playground.person("Alice", "en")
    await filled(page, telegram, alice.id)
    asked = await telegram.send_message(alice.id, "Are you an adult?", reply_markup=keyboard("Yes"))
    await page.get_by_test_id("inline-button").focus()
    await asked.edit_text("a line to read\n" * 60, reply_markup=keyboard("I agree"))
    await expect(page.get_by_test_id("inline-button")).to_have_text("I agree")

    await expect(page.get_by_test_id("inline-button")).not_to_be_in_viewport()
    await expect(page.locator("#scroll")).to_be_focused()
    await page.keyboard.press("End")
    await expect(page.get_by_test_id("inline-button")).to_be_in_viewport(ratio=1)


async def test_given_a_reader_who_scrolled_up_when_a_message_changes_then_the_view_stays(
    page: Page, playground: Playground, telegram: Bot
) -> None:
    alice = playground.person("Alice", "en")
    await page.set_viewport_size({"width": 390, "height": 600})
    await filled(page, telegram, alice.id)
    last = await telegram.send_message(alice.id, "reading…")
    await expect(page.get_by_test_id("message")).to_have_count(3)
    await page.locator("#scroll").hover()
    await page.mouse.wheel(0, -2000)
    await expect(page.get_by_text("line 0")).to_be_in_viewport()
    await last.edit_text("read\n" * 9)
    await expect(page.get_by_test_id("message").last).to_contain_text("read")

    assert await page.evaluate("document.getElementById('scroll').scrollTop") == 0
    await page.mouse.wheel(0, 4000)
    await expect(page.get_by_test_id("message").last).to_be_in_viewport(ratio=1)
    await telegram.send_message(alice.id, "and then")
    await expect(page.get_by_text("and then")).to_be_in_viewport(ratio=1)


async def test_given_buttons_with_pictures_when_shown_then_they_are_drawn_still_text_and_apart_from_what_follows(
    page: Page, playground: Playground, telegram: Bot
) -> None:
    alice = playground.person("Alice", "en")
    await page.emulate_media(reduced_motion="reduce")  # an arriving bubble moves, which is not its place
    labels = [f"{HEALTH_MARK} Open", "✅ Confirm", "✏️ Edit", "🗑 Discard", "🇬🇧 Speak English"]
    await telegram.send_message(alice.id, "choose", reply_markup=keyboard(*labels))
    await telegram.send_message(alice.id, "next")
    await expect(page.get_by_test_id("message")).to_have_count(2)
    buttons = page.get_by_test_id("inline-button")
    drawn = "[...document.querySelectorAll('.buttons use')].filter((one) => one.getBBox().width > 0).length"
    await page.wait_for_function(f"{drawn} === {len(labels)}")  # pictures come a moment after the page
    above, below = await buttons.last.bounding_box(), await page.locator(".bubble").last.bounding_box()

    assert await buttons.all_text_contents() == labels
    assert above is not None
    assert below is not None
    assert below["y"] - above["y"] - above["height"] >= 6


@pytest.mark.parametrize(("language", "name"), [("fr", "compte-rendu-fictif.pdf"), ("en", "fictitious-report.pdf")])
@pytest.mark.usefixtures("bot")
async def test_given_no_report_at_hand_when_in_health_then_a_sample_goes_as_any_upload(
    page: Page, playground: Playground, telegram: Bot, language: str, name: str
) -> None:
    someone = playground.person({"fr": "Camille", "en": "Alice"}[language], language)
    await page.get_by_test_id("persona").filter(has_text=someone.first_name).click()
    await expect(page.get_by_test_id("sample")).to_be_hidden()
    await telegram.send_message(someone.id, f"{HEALTH_MARK} Send me a report.")
    await page.get_by_test_id("sample").click()
    await expect(page.get_by_test_id("document")).to_contain_text(name)
    uploaded = next(message.file for message in playground.messages(someone) if message.file)
    await expect(page.get_by_test_id("message").last).to_contain_text(f"{uploaded.size} bytes")

    assert playground.file(uploaded.handle) == (SAMPLES / f"{language}.pdf").read_bytes()
    assert (uploaded.media_type, uploaded.name) == ("application/pdf", name)


async def test_given_a_topic_when_someone_writes_in_it_then_the_message_bears_it(
    page: Page, playground: Playground, telegram: Bot
) -> None:
    playground.topics = True
    alice = playground.person("Alice", "en")
    topic = await telegram.create_forum_topic(alice.id, "Health")
    await telegram.send_message(alice.id, "Here.", message_thread_id=topic.message_thread_id)
    await page.get_by_test_id("thread").select_option("# Health")
    await type_and_send(page, "there too")
    await expect(page.get_by_test_id("message").nth(1)).to_contain_text("# Health")

    assert playground.messages(alice)[-1].thread == topic.message_thread_id


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1180])
async def test_given_any_scheme_and_width_when_the_chat_is_full_then_nothing_overflows_and_all_text_is_legible(
    page: Page, playground: Playground, telegram: Bot, scheme: Literal["light", "dark"], width: int
) -> None:
    alice = playground.person("Alice", "en")
    await page.set_viewport_size({"width": width, "height": 780})
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    playground.say(alice, "a" * 300)
    playground.upload(alice, "a very long file name " * 6 + ".pdf", b"%PDF-", "application/pdf", "caption")
    buttons = [[InlineKeyboardButton(f"A long label number {place}", callback_data="x") for place in range(3)]]
    marks = [MessageEntity("pre", 2, 200), MessageEntity("text_link", 203, 4, url="https://example.org/" + "x" * 90)]
    text = f"{HEALTH_MARK}{'wide ' * 40} link"
    await telegram.send_message(alice.id, text, entities=marks, reply_markup=InlineKeyboardMarkup(buttons))
    await telegram.send_message_draft(alice.id, 1, "soon")
    await expect(page.get_by_test_id("draft")).to_be_visible()
    await page.get_by_test_id("menu-button").click()

    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert await page.evaluate(
        "document.getElementById('scroll').scrollWidth <= document.getElementById('scroll').clientWidth"
    )
    assert await page.evaluate(CONTRAST) == []


async def test_given_a_server_that_comes_back_when_the_page_reconnects_then_it_has_missed_nothing(
    browser: Browser, playground: Playground
) -> None:
    alice = playground.person("Alice", "en")
    page = await browser.new_page(locale="en-GB")
    async with serving(playground) as url:
        await page.goto(url)
        playground.say(alice, "before")
        await expect(page.get_by_test_id("message")).to_have_count(1)
    await expect(page.locator("#lost")).to_be_visible()
    playground.say(alice, "meanwhile")
    async with serving(playground, port=int(url.rpartition(":")[2])):
        await expect(page.get_by_test_id("message")).to_have_count(2, timeout=15_000)

        await expect(page.locator("#lost")).to_be_hidden()


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"host": "evil.example:8080"}, {"sec-fetch-site": "cross-site"}],
)
@pytest.mark.parametrize("path", ["/api/say", f"/bot{TOKEN}/getUpdates"])
async def test_given_another_website_when_it_reaches_for_the_playground_then_it_is_turned_away(
    playground: Playground, base_url: str, headers: dict[str, str], path: str
) -> None:
    alice = playground.person("Alice", "en")
    playground.say(alice, "mine")
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            base_url + path, headers=headers, json={"person": alice.id, "text": "forged", "offset": -1}
        )

    assert answer.status_code == 403
    assert [shown.text for shown in playground.messages(alice)] == ["mine"]
    assert playground.pending(alice) == 1


async def test_given_a_form_or_a_stranger_s_json_when_posted_to_the_page_then_nothing_is_said(
    playground: Playground, base_url: str
) -> None:
    alice = playground.person("Alice", "en")
    good = {"person": alice.id, "text": "forged"}
    async with httpx.AsyncClient(base_url=base_url) as client:
        answers = [
            await client.post("/api/say", content=json.dumps(good), headers={"content-type": "text/plain"}),
            await client.post("/api/say", json=good | {"admin": True}),
            await client.post("/api/say", json={"person": str(alice.id), "text": "forged"}),
            await client.post("/api/upload", content=b"x", headers={"x-person": str(alice.id), "x-name": "x"}),
            await client.get("/api/file/nothing"),
        ]

    assert [answer.status_code for answer in answers] == [400] * 5
    assert playground.messages(alice) == []
