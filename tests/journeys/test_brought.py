"""What people bring, as they live it: typed values, corrections, a way back, and everything in one list to delete from."""

from pathlib import Path

import pytest

from bot.health.records import UNDO
from tests.journeys.conftest import House
from tests.playground.make_samples import SAMPLES

SAMPLE = SAMPLES / "en.pdf"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "typed", "shown", "asked"),
    [
        ("fr", "tension 13/8 ce matin", "1. Pression systolique : 130 mmHg", "ma tension ?"),
        ("en", "add bp 130/80", "1. Systolic blood pressure: 130 mmHg", "my blood pressure?"),
    ],
)
async def test_given_a_typed_value_when_confirmed_then_an_answer_uses_it(
    carnet: House, language: str, typed: str, shown: str, asked: str
) -> None:
    chat = carnet.meet("Nadia", language)
    await chat.enter()
    *_, screen = await chat.say(typed)
    *_, done = await chat.press("onfirm")
    answered = (await chat.say(asked))[-1]

    assert shown in plain(screen.text)
    assert "2" in done.text
    assert "130 mmHg" in plain(answered.text)


async def test_given_a_value_without_its_unit_when_typed_then_it_is_asked_for_and_nothing_is_kept(
    carnet: House,
) -> None:
    chat = carnet.meet("Nadia", "fr")
    await chat.enter()
    *_, asked = await chat.say("poids 72")
    *_, listed = await chat.say("/sources")

    assert "Dans quelle unité" in asked.text
    assert "Rien n’est conservé" in listed.text


async def test_given_a_confirmed_entry_when_undone_then_it_counts_no_more_and_can_be_corrected(carnet: House) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.say("weight 72.4 kg")
    await chat.press("Confirm all")
    *_, screen = await chat.press("Undo")
    await chat.say("1 = 74.2")
    *_, done = await chat.press("Confirm all")
    answered = (await chat.say("my weight?"))[-1]

    assert "1. weight: 72.4 kg" in screen.text
    assert "1 result kept" in done.text
    assert "74.2 kg" in answered.text
    assert "72.4" not in answered.text


async def test_given_a_discarded_entry_when_taken_back_then_it_is_proposed_again(carnet: House) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.say("weight 72.4 kg")
    *_, gone = await chat.press("Discard")
    *_, screen = await chat.press("Undo")

    assert "Until tomorrow" in gone.text
    assert UNDO.days == 1
    assert "1. weight: 72.4 kg" in screen.text


async def test_given_a_medicine_when_it_is_said_to_be_over_then_its_end_is_proposed(carnet: House) -> None:
    chat = carnet.meet("Nadia", "fr")
    await chat.enter()
    await chat.say("médicament : Doliprane 500 mg matin et soir")
    await chat.press("confirmer")
    *_, screen = await chat.say("je ne prends plus de doliprane")
    *_, done = await chat.press("confirmer")

    assert "1. Doliprane : 500 mg matin et soir (n’est plus en cours)" in plain(screen.text)
    assert "1 résultat" in plain(done.text)


async def test_given_a_document_when_deleted_from_the_list_then_its_results_go_and_its_message_is_offered(
    carnet: House,
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.upload(SAMPLE)
    await chat.press("Confirm all")
    *_, listed = await chat.say("/sources")
    *_, card = await chat.press("1")
    *_, asked = await chat.press("Delete")
    *_, deleted = await chat.press("Yes, delete")
    sent = [m.id for m in carnet.playground.messages(chat.persona) if m.file]
    await chat.press("message too")
    left = [m.id for m in carnet.playground.messages(chat.persona) if m.file]
    *_, data = await chat.say("/data")

    assert "1 item" in listed.text
    assert "Kept since" in card.text
    assert "cannot be undone" in asked.text
    assert "still in this chat" in deleted.text
    assert (len(sent), len(left)) == (1, 0)
    assert "Results: 0" in data.text


async def test_given_weights_whose_file_names_no_unit_when_brought_then_the_unit_is_asked_for_and_read_again(
    carnet: House, tmp_path: Path
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    file = tmp_path / "Measurement-Summary.csv"
    file.write_text("Date,Weight,Body Fat %\n2026-09-28,205.3,31.3\n2026-09-29,207.6,\n", encoding="utf-8")
    *_, asked = await chat.upload(file)
    *_, screen = await chat.press("In pounds")
    *_, done = await chat.press("Confirm all")
    answered = (await chat.say("my weight?"))[-1]

    assert "page 1, line 2" in asked.text
    assert "weight: 2 days" in screen.text
    assert "3 days of figures kept" in done.text
    assert "94.2 kg" in answered.text
    assert "MyFitnessPal" in answered.text


async def test_given_a_correction_under_way_when_cancelled_then_what_was_confirmed_still_counts(carnet: House) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.say("weight 72.4 kg")
    await chat.press("Confirm all")
    await chat.say("/sources")
    await chat.press("1")
    await chat.press("Correct")
    *_, kept = await chat.say("/cancel")
    answered = (await chat.say("my weight?"))[-1]

    assert "1 result kept" in kept.text
    assert "72.4 kg" in answered.text
