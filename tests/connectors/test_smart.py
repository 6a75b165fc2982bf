"""SMART on FHIR against a strict clinic: every rule, and at least one breach of each that is caught."""

import json
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.health.connectors.errors import ConnectorError, DeniedError, ExpiredError, UnusableError
from bot.health.connectors.gathering import Limits
from bot.health.connectors.model import Grant, Harvest, Item, Returned
from bot.health.connectors.smart import SmartConnector
from bot.kernel.sensitive import Sensitive
from bot.settings.connections import ProviderSettings
from tests.connectors.conftest import REDIRECT, Clinic
from tests.connectors.record import CANARY, observation, record

LIMITS = Limits(seconds=20, max_bytes=2_000_000, page_bytes=200_000, max_pages=10)
STATE = "s" * 43


@dataclass
class Bench:
    """A connector to the clinic, and the clock it goes by."""

    clinic: Clinic
    limits: Limits = LIMITS
    provider: dict[str, Any] = field(default_factory=dict)
    ahead: timedelta = timedelta()
    kept: list[Grant] = field(default_factory=list)

    @property
    def connector(self) -> SmartConnector:
        told = {"name": "Clinic", "base": self.clinic.base, "client_id": "carnet"} | self.provider
        return SmartConnector(
            ProviderSettings(**told),
            redirect=REDIRECT,
            limits=self.limits,
            clock=lambda: datetime.now(UTC) + self.ahead,
        )

    async def signed_in(self, **changed: str) -> Grant:
        beginning = await self.connector.begin(STATE)
        back = await self.clinic.allowed(beginning.address)
        return await self.connector.complete(beginning.kept, returned(back | changed))

    async def keep(self, grant: Grant) -> None:
        self.kept.append(grant)

    async def gather(self, grant: Grant | None = None, seen: Sequence[str] = ()) -> Harvest:
        return await self.connector.gather(grant or await self.signed_in(), self.keep, seen)


def returned(said: dict[str, str]) -> Returned:
    return Returned(code=Sensitive(said.get("code", "")), error=said.get("error", ""), issuer=said.get("iss", ""))


def item(harvest: Harvest, kind: str) -> Item:
    return next(one for one in harvest.items if one.kind == kind)


@pytest.fixture
def bench(clinic: Clinic) -> Bench:
    return Bench(clinic)


async def test_given_a_clinic_when_signed_in_and_read_then_all_kinds_come_and_nothing_unexpected_was_asked(
    bench: Bench,
) -> None:
    harvest = await bench.gather()
    state = await bench.clinic.state()
    kinds = [json.loads(line)["resourceType"] for line in harvest.lines.splitlines()]

    assert harvest.outcome == "ok"
    assert item(harvest, "Observation:laboratory").stored == 4
    assert item(harvest, "Observation:vital-signs").stored == 1
    assert sorted(set(kinds)) == ["AllergyIntolerance", "Appointment", "Condition", "DiagnosticReport", "Immunization",
                                  "MedicationRequest", "Observation", "Patient"]  # fmt: skip
    assert b'"value":6.30' in harvest.lines
    assert b'"value":0.90' in harvest.lines
    assert state["violations"] == []
    assert len(harvest.fresh) == 11


async def test_given_a_sign_in_when_its_address_is_built_then_it_holds_a_challenge_and_no_verifier(
    bench: Bench,
) -> None:
    beginning = await bench.connector.begin(STATE)
    said = parse_qs(urlsplit(beginning.address).query)

    assert said["code_challenge_method"] == ["S256"]
    assert said["state"] == [STATE]
    assert said["aud"] == [bench.clinic.base]
    assert beginning.kept["verifier"] not in beginning.address
    assert beginning.kept["verifier"] not in repr(beginning)


async def test_given_another_verifier_when_the_code_is_exchanged_then_nothing_is_granted(bench: Bench) -> None:
    beginning = await bench.connector.begin(STATE)
    back = await bench.clinic.allowed(beginning.address)
    with pytest.raises(UnusableError):
        await bench.connector.complete({**beginning.kept, "verifier": "v" * 43}, returned(back))


