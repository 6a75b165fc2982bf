"""Reports printed, drawn as pictures, and spoiled as phones and scanners do."""

import io
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import pypdfium2  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.enums import TextMode
from PIL import Image

Picture = Any  # height × width × 3 bytes
Row = tuple[str, str, str, str, str]  # label, value, unit, range, flag as printed

COLUMNS = (50, 230, 290, 390, 500)
TOP = ("LABORATOIRE DES ACACIAS", "Mme DURAND Claire née le 03/04/1980", "Prélèvement du 05/02/2025 à 07h50")
ROWS: tuple[Row, ...] = (
    ("Hémoglobine", "11,4", "g/dL", "12,0 - 16,0", "* B"),
    ("Plaquettes", "238", "G/L", "150 - 400", ""),
    ("Créatinine", "72", "µmol/L", "50 - 98", ""),
    ("Cholestérol L.D.L. calculé", "1,62", "g/L", "< 1,60", "* H"),
    ("C.R.P.", "< 0,6", "mg/L", "< 5,0", ""),
)


def pdf_of(*pages: Sequence[Row], font: str = "Helvetica", size: float = 10) -> bytes:
    """Print a report."""
    document = _document()
    for rows in pages:
        _print(document, rows, font, size)
    return bytes(document.output())


def _document() -> FPDF:
    document = FPDF(format="A4", unit="pt")
    document.set_auto_page_break(auto=False)
    return document


def _print(document: FPDF, rows: Sequence[Row], font: str = "Helvetica", size: float = 10) -> None:
    document.add_page()
    _write(document, rows, font, size)


def _write(document: FPDF, rows: Sequence[Row], font: str = "Helvetica", size: float = 10) -> None:
    document.set_font(font, "", size)
    lines = [((50, text),) for text in TOP] + [tuple(zip(COLUMNS, row, strict=True)) for row in rows]
    for number, line in enumerate(lines):
        for x, text in line:
            document.text(x, 60 + number * 1.8 * size, text)


def draw(pdf: bytes, dpi: int = 200) -> Picture:
    """Give the upper half of the first page."""
    drawn = pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72, rev_byteorder=True).to_numpy()
    return np.ascontiguousarray(drawn[: drawn.shape[0] // 2, :, :3])


def scan_of(*pictures: Picture, text: Sequence[Row] = (), behind: Sequence[Row] = ()) -> bytes:
    """Print a PDF of pictures, after a page of text if any, and with invisible text behind the last."""
    document = _document()
    if text:
        _print(document, text)
    for picture in pictures:
        document.add_page()
        document.image(Image.fromarray(picture), x=0, y=0, w=document.w)
    document.text_mode = TextMode.INVISIBLE
    if behind:
        _write(document, behind)
    return bytes(document.output())


def saved(picture: Picture, kind: str = "JPEG", **how: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, **how)
    return file.getvalue()


def turned(picture: Picture, degrees: float) -> Picture:
    """Turn by a small angle, on a table darker than the paper."""
    height, width = picture.shape[:2]
    there = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.9)
    return cv2.warpAffine(picture, there, (width, height), borderValue=(90, 80, 70))


def askew(picture: Picture) -> Picture:
    """See the page from a little aside."""
    height, width = picture.shape[:2]
    here = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    shift = np.array([[0.04, 0.02], [-0.01, 0], [0, -0.01], [0, 0]], np.float32) * (width, height)
    there = cv2.getPerspectiveTransform(here, (here + shift).astype(np.float32))
    return cv2.warpPerspective(picture, there, (width, height), borderValue=(90, 80, 70))


def shaded(picture: Picture) -> Picture:
    """Let a shadow fall over the right side."""
    light = np.linspace(1, 0.35, picture.shape[1])[None, :, None]
    return (picture * light).astype(np.uint8)


def noisy(picture: Picture, spread: float = 15) -> Picture:
    noise = np.random.default_rng(7).normal(0, spread, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def shrunk(picture: Picture, share: float) -> Picture:
    return cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
