"""The client against a scripted endpoint: what it sends, what it accepts, how it fails."""

import asyncio
import io
import json
import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import aclosing, suppress

import pytest
import structlog

from bot.chat.model import Space
from bot.chat.ports import ModelError, ModelMessage, ModelRequest
from bot.kernel import logs
from bot.kernel.errors import SettingsError, StoreError
from bot.kernel.sensitive import Sensitive
from bot.llm import (
    HttpChatModel,
    ModelBudgetError,
    ModelBusyError,
    ModelGarbledError,
    ModelRefusedError,
    ModelSlowError,
    ModelUnreachableError,
)
from bot.settings import LlmSettings
from tests.llm.conftest import API_KEY, MakeModel
from tests.llm.scripted_model import DONE, Act, ScriptedModel, delta, event, refuses, says, usage

HEALTH = {"health_allowed": True, "region": "eu-west", "retention": "none"}
SCHEMA: dict[str, object] = {"type": "object"}
QUESTION = "QUESTION-CANARY what is ferritin?"


def ask(
    *, space: Space = Space.GENERAL, schema: dict[str, object] | None = None, max_tokens: int = 700
) -> ModelRequest:
    return ModelRequest(
        space=space,
        user="p-7f3a",
        messages=(
            ModelMessage(role="system", text=Sensitive("Be kind.")),
            ModelMessage(role="user", text=Sensitive(QUESTION)),
        ),
        json_schema=schema,
        max_tokens=max_tokens,
    )


class Meter:
    """An allowance that a test can end."""

    def __init__(self, *, open_: bool = True, broken: bool = False) -> None:
        self.open = open_
        self.broken = broken
        self.added: list[tuple[str, int, int]] = []

    async def allowed(self, person: str) -> bool:
        if self.broken:
            raise StoreError("down")
        return self.open

    async def add(self, person: str, tokens_in: int, tokens_out: int) -> None:
        if self.broken:
            raise StoreError("down")
        self.added.append((person, tokens_in, tokens_out))


