"""The main job, as a person lives it: the door, a report, the check, the explanation; on both engines."""

import re
from pathlib import Path

import pytest

from bot.chat.model import HEALTH_MARK
from bot.settings import Settings
from tests.journeys.conftest import House, OpenHouse

NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@pytest.mark.pooled
@pytest.mark.parametrize("language", ["fr", "en"])
async def test_given_a_newcomer_when_they_bring_a_report_then_it_is_read_checked_and_explained(
    open_house: OpenHouse, on_either: Settings, shared: Path, language: str
) -> None:
    french = language == "fr"
    carnet = await open_house(on_either)
    chat = carnet.meet("Nadia" if french else "Ann", language)

    (welcome,) = await chat.say("/start")
    assert ("pas un médecin" if french else "not a doctor") in welcome.text

    (inside,) = await chat.enter()
    assert inside.text.startswith(HEALTH_MARK)

    *_, screen = await chat.upload(shared / "data" / "lab" / f"lab_{language}_clean.pdf")
    assert ("1. Hémoglobine : 11,4 g/dL" if french else "1. Hemoglobin: 11.4 g/dL") in screen.text.replace(
        "\u00a0", " "
    )

    done, explained = await chat.press("onfirm")
    assert ("13 résultats" if french else "11 results") in done.text
    assert ("9 µg/L" if french else "9 ng/mL") in explained.text
    assert "15 - 150" in explained.text

    questions = ["ma ferritine ?" if french else "my ferritin?"] * 5
    answers = [(await chat.say(question))[-1].text for question in questions]
    assert len({tuple(NUMBER.findall(answer)) for answer in answers}) == 1
    assert len(set(answers[1:])) == 1  # the first of a conversation also says that this is no doctor
    assert "9" in NUMBER.findall(answers[0])

    (why,) = await chat.say("/pourquoi" if french else "/why")
    assert ("Ferritine" if french else "Ferritin") in why.text
    assert "page 1" in why.text
    assert ("ligne" if french else "line") in why.text

    (data,) = await chat.say("/donnees" if french else "/data")
    assert re.search(r"Documents\W+1", data.text)
    assert re.search((r"Résultats\W+13" if french else r"Results\W+11"), data.text)

    (left,) = await chat.say("/quitter" if french else "/exit")
    assert not left.text.startswith(HEALTH_MARK)
    (general,) = await chat.say("bonjour" if french else "hello")
    assert not general.text.startswith(HEALTH_MARK)


async def test_given_health_when_anything_is_answered_then_every_message_bears_the_mark(
    carnet: House, shared: Path
) -> None:
    chat = carnet.meet("Nadia", "fr")
    await chat.enter()
    chat.transcript.clear()

    for text in (
        "/start",
        "/aide",
        "/confidentialite",
        "/donnees",
        "/pourquoi",
        "/annuler",
        "/inconnu",
        "bonjour",
        "?",
    ):
        await chat.say(text)
    await chat.upload(shared / "data" / "lab" / "lab_fr_scan.pdf")
    await chat.upload(shared / "data" / "lab" / "lab_fr_clean.pdf")
    await chat.press("Corriger")
    await chat.say("99 = 12")
    await chat.press("Abandonner")

    assert len(chat.transcript) >= 14
    assert [message.text[:40] for message in chat.transcript if not message.text.startswith(HEALTH_MARK)] == []


async def test_given_a_correction_when_confirmed_then_the_corrected_value_counts(carnet: House, shared: Path) -> None:
    chat = carnet.meet("Nadia", "fr")
    await chat.enter()
    await chat.upload(shared / "data" / "lab" / "lab_fr_clean.pdf")

    (screen,) = await chat.say("2 = 6,20")
    assert "6,20 T/L" in screen.text
    _, *pieces = await chat.press("onfirm")
    explained = "\n".join(piece.text for piece in pieces)

    assert "4,12" not in explained
    told = next(line for line in explained.splitlines() if "6,20 T/L" in line)
    assert "3,80 - 5,90" in told
    assert "au-dessus" in told


async def test_given_an_older_screen_when_its_button_is_pressed_then_nothing_is_confirmed(
    carnet: House, shared: Path
) -> None:
    chat = carnet.meet("Nadia", "fr")
    await chat.enter()
    *_, first = await chat.upload(shared / "data" / "lab" / "lab_fr_clean.pdf")
    await chat.say("10 = 19")

    data = first.buttons[0][0].data
    assert data is not None
    carnet.playground.press(chat.persona, first.id, data)
    shown = await chat.quiet()

    assert any("19 µg/L" in message.text for message in shown)
    assert re.search(r"Résultats\W+0", (await chat.say("/donnees"))[-1].text)


async def test_given_a_discarded_report_when_asked_then_nothing_of_it_is_kept(carnet: House, shared: Path) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf")

    await chat.press("Discard")

    assert re.search(r"Documents\W+0", (await chat.say("/data"))[-1].text)


async def test_given_the_same_file_twice_when_sent_then_it_is_noticed(carnet: House, shared: Path) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf")
    await chat.press("Confirm all")

    *_, answer = await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf", name="copy.pdf")

    assert "already confirmed" in answer.text


async def test_given_everything_erased_when_coming_back_then_the_door_asks_again_and_nothing_is_left(
    carnet: House, shared: Path
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf")
    await chat.press("Confirm all")
    await chat.say("/data")

    (sure,) = await chat.press("Erase")
    assert "cannot be undone" in sure.text
    (erased,) = await chat.press("Yes, erase")
    assert "erased" in erased.text

    (door,) = await chat.say("/health")
    assert "18" in door.text
    await chat.press("18 or older")
    await chat.press("I agree")
    assert re.search(r"Results\W+0", (await chat.say("/data"))[-1].text)
    (answer,) = await chat.say("my ferritin?")
    assert "9 ng/mL" not in answer.text
