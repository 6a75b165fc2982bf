"""Spans of a whole Carnet: one turn with its parts, and nothing in them of who spoke or what was said."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app.tracing import FIELDS, traced
from bot.kernel.errors import SettingsError
from bot.settings import TracingSettings, load
from bot.web import serving
from tests.llm.scripted_model import ScriptedModel, refuses, running_model, says
from tests.web.test_health import asking, opened

CANARY = "kernbeisser"


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    monkeypatch.setattr("bot.app.tracing.exporter_to", lambda _: exporter)
    return exporter


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with running_model() as model:
        yield model


def children(spans: Sequence[ReadableSpan], turn: ReadableSpan) -> list[str]:
    return [span.name for span in spans if span.parent is not None and span.parent.span_id == turn.context.span_id]


async def test_given_turns_that_succeed_and_fail_when_traced_then_spans_nest_and_tell_nothing(
    tmp_path: Path, exporter: InMemorySpanExporter, model: ScriptedModel
) -> None:
    model.script(says(f"Fold the {CANARY} in half."), refuses(400, {"message": CANARY}))
    told = {"CARNET_STATE": f"{tmp_path}/state", "CARNET_TRACING__ENDPOINT": "http://127.0.0.1:9/v1/traces"}
    async with opened(load(told | asking(model))) as house:
        ann = house.playground.person("Ann", "en")
        house.playground.say(ann, f"how do I fold a paper {CANARY}?")
        await house.quiet()
        house.playground.say(ann, f"and how do I unfold the {CANARY}?")
        house.playground.misbehave("sendMessage", status=403)
        house.playground.say(ann, f"/health what is my {CANARY}?")
        await house.quiet()
        person = await house.process.people.by_telegram(ann.id)
        assert person is not None
    spans = exporter.get_finished_spans()
    turns = [span for span in spans if span.name == "turn"]
    written = "\n".join(span.to_json() for span in spans)

    assert {span.name for span in spans} == {"turn", "model", "send", "slot"}
    assert [span.attributes and span.attributes["space"] for span in turns] == ["general", "general", "health"]
    # A model slower than the patience has a waiting message sent before it is done.
    assert [sorted(children(spans, turn)[:2]) for turn in turns[:2]] == [["model", "send"], ["model", "send"]]
    assert {key for span in spans for key in span.attributes or {}} <= FIELDS | {"error"}
    assert {"ModelRefusedError", "PersonGoneError"} <= {(span.attributes or {}).get("error") for span in spans}
    assert [event for span in spans for event in span.events] == []
    assert [secret for secret in (CANARY, str(ann.id), str(person.id), "Ann", "fold") if secret in written] == []


async def test_given_fields_nobody_allowed_when_a_span_is_opened_then_they_are_not_in_it(
    exporter: InMemorySpanExporter,
) -> None:
    async with traced(TracingSettings(endpoint="http://127.0.0.1:9")) as traces:
        with (
            pytest.raises(ValueError, match=CANARY),
            traces.span("turn", work=7, space=f"{CANARY}, all of it", person=CANARY, text=CANARY),
        ):
            raise ValueError(CANARY)
    (span,) = exporter.get_finished_spans()

    assert dict(span.attributes or {}) == {"work": 7, "error": "ValueError"}
    assert CANARY not in span.to_json()


async def test_given_an_endpoint_when_the_process_ends_then_its_spans_have_been_sent_there() -> None:
    bodies: list[bytes] = []

    async def collect(request: Request) -> Response:
        bodies.append(await request.body())
        return Response()

    app = Starlette(routes=[Route("/v1/traces", collect, methods=["POST"])])
    async with (
        serving(app, host="127.0.0.1", port=0) as port,
        traced(TracingSettings(endpoint=f"http://127.0.0.1:{port}/v1/traces")) as traces,
    ):
        with traces.span("turn", work=7):
            pass

    assert len(bodies) == 1
    assert b"carnet" in bodies[0]


async def test_given_an_endpoint_and_no_library_when_started_then_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(SettingsError, match=r"pip install 'carnet\[tracing\]'"):
        async with traced(TracingSettings(endpoint="http://127.0.0.1:9")):
            pass


async def test_given_no_endpoint_when_started_then_the_library_is_not_even_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    async with traced(TracingSettings()) as traces:
        with traces.span("turn", work=1):
            pass
