"""Settings, read once at the edge: `config/default.toml`, then `CARNET_*`, then `*_FILE` for secrets."""

from bot.settings.load import config_folder, load
from bot.settings.model import LlmSettings, Settings, StoreSettings, TelegramSettings, TracingSettings, WebSettings

__all__ = [
    "LlmSettings",
    "Settings",
    "StoreSettings",
    "TelegramSettings",
    "TracingSettings",
    "WebSettings",
    "config_folder",
    "load",
]
