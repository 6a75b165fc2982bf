import errno
import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.kernel import logs

CANARY = "CANARY-hémoglobine 11,4"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    before, level = logging.root.handlers[:], logging.root.level
    logs.configure("DEBUG", stream)
    yield stream
    logging.root.handlers[:] = before
    logging.root.setLevel(level)
    structlog.reset_defaults()


def test_given_content_in_every_place_a_log_call_has_when_logged_then_none_passes(written: io.StringIO) -> None:
    log = logs.get_logger()
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        log.error("turn_failed", turn=CANARY, text=CANARY, exc_info=error)
    log.info(CANARY, space=CANARY)
    log.debug("accepted", kind={"text": CANARY})

    out = written.getvalue()
    assert "CANARY" not in out
    assert "11,4" not in out
    assert "error=ValueError" in out
    assert "test_logs.py" in out
    assert "event=unnamed_event" in out


def test_given_another_librarys_record_when_logged_then_only_its_place_passes(written: io.StringIO) -> None:
    third = logging.getLogger("some.library")
    third.warning("request to %s", CANARY)
    try:
        raise KeyError(CANARY)
    except KeyError:
        third.exception(CANARY)

    out = written.getvalue()
    assert "CANARY" not in out
    assert "logger=some.library" in out
    assert "error=KeyError" in out


def test_given_allowed_fields_when_logged_then_they_pass(written: io.StringIO) -> None:
    logs.get_logger().info("turn_answered", turn="0000000000000007", space="health", ms=12)

    assert "event=turn_answered" in written.getvalue()
    assert "turn=0000000000000007" in written.getvalue()
    assert "ms=12" in written.getvalue()


class FullDisk(io.StringIO):
    full = True

    def flush(self) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")


def test_given_no_room_for_the_log_when_something_is_logged_then_the_work_goes_on(written: io.StringIO) -> None:
    disk = FullDisk()
    logs.configure("INFO", disk)
    logs.get_logger().info("turn_answered")
    logging.getLogger("telegram").warning("theirs")
    disk.full = False
    logs.get_logger().info("turn_answered")

    assert disk.getvalue().count("turn_answered") == 2


class Counting(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return len(text)


def test_given_a_file_that_others_write_to_when_something_is_logged_then_its_line_is_written_in_one(
    written: io.StringIO,
) -> None:
    stream = Counting()
    logs.configure("INFO", stream)
    logs.get_logger().info("turn_answered")
    logging.getLogger("telegram").warning("theirs")

    assert [text.count("\n") for text in stream.writes] == [1, 1]
    assert all(text.endswith("\n") for text in stream.writes)
