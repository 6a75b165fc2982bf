"""Where others find the keys that our word on who somebody is is checked with: OpenID discovery, and nothing secret."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEYS: Final = "/.well-known/jwks.json"
DISCOVERY: Final = "/.well-known/openid-configuration"
_HEADERS: Final = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}


def identity_app(address: str, key: Mapping[str, str]) -> Starlette:
    """Give the application for the installation at *address*, whose public key is *key*."""
    known: dict[str, Any] = {
        "issuer": address,
        "jwks_uri": f"{address}{KEYS}",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }

    async def discovery(_: Request) -> Response:
        return JSONResponse(known, headers=_HEADERS)

    async def keys(_: Request) -> Response:
        return JSONResponse({"keys": [dict(key)]}, headers=_HEADERS)

    return Starlette(routes=[Route(DISCOVERY, discovery), Route(KEYS, keys)])
