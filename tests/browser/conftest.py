"""The real `carnet demo` as a newcomer starts it, and Chromium looking at its page."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
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
IMAGES = Path(__file__).parents[2] / "docs" / "images"

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
    page = await browser.new_page(viewport={"width": 1000, "height": 780}, device_scale_factor=1.5)
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
    """Renew one of the README's pictures; only when asked by SAVE_SCREENSHOTS=1, because pictures differ by machine."""

    async def save(page: Page, name: str) -> None:
        if os.environ.get("SAVE_SCREENSHOTS"):
            await page.wait_for_timeout(700)  # arrivals are animated
            await page.screenshot(path=IMAGES / f"{name}.png")

    return save