async def test_given_a_careful_endpoint_when_asked_then_the_answer_and_its_usage_come_back(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    served.script(says("Ferritin stores iron.", tokens=(41, 6)))

    reply = await make_model().complete(ask())

    assert (reply.text.reveal(), reply.tokens_in, reply.tokens_out) == ("Ferritin stores iron.", 41, 6)


async def test_given_a_request_when_sent_then_nothing_is_stored_and_nobody_is_named(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    served.script(says("ok"))

    await make_model().complete(ask())

    (sent,) = served.requests
    assert sent.body["store"] is False
    assert sent.body["user"] == "p-7f3a"
    assert sent.body["stream_options"] == {"include_usage": True}
    assert sent.headers["authorization"] == f"Bearer {API_KEY}"
    assert set(sent.body) == {"model", "messages", "stream", "stream_options", "store", "user", "max_tokens"}


async def test_given_an_answer_when_streamed_then_pieces_come_before_the_end(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    served.script(Act(parts=(delta("first "), 30.0, delta("never", "stop"), DONE)))

    async with aclosing(make_model().stream(ask())) as pieces:  # type: ignore[type-var]
        first = await anext(pieces)

    assert first == "first "
    assert await asyncio.to_thread(served.left_early.wait, 5), "leaving must close the connection"


async def test_given_a_cancelled_task_when_mid_stream_then_the_connection_closes_and_tokens_count(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    served.script(Act(parts=(delta("something said"), 30.0, DONE)))
    meter, seen = Meter(), asyncio.Event()

    async def read() -> None:
        async for _ in make_model(meter=meter).stream(ask()):
            seen.set()

    task = asyncio.create_task(read())
    await seen.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await asyncio.to_thread(served.left_early.wait, 5)
    assert meter.added[0][0] == "p-7f3a"
    assert meter.added[0][2] > 0


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((": keep-alive\n\n", delta("yes"), ": ping\n\n", delta(None, "stop"), DONE), id="comments"),
        pytest.param((delta("yes"), delta(None, "stop")), id="missing done"),
        pytest.param((delta("yes"), DONE), id="missing finish reason"),
        pytest.param((delta("yes", "stop"), usage(3, 1), DONE), id="usage after the end, without choices"),
        pytest.param((event({"choices": None}), delta("yes", "stop"), DONE), id="null choices"),
        pytest.param(("event: message\r\n" + delta("yes", "stop").replace("\n", "\r\n"), DONE), id="crlf"),
    ],
)
async def test_given_a_stream_as_endpoints_write_it_when_read_then_the_words_come(
    served: ScriptedModel, make_model: MakeModel, parts: tuple[str, ...]
) -> None:
    served.script(Act(parts=parts))

    reply = await make_model().complete(ask())

    assert reply.text.reveal() == "yes"
    assert reply.tokens_in > 0


async def test_given_an_endpoint_that_does_not_stream_when_asked_then_its_whole_answer_is_read(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    whole = {"choices": [{"message": {"content": "all at once"}, "finish_reason": "stop"}], "error": None}
    served.script(Act(body=json.dumps(whole)))

    assert (await make_model().complete(ask())).text.reveal() == "all at once"


FAILURES = [
    pytest.param(Act(parts=(delta("half"), event("{oops"), DONE)), ModelGarbledError, 1, id="garbled"),
    pytest.param(Act(body="<html>a portal</html>"), ModelGarbledError, 1, id="html"),
    pytest.param(Act(body="[1]"), ModelGarbledError, 1, id="wrong format"),
    pytest.param(Act(parts=(delta("half a sen"),)), ModelGarbledError, 1, id="cut off"),
    pytest.param(Act(parts=(delta(None, "stop"), DONE)), ModelGarbledError, 1, id="empty"),
    pytest.param(Act(parts=(delta("x" * 900),) * 20), ModelGarbledError, 1, id="huge output"),
    pytest.param(Act(parts=("data: ", *("y" * 100_000,) * 60)), ModelGarbledError, 1, id="endless line"),
    pytest.param(Act(parts=(delta("x"), event({"error": {"message": "SERVER-WORDS"}}))), ModelUnreachableError, 1, id="error mid-stream"),
    pytest.param(Act(parts=(event({"error": {"code": 503}}),)), ModelBusyError, 3, id="error before words"),
    pytest.param(Act(parts=(event({"error": {"code": "insufficient_quota"}}),)), ModelBudgetError, 1, id="quota in stream"),
    pytest.param(Act(parts=(delta("x", "content_filter"), DONE)), ModelRefusedError, 1, id="content filter"),
    pytest.param(refuses(429, {"code": "insufficient_quota"}), ModelBudgetError, 1, id="quota"),
    pytest.param(refuses(429), ModelBusyError, 3, id="busy"),
    pytest.param(refuses(429, retry_after="3600"), ModelBusyError, 1, id="busy beyond the deadline"),
    pytest.param(refuses(408), ModelSlowError, 3, id="408"),
    pytest.param(refuses(409), ModelBusyError, 3, id="409"),
    pytest.param(refuses(500), ModelUnreachableError, 3, id="500"),
    *(pytest.param(refuses(status), ModelRefusedError, 1, id=str(status)) for status in (400, 401, 403, 404)),
    pytest.param(refuses(302, location="http://127.0.0.1:1/elsewhere"), ModelRefusedError, 1, id="redirect"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "error", "tries"), FAILURES)
async def test_given_a_failing_endpoint_when_asked_then_one_of_six_errors_and_only_fair_retries(
    served: ScriptedModel, make_model: MakeModel, act: Act, error: type[ModelError], tries: int
) -> None:
    served.script(act)

    with pytest.raises(error) as caught:
        await make_model().complete(ask())

    told = "".join(traceback.format_exception(caught.value))
    assert len(served.requests) == tries
    assert caught.value.reply == "errors.model"
    for secret in (API_KEY, "SERVER-WORDS", "QUESTION-CANARY", "elsewhere"):
        assert secret not in told


async def test_given_a_passing_failure_when_asked_then_a_retry_answers(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    served.script(refuses(500), refuses(429, retry_after_ms="20"), says("at last"))

    assert (await make_model().complete(ask())).text.reveal() == "at last"


async def test_given_nobody_listening_when_asked_then_unreachable(make_model: MakeModel) -> None:
    with pytest.raises(ModelUnreachableError):
        await make_model({"base_url": "http://127.0.0.1:9/v1"}).complete(ask())


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((30.0, delta("late", "stop"), DONE), id="nothing"),
        pytest.param((*(part for _ in range(200) for part in (": ping\n\n", 0.05)), DONE), id="keep-alives only"),
    ],
)
async def test_given_no_first_words_when_the_deadline_passes_then_slow_without_a_second_try(
    served: ScriptedModel, make_model: MakeModel, parts: tuple[str | float, ...]
) -> None:
    served.script(Act(parts=parts))

    with pytest.raises(ModelSlowError):
        await make_model({"first_token_seconds": 0.2}).complete(ask())

    assert len(served.requests) == 1


async def test_given_words_without_end_when_the_overall_deadline_passes_then_slow(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    served.script(Act(parts=(*(part for _ in range(200) for part in (delta("word "), 0.05)), DONE)))

    with pytest.raises(ModelSlowError):
        await make_model({"overall_seconds": 0.4}).complete(ask())


async def test_given_a_hang_between_words_when_the_pause_is_too_long_then_slow(
    served: ScriptedModel, make_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.llm.client.BETWEEN_SECONDS", 0.2)
    served.script(Act(parts=(delta("one "), 30.0, DONE)))

    with pytest.raises(ModelSlowError):
        await make_model().complete(ask())


async def test_given_a_process_that_slept_when_it_wakes_then_the_answers_that_waited_are_read_and_nothing_rests(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    # Longer than may be waited for, and then some: the model has answered meanwhile, to nobody.
    model = make_model({"first_token_seconds": 0.5, "overall_seconds": 1.0})
    served.script(Act(parts=(0.3, delta("Here.", "stop"), DONE)))
    asked = [asyncio.create_task(model.complete(ask())) for _ in range(6)]  # more than the breaker bears
    while len(served.requests) < len(asked):  # noqa: ASYNC110  (they arrive in another thread)
        await asyncio.sleep(0.01)

    time.sleep(2.5)  # noqa: ASYNC251  (nothing of this process runs, as when its machine is paused)

    assert [reply.text.reveal() for reply in await asyncio.gather(*asked)] == ["Here."] * len(asked)
    assert (await model.complete(ask())).text.reveal() == "Here."


async def test_given_a_process_that_slept_when_the_model_is_silent_all_the_same_then_slow(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    served.script(Act(parts=(30.0, delta("late", "stop"), DONE)))
    asked = asyncio.create_task(make_model({"first_token_seconds": 0.3}).complete(ask()))
    while not served.requests:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    time.sleep(1.5)  # noqa: ASYNC251

    async with asyncio.timeout(5):
        with pytest.raises(ModelSlowError):
            await asked


async def test_given_five_failures_when_asked_again_then_the_endpoint_rests_until_one_probe_succeeds(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    now = 0.0
    model = make_model(ticks=lambda: now)
    served.script(refuses(500))
    for _ in range(5):
        with pytest.raises(ModelUnreachableError):
            await model.complete(ask())
    asked = len(served.requests)
    with pytest.raises(ModelUnreachableError, match="resting"):
        await model.complete(ask())
    assert len(served.requests) == asked

    now = 31.0
    with pytest.raises(ModelUnreachableError, match="status 500"):
        await model.complete(ask())
    with pytest.raises(ModelUnreachableError, match="resting"):
        await model.complete(ask())
    now = 62.0
    served.script(says("well again"))

    assert (await model.complete(ask())).text.reveal() == "well again"
    assert (await model.complete(ask())).text.reveal() == "well again"


async def test_given_a_probe_in_flight_when_others_ask_then_they_fail_fast(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    now = 0.0
    model = make_model(ticks=lambda: now)
    served.script(refuses(500))
    for _ in range(5):
        with pytest.raises(ModelUnreachableError):
            await model.complete(ask())
    now = 31.0
    served.script(Act(parts=(delta("pro"), 30.0)))

    async with aclosing(model.stream(ask())) as probe:  # type: ignore[type-var]
        await anext(probe)
        with pytest.raises(ModelUnreachableError, match="resting"):
            await model.complete(ask())

    served.script(says("fine"))
    assert (await model.complete(ask())).text.reveal() == "fine", "an abandoned probe must not block the next one"


async def test_given_refusals_when_asked_again_then_the_breaker_stays_closed(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    model = make_model()
    served.script(refuses(401))
    for _ in range(6):
        with pytest.raises(ModelRefusedError, match="status 401"):
            await model.complete(ask())


async def test_given_no_schema_support_when_asked_for_json_then_simpler_forms_are_tried_and_remembered(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    served.script(refuses(400), refuses(400), says('```json\n{"text": "x"}\n```'))
    model = make_model()

    first = await model.complete(ask(schema=SCHEMA))
    await model.complete(ask(schema=SCHEMA))

    forms = [sent.body.get("response_format", {}).get("type") for sent in served.requests]
    assert forms == ["json_schema", "json_object", None, None]
    assert first.text.reveal() == '{"text": "x"}'


async def test_given_a_bad_request_whatever_its_form_when_asked_then_nothing_is_learned_from_it(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    served.script(refuses(400))
    model = make_model()
    with pytest.raises(ModelRefusedError):
        await model.complete(ask(schema=SCHEMA))
    served.script(says("{}"))

    await model.complete(ask(schema=SCHEMA))

    assert served.requests[0].body["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("refusal", "gone", "there"),
    [
        (
            Act(status=422, body=json.dumps({"detail": [{"type": "extra_forbidden", "loc": ["body", "store"]}]})),
            "store",
            "user",
        ),
        (
            Act(status=400, body=json.dumps({"error": {"message": "Unsupported parameter: 'max_tokens'"}})),
            "max_tokens",
            "max_completion_tokens",
        ),
        (
            Act(status=400, body=json.dumps({"error": {"message": "unknown field `stream_options`"}})),
            "stream_options",
            "store",
        ),
    ],
)
async def test_given_an_unknown_field_when_refused_then_asked_without_that_one(
    served: ScriptedModel, make_model: MakeModel, refusal: Act, gone: str, there: str
) -> None:
    served.script(refusal, says("ok"))

    await make_model().complete(ask())

    assert gone in served.requests[0].body
    assert gone not in served.requests[1].body
    assert there in served.requests[1].body


@pytest.mark.parametrize("missing", list(HEALTH))
async def test_given_an_undeclared_endpoint_when_asked_for_health_then_nothing_is_sent(
    served: ScriptedModel, make_model: MakeModel, missing: str
) -> None:
    served.script(says("ok"))
    model = make_model({key: value for key, value in HEALTH.items() if key != missing})

    with pytest.raises(ModelRefusedError):
        model.for_space(Space.HEALTH)
    with pytest.raises(ModelRefusedError):
        await model.complete(ask(space=Space.HEALTH))

    assert served.requests == []
    assert model.for_space(Space.GENERAL) is model


async def test_given_a_declared_endpoint_when_asked_for_health_then_it_answers(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    served.script(says("ok"))

    reply = await make_model(HEALTH).for_space(Space.HEALTH).complete(ask(space=Space.HEALTH))

    assert reply.text.reveal() == "ok"


@pytest.mark.parametrize("meter", [Meter(open_=False), Meter(broken=True)], ids=["spent", "unknown"])
async def test_given_no_known_allowance_when_asked_then_nothing_is_sent(
    served: ScriptedModel, make_model: MakeModel, meter: Meter
) -> None:
    served.script(says("ok"))

    with pytest.raises(ModelBudgetError):
        await make_model(meter=meter).complete(ask())

    assert served.requests == []


async def test_given_a_meter_when_answered_then_the_providers_count_is_added(
    served: ScriptedModel, make_model: MakeModel
) -> None:
    served.script(says("ok", tokens=(123, 7)))
    meter = Meter()

    await make_model(meter=meter).complete(ask())

    assert meter.added == [("p-7f3a", 123, 7)]


@pytest.fixture
def everything_logged() -> Iterator[io.StringIO]:
    """Catch what Carnet would write, and beside it every third-party record in full, at DEBUG."""
    kept = io.StringIO()
    logs.configure("DEBUG", kept)
    raw = logging.StreamHandler(kept)
    logging.getLogger().addHandler(raw)
    for noisy in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.DEBUG)
    yield kept
    logging.getLogger().handlers.clear()
    logging.getLogger().setLevel(logging.WARNING)
    structlog.reset_defaults()


@pytest.mark.parametrize("act", [says("ANSWER-CANARY"), refuses(500), refuses(401)], ids=["ok", "500", "401"])
async def test_given_logs_at_debug_when_asked_then_no_words_and_no_key_stand_in_them(
    served: ScriptedModel, make_model: MakeModel, act: Act, everything_logged: io.StringIO
) -> None:
    served.script(act)
    with suppress(ModelError):
        await make_model().complete(ask())
    written = everything_logged.getvalue()

    assert "event=model_" in written
    assert "send_request_headers" in written, "the third-party records must be among what is searched"
    for secret in (API_KEY, "QUESTION-CANARY", "ANSWER-CANARY", "SERVER-WORDS", "p-7f3a"):
        assert secret not in written


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/v1",
        "http://8.8.8.8/v1",
        "http://169.254.169.254/v1",
        "https://user:pass@api.example.com/v1",
        "https://api.example.com/v1?key=1",
        "ftp://localhost/v1",
        "https:///v1",
        "http://[::1/v1",
        "",
    ],
)
def test_given_an_unfit_address_when_built_then_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        HttpChatModel(LlmSettings(base_url=url, model="m"))

    assert "pass" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://api.example.com/v1/", "m at api.example.com"),
        ("http://ollama:11434/v1", "m at ollama:11434"),
        ("http://10.1.2.3/v1", "m at 10.1.2.3"),
        ("http://[::1]:8000/v1", "m at ::1:8000"),
    ],
)
async def test_given_a_fit_address_when_built_then_the_label_names_model_and_host(url: str, label: str) -> None:
    model = HttpChatModel(LlmSettings(base_url=url, model="m"))

    assert model.label == label
    await model.aclose()
