"""The two invented reports the playground offers: Carnet reads every line of both, and nobody can take them for real."""

from collections.abc import Sequence
from itertools import pairwise

import pypdfium2  # type: ignore[import-untyped]
import pytest

from bot.health.importers.extract import read_report
from bot.settings import load
from tests.playground.make_samples import ENGLISH, FRENCH, SAMPLES, Row

FRENCH_ORDER, ENGLISH_ORDER = (0, 1, 2, 3, 4), (0, 1, 3, 4, 2)  # label, value, unit, range, flag


@pytest.mark.parametrize(
    ("language", "table", "order"),
    [("fr", FRENCH, FRENCH_ORDER), ("en", ENGLISH, ENGLISH_ORDER)],
)
async def test_given_a_sample_when_read_then_every_line_is_there_as_drawn(
    language: str, table: Sequence[Row | str], order: Sequence[int]
) -> None:
    report = await read_report((SAMPLES / f"{language}.pdf").read_bytes(), load({}).documents)
    drawn = [[row[place] for place in order] for row in table if not isinstance(row, str)]
    for above, row in pairwise(drawn):
        row[0] = above[0] if row[0] == "soit" else row[0]

    read = [[fact.label, fact.comparator + fact.value, fact.unit, fact.ref_text, fact.flag] for fact in report.facts]
    assert read == drawn
    assert report.not_read == ()
    assert len(drawn) >= 12
    assert sum(1 for row in drawn if row[4]) == 3
    assert all(fact.code for fact in report.facts)


@pytest.mark.parametrize(("language", "notice"), [("fr", "Document fictif"), ("en", "Fictitious document")])
def test_given_a_sample_when_opened_then_it_is_small_and_says_it_is_invented(language: str, notice: str) -> None:
    path = SAMPLES / f"{language}.pdf"
    pages = pypdfium2.PdfDocument(path)

    assert path.stat().st_size < 10_000
    assert [notice in page.get_textpage().get_text_range() for page in pages] == [True]
