"""Archives as people, phones and villains make them: every member to its importer, or a clear no."""

import io
import random
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from bot.health.documents.errors import (
    DamagedExportError,
    DocumentError,
    EmptyDocumentError,
    HeavyArchiveError,
    LockedArchiveError,
    TwoPatientsError,
    UnknownFormatError,
)
from bot.health.facts import Day, Fact, NotRead, Report, Rollup
from bot.health.importers.extract import read_report
from bot.health.importers.merging import merged, within
from bot.health.importers.unzip import Unzip
from bot.settings.model import DocumentSettings
from tests.importers.apple_export import NOW, days, export, record, report, zipped

EXPORT = "apple_health_export/export.xml"
SMALL = export(record())
GOOD = zipped([(EXPORT, SMALL)])


class Outlet(io.RawIOBase):
    """A place that takes bytes and cannot go back, as a phone's archiver writes to."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.data += bytes(data)
        return len(data)


def flowed(files: Sequence[tuple[str, bytes]], *, wide: bool = False) -> bytes:
    """Write an archive whose sizes follow its members."""
    outlet = Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            with archive.open(name, "w", force_zip64=wide) as member:
                member.write(data)
    return bytes(outlet.data)


def member(
    name: bytes, packed: bytes, *, size: int, crc: int, method: int = 8, flags: int = 0, follows: bytes = b""
) -> bytes:
    """Write one member by hand."""
    sizes = (0, 0, 0) if flags & 8 else (crc, len(packed), size)
    return (
        struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, flags, method, 0, 0, *sizes, len(name), 0)
        + name
        + packed
        + follows
    )


def deflated(data: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


END = b"PK\x01\x02" + bytes(42)


@pytest.mark.parametrize(
    "archive",
    [
        GOOD, zipped([(EXPORT, SMALL)], method=zipfile.ZIP_STORED), flowed([(EXPORT, SMALL)]), flowed([(EXPORT, SMALL)], wide=True),
        flowed([("empty.txt", b""), (EXPORT, SMALL)]), flowed([("empty.txt", b""), (EXPORT, SMALL)], wide=True),
        zipped([("apple_health_export/", b""), ("apple_health_export/exportación.xml", SMALL)]),
        member(EXPORT.encode(), deflated(SMALL), size=0, crc=0, flags=8, follows=struct.pack("<III", zlib.crc32(SMALL), len(deflated(SMALL)), len(SMALL))) + END,
        member("a/\x82t\x82.xml".encode("latin-1"), deflated(SMALL), size=len(SMALL), crc=zlib.crc32(SMALL)) + END,
    ],
    ids=["deflated", "stored", "sizes after", "wide sizes after", "empty first", "empty first, wide", "a folder", "no signature", "an old name"],
)  # fmt: skip
def test_given_each_way_to_write_an_archive_when_read_then_its_export_is_read(archive: bytes) -> None:
    read = report(archive)

    assert read.kind == "apple_health"
    assert days(read, "steps") == {"2024-03-10": (1, 100, 100, 100, 100)}


def test_given_an_archive_of_apple_s_when_read_then_what_is_not_read_is_counted() -> None:
    root = "apple_health_export"
    read = report(
        zipped(
            [
                (f"{root}/electrocardiograms/ecg_2024-03-10.csv", b"Name,Camille\n"),
                (f"{root}/workout-routes/route_1.gpx", b"<gpx/>"),
                (f"{root}/workout-routes/route_2.gpx", b"<gpx/>"),
                (f"{root}/clinical-records/Observation-1.json", b'{"resourceType": "Observation"}'),
                (f"{root}/export_cda.xml", b"<ClinicalDocument/>"),
                (f"{root}/notes.bin", bytes(range(256))),
                (f"{root}/export.xml", SMALL),
            ]
        )
    )

    assert dict(read.left) == {
        "electrocardiograms": 1, "workout-routes": 2, "clinical-records": 1, "export_cda": 1, "unknown_format": 1,
    }  # fmt: skip
    assert dict(read.counts) == {
        "Record": 1, "files": 7, "electrocardiograms": 1, "workout-routes": 2, "clinical-records": 1, "export_cda": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["../export.xml", "a/../../export.xml", "/etc/export.xml", "..\\export.xml", "C:\\export.xml"]
)
def test_given_a_name_that_leaves_the_archive_when_read_then_it_is_not_followed(name: str) -> None:
    read = report(zipped([(name, SMALL), (EXPORT, SMALL)]))

    assert dict(read.left) == {"path": 1}
    assert days(read, "steps")["2024-03-10"][0] == 1


def test_given_an_archive_in_an_archive_when_read_then_it_is_not_opened() -> None:
    assert dict(report(zipped([("inner.zip", GOOD), (EXPORT, SMALL)])).left) == {"archive": 1}
    with pytest.raises(UnknownFormatError):
        report(zipped([("inner.zip", GOOD)]))


def test_given_an_export_twice_when_read_then_it_counts_once_and_a_later_one_adds_its_days() -> None:
    later = export(record(), record(start="2024-03-11 08:00:00 +0100"))
    read = report(zipped([("a/export.xml", SMALL), ("b/export.xml", SMALL), ("c/export.xml", later)]))

    assert {day: figure[:2] for day, figure in days(read, "steps").items()} == {
        "2024-03-10": (1, 100),
        "2024-03-11": (1, 100),
    }


BROKEN = {
    "a byte of the data": GOOD[:200] + bytes([GOOD[200] ^ 255]) + GOOD[201:],
    "the sum": GOOD.replace(struct.pack("<I", zlib.crc32(SMALL)), b"\0\1\2\3", 1),
    "no end": GOOD[: GOOD.index(b"PK\x01\x02")],
    "something between": GOOD[: GOOD.index(b"PK\x01\x02")] + b"junk" * 20,
    "stored without a size": member(b"a", SMALL, size=0, crc=0, method=0, flags=8) + END,
    "another way to pack, without a size": member(b"a", SMALL, size=0, crc=0, method=14, flags=8) + END,
    "no wide sizes": GOOD[:18] + b"\xff" * 8 + GOOD[26:],
}


@pytest.mark.parametrize("broken", BROKEN)
def test_given_a_damaged_archive_when_read_then_it_is_refused(broken: str) -> None:
    with pytest.raises(DamagedExportError):
        report(BROKEN[broken])


def test_given_an_archive_cut_anywhere_when_read_then_it_is_refused() -> None:
    draw = random.Random(3)  # noqa: S311
    noise = export(*(record(value=str(draw.randint(1, 9_999))) for _ in range(300)))
    whole = flowed([(EXPORT, noise)])
    for end in range(1, whole.index(b"PK\x01\x02"), 97):
        with pytest.raises((DamagedExportError, UnknownFormatError)):
            report(whole[:end])


def test_given_a_password_when_read_then_the_archive_is_refused() -> None:
    with pytest.raises(LockedArchiveError):
        report(member(EXPORT.encode(), deflated(SMALL), size=len(SMALL), crc=zlib.crc32(SMALL), flags=1) + END)


def test_given_members_packed_otherwise_when_read_then_they_are_passed_over() -> None:
    other = member(b"a.xml", b"\x07" * 99, size=999, crc=1, method=14)

    assert dict(report(other + GOOD).left) == {"unknown_format": 1}


@pytest.mark.parametrize("inside", [SMALL[:-16] + b" " * 150_000_000 + b"</HealthData>\n", bytes(150_000_000)])
def test_given_a_bomb_when_read_then_it_is_refused_within_little_memory(inside: bytes) -> None:
    bomb = zipped([(EXPORT, inside)])
    del inside
    tracemalloc.start()
    try:
        with pytest.raises((HeavyArchiveError, DamagedExportError)):
            report(bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert len(bomb) < 200_000
    assert peak < 20_000_000


def test_given_more_members_than_an_export_has_when_read_then_it_is_refused() -> None:
    with pytest.raises(HeavyArchiveError):
        report(member(b"a", b"", size=0, crc=0, method=0) * 20_001 + END)


@pytest.mark.parametrize(
    ("archive", "error"),
    [(b"", EmptyDocumentError), (zipped([]), UnknownFormatError), (zipped([("a.txt", b"hello")]), UnknownFormatError)],
)
def test_given_nothing_to_read_when_read_then_the_archive_says_so(archive: bytes, error: type[DocumentError]) -> None:
    with pytest.raises(error):
        report(archive)


def test_given_only_a_damaged_file_in_an_archive_when_read_then_its_refusal_is_the_archive_s() -> None:
    with pytest.raises(DamagedExportError):
        report(zipped([(EXPORT, SMALL[:-20])]))

    assert dict(report(zipped([("a.xml", SMALL[:-20]), ("b.xml", SMALL)])).left) == {"damaged_export": 1}


def test_given_an_archive_when_read_then_its_bytes_are_those_that_were_put_in() -> None:
    draw = random.Random(5)  # noqa: S311
    files = [(f"f{n}", draw.randbytes(draw.randint(0, 200_000)) + bytes(draw.randint(0, 200_000))) for n in range(12)]
    told: list[int] = []
    for archive in (zipped(files), zipped(files, method=zipfile.ZIP_STORED), flowed(files), flowed(files, wide=True)):
        read = []
        for one in Unzip(io.BytesIO(archive).read, told.append).members():
            data = bytearray()
            while part := one.read(draw.randint(1, 70_000)):
                data += part
            read.append((one.name, bytes(data)))
        assert read == files


def fact(number: str, form_of: str | None = None) -> Fact:
    return Fact(
        id=number, label="Sodium", analyte=None, code=None, comparator="", value="140", number=None, unit="", ucum=None, ref_text=None,
        ref_low=None, ref_high=None, low=None, high=None, flag="", date=None, page=1, line=4, form_of=form_of,
    )  # fmt: skip


LABORATORY = Report(
    language="fr", laboratory=None, collected=date(2024, 1, 2), reported=None, pages=2, facts=(fact("1"), fact("2"), fact("2b", "2")),
    not_read=(NotRead(page=2, line=1, reason="no_value", text="x"),), person="Camille  Durand", counts=(("a", 1),), left=(("b", 2),),
)  # fmt: skip


def test_given_reports_when_merged_then_facts_keep_their_order_their_forms_and_their_pages() -> None:
    other = replace(LABORATORY, laboratory="Acacias", collected=date(2025, 1, 1), person="camille durand")
    one = merged([LABORATORY, other, LABORATORY])

    assert [(f.id, f.form_of, f.page) for f in one.facts] == [
        ("1", None, 1), ("2", None, 1), ("2b", "2", 1), ("3", None, 3), ("4", None, 3), ("4b", "4", 3),
    ]  # fmt: skip
    assert (one.pages, one.laboratory, one.collected, one.counts, one.left) == (
        4,
        "Acacias",
        date(2024, 1, 2),
        (("a", 2),),
        (("b", 4),),
    )
    assert [line.page for line in one.not_read] == [2, 4]


def test_given_two_persons_when_merged_then_they_are_refused_and_not_named() -> None:
    with pytest.raises(TwoPatientsError) as caught:
        merged([LABORATORY, replace(LABORATORY, person="Paul Petit")])

    assert "Petit" not in str(caught.value)


def test_given_a_day_told_in_two_files_when_merged_then_its_parts_are_one_day_and_its_copy_is_none() -> None:
    first, second = (
        Day(day=date(2024, 1, 2), count=1, total=float(n), low=float(n), high=float(n), last=float(n)) for n in (3, 5)
    )
    reports = [
        replace(LABORATORY, rollups=(Rollup(metric="steps", source="s", unit="1", days=(day,)),), pages=page)
        for page, day in enumerate((first, first, second), start=1)
    ]

    assert merged(reports[:2]).rollups[0].days == (first,)
    assert merged(reports).rollups[0].days == (
        Day(day=date(2024, 1, 2), count=2, total=8.0, low=3.0, high=5.0, last=5.0),
    )


def test_given_more_than_an_answer_holds_when_cut_then_what_is_lost_is_counted() -> None:
    day = Day(day=date(2024, 1, 2), count=1, total=1.0, low=1.0, high=1.0, last=1.0)
    old = Rollup(metric="weight", source="s", unit="kg", days=(replace(day, day=date(2014, 1, 2)),))
    new = tuple(Rollup(metric="steps", source=str(n), unit="1", days=(day,)) for n in range(40_000))
    cut = within(
        replace(
            LABORATORY, facts=(fact("1"),) * 20_003, rollups=(old, *new), counts=tuple((str(n), 1) for n in range(500))
        )
    )

    assert (len(cut.facts), len(cut.rollups), len(cut.counts)) == (20_000, 40_000, 400)
    assert old not in cut.rollups
    assert dict(cut.left) == {"b": 2, "facts": 3, "rollups": 1}
    assert sum(count for _, count in cut.counts) == 500


def test_given_more_days_than_an_answer_holds_when_cut_then_the_newest_stay() -> None:
    month = tuple(Day(day=date(2024, 1, n), count=1, total=1.0, low=1.0, high=1.0, last=1.0) for n in range(1, 32))
    old = Rollup(metric="weight", source="s", unit="kg", days=(replace(month[0], day=date(2014, 1, 2)),))
    new = tuple(Rollup(metric="steps", source=str(n), unit="1", days=month) for n in range(9_677))
    cut = within(replace(LABORATORY, rollups=(old, *new)))

    assert len(cut.rollups) == 9_678
    assert old in cut.rollups
    assert old not in within(replace(LABORATORY, rollups=(old, *new, new[0]))).rollups


async def test_given_an_archive_when_read_in_the_worker_then_its_report_comes_back() -> None:
    watched: list[float] = []

    async def watch(done: float) -> None:
        watched.append(done)

    draw = random.Random(1)  # noqa: S311
    noise = zipped([("photo.raw", draw.randbytes(9_000_000)), (EXPORT, SMALL)])
    read = await read_report(noise, DocumentSettings(), name="export.zip", now=NOW, watch=watch)

    assert days(read, "steps") == {"2024-03-10": (1, 100, 100, 100, 100)}
    assert len(watched) == 2
    assert 0.4 < watched[0] < watched[1] <= 1
