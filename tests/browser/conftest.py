"""The real `carnet demo` as a newcomer starts it, and Chromium looking at its page."""

import asyncio
import io
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE, TALL_PHONE = (960, 720), (390, 800), (430, 1000)
# Bring a message near the top of the conversation, or as near as the end allows.
SHOW_FROM = "message => { document.getElementById('scroll').scrollTop = message.offsetTop - 12; }"
IMAGES = Path(__file__).parents[2] / "docs" / "images"


@dataclass(frozen=True)
class View:
    """How one of the README's pictures is taken."""

    size: tuple[int, int]
    scheme: Literal["light", "dark"]
    at_end: bool = False  # with the newest buttons in sight, instead of from the person's last message on


PICTURES = {
    "confirm-en": View(TALL_PHONE, "light", at_end=True),
    "card-fr": View(PHONE, "light"),
    "explained-fr": View(DESKTOP, "light"),
    "answer-fr": View(PHONE, "dark"),
    "why-en": View(DESKTOP, "dark"),
}

Shoot = Callable[[Page, str], Awaitable[None]]


def a_free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[str]:
    """Where the page is; the demo must stop when asked, with nothing to complain of."""
    started = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("carnet"),
        *("demo", "--port", str(a_free_port()), "--state", tmp_path / "state"),
        env={name: value for name, value in os.environ.items() if not name.startswith("CARNET_")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert started.stdout is not None
    greeting = (await asyncio.wait_for(started.stdout.readline(), 60)).decode().split()
    yield next(word for word in greeting if word.startswith("http://127.0.0.1:"))
    started.send_signal(signal.SIGINT)
    _, complaints = await asyncio.wait_for(started.communicate(), 30)
    assert (started.returncode, complaints) == (0, b"")


@pytest.fixture
async def browser(require: Callable[[str, object, str], None]) -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium")
    require("browser", chromium, "apt-get install chromium")
    async with async_playwright() as driver:
        started = await driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        await started.close()


@dataclass(frozen=True)
class Watched:
    """A page, and what it did beyond showing itself."""

    page: Page
    requests: list[str]
    complaints: list[str]


@pytest.fixture
async def watched(browser: Browser) -> Watched:
    """A fresh page that remembers every address it asked for and every error it made."""
    page = await browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, device_scale_factor=2)
    seen = Watched(page=page, requests=[], complaints=[])

    def heard(said: ConsoleMessage) -> None:
        if said.type == "error":
            seen.complaints.append(said.text)

    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", heard)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    return seen


@pytest.fixture
def shoot() -> Shoot:
    """Renew one of the README's pictures; only when asked by SAVE_SCREENSHOTS=1, because fonts differ by machine."""

    async def save(page: Page, name: str) -> None:
        view = PICTURES.get(name)
        if view is None or not os.environ.get("SAVE_SCREENSHOTS"):
            return
        await page.emulate_media(color_scheme=view.scheme, reduced_motion="reduce")
        await page.set_viewport_size({"width": view.size[0], "height": view.size[1]})
        await page.wait_for_timeout(300)  # the page lays itself out again
        if not view.at_end:
            await page.locator('[data-author="person"]').last.evaluate(SHOW_FROM)
        taken = Image.open(io.BytesIO(await page.screenshot(animations="disabled", caret="hide")))
        few_colors = taken.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        few_colors.save(IMAGES / f"{name}.png", optimize=True)
        await page.emulate_media(color_scheme="light")
        await page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})

    return save
