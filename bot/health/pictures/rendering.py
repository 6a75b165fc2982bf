"""Pages of a PDF drawn as pictures, within bounds."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pypdfium2  # type: ignore[import-untyped]

from bot.health.documents.errors import CorruptError
from bot.health.pictures.pixels import Pixels

_SCALE: Final = 200 / 72  # pixels a point
_MOST_PIXELS: Final = 9_000_000


def rendered(pdf: bytes, numbers: Sequence[int], *, password: str | None) -> Iterator[Pixels]:
    """Draw the pages *numbers*, from 1. Raises `CorruptError`."""
    try:
        document = pypdfium2.PdfDocument(pdf, password=password)
        for number in numbers:
            page = document[number - 1]
            width, height = page.get_size()
            scale = min(_SCALE, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
            drawn = page.render(scale=scale, rev_byteorder=True, no_smoothtext=False).to_numpy()
            yield np.ascontiguousarray(drawn[:, :, :3])
            page.close()
        document.close()
    except pypdfium2.PdfiumError:
        raise CorruptError("page") from None
