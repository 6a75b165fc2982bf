"""A process without any key of Health takes a file in that it cannot open again; Health's worker finds and opens it."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import select

from bot.app.stores import open_some
from bot.chat.model import Space
from bot.chat.reception import queue_context
from bot.chat.wire import unpack_turn
from bot.crypto import FileKey, borrow, open_with
from bot.kernel.clock import utc_now
from bot.kernel.errors import CryptoError
from bot.kernel.ids import PersonId
from bot.storage.schema import upload, work
from bot.storage.uploads import CHUNK, SealedFolder, Tickets, open_head
from tests.web.conftest import Deployment, free_port
from tests.web.test_general_only import everything, held, people, read

DATA = b"ferritin of the kernbeisser " * 60_000  # two chunks
NAME = "kernbeisser.zip"


async def sent(base: str, token: bytes) -> None:
    """Send the file as the page does."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token.hex()}"}, timeout=30) as http:
        said = {"client": "the-page-of-this-test", "name": NAME, "size": len(DATA)}
        assert (await http.post(f"{base}/upload/begin", json=said)).status_code == 200
        for at in range(0, len(DATA), CHUNK):
            headers = {"Upload-Client": said["client"], "Upload-Offset": str(at)}
            chunk = DATA[at : at + CHUNK]
            answer = await http.put(f"{base}/upload/chunk", content=chunk, headers=headers)  # type: ignore[arg-type]
            assert answer.status_code == 200, answer.text


def opened(keys: dict[str, bytes], row: Any, token: bytes, folder: SealedFolder) -> list[str]:
    """Say which of *keys* opens anything of a file, tried as everything a key can be."""
    file = next(folder._place(row.id).parent.glob("*")).read_bytes()
    names = []
    for name, key in (keys | {"token": token}).items():
        with suppress(CryptoError, ValueError):
            open_head(key, row.id, row.head)
            names.append(name)
        with suppress(CryptoError, ValueError):
            FileKey(row.id, key).open(0, file[: CHUNK + 30], last=False)
            names.append(name)
        with suppress(CryptoError, ValueError):
            borrow(row.id, row.head, key)
            names.append(name)
    return names


async def test_given_a_page_served_without_health_s_keys_when_a_file_comes_then_only_health_s_worker_opens_it(
    on_either: Deployment,
) -> None:
    deployment, port = on_either, free_port()
    base, shared = f"http://127.0.0.1:{port}", deployment.folder / "shared"
    both = {
        "CARNET_WEB__PUBLIC_URL": base,
        "CARNET_WEB__PORT": str(port),
        "CARNET_UPLOADS__FOLDER": str(shared),
        "CARNET_HEALTH_PUBLIC_KEY": await deployment.public_key(),
    }
    ann = deployment.playground.person("Ann", "en")
    await deployment.serve("--space", "general", told=deployment.general, **both)
    deployment.playground.say(ann, "hello")
    await deployment.heard(ann)
    async with open_some(read(deployment.general), utc_now, main_keys=True, health=False) as stores:
        (owner,) = await people(stores.main)
        token, _ = await Tickets(stores.main, utc_now, life=timedelta(hours=1)).issue(PersonId(owner))
        await sent(base, token)
        keys = await held(stores, deployment.keks["main"], both["CARNET_HEALTH_PUBLIC_KEY"])
        content = await everything(stores.main)
        async with stores.main.read() as connection:
            (row,) = (await connection.execute(select(upload))).all()
            queued = (await connection.execute(select(work).where(work.c.dedupe_key == f"web:{row.id}"))).one()
    async with open_some(read(deployment.whole), utc_now, main_keys=False, health=True) as stores:
        assert stores.health_keys is not None
        _, private, _ = await stores.health_keys.queue_pair()
    folder = SealedFolder(shared)
    head = open_head(private, row.id, row.head)
    on_disk = b"".join(path.read_bytes() for path in shared.iterdir())

    assert (row.state, row.lent, queued.space) == ("handed", None, "health")
    assert opened(keys, row, token, folder) == []
    for secret in (b"kernbeisser", token, token.hex().encode()):
        assert secret not in content + on_disk
    assert b"".join([chunk async for chunk in folder.chunks(head.key, head.size)]) == DATA
    assert head.name.reveal() == NAME
    turn = unpack_turn(queued.id, open_with(private, queued.payload, queue_context(Space.HEALTH, queued.dedupe_key)))
    assert (turn.person, turn.arrival.kind, turn.arrival.chat) == (owner, "upload", ann.id)
    log = deployment.log.read_bytes() if deployment.log.exists() else b""
    assert b"kernbeisser" not in log
    assert token.hex().encode() not in log

    await deployment.start("worker", told=deployment.whole, **both)
    await deployment.until(lambda: not any(shared.iterdir()))  # not admitted: neither read nor kept
    assert not list(deployment.folder.glob("state*/uploads"))
