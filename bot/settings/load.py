"""Merge the default file and the environment; refuse what nobody knows, because a typo must not switch a guard off."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.kernel.errors import SettingsError
from bot.settings.model import Settings

PREFIX = "CARNET_"
_NOT_SETTINGS = frozenset({"CARNET_CONFIG", "CARNET_TEST_FAULTS", "CARNET_TEST_FAULTS_JSON", "CARNET_TEST_REQUIRE"})


def config_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Give the folder of shipped data: `CARNET_CONFIG`, else beside the package, else the checkout's."""
    chosen = (os.environ if environ is None else environ).get("CARNET_CONFIG")
    if chosen:
        return Path(chosen)
    packaged = Path(__file__).parents[1] / "_config"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "config"


def load(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read all settings. *overrides* are top-level keys a command line chose.

    Raises `SettingsError`, one line that names each wrong key and never its value.
    """
    environ = os.environ if environ is None else environ
    path = config_folder(environ) / "default.toml"
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        raise SettingsError(f"cannot read {path}: set CARNET_CONFIG to Carnet's config folder") from None
    for name, raw in environ.items():
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS:
            _put(values, name, raw)
    values |= {key: value for key, value in overrides.items() if value is not None}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise SettingsError(f"settings refused: {wrong}") from None


def _put(values: dict[str, Any], name: str, raw: str) -> None:
    """Place one environment variable; `X_FILE` names a file that holds the value of `X`."""
    keys = name.removeprefix(PREFIX).lower().split("__")
    if keys[-1].endswith("_file"):
        keys[-1] = keys[-1].removesuffix("_file")
        try:
            raw = Path(raw).read_text(encoding="utf-8").strip()
        except OSError:
            raise SettingsError(f"{name}: that file cannot be read") from None
    section = values
    for key in keys[:-1]:
        section = section.setdefault(key, {})
        if not isinstance(section, dict):
            raise SettingsError(f"{name}: not a section")
    section[keys[-1]] = raw
