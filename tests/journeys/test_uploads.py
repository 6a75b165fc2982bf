"""A file by the upload page: asked for in the chat, sent over HTTP, sealed, read, checked, and gone when it should be."""

import io
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.app.uploads import HandOver
from bot.chat.model import HEALTH_MARK
from bot.kernel.clock import utc_now
from bot.kernel.ids import new_id
from bot.playground import VisibleMessage
from bot.settings import Settings
from bot.storage.engine import Database, store_url
from bot.storage.schema import upload
from bot.storage.uploads import CHUNK
from tests.journeys.conftest import Chat, House, OpenHouse
from tests.journeys.test_isolation import STORES, Planted, everything_in, held, logged, report, temporary

__all__ = ["logged", "temporary"]  # fixtures

CLIENT = "the-page-of-this-test"


@dataclass
class Page:
    """The page as a browser has it open."""

    base: str
    token: str
    http: httpx.AsyncClient
    size: int = 0

    async def ask(self, path: str, method: str = "GET", **more: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Upload-Client": CLIENT}
        headers |= more.pop("headers", {})  # type: ignore[call-overload]
        return await self.http.request(method, f"{self.base}{path}", headers=headers, **more)  # type: ignore[arg-type]

    async def begin(self, size: int, name: str = "export.zip") -> httpx.Response:
        self.size = size
        return await self.ask("begin", "POST", json={"client": CLIENT, "name": name, "size": size})

    async def put(self, data: bytes, at: int) -> httpx.Response:
        return await self.ask("chunk", "PUT", content=data[at : at + CHUNK], headers={"Upload-Offset": str(at)})

    async def send(self, data: bytes, name: str = "export.zip") -> None:
        assert (await self.begin(len(data), name)).status_code == 200
        for at in range(0, len(data), CHUNK):
            assert (await self.put(data, at)).status_code == 200


@asynccontextmanager
async def opened(message: VisibleMessage) -> AsyncIterator[Page]:
    """Follow the link of *message*."""
    found = re.search(r"(http://127\.0\.0\.1:\d+/upload/)\?lang=(?:fr|en)#([0-9a-f]{64})", message.text)
    assert found
    async with httpx.AsyncClient(timeout=30) as http:
        assert (await http.get(found[1])).status_code == 200
        yield Page(found[1], found[2], http)


async def asked(chat: Chat) -> VisibleMessage:
    (message,) = await chat.say("/téléverser" if chat.persona.language_code == "fr" else "/upload")
    return message


def folder(settings: Settings) -> list[Path]:
    return list(settings.uploads_folder.glob("*"))


def small(settings: Settings, most: int) -> Settings:
    """The same, with *most* bytes as what is held at once."""
    return settings.model_copy(update={"documents": settings.documents.model_copy(update={"max_bytes": most})})


async def rows(settings: Settings) -> list[Any]:
    db = Database(store_url(settings, "main"))
    async with db.read() as connection:
        found = list((await connection.execute(select(upload))).all())
    await db.close()
    return found


async def person_of(chat: Chat) -> object:
    known = await chat.app.people.by_telegram(chat.persona.id)
    assert known is not None
    return known.id


@pytest.fixture
def pdf(tmp_path: Path) -> bytes:
    return report(Planted.fresh(), tmp_path).read_bytes()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("most", [20_000_000, 500], ids=["held", "streamed"])
async def test_given_a_link_when_a_report_is_sent_by_it_then_it_is_proposed_and_kept_like_any_other(
    open_house: OpenHouse, on_either: Settings, shared: Path, language: str, most: int
) -> None:
    settings = small(on_either, most)
    carnet = await open_house(settings, page=True)
    chat = carnet.meet("Nadia", language)
    await chat.enter()
    data = (shared / "data" / "lab" / f"lab_{language}_clean.pdf").read_bytes()
    link = await asked(chat)
    async with opened(link) as page:
        await page.send(data, "ma prise de sang.pdf")
        *_, screen = await chat.quiet()
        over = await page.ask("state")
    proposed, tickets = folder(settings), await rows(settings)
    confirmed, *_ = await chat.press("onfirm")
    async with opened(await asked(chat)) as page:
        await page.send(data)
        *_, again = await chat.quiet()

    assert link.text.startswith(HEALTH_MARK)
    assert {"fr": "4\u00a0Go", "en": "4 GB"}[language] in link.text
    assert screen.text.startswith(HEALTH_MARK)
    assert {"fr": "13 résultats", "en": "11 results"}[language] in screen.text
    assert {"fr": "13 résultats conservés", "en": "11 results kept"}[language] in confirmed.text
    assert over.status_code == 404  # used
    assert tickets == []
    assert len(proposed) == (0 if most > len(data) else 1)
    assert folder(settings) == proposed  # the same file once more was not kept
    assert {"fr": "déjà", "en": "already"}[language] in again.text


async def test_given_a_large_original_when_kept_then_its_person_s_key_opens_it_and_the_queue_s_no_more(
    open_house: OpenHouse, on_either: Settings, pdf: bytes
) -> None:
    settings = small(on_either, 500)
    carnet = await open_house(settings, page=True)
    chat = carnet.meet("Nadia", "fr")
    await chat.enter()
    async with opened(await asked(chat)) as page:
        await page.send(pdf)
        await chat.quiet()
    person, records, sent = await person_of(chat), carnet.app.health.records, carnet.app.health.sent
    document = await records.pending(person)
    assert document is not None
    kept = await records.kept(person, document.id)
    assert kept is not None
    opened_again = b"".join([chunk async for chunk in sent.feed(kept).chunks()])
    strangers = await records.kept(await person_of(await greeted(carnet)), document.id)
    before = folder(settings)
    sealed = before[0].read_bytes()
    await records.delete(person, document.id)

    assert opened_again == pdf
    assert strangers is None
    assert await rows(settings) == []  # what the queue's key opened is gone
    assert pdf[200:260] not in sealed
    assert (len(before), folder(settings)) == (1, [])


async def greeted(carnet: House) -> Chat:
    other = carnet.meet("Hugo", "fr")
    await other.say("bonjour")
    return other


async def test_given_everything_erased_when_files_were_kept_or_on_their_way_then_none_stays(
    open_house: OpenHouse, settings: Settings, pdf: bytes
) -> None:
    settings = small(settings, 500)
    carnet = await open_house(settings, page=True)
    chat = carnet.meet("Nadia", "fr")
    await chat.enter()
    async with opened(await asked(chat)) as page:
        await page.send(pdf)
        await chat.quiet()
        await chat.press("onfirm")
    async with opened(await asked(chat)) as page:
        data = os.urandom(2 * CHUNK)
        await page.begin(len(data))
        await page.put(data, 0)
        before = len(folder(settings))
        await chat.say("/donnees")
        await chat.press("ffacer")
        await chat.press("ffacer")
        late = await page.put(data, CHUNK)

    assert before == 2
    assert late.status_code == 404
    assert await rows(settings) == []
    assert folder(settings) == []


@pytest.mark.parametrize("most", [20_000_000, 500], ids=["held", "streamed"])
async def test_given_a_file_that_cannot_be_read_when_sent_then_its_sentence_says_so_and_nothing_is_kept(
    open_house: OpenHouse, settings: Settings, most: int
) -> None:
    settings = small(settings, most)
    carnet = await open_house(settings, page=True)
    chat = carnet.meet("Nadia", "en")
    await chat.enter()
    async with opened(await asked(chat)) as page:
        await page.send(os.urandom(3000), "holiday.zip")
        *_, refused = await chat.quiet()

    assert "cannot read this kind of file" in refused.text
    assert await rows(settings) == []
    assert folder(settings) == []


@pytest.mark.parametrize("harm", ["bent", "gone"])
async def test_given_a_sealed_file_that_was_harmed_when_read_then_the_person_is_told_and_nothing_is_believed(
    open_house: OpenHouse, settings: Settings, harm: str
) -> None:
    carnet = await open_house(settings, page=True)
    chat = carnet.meet("Nadia", "en")
    await chat.enter()
    data = b"%PDF-1.7 " + os.urandom(CHUNK)
    async with opened(await asked(chat)) as page:
        await page.begin(len(data))
        await page.put(data, 0)
        (file,) = folder(settings)
        if harm == "gone":
            file.unlink()
        else:
            bent = bytearray(file.read_bytes())
            bent[777] ^= 1
            file.write_bytes(bent)
        await page.put(data, CHUNK)
        *_, told = await chat.quiet()

    assert "did not arrive whole" in told.text
    assert await rows(settings) == []
    assert folder(settings) == []


async def test_given_no_page_or_the_general_space_when_asked_for_one_then_it_says_what_to_do(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet = await open_house(settings)
    chat = carnet.meet("Nadia", "fr")
    (outside,) = await chat.say("/upload")
    await chat.enter()
    (inside,) = await chat.say("/televerser")

    assert "espace Santé" in outside.text
    assert "http" not in outside.text + inside.text
    assert "pas de page de dépôt" in inside.text


async def test_given_somebody_no_longer_in_when_their_file_arrives_then_it_is_not_read_and_not_kept(
    open_house: OpenHouse, settings: Settings, pdf: bytes
) -> None:
    carnet = await open_house(settings, page=True)
    chat = carnet.meet("Nadia", "en")
    await chat.enter()
    async with opened(await asked(chat)) as page:
        await page.begin(len(pdf))
        entrance = carnet.app.health.space._entrance
        await entrance._consents.withdraw(await person_of(chat), minor=False)
        await page.put(pdf, 0)
        *_, told = await chat.quiet()

    assert "h:consent:yes" in str(told.buttons)
    assert await rows(settings) == []
    assert folder(settings) == []


async def test_given_what_had_its_time_or_lost_its_name_when_tidied_then_it_goes_and_what_is_needed_stays(
    open_house: OpenHouse, settings: Settings, pdf: bytes
) -> None:
    settings, late = small(settings, 500), [timedelta(0)]

    def clock() -> datetime:
        return utc_now() + late[0]

    carnet = await open_house(settings, page=True, clock=clock)
    chat, other = carnet.meet("Nadia", "en"), carnet.meet("Ann", "en")
    await chat.enter()
    await other.enter()
    async with opened(await asked(chat)) as page:
        await page.send(pdf)
        await chat.quiet()
        await chat.press("onfirm")
    needed = folder(settings)
    async with opened(await asked(other)) as page:
        data = os.urandom(2 * CHUNK)
        await page.begin(len(data))
        await page.put(data, 0)
        lost = settings.uploads_folder / f"{new_id()}.sealed"  # as a crash between file and row would leave it
        lost.write_bytes(b"x")
        first = await carnet.app.health.tidy_files()
        after_first = len(folder(settings))
        late[0] = timedelta(minutes=61)
        second = await carnet.app.health.tidy_files()

    assert (first, after_first, second) == (1, 2, 1)
    assert folder(settings) == needed
    assert await rows(settings) == []


async def test_given_a_process_that_ended_at_the_last_byte_when_tidied_then_the_file_is_handed_over_once(
    open_house: OpenHouse, settings: Settings, pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    carnet = await open_house(settings, page=True)
    chat = carnet.meet("Nadia", "en")
    await chat.enter()
    hand_overs: list[HandOver] = []

    async def dies(self: HandOver, _: object) -> None:
        hand_overs.append(self)

    async with opened(await asked(chat)) as page:
        with monkeypatch.context() as patch:
            patch.setattr(HandOver, "__call__", dies)
            await page.send(pdf)
            nothing = await chat.quiet()
        (hand_over,) = hand_overs
        (ticket,) = await hand_over._tickets.stranded()
        await hand_over(ticket)
        await hand_over(ticket)
        *_, screen = await chat.quiet()

    assert nothing == []
    assert "Ferritine" in screen.text
    assert sum("Ferritine" in message.text for message in chat.playground.messages(chat.persona)) == 1


async def test_given_a_file_s_own_words_and_name_when_everything_else_is_searched_then_they_are_nowhere(
    open_house: OpenHouse, on_either: Settings, logged: io.StringIO, temporary: Path, tmp_path: Path
) -> None:
    planted, settings = Planted.fresh(), small(on_either, 500)
    carnet = await open_house(settings, page=True)
    chat = carnet.meet("Nadia", "fr")
    await chat.enter()
    path = report(planted, tmp_path)
    data = path.read_bytes()
    junk = planted.question.encode() * (CHUNK // 16)
    async with opened(await asked(chat)) as page:
        await page.begin(len(junk), f"{planted.note}.zip")
        await page.put(junk, 0)
        half_way = b"".join(file.read_bytes() for file in folder(settings)) + await everything_in(settings, "main")
    async with opened(await asked(chat)) as page:
        token = page.token
        await page.send(data, f"{planted.file_name}.pdf")
        *_, screen = await chat.quiet()
    await chat.press("onfirm")
    async with opened(await asked(chat)) as page:
        await page.send(planted.caption.encode() * 100, f"{planted.moved}.bin")
        await chat.quiet()

    assert planted.label in screen.text
    assert held(half_way, planted.all) == []
    on_disk = b"".join(file.read_bytes() for file in folder(settings))
    assert held(on_disk, planted.all) == []
    assert data[100:140] not in on_disk
    assert len(on_disk) > len(data)
    assert held(logged.getvalue().encode(), planted.all) == []
    assert token not in logged.getvalue()
    assert "upload_whole" in logged.getvalue()
    assert [entry.name for entry in temporary.rglob("*")] == []
    for name in STORES:
        content = await everything_in(settings, name)
        assert held(content, (*planted.all, token)) == [], name
        assert bytes.fromhex(token) not in content
