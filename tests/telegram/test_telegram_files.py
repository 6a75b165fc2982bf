"""Uploads come back byte for byte, and never more of them than allowed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.chat.model import Upload
from bot.chat.ports import UploadError
from bot.i18n import LANGUAGES, say
from bot.kernel.sensitive import Sensitive
from bot.playground import Persona, Playground
from bot.telegram import Gateway
from bot.telegram.files import UploadTooLargeError

Until = Callable[[Callable[[], object]], Awaitable[None]]
REPORT = bytes(range(256)) * 2_000


@pytest.fixture
async def upload(gateway: Gateway, playground: Playground, camille: Persona, ledger: Any, until: Until) -> Upload:
    await gateway.start()
    playground.upload(camille, "bilan sanguin.pdf", REPORT, "application/pdf", "mes résultats")
    await until(lambda: ledger.accepted)
    [arrival] = ledger.accepted.values()
    assert isinstance(arrival.upload, Upload)
    assert arrival.text.reveal() == "mes résultats"
    return arrival.upload


async def test_given_a_document_when_fetched_then_its_bytes_name_and_type_are_the_ones_sent(
    gateway: Gateway, upload: Upload
) -> None:
    assert await gateway.fetch(upload, limit=len(REPORT)) == REPORT
    assert (upload.name.reveal(), upload.media_type, upload.size) == (
        "bilan sanguin.pdf",
        "application/pdf",
        len(REPORT),
    )


async def test_given_a_file_announced_larger_than_allowed_when_fetched_then_telegram_is_not_even_asked(
    gateway: Gateway, playground: Playground, upload: Upload
) -> None:
    playground.misbehave("getFile", status=500, times=3)
    with pytest.raises(UploadTooLargeError):
        await gateway.fetch(upload, limit=len(REPORT) - 1)


async def test_given_a_file_larger_than_it_says_when_fetched_then_it_is_cut_off(
    gateway: Gateway, upload: Upload
) -> None:
    with pytest.raises(UploadTooLargeError):
        await gateway.fetch(replace(upload, size=10), limit=len(REPORT) - 1)


async def test_given_a_file_above_what_telegram_hands_over_when_fetched_then_the_person_is_told_it_is_too_large(
    gateway: Gateway, playground: Playground, camille: Persona, ledger: Any, until: Until
) -> None:
    await gateway.start()
    playground.upload(camille, "scan.pdf", bytes(21_000_000), "application/pdf")
    await until(lambda: ledger.accepted)
    [arrival] = ledger.accepted.values()
    with pytest.raises(UploadTooLargeError) as caught:
        await gateway.fetch(arrival.upload, limit=50_000_000)

    assert len({say(language, caught.value.reply) for language in LANGUAGES}) == len(LANGUAGES)


async def test_given_a_passing_fault_when_fetched_then_it_is_tried_again(
    gateway: Gateway, playground: Playground, upload: Upload
) -> None:
    playground.misbehave("getFile", status=502)

    assert await gateway.fetch(upload, limit=len(REPORT)) == REPORT


async def test_given_a_file_telegram_does_not_have_when_fetched_then_the_error_is_typed_and_names_nothing(
    gateway: Gateway,
) -> None:
    unknown = Upload(handle="HANDLE-CANARY", name=Sensitive("NAME-CANARY"), media_type="application/pdf", size=1)
    with pytest.raises(UploadError) as caught:
        await gateway.fetch(unknown, limit=10)

    assert "CANARY" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