async def test_given_a_code_when_it_is_used_again_then_nothing_is_granted(bench: Bench) -> None:
    beginning = await bench.connector.begin(STATE)
    back = await bench.clinic.allowed(beginning.address)
    await bench.connector.complete(beginning.kept, returned(back))
    with pytest.raises(UnusableError):
        await bench.connector.complete(beginning.kept, returned(back))


async def test_given_a_refusal_at_the_page_when_it_comes_back_then_it_is_a_no(bench: Bench) -> None:
    beginning = await bench.connector.begin(STATE)
    back = await bench.clinic.allowed(beginning.address, "deny")
    with pytest.raises(DeniedError):
        await bench.connector.complete(beginning.kept, returned(back))


async def test_given_another_issuer_when_it_comes_back_then_the_code_goes_nowhere(bench: Bench) -> None:
    with pytest.raises(UnusableError):
        await bench.signed_in(iss="https://evil.example")
    asked = (await bench.clinic.state())["asked"]

    assert not [one for one in asked if "/auth/token" in one]


@pytest.mark.parametrize(
    "fault",
    [
        {"without": ["patient"]},
        {"token": {"patient": "p1/../p2"}},
        {"token": {"token_type": "mac"}},
        {"without": ["access_token"]},
    ],
)
async def test_given_an_unusable_token_answer_when_exchanged_then_it_is_refused(
    bench: Bench, fault: dict[str, Any]
) -> None:
    await bench.clinic.tell(faults=fault)
    with pytest.raises((UnusableError, ConnectorError)):
        await bench.signed_in()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"token_endpoint": "https://evil.example/token"}, "off_origin"),
        ({"authorization_endpoint": "http://127.0.0.1:1/authorize"}, "off_origin"),
        ({"revocation_endpoint": "//evil.example/revoke"}, "off_origin"),
        ({"code_challenge_methods_supported": ["plain"]}, "malformed"),
        ({"token_endpoint": ["x"]}, "malformed"),
    ],
)
async def test_given_a_configuration_that_leads_elsewhere_when_begun_then_nobody_is_sent_there(
    bench: Bench, changed: dict[str, Any], code: str
) -> None:
    await bench.clinic.tell(faults={"configuration": changed})
    with pytest.raises(ConnectorError) as caught:
        await bench.connector.begin(STATE)

    assert caught.value.code == code


async def test_given_a_confidential_client_when_signed_in_then_its_secret_goes_by_the_header(bench: Bench) -> None:
    await bench.clinic.tell(secret="canary-secret")
    bench.provider["client_secret"] = "canary-secret"
    grant = await bench.signed_in()

    assert grant.patient == "p1"
    assert (await bench.clinic.state())["violations"] == []


async def test_given_one_refused_kind_when_read_then_the_others_come(bench: Bench) -> None:
    await bench.clinic.tell(faults={"status": {"Condition": 403, "Immunization": 500}})
    harvest = await bench.gather()

    assert harvest.outcome == "partial"
    assert (item(harvest, "Condition").error, item(harvest, "Condition").status) == ("refused", 403)
    assert (item(harvest, "Immunization").error, item(harvest, "Immunization").status) == ("server", 500)
    assert item(harvest, "AllergyIntolerance").stored == 1
    assert item(harvest, "Appointment").stored == 1


async def test_given_scopes_that_were_not_granted_when_read_then_those_kinds_are_not_asked_for(bench: Bench) -> None:
    await bench.clinic.tell(
        faults={"granted": "launch/patient offline_access patient/Patient.read patient/Observation.read"}
    )
    harvest = await bench.gather()
    state = await bench.clinic.state()

    assert harvest.outcome == "ok"
    assert item(harvest, "Condition").error == "scope"
    assert not [one for one in state["asked"] if "/Condition" in one]


async def test_given_an_access_that_is_void_when_read_then_it_is_renewed_once_and_kept(bench: Bench) -> None:
    grant = await bench.signed_in()
    await bench.clinic.tell(end_access=True)
    harvest = await bench.gather(grant)

    assert harvest.outcome == "ok"
    assert len(bench.kept) == 1
    assert bench.kept[0].refresh != grant.refresh


async def test_given_an_access_about_to_end_when_read_then_it_is_renewed_before_it_is_used(bench: Bench) -> None:
    grant = await bench.signed_in()
    bench.ahead = timedelta(minutes=59)
    await bench.gather(grant)
    asked = (await bench.clinic.state())["asked"]

    assert len(bench.kept) == 1
    assert asked.index("POST /auth/token", asked.index("POST /auth/token") + 1) < asked.index("GET /fhir/Patient/p1")


