"""Where requests go: one checked address. Plain HTTP stays on this machine or its private network."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from bot.kernel.errors import SettingsError

_PRIVATE: Final = tuple(
    ip_network(block)
    for block in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
_PRIVATE_ENDINGS: Final = (".localhost", ".internal", ".local")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An endpoint's chat URL; `host` is what logs and /why may show."""

    url: str
    host: str
    encrypted: bool


def address(base_url: str) -> Address:
    """Check *base_url* ("https://api.example/v1") and give its chat endpoint.

    Raises `SettingsError`: an address that carries credentials, or would send text in the clear, is not used.
    """
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError("llm.base_url: not an address") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise SettingsError("llm.base_url: must begin with https:// and name a host")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise SettingsError("llm.base_url: no credentials, query or fragment in it; the key is llm.api_key")
    if parts.scheme == "http" and not _is_private(host):
        raise SettingsError("llm.base_url: https is required outside this machine and its private network")
    return Address(
        url=f"{base_url.rstrip('/')}/chat/completions",
        host=host if port is None else f"{host}:{port}",
        encrypted=parts.scheme == "https",
    )


def _is_private(host: str) -> bool:
    try:
        number = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_PRIVATE_ENDINGS)  # one label: a neighbour container's name
    return any(number in block for block in _PRIVATE)
