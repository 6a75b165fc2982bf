"""The wheel carries what Carnet reads at run time, and works where no checkout is near."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as the Dockerfile builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder), "."]
    command = [sys.executable, "-m", "pip", "wheel", *options]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("carnet-*.whl")
    return path


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def carnet(unpacked: Path, folder: Path, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """Run the unpacked `carnet` in an empty folder, without the checkout's settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "bot", *words],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(unpacked), "PYTHONUTF8": "1"},
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def source_files(folder: Path) -> set[Path]:
    return {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize(("source", "inside"), [("bot", "bot"), ("rollout", "rollout"), ("config", "bot/_config")])
def test_given_the_wheel_when_opened_then_no_file_of_the_source_is_missing(
    unpacked: Path, source: str, inside: str
) -> None:
    packed = source_files(unpacked / inside)

    assert not source_files(ROOT / source) - packed


@pytest.mark.parametrize(
    "pattern",
    [
        "bot/storage/migrations/*/versions/*.py",
        "bot/health/store/migrations/versions/*.py",
        "rollout/migrations/versions/*.py",
        "bot/i18n/locale/fr/*.po",
        "bot/general/prompts/*.fr.md",
        "bot/playground/page/index.html",
        "bot/_config/legal/consent.v1.fr.md",
        "bot/_config/knowledge/*.toml",
    ],
)
def test_given_the_wheel_when_searched_then_the_data_of_each_kind_is_there(unpacked: Path, pattern: str) -> None:
    assert list(unpacked.glob(pattern))


def test_given_only_the_wheel_when_asked_where_its_data_is_then_it_names_its_own_folder(
    unpacked: Path, tmp_path: Path
) -> None:
    script = "import bot, bot.settings; print(bot.__file__); print(bot.settings.config_folder())"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}

    printed = subprocess.run(
        [sys.executable, "-P", "-c", script],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout.split()

    assert printed == [str(unpacked / "bot" / "__init__.py"), str(unpacked / "bot" / "_config")]


def test_given_only_the_wheel_when_somebody_talks_then_they_are_answered_in_their_language_and_all_is_sound(
    unpacked: Path, tmp_path: Path
) -> None:
    state = ("--state", "state")

    talked = carnet(unpacked, tmp_path, "talk", "--user", "u1", "--lang", "fr", "--json", *state, said="/start\n")
    looked = carnet(unpacked, tmp_path, "doctor", "--json", *state)

    assert talked.returncode == 0, talked.stderr
    (welcome,) = [json.loads(line) for line in talked.stdout.splitlines()]
    assert welcome["space"] == "general"
    assert "Bonjour" in welcome["text"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state", "state-keys"]
    # As the image's health check runs it.
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert {finding["level"] for finding in json.loads(looked.stdout)} <= {"ok", "warning"}
