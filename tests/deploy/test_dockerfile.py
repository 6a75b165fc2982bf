"""The reader of the Dockerfile, on which deploy/prove-image.sh relies."""

from pathlib import Path

import pytest

from tests.deploy.dockerfile import Step, stages

ROOT = Path(__file__).parents[2]


def test_given_our_dockerfile_when_read_then_every_instruction_is_there_in_order() -> None:
    first, last = stages(ROOT / "Dockerfile")

    text = (ROOT / "Dockerfile").read_text()
    written = [line.split()[0] for line in text.splitlines() if line[:1].isupper() and not line.startswith("FROM")]
    assert [step.word for step in first.steps + last.steps] == written
    assert (first.name, last.name) == ("build", "")
    assert last.last("ENTRYPOINT").listed() + last.last("CMD").listed() == ["carnet", "run"]
    assert last.last("USER").rest == "carnet"


def test_given_a_line_that_goes_on_when_read_then_it_is_one_step_and_comments_are_none(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a AS b\n# why\nRUN one \\\n && two\n\nENV A=1 \\\n    B='2 3'\n")

    (stage,) = stages(tmp_path / "Dockerfile")

    assert stage.steps[0] == Step("RUN", "one && two")
    assert stage.steps[1].pairs() == {"A": "1", "B": "2 3"}


def test_given_an_instruction_nobody_carries_out_when_read_then_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\nADD https://example.org/x /x\n")

    with pytest.raises(ValueError, match="ADD"):
        stages(tmp_path / "Dockerfile")
