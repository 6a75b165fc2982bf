"""The parameters of one Bot API call, whichever way they came: query, form, multipart or JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartParser
from starlette.requests import Request

from bot.playground.errors import ApiError, bad_request
from bot.playground.shelf import UPLOAD_LIMIT

_BODY_LIMIT = UPLOAD_LIMIT + 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that came with a call."""

    name: str
    media_type: str
    data: bytes


class _InMemoryParser(MultiPartParser):
    spool_max_size = _BODY_LIMIT  # what a bot sends is never written to a temporary file


class Params:
    """Typed access; a value that is not what the method needs is a 400."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, Sent]) -> None:
        self._values = values
        self._files = files

    def has(self, name: str) -> bool:
        """Tell whether the parameter was given."""
        return name in self._values

    def text(self, name: str, default: str = "") -> str:
        """Give a string."""
        value = self._values.get(name, default)
        return value if isinstance(value, str) else str(value)

    def number(self, name: str, default: int | None = None) -> int:
        """Give an integer; without a default it is required."""
        value: Any = self._values.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"parameter {name} must be an integer") from None

    def flag(self, name: str) -> bool:
        """Give a boolean, false unless given."""
        return str(self._values.get(name, False)).lower() in {"true", "1"}

    def data(self, name: str, kind: type[list[Any]] | type[dict[str, Any]]) -> Any:
        """Give a list or an object, parsed if it came as JSON text; empty when it was not given."""
        value = self._values.get(name)
        if value is None or value == "":
            return kind()
        if isinstance(value, str):
            value = _parsed(value, f"{name} JSON object")
        if not isinstance(value, kind):
            raise bad_request(f"can't parse {name}: wrong type")
        return value

    def file(self, name: str) -> Sent | str:
        """Give the file sent under *name*, directly or by `attach://`, or the handle named instead."""
        value = self.text(name)
        sent = self._files.get(value.removeprefix("attach://")) if value.startswith("attach://") else None
        sent = sent or self._files.get(name)
        if sent is None and (not value or "://" in value):
            raise bad_request(f"there is no {name} in the request")
        return sent or value


async def read(request: Request) -> Params:
    """Read a call's parameters; the body is bounded and stays in memory."""
    if int(request.headers.get("content-length", "0")) > _BODY_LIMIT:
        raise ApiError(413, "Request Entity Too Large")
    values: dict[str, Any] = dict(request.query_params)
    files: dict[str, Sent] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        values |= await _json(request)
    elif kind == "application/x-www-form-urlencoded":
        values |= dict(await request.form())
    elif kind == "multipart/form-data":
        form = await _InMemoryParser(request.headers, request.stream()).parse()
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = Sent(value.filename or name, value.content_type or "", await value.read())
            else:
                values[name] = value
    return Params(values, files)


async def _json(request: Request) -> dict[str, Any]:
    body = _parsed(await request.body(), "JSON object")
    if not isinstance(body, dict):
        raise bad_request("expected a JSON object")
    return {name: value for name, value in body.items() if value is not None}


def _parsed(text: str | bytes, what: str) -> Any:
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, escaped: it could be stored but never sent again
        raise bad_request("strings must be encoded in UTF-8") from None
    except ValueError:
        raise bad_request(f"can't parse {what}") from None
    return value