async def test_given_a_renewal_without_a_refresh_token_when_kept_then_the_old_one_stays(bench: Bench) -> None:
    grant = await bench.signed_in()
    await bench.clinic.tell(faults={"keeps_refresh": True}, end_access=True)
    await bench.gather(grant)

    assert bench.kept[0].refresh == grant.refresh
    assert bench.kept[0].access != grant.access


async def test_given_a_refused_renewal_when_read_then_the_access_is_over(bench: Bench) -> None:
    grant = await bench.signed_in()
    await bench.clinic.tell(faults={"refresh_refused": True}, end_access=True)
    with pytest.raises(ExpiredError):
        await bench.gather(grant)


async def test_given_no_refresh_token_when_the_access_is_over_then_only_the_person_can_open_it(bench: Bench) -> None:
    grant = replace(await bench.signed_in(), refresh=None)
    await bench.clinic.tell(end_access=True)
    with pytest.raises(ExpiredError):
        await bench.gather(grant)


async def test_given_a_token_server_that_is_away_when_renewing_then_the_access_is_not_given_up(bench: Bench) -> None:
    grant = await bench.signed_in()
    await bench.clinic.tell(faults={"refresh_status": 503}, end_access=True)
    harvest = await bench.gather(grant)

    assert harvest.outcome == "failed"
    assert {one.error for one in harvest.items} == {"later"}


async def test_given_a_next_page_on_another_server_when_read_then_no_token_goes_there(bench: Bench) -> None:
    state = await bench.clinic.state()
    await bench.clinic.tell(faults={"next": {"Observation": f"{state['stranger']}/fhir/Observation?page=2"}})
    harvest = await bench.gather()

    assert item(harvest, "Observation:laboratory").error == "off_origin"
    assert item(harvest, "Observation:laboratory").stored == 3
    assert (await bench.clinic.state())["leaked"] == []


async def test_given_a_redirect_to_another_server_when_read_then_no_token_goes_there(bench: Bench) -> None:
    state = await bench.clinic.state()
    await bench.clinic.tell(faults={"redirect": {"Condition": f"{state['stranger']}/fhir/Condition"}})
    harvest = await bench.gather()

    assert item(harvest, "Condition").error == "redirect"
    assert (await bench.clinic.state())["leaked"] == []


async def test_given_too_many_requests_when_told_how_long_then_it_waits_and_goes_on(bench: Bench) -> None:
    await bench.clinic.tell(faults={"retry": {"Condition": {"times": 2, "after": 1}}})
    harvest = await bench.gather()

    assert harvest.outcome == "ok"
    assert item(harvest, "Condition").stored == 1


async def test_given_too_many_requests_when_told_to_wait_for_an_hour_then_that_kind_comes_another_time(
    bench: Bench,
) -> None:
    await bench.clinic.tell(faults={"retry": {"Condition": {"times": 9, "after": 3600}}})
    harvest = await bench.gather()

    assert (item(harvest, "Condition").error, item(harvest, "Condition").status) == ("later", 429)
    assert item(harvest, "Immunization").stored == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"html": {"Condition": True}}, "not_json"),
        ({"half_json": {"Condition": True}}, "not_json"),
        ({"truncated": {"Condition": True}}, "network"),
        ({"cut": {"Condition": 1}}, "network"),
        ({"big": {"Condition": 300_000}}, "too_large"),
        ({"packed": {"Condition": True}}, "malformed"),
        ({"cyclic": {"Condition": True}}, "cycle"),
        ({"total": {"Condition": 40}}, "fewer"),
    ],
)
async def test_given_a_broken_answer_when_read_then_that_kind_says_so_and_the_others_come(
    bench: Bench, fault: dict[str, Any], code: str
) -> None:
    await bench.clinic.tell(faults=fault)
    harvest = await bench.gather()

    assert item(harvest, "Condition").error == code
    assert harvest.outcome == "partial"
    assert item(harvest, "Observation:laboratory").stored == 4
    assert item(harvest, "Appointment").stored == 1


