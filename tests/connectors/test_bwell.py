"""b.well against a strict counterpart of its public contract; never against b.well itself."""

import asyncio
import json
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.crypto import SigningKey, public_jwk
from bot.health.connectors.bwell.issuer import Issuer
from bot.health.connectors.bwell.partner import BwellPartner, Profile
from bot.health.connectors.errors import ConnectorError, ExpiredError, UnauthorisedError
from bot.health.connectors.gathering import Limits
from bot.kernel.sensitive import Sensitive
from bot.settings.connections import BwellSettings
from bot.web import identity_app, serving
from tests.connectors.record import CANARY, record

LIMITS = Limits(seconds=20, max_bytes=2_000_000, page_bytes=200_000, max_pages=10)
PROFILE = Profile(given=Sensitive("Camille"), family=Sensitive("Marchand"), born=Sensitive(date(1980, 2, 3)))


@cache
def pem(which: int) -> tuple[str, str]:
    """Two keys of a run, as openssl makes them."""
    private = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, check=True, text=True).stdout
    public = subprocess.run(
        ["openssl", "rsa", "-pubout"], input=private, capture_output=True, check=True, text=True
    ).stdout
    return private, public


@dataclass
class Stand:
    partner: BwellPartner
    control: str
    root: str
    address: str
    client: httpx.AsyncClient

    async def tell(self, **what: Any) -> None:
        await self.client.post(self.control, json=what)

    async def state(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(self.control)).json()
        return found

    def signed_by(self, which: int, ahead: timedelta = timedelta()) -> BwellPartner:
        issuer = Issuer(self.address, SigningKey(pem(which)[0]), lambda: datetime.now(UTC) + ahead)
        settings = BwellSettings(
            client_key=SecretStr("canary-client"), api=f"{self.root}/v1/graphql",
            token=f"{self.root}/identity/oauth/token", fhir=f"{self.root}/4_0_0",
        )  # fmt: skip
        return BwellPartner(settings, issuer, LIMITS)


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    lines = tmp_path / "record.ndjson"
    lines.write_text("\n".join(one for one in record() if '"c9"' not in one), encoding="utf-8")
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    program = Path(__file__).with_name("bwell_server.py")
    async with serving(identity_app(address, public_jwk(pem(1)[1])), host="127.0.0.1", port=port):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(program), address, str(lines), stdout=asyncio.subprocess.PIPE, cwd=tmp_path
        )
        try:
            assert process.stdout is not None
            ports = json.loads(await process.stdout.readline())
            async with httpx.AsyncClient(trust_env=False) as client:
                made = Stand(partner=None, address=address, client=client, **ports)  # type: ignore[arg-type]
                made.partner = made.signed_by(1)
                yield made
        finally:
            process.kill()
            await process.wait()


async def test_given_a_person_when_enrolled_then_their_word_is_checked_by_our_published_key_and_consents_are_given(
    stand: Stand,
) -> None:
    record_id = await stand.partner.enrol("s1", PROFILE, ["TOS", "PROA_ATTESTATION"], organisation="org1")
    state = await stand.state()

    assert record_id == "person1"
    assert [one["name"] for one in state["said"]] == [
        "updateUserProfile",
        "createConsent",
        "createConsent",
        "getProfile",
    ]
    assert state["said"][2]["variables"]["input"]["organizationId"] == "org1"
    assert state["violations"] == []


async def test_given_an_attestation_to_nobody_when_enrolled_then_it_is_not_sent(stand: Stand) -> None:
    with pytest.raises(ConnectorError):
        await stand.partner.enrol("s1", PROFILE, ["PROA_ATTESTATION"])


async def test_given_another_key_or_an_old_word_when_exchanged_then_it_is_not_taken(stand: Stand) -> None:
    for partner in (stand.signed_by(2), stand.signed_by(1, -timedelta(hours=1))):
        with pytest.raises(UnauthorisedError):
            await partner.members("s1")
        with pytest.raises(ExpiredError):
            await partner.gather("s1", ())


