"""What Telegram says of whoever opens the page inside it: signed vectors of our own, and every way to bend them."""

import hmac
import json
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

import pytest

from bot.web.uploads.errors import StrangerError
from bot.web.uploads.initdata import user_of
from tests.web.uploads.conftest import NOW, TOKEN, USER, Stage

GENUINE = {
    "query_id": "AAHdF6IQAAAAAN0XohDhrOrc",
    "user": json.dumps({"id": USER, "first_name": "Zoé & co"}, ensure_ascii=False),
    "auth_date": str(int(NOW.timestamp())),
    "signature": "of-third-parties",
}


def signed(fields: dict[str, str], token: str = TOKEN) -> str:
    """Sign as Telegram describes it, written down apart from the code."""
    check = "\n".join(f"{key}={fields[key]}" for key in sorted(fields))
    key = hmac.new(b"WebAppData", token.encode(), sha256).digest()
    return urlencode(fields | {"hash": hmac.new(key, check.encode(), sha256).hexdigest()})


def test_given_a_known_vector_when_signed_then_the_digest_is_the_one_computed_elsewhere() -> None:
    # openssl: printf 'auth_date=1\nuser={"id":7}' under HMAC-SHA256("WebAppData", "1:a")
    key = hmac.new(b"WebAppData", b"1:a", sha256).hexdigest()

    assert key == "f8410d1cb9ea0e1421f530ad98183088dff8314f557136e0de1cadcb6c754bdf"
    assert (
        dict(parse_qsl(signed({"auth_date": "1", "user": '{"id":7}'}, "1:a")))["hash"]
        == "c91a42612b9efec466838240226ef9a7bb08310be31520a4b6f87f3cd6064f63"
    )


def test_given_what_telegram_signed_when_read_then_it_is_its_user() -> None:
    assert user_of(signed(GENUINE), TOKEN, NOW) == USER
    assert user_of(signed(GENUINE), TOKEN, NOW + timedelta(minutes=59)) == USER


@pytest.mark.parametrize(
    "bent",
    [
        signed(GENUINE).replace(str(USER), "4712"),
        signed(GENUINE, "123456:another"),
        signed(GENUINE) + "&auth_date=1",
        signed(GENUINE) + "&more=1",
        signed(GENUINE).replace("&signature=of-third-parties", ""),
        signed(GENUINE)[:-1] + "g",
        signed(GENUINE)[:-2],
        signed(GENUINE | {"auth_date": str(int(NOW.timestamp()) - 3601)}),
        signed(GENUINE | {"auth_date": str(int(NOW.timestamp()) + 3601)}),
        signed(GENUINE | {"auth_date": "soon"}),
        signed(GENUINE | {"user": "[]"}),
        signed(GENUINE | {"user": '{"id": "4711"}'}),
        signed({"auth_date": GENUINE["auth_date"]}),
        urlencode(GENUINE),
        "hash=",
        "nonsense",
        "x" * 5000,
    ],
)
def test_given_anything_else_when_read_then_nobody_is_vouched_for(bent: str) -> None:
    with pytest.raises(StrangerError):
        user_of(bent, TOKEN, NOW)


async def test_given_a_link_opened_inside_telegram_when_begun_then_only_its_own_person_may(stage: Stage) -> None:
    token = await stage.link()
    other = GENUINE | {"user": json.dumps({"id": USER + 1})}
    refused = [await stage.begin(token, 5, init_data=data) for data in (signed(other), urlencode(GENUINE))]
    begun = await stage.begin(token, 5, init_data=signed(GENUINE))

    assert [(one.status_code, one.json()["error"]) for one in refused] == [(403, "stranger")] * 2
    assert begun.json()["begun"]
