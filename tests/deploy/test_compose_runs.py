"""The commands of compose.yaml, started with its settings and its secrets on a server set up by its script."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bot.playground import TOKEN, Persona, Playground, serving
from tests.deploy.compose import CARNETS, environment, probe, words
from tests.deploy.conftest import ROOT, Deployed
from tests.web.conftest import CARNET, Deployment, free_port

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture
async def stage(deployed: Deployed, tmp_path: Path) -> AsyncIterator[Deployment]:
    """The playground for Telegram, and a copy of the secrets with a token and the server's address here."""
    secrets = shutil.copytree(deployed.secrets, tmp_path / "secrets")
    for url in secrets.glob("*_url"):
        url.chmod(0o600)
        url.write_text(deployed.url(url.name.removesuffix("_url")))
    (secrets / "telegram_token").write_text(TOKEN)
    playground = Playground()
    async with serving(playground) as base_url:
        stage = Deployment(playground, base_url, tmp_path, {})
        yield stage
        for process in stage.processes:
            if process.returncode is None:
                process.kill()
                await process.wait()


def told(stage: Deployment, name: str, health_port: int) -> dict[str, str]:
    """Give a service's own environment, and what is another place here: secrets, Telegram, ports."""
    port = str(free_port())
    own = {
        key: value.replace("/run/secrets", str(stage.folder / "secrets")) for key, value in environment(name).items()
    }
    here = {"CARNET_TELEGRAM__BASE_URL": stage.base_url, "CARNET_WEB__HEALTH_PORT": str(health_port)}
    if name == "serve":
        here |= {"CARNET_WEB__PORT": port, "CARNET_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}"}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("CARNET_")}
    return inherited | {"CARNET_STATE": str(stage.folder / "nothing")} | own | here


def ready(port: int) -> bool:
    with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as asking:
        asking.request("GET", "/readyz")
        return asking.getresponse().status == 200
    return False


def is_told(stage: Deployment, person: Persona, words: str) -> bool:
    return any(words in answer for answer in stage.answers(person))


async def healthy(name: str, port: int) -> bool:
    command = [word.replace("9090", str(port)) for word in probe(name, DOCKERFILE)]
    asking = await asyncio.create_subprocess_exec(
        CARNET.with_name(command[0]), *command[1:], stderr=asyncio.subprocess.DEVNULL
    )
    return await asking.wait() == 0


async def test_given_the_services_of_compose_when_started_as_it_says_then_both_spaces_answer_and_all_are_healthy(
    stage: Deployment,
) -> None:
    ports = {name: free_port() for name in CARNETS}
    for space in ("general", "health"):
        code, key, said = await stage.run("keys", "public", "--space", space, told=told(stage, space, 0))
        assert code == 0, said
        (stage.folder / "secrets" / f"{space}_public_key").write_text(key)
    unborn = await healthy("serve", ports["serve"])
    for name in CARNETS:
        await stage.start(*words(name, "command"), told=told(stage, name, ports[name]))
    for port in ports.values():
        await stage.until(partial(asyncio.to_thread, ready, port))
    checked = [await healthy(name, ports[name]) for name in CARNETS]
    ann = stage.playground.person("Ann", "en")
    for said, heard in (("hello", "Hello"), ("/health", "opens step by step")):
        stage.playground.say(ann, said)
        await stage.until(partial(is_told, stage, ann, heard))
    codes = [await stage.stop(process) for process in stage.processes]

    assert (unborn, checked) == (False, [True, True, True])
    assert codes == [0, 0, 0]
    assert not (stage.folder / "nothing").exists()  # nothing is kept where no volume is
