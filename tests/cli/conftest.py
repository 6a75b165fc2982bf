"""`carnet` as scripts run it: another process, its streams, its exit code."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CARNET = Path(sys.executable).with_name("carnet")
_EVENT = re.compile(r"(?:at=\S+ )?level=\w+ event=\w+(?: \w+=[\w.:+-]+)*")


@dataclass(frozen=True)
class Outcome:
    """What one run of `carnet` left."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def complaints(self) -> list[str]:
        """What stands on stderr beside constant events, which can quote nobody."""
        return [line for line in self.err.splitlines() if not _EVENT.fullmatch(line)]


def run(*words: str | Path, state: Path, stdin: str = "", **settings: str) -> Outcome:
    """Run `carnet` with nothing of this shell's settings; a traceback is never an answer."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
    done = subprocess.run(
        [CARNET, *words],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",  # so that a test may write bytes that are no text
        timeout=120,
        check=False,
        cwd=state.parent,
        env=environment | {"CARNET_STATE": str(state), "PYTHONUTF8": "1"} | settings,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return Outcome(code=done.returncode, out=done.stdout, err=done.stderr)


def talk(*script: str | Path, user: str, lang: str, state: Path, admit: bool = False) -> Outcome:
    """Say each line of *script* and give what the person saw."""
    options = ["--admit"] if admit else []
    stdin = "".join(f"{line}\n" for line in script)
    return run(
        *("talk", "--user", user, "--lang", lang, "--json", "--state", state), *options, state=state, stdin=stdin
    )


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture(scope="session")
def labs(shared: Path) -> Path:
    return shared / "data" / "lab"
