import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

VIOLATIONS = {
    "bot/kernel/breach.py": "from bot.chat import model\n",
    "bot/general/breach.py": "from bot.health import facts\n",
    "bot/health/breach.py": "import cryptography\n",
    "bot/telegram/breach.py": "import rollout\n",
    "bot/app/breach.py": "from bot.health.store import schema\n",
    "bot/cli/breach.py": "import telegram\n",
    "bot/web/breach.py": "import telegram\n",
    "bot/chat/breach.py": "import prometheus_client\n",
    "bot/llm/breach.py": "import opentelemetry\n",
    "rollout/breach.py": "from bot.kernel import errors\n",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("house")
    for package in ("bot", "rollout"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_given_the_house_as_it_stands_when_linted_then_every_contract_holds(house: Path) -> None:
    result = lint(house)

    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


@pytest.mark.parametrize("path", VIOLATIONS)
def test_given_a_deliberate_violation_when_linted_then_it_is_caught(house: Path, path: str) -> None:
    breach = house / path
    breach.write_text(f'"""A breach."""\n\n{VIOLATIONS[path]}')
    try:
        result = lint(house)
    finally:
        breach.unlink()

    assert result.returncode == 1, result.stdout
    assert "BROKEN" in result.stdout
