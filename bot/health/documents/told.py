"""The facts and refusals of one document in words: as printed, cut to what a fact may hold, and never interpreted."""

from datetime import date
from typing import Final

from bot.health.documents.rows import LONGEST_ROW, Row
from bot.health.facts.model import Category, Fact, NotRead, Reason, Status

_LONGEST_NOTE: Final = 4000
_LONGEST_REFUSED: Final = 2000


class Told:
    """Numbers facts in the order they are read, and remembers which rows were understood."""

    def __init__(self, title: Row) -> None:
        self._title = title  # what is printed above is a letterhead: neither read nor listed
        self.facts: list[Fact] = []
        self.not_read: list[NotRead] = []
        self.claimed: set[tuple[int, int]] = set()  # page and line

    def add(
        self,
        row: Row,
        category: Category,
        label: str,
        value: str,
        *,
        note: str = "",
        day: date | None,
        until: date | None = None,
        status: Status = "final",
    ) -> None:
        """Enter what *row* begins to say."""
        self.claimed.add((row.page, row.line))
        self.facts.append(Fact(
            id=str(len(self.facts) + 1), label=label[:LONGEST_ROW], analyte=None, code=None, comparator="",
            value=value[:LONGEST_ROW], number=None, unit="", ucum=None, ref_text=None, ref_low=None, ref_high=None,
            low=None, high=None, flag="", until=until, date=day, page=row.page, line=row.line, category=category,
            status=status, note=note[:_LONGEST_NOTE],
        ))  # fmt: skip

    def refuse(self, row: Row, reason: Reason = "not_a_result") -> None:
        """List a line as not read."""
        if row.page == self._title.page and row.line <= self._title.line:
            return
        self.not_read.append(NotRead(page=row.page, line=row.line, reason=reason, text=row.printed[:_LONGEST_REFUSED]))
