"""The README of the knowledge says how much of it is unverified, and cannot lie about it."""

import re
import tomllib
from pathlib import Path

from bot.health.knowledge import Knowledge


def test_given_the_readme_when_its_counts_are_compared_then_they_are_true(knowledge: Knowledge, folder: Path) -> None:
    readme = (folder / "README.md").read_text(encoding="utf-8")
    counts = {name: int(count) for name, count in re.findall(r"^\| (.+?) \| (\d+) \|$", readme, re.MULTILINE)}
    words = tomllib.loads((folder / "health_words.toml").read_text(encoding="utf-8"))
    entries = list(knowledge)

    assert counts == {
        "entries": len(entries),
        "entries whose `what` is backed by a source we read": sum(bool(entry.sources) for entry in entries),
        "entries with no verified source": sum(not entry.sources for entry in entries),
        "entries whose `moves_up` or `moves_down` is backed by a source": sum(
            bool(entry.backs & {"moves_up", "moves_down"}) for entry in entries
        ),
        "entries reviewed by a clinician": sum(entry.reviewed for entry in entries),
        "LOINC codes": sum(len(entry.codes) for entry in entries),
        "French health words": len(words["fr"]["stems"]),
        "English health words": len(words["en"]["stems"]),
    }