async def test_given_a_place_when_connected_left_and_deleted_then_its_state_follows(stand: Stand) -> None:
    (place,) = await stand.partner.search("s1", Sensitive("Sandbox"))
    address = await stand.partner.sign_in("s1", place.id)
    (connected,) = await stand.partner.members("s1")
    await stand.partner.disconnect("s1", place.id)
    (left,) = await stand.partner.members("s1")
    await stand.partner.delete("s1", place.id)
    (gone,) = await stand.partner.members("s1")

    assert address.reveal().startswith("https://provider.example/")
    assert "canary" not in repr(address)
    assert [one.status for one in (connected, left, gone)] == ["CONNECTED", "DISCONNECTED", "DELETED"]
    assert "Sandbox" not in repr(place)
    assert (await stand.state())["violations"] == []


async def test_given_a_state_nobody_knows_when_listed_then_it_counts_as_an_error(stand: Stand) -> None:
    await stand.tell(members={"m1": "SOMETHING_NEW"})

    assert [one.status for one in await stand.partner.members("s1")] == ["ERROR"]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://evil.example/", 7])
async def test_given_an_address_nobody_should_open_when_told_then_it_is_refused(stand: Stand, address: object) -> None:
    await stand.tell(faults={"redirect": address})
    with pytest.raises(ConnectorError):
        await stand.partner.sign_in("s1", "place_1")


async def test_given_identity_proofing_when_asked_for_then_the_attributes_are_to_be_matched(stand: Stand) -> None:
    address = await stand.partner.verify("s1", "https://carnet.example/oauth/callback")
    said = (await stand.state())["said"]

    assert address.reveal() == "https://ial2.example/verify"
    assert said[0]["variables"]["input"]["includeAttributeMatchingCheck"] is True


async def test_given_errors_beside_data_when_answered_then_the_data_is_not_used_and_no_word_is_repeated(
    stand: Stand,
) -> None:
    await stand.tell(faults={"errors": ["updateUserProfile"]})
    with pytest.raises(ConnectorError) as caught:
        await stand.partner.enrol("s1", PROFILE, ["TOS"])

    assert CANARY not in "".join(traceback.format_exception(caught.value))


async def test_given_a_record_when_gathered_then_its_lines_come_once_and_digits_stay(stand: Stand) -> None:
    harvest = await stand.partner.gather("s1", ())
    again = await stand.partner.gather("s1", harvest.fresh)

    assert harvest.outcome == "ok"
    assert len(harvest.fresh) == 11
    assert b'"value":6.30' in harvest.lines
    assert again.fresh == ()


async def test_given_a_line_cut_in_the_middle_when_gathered_then_what_was_whole_stays_and_it_is_partial(
    stand: Stand,
) -> None:
    whole = record()
    await stand.tell(faults={"cut": len("\n".join(whole[:3]).encode()) + 40})
    harvest = await stand.partner.gather("s1", ())

    assert harvest.outcome == "partial"
    assert len(harvest.fresh) == 2
    assert all(json.loads(line) for line in harvest.lines.splitlines())


async def test_given_another_kind_of_answer_when_gathered_then_nothing_of_it_is_read(stand: Stand) -> None:
    await stand.tell(faults={"kind": "text/html"})
    harvest = await stand.partner.gather("s1", ())

    assert (harvest.outcome, harvest.lines) == ("failed", b"")


async def test_given_our_discovery_when_read_then_it_names_public_keys_only(stand: Stand) -> None:
    known = (await stand.client.get(f"{stand.address}/.well-known/openid-configuration")).json()
    keys = (await stand.client.get(known["jwks_uri"])).json()["keys"]

    assert known["issuer"] == stand.address
    assert set(keys[0]) == {"kty", "n", "e", "use", "alg", "kid"}
    assert keys[0]["kid"] == SigningKey(pem(1)[0]).id
