"""A picture file opened within limits, as pages the way up they were taken; refused by its size before it is decoded.

A phone's file may hold several pictures of one scene, and a moving picture many of one page: only TIFF holds pages.
"""

import io
import warnings
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from PIL import Image, ImageOps

from bot.health.documents.errors import CorruptError, TooHeavyError
from bot.health.pictures.pixels import Pixels

_FORMATS: Final = ("PNG", "JPEG", "WEBP", "TIFF")
_MOST_PIXELS: Final = 120_000_000  # stored; a phone takes up to 108 million, of which a JPEG is decoded in part
_MOST_DECODED: Final = 60_000_000
_ENOUGH: Final = (3000, 4200)  # pixels of an A4 page at 360 dpi; more tells letters no better
_LEAST_SIDE: Final = 32


def pages_of(data: bytes, *, most: int) -> tuple[int, Iterator[Pixels]]:
    """Give how many pages *data* holds, and the first *most* of them. Raises `CorruptError`, `TooHeavyError`."""
    with _refusing():
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
        count = int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1
    return count, _decoded(picture, min(count, most))


def _decoded(picture: Any, count: int) -> Iterator[Pixels]:
    for number in range(count):
        with _refusing():
            if number:
                picture.seek(number)
            page = _page(picture)
        yield page


def _page(picture: Any) -> Pixels:
    width, height = picture.size
    if width * height > _MOST_PIXELS:
        raise TooHeavyError(f"{width} x {height} pixels")
    picture.draft("RGB", _ENOUGH)  # a JPEG is then decoded at a half, a quarter or an eighth
    width, height = picture.size
    if width * height > _MOST_DECODED:
        raise TooHeavyError(f"{width} x {height} pixels")
    if min(width, height) < _LEAST_SIDE:
        raise CorruptError(f"{width} x {height} pixels")
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in {"I;16", "I;16B", "I", "F"}:  # deep greys: their range is the scanner's own
        upright = _eight_bits(upright)
    if upright.has_transparency_data:
        paper = Image.new("RGBA", upright.size, "white")
        paper.alpha_composite(upright.convert("RGBA"))
        upright = paper
    upright = upright.convert("RGB")
    upright.thumbnail((max(_ENOUGH), max(_ENOUGH)), Image.Resampling.BOX)
    return np.asarray(upright)


def _eight_bits(picture: Any) -> Any:
    deep = np.asarray(picture, dtype=np.float32)
    low, high = float(deep.min()), float(deep.max())
    return Image.fromarray(((deep - low) * (255 / max(high - low, 1.0))).astype(np.uint8))


class _refusing:  # noqa: N801 - reads as a statement
    """Turn whatever a damaged file makes the decoder raise or warn into a refusal without its words."""

    def __enter__(self) -> None:
        self._quiet = warnings.catch_warnings()
        self._quiet.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._quiet.__exit__(None, None, None)
        if kind is None or isinstance(error, (TooHeavyError, CorruptError)):
            return
        if isinstance(error, (MemoryError, Image.DecompressionBombError)):
            raise TooHeavyError("pixels") from None
        if isinstance(error, Exception):
            raise CorruptError("picture") from None
