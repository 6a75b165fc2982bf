"""Bytes changed at random in good files: a report, or a refusal that repeats nothing of the file."""

import contextlib
import traceback

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.health.documents.errors import DocumentError
from tests.importers.apple_export import export, record, report, watch, zipped

CANARY = "ZORGLUB"
WHOLE = export(
    *(
        record(value=str(n), start=f"2024-03-{n:02} 08:00:00 +0100", source=CANARY, device=watch("W"))
        for n in range(1, 20)
    ),
    f'<Workout workoutActivityType="{CANARY}" duration="3" durationUnit="min" startDate="2024-03-01 08:00:00 +0100" endDate="2024-03-01 08:09:00 +0100"/>',
    record(
        "HKCategoryTypeIdentifierSleepAnalysis",
        "HKCategoryValueSleepAnalysisAsleep",
        "2024-03-01 08:00:00 +0100",
        unit=None,
    ),
)
FILES = [
    WHOLE,
    export(*(record(value=str(n), source=CANARY) for n in range(700))),  # longer than what is read at once
    zipped([(f"apple_health_export/{CANARY}.xml", WHOLE)]),
    zipped([("a.xml", WHOLE), ("b.xml", WHOLE)], method=0),
]
PIECES = [
    b"<",
    b">",
    b'"',
    b"&",
    b"<Record/>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"\x00",
    b"\xff\xff\xff\xff",
    b"PK\x03\x04",
    b"9" * 50,
]
CHANGE = st.tuples(
    st.floats(0, 1, exclude_max=True), st.integers(0, 12), st.one_of(st.sampled_from(PIECES), st.binary(max_size=6))
)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(which=st.sampled_from(FILES), changes=st.lists(CHANGE, min_size=1, max_size=4))
def test_given_a_changed_file_when_read_then_nothing_but_a_refusal_is_raised(
    which: bytes, changes: list[tuple[float, int, bytes]]
) -> None:
    data = which
    for share, gone, new in changes:
        at = int(share * len(data))
        data = data[:at] + new + data[at + gone :]
    said = ""
    with contextlib.suppress(DocumentError):
        try:
            report(data)
        except DocumentError as refusal:
            said = "".join(traceback.format_exception_only(refusal)) + repr(refusal.__cause__)
            raise

    assert CANARY not in said
