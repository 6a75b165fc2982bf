"""The heading a result stands under: whether it speaks of blood, or of urine and the like."""

import re
from typing import Final

from bot.health.documents.rows import Row

_TOPIC: Final = re.compile(
    r"h[ée]mato|h[ée]mogramme|num[ée]ration|biochi|chimie|chemistry|sang|blood|s[ée]rum|plasma|hormon|thyro|immuno|s[ée]rolog|coag|h[ée]mostas"
    r"|lipid|bilan|panel|profile|cbc|metabol|vitamin|marqueurs|markers|microbio|cytobact|urin|ecbu|lcr|csf|selles|stool|ponction|fluid|enzym|liver|h[ée]pat|renal|r[ée]nal",
    re.IGNORECASE,
)
_NOT_BLOOD: Final = re.compile(
    r"urin|ecbu|lcr|csf|selles|stool|ponction|liquide|fluid|sperm|saliv|copro", re.IGNORECASE
)
_MOST_WORDS = 8


class Section:
    """The section being read."""

    def __init__(self) -> None:
        self.title = ""
        self._row: Row | None = None

    def head(self, row: Row, text: str) -> None:
        """Remember a heading. What is not blood stays so until one of the same rank names something else."""
        topic = _TOPIC.search(text)
        if len(text.split()) > _MOST_WORDS or not (topic or text.isupper()):
            return
        above = self._row
        if above is not None and _NOT_BLOOD.search(self.title) and not _NOT_BLOOD.search(text):
            lower = row.height < above.height - 0.1 or (above.bold and not row.bold)
            if topic is None or lower:
                return
        self.title, self._row = text, row
