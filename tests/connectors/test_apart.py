"""The page in a process for general alone: it takes a person in, and can open nothing of what they bring."""

import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground import Persona
from tests.connectors.conftest import Clinic
from tests.web.conftest import Deployment, deployed, free_port


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    async with deployed(tmp_path, lambda name: f"sqlite+aiosqlite:///{tmp_path / name}.db") as made:
        yield made


async def pressed(deployment: Deployment, person: Persona, label: str) -> None:
    """Press the newest button whose label holds *label*, once it is there."""
    playground = deployment.playground

    def found() -> list[tuple[int, str]]:
        shown = [(m, b) for m in playground.messages(person) for row in m.buttons for b in row]
        return [(m.id, b.data) for m, b in shown if label in b.label and b.data is not None]

    await deployment.until(found)
    message, data = found()[-1]
    playground.press(person, message, data)


async def test_given_a_page_without_keys_when_somebody_comes_back_then_only_healths_worker_opens_it(
    deployment: Deployment, clinic: Clinic
) -> None:
    port = free_port()
    page = {"CARNET_WEB__PORT": str(port), "CARNET_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}"}
    provider = "CARNET_CONNECTIONS__PROVIDERS__CLINIC__"
    known = {f"{provider}NAME": "Saint-Exemple", f"{provider}BASE": clinic.base, f"{provider}CLIENT_ID": "carnet"}
    await clinic.tell(redirect=f"http://127.0.0.1:{port}/oauth/callback")
    nadia = deployment.playground.person("Nadia", "en")
    public = await deployment.public_key()
    worker = await deployment.start("worker", told=deployment.whole, **page, **known)
    # Told of no provider, no store of Health and no key of it but the public one.
    await deployment.start(
        "serve", "--space", "general", told=deployment.general, CARNET_HEALTH_PUBLIC_KEY=public, **page
    )
    deployment.playground.say(nadia, "/health")
    await pressed(deployment, nadia, "Join")
    await deployment.until(lambda: any("waitlist" in text for text in deployment.answers(nadia)))
    with sqlite3.connect(deployment.folder / "main.db") as db:
        (member,) = db.execute("SELECT id FROM person").fetchone()
    name = f"{member[:8]}-{member[8:12]}-{member[12:16]}-{member[16:20]}-{member[20:]}"
    told = ("rollout", "waitlist", "admit", name, "--by", "alice", "--reason", "test")
    code, _, err = await deployment.run(*told, told=deployment.whole)
    assert code == 0, err
    deployment.playground.say(nadia, "/health")
    await pressed(deployment, nadia, "18 or older")
    await pressed(deployment, nadia, "I agree")
    deployment.playground.say(nadia, "/connect")

    def links() -> list[str]:
        return re.findall(r"http://127\.0\.0\.1:\d+/connect/[\w-]+", " ".join(deployment.answers(nadia)))

    await deployment.until(links)
    out = await clinic.client.get(links()[-1])
    back = await clinic.visit(out.headers["location"])
    await deployment.stop(worker)
    page_said = await clinic.client.get(back)
    asked = (await clinic.state())["asked"]
    main = b"".join(path.read_bytes() for path in deployment.folder.glob("main.db*"))
    await deployment.start("worker", told=deployment.whole, **page, **known)
    await deployment.until(lambda: any("11 new entries" in text for text in deployment.answers(nadia)))

    assert page_said.status_code == 200
    assert "POST /auth/token" not in asked
    assert re.search(rb"code=|canary|Saint-Exemple|/fhir", main) is None
    assert (await clinic.state())["violations"] == []
