"""The shape of the settings; every value is checked before anything starts."""

import ipaddress
import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bot.settings.connections import ConnectionSettings


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class TelegramSettings(_Section):
    """How to reach the Bot API: Telegram's own, a self-hosted one, or the playground."""

    token: SecretStr | None = None
    base_url: str = "https://api.telegram.org"
    poll_seconds: int = Field(default=25, ge=0, le=50)
    messages_per_second: float = Field(default=30.0, gt=0, le=1000)
    chat_messages_per_second: float = Field(default=1.0, gt=0, le=1000)
    webhook_secret: SecretStr | None = None

    @field_validator("webhook_secret")
    @classmethod
    def _as_telegram_takes_it(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{32,256}", value.get_secret_value()):
            raise ValueError("32 to 256 letters, digits, - and _: `openssl rand -hex 32` makes one")
        return value


class StoreSettings(_Section):
    """One of the four stores; an empty URL means a SQLite file under `state`."""

    url: SecretStr = SecretStr("")


class KekSettings(_Section):
    """Where key-encryption keys come from: hexadecimal secrets, or files in `folder`."""

    folder: Path | None = None
    main: SecretStr | None = None
    health: SecretStr | None = None

    @field_validator("folder", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return value or None


class LlmSettings(_Section):
    """An OpenAI-compatible endpoint; none when `base_url` is empty. Seconds and tokens as named."""

    base_url: str = ""
    model: str = ""
    api_key: SecretStr | None = None
    health_allowed: bool = False
    region: str = ""
    retention: str = ""
    connect_seconds: float = Field(default=5.0, gt=0)
    first_token_seconds: float = Field(default=15.0, gt=0)
    overall_seconds: float = Field(default=90.0, gt=0)
    context_tokens: int = Field(default=8000, ge=500)
    daily_tokens: int = Field(default=100_000, ge=0)


class DocumentSettings(_Section):
    """What an upload may weigh and cost to read."""

    max_bytes: int = Field(default=20_000_000, gt=0)
    max_pages: int = Field(default=40, gt=0)
    seconds: float = Field(default=30, gt=0)
    import_seconds: float = Field(default=900, gt=0)  # of a file too large to be held
    memory_mb: int = Field(default=768, ge=256)
    picture_seconds: float = Field(default=150, gt=0)
    picture_memory_mb: int = Field(default=2048, ge=1536)


class UploadSettings(_Section):
    """The page for files that Telegram does not pass on to bots; there is one where `web.public_url` is set."""

    max_bytes: int = Field(default=4_000_000_000, gt=0)
    minutes: float = Field(default=60, gt=0, le=1440)
    folder: Path | None = None

    @field_validator("folder", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return value or None


class SafetySettings(_Section):
    """Who may review reported answers: names, separated by commas."""

    reviewers: str = ""

    @property
    def named(self) -> frozenset[str]:
        """Give the names."""
        return frozenset(name.strip() for name in self.reviewers.split(",") if name.strip())


class WebSettings(_Section):
    """What listens: the webhook, for Telegram; and the operator's page of health and metrics, for this machine."""

    host: str = "127.0.0.1"
    port: int = Field(default=8443, ge=1, le=65535)
    public_url: str = ""
    connections: int = Field(default=40, ge=1, le=100)
    parallel: int = Field(default=200, ge=1)
    updates_per_second: int = Field(default=2000, ge=1)
    refusals_per_minute: int = Field(default=60, ge=1)
    trusted_proxies: str = ""
    health_host: str = "127.0.0.1"
    health_port: int = Field(default=0, ge=0, le=65535)

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for one in filter(None, (part.strip() for part in value.split(","))):
            ipaddress.ip_network(one)  # anything else would be compared as a word, and never match
        return value


class TracingSettings(_Section):
    """Where spans are sent, by OTLP over HTTP; nowhere when empty."""

    endpoint: str = ""


class RetentionSettings(_Section):
    """How long finished work is kept. Telegram sends a message again for a day: its key must be known longer."""

    done_hours: int = Field(default=48, ge=48)
    dead_days: int = Field(default=30, ge=1)
    usage_days: int = Field(default=7, ge=1)


class Settings(_Section):
    """Everything Carnet is told from outside."""

    state: Path = Path("./var")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    default_language: Literal["en", "fr"] = "en"
    health_capacity: int = Field(default=100, ge=0)
    lease_seconds: float = Field(default=60, ge=1, le=600)
    stop_seconds: float = Field(default=20, ge=0, le=45)  # well below the lease of a lane
    general_public_key: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    health_public_key: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    web: WebSettings = WebSettings()
    tracing: TracingSettings = TracingSettings()
    telegram: TelegramSettings = TelegramSettings()
    main: StoreSettings = StoreSettings()
    main_keys: StoreSettings = StoreSettings()
    health: StoreSettings = StoreSettings()
    health_keys: StoreSettings = StoreSettings()
    kek: KekSettings = KekSettings()
    llm: LlmSettings = LlmSettings()
    documents: DocumentSettings = DocumentSettings()
    uploads: UploadSettings = UploadSettings()
    safety: SafetySettings = SafetySettings()
    retention: RetentionSettings = RetentionSettings()
    connections: ConnectionSettings = ConnectionSettings()

    @property
    def kek_folder(self) -> Path:
        """Give the folder of key-encryption keys: never inside `state`, so that a copy of one lacks the other."""
        return self.kek.folder or self.state.with_name(f"{self.state.name}-keys")

    @property
    def uploads_folder(self) -> Path:
        """Give the folder of sealed files that the upload page took in; every process that has to do with them needs it."""
        return self.uploads.folder or self.state / "uploads"
