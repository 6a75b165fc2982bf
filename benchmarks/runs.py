"""What runs have measured, read again from what `--json` wrote."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Medians = dict[str, float]  # by subject


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that was measured, in one run or in several."""

    comparisons: Sequence[Mapping[str, Any]]

    @classmethod
    def read(cls, files: Sequence[Path]) -> "Run":
        """Read what `--json` wrote."""
        return cls([one for file in files for one in json.loads(file.read_text(encoding="utf-8"))["comparisons"]])

    def subjects(self, benchmark: str, what: str) -> Sequence[Mapping[str, Any]]:
        """Give the subjects of one comparison; none if it was not measured."""
        found = (one["subjects"] for one in self.comparisons if (one["benchmark"], one["what"]) == (benchmark, what))
        return next(found, [])

    def medians(self, benchmark: str, what: str) -> Medians:
        """Give their medians."""
        return {one["subject"]: one["median"] for one in self.subjects(benchmark, what)}
