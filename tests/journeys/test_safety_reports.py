import pytest

from bot.app.safety import ReviewerError, safety_desk
from bot.guardrails.register import ReportError
from bot.kernel.clock import utc_now
from tests.journeys.conftest import House

CANARY = "mon ferment zyxomire"


async def test_given_an_answer_when_it_is_reported_and_shared_then_a_named_reviewer_reads_that_exchange_only(
    carnet: House,
) -> None:
    chat = carnet.meet("lea", "fr")
    await chat.enter()
    await chat.say("Une autre question sans rapport")
    [answer] = await chat.say(f"Que penser de {CANARY} ?")
    await chat.press("Faux")
    await chat.press("inquiété")
    [thanks] = await chat.press("Partager cet échange")
    settings = carnet.settings.model_copy(
        update={"safety": carnet.settings.safety.model_copy(update={"reviewers": "dr.martin"})}
    )

    assert answer.buttons[-1][-1].label == "⚑ Faux\N{NO-BREAK SPACE}? Inquiétant\N{NO-BREAK SPACE}?"
    assert thanks.text.startswith("🩺 Partagé")
    async with safety_desk(settings, utc_now, reviewer="dr.martin") as desk:
        [entry] = await desk.register.entries()
        said = await desk.read(entry.id)
        acts = await desk.register.reviews(entry.id)
    assert (entry.space, entry.reason, entry.state) == ("health", "worried", "reported")
    assert CANARY in said[0].text.reveal()
    assert len(said) == 2
    assert [(who, act) for who, act, _ in acts] == [("dr.martin", "read")]


async def test_given_a_report_that_is_not_shared_when_a_reviewer_asks_then_nothing_is_shown(carnet: House) -> None:
    chat = carnet.meet("tom", "en")
    await chat.say(f"What about {CANARY}?")
    await chat.press("Wrong?")
    await chat.press("It was wrong")
    await chat.press("Do not share")
    settings = carnet.settings.model_copy(
        update={"safety": carnet.settings.safety.model_copy(update={"reviewers": "dr.martin"})}
    )

    async with safety_desk(settings, utc_now, reviewer="dr.martin") as desk:
        [entry] = await desk.register.entries()
        with pytest.raises(ReportError, match="did not share"):
            await desk.read(entry.id)
        assert await desk.register.reviews(entry.id) == []
    with pytest.raises(ReviewerError):
        async with safety_desk(settings, utc_now, reviewer="somebody"):
            pass