async def test_given_a_total_too_small_when_read_then_it_is_not_believed(bench: Bench) -> None:
    await bench.clinic.tell(faults={"total": {"Observation": 1}})

    assert item(await bench.gather(), "Observation:laboratory").stored == 4


async def test_given_endless_pages_when_read_then_they_end(bench: Bench) -> None:
    bench.limits = replace(LIMITS, max_pages=3)
    await bench.clinic.tell(faults={"page_size": 1})
    harvest = await bench.gather()

    assert (item(harvest, "Observation:laboratory").error, item(harvest, "Observation:laboratory").stored) == (
        "pages",
        3,
    )


async def test_given_a_record_larger_than_allowed_when_read_then_it_stops_and_says_so(bench: Bench) -> None:
    bench.limits = replace(LIMITS, max_bytes=1_500)
    harvest = await bench.gather()

    assert "full" in {one.error for one in harvest.items}
    assert len(harvest.lines) <= 1_500


async def test_given_somebody_elses_resource_when_it_is_among_them_then_it_is_left_out(bench: Bench) -> None:
    await bench.clinic.tell(faults={"foreign": {"Condition": True}})
    harvest = await bench.gather()

    assert (item(harvest, "Condition").stored, item(harvest, "Condition").skipped) == (1, 1)
    assert b"Gout" not in harvest.lines


async def test_given_everything_when_it_is_offered_then_it_is_read_once_and_filtered_here(bench: Bench) -> None:
    await bench.clinic.tell(faults={"everything": True})
    harvest = await bench.gather()
    state = await bench.clinic.state()

    assert harvest.outcome == "ok"
    assert item(harvest, "Observation").stored == 5
    assert not [one for one in state["asked"] if "Observation?" in one]
    assert b"Gout" not in harvest.lines
    assert item(harvest, "Condition").skipped == 1


async def test_given_everything_that_breaks_off_when_read_then_each_kind_is_searched_and_nothing_comes_twice(
    bench: Bench,
) -> None:
    await bench.clinic.tell(faults={"everything": True, "cut": {"$everything": 2}})
    harvest = await bench.gather()
    ids = [json.loads(line)["id"] for line in harvest.lines.splitlines()]

    assert harvest.outcome == "ok"
    assert len(ids) == len(set(ids)) == 12


async def test_given_what_was_read_before_when_read_again_then_only_what_changed_is_fresh(bench: Bench) -> None:
    grant = await bench.signed_in()
    first = await bench.gather(grant)
    again = await bench.gather(grant, first.fresh)
    lines = [
        observation(2, "2276-4", "Ferritin", "12", "ng/mL", version=2) if '"o2"' in one else one for one in record()
    ]
    await bench.clinic.tell(lines=lines)
    changed = await bench.gather(grant, first.fresh)

    assert (again.fresh, again.lines) == ((), b"")
    assert item(again, "Observation:laboratory").known == 4
    assert len(changed.fresh) == 1
    assert b'"value":12' in changed.lines
    assert b'"Patient"' in changed.lines


async def test_given_access_when_left_then_it_is_revoked(bench: Bench) -> None:
    grant = await bench.signed_in()
    await bench.connector.leave(grant, erase=True)
    state = await bench.clinic.state()

    assert (state["refresh"], state["access"], state["violations"]) == ([], [], [])


async def test_given_errors_of_every_kind_when_raised_then_they_hold_no_word_and_no_address(bench: Bench) -> None:
    await bench.clinic.tell(faults={"html": {"Patient": True, "Condition": True}, "cut": {"Immunization": 1}})
    grant = await bench.signed_in()
    told = []
    connector = bench.connector
    for kind in ("Patient/p1", "Condition?patient=p1", "Immunization?patient=p1"):
        try:
            async with connector._wire() as wire:
                from bot.health.connectors.wire import Deadline

                (await wire.get(f"{bench.clinic.base}/{kind}", Deadline(5), token=grant.access)).json()
        except ConnectorError as error:
            told.append("".join(traceback.format_exception(error)))

    assert len(told) == 3
    for text in told:
        assert "canary" not in text
        assert CANARY not in text
        assert "p1" not in text.replace("patient=p1", "").replace("Patient/p1", "")  # of this file's own lines
    assert grant.access not in repr(grant)
