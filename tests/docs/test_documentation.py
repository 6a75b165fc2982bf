"""What the documents name exists: links, paths, tests; and the decisions keep their form."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
DECISIONS = sorted((DOCS / "adr").glob("*.md"))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_PATH = re.compile(r"`((?:bot|rollout|config|tests|docs|deploy|\.ci)/[\w./-]*|Dockerfile|compose\.yaml|Makefile)`")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_DIAGRAMS = ("flowchart", "sequenceDiagram", "stateDiagram-v2")
_NOT_BUILT: set[str] = set()  # named as missing; the day it exists, the sentence that says so must go


def ids(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    headings = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    for target in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.is_relative_to(ROOT) or not path.exists() or (anchor and anchor not in anchors(path)):
            yield target


def missing_tests(page: Path) -> Iterator[str]:
    for file, name in _TEST.findall(page.read_text(encoding="utf-8")):
        path = ROOT / file
        code = path.read_text(encoding="utf-8") if path.is_file() else ""
        if not re.search(rf"^(?:async )?def {name}\(", code, re.MULTILINE):
            yield f"{file}::{name}"


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_given_a_page_when_its_links_are_followed_then_all_lead_somewhere(page: Path) -> None:
    assert not list(broken_links(page))


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_given_a_page_when_it_names_paths_then_they_exist_unless_said_to_be_missing(page: Path) -> None:
    named = set(_PATH.findall(page.read_text(encoding="utf-8")))

    assert {path for path in named if not (ROOT / path).exists()} <= _NOT_BUILT
    assert not {path for path in _NOT_BUILT if (ROOT / path).exists()}


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_given_a_page_when_it_names_tests_as_proof_then_each_is_defined(page: Path) -> None:
    assert not list(missing_tests(page))


@pytest.mark.parametrize("page", ["architecture.md", "threat-model.md"])
def test_given_a_table_of_proofs_when_counted_then_the_pattern_still_finds_them(page: str) -> None:
    assert len(_TEST.findall((DOCS / page).read_text(encoding="utf-8"))) >= 10


def test_given_the_threat_table_when_read_then_every_row_has_a_proof_or_says_open() -> None:
    rows = re.findall(r"^\| [STRIDE] \|.*$", (DOCS / "threat-model.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert {row[2] for row in rows} == set("STRIDE")
    assert not [row for row in rows if not _TEST.search(row) and "open: " not in row.rsplit("|", 2)[1]]


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_given_diagrams_when_read_then_each_has_a_kind_and_something_to_show(page: Path) -> None:
    for language, body in _FENCE.findall(page.read_text(encoding="utf-8")):
        if language == "mermaid":
            lines = body.strip().splitlines()
            assert lines[0].split()[0] in _DIAGRAMS
            assert len(lines) > 3


def test_given_the_decisions_when_numbered_then_none_is_missing_or_doubled() -> None:
    numbers = [int(page.name[:4]) for page in DECISIONS]

    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 11


@pytest.mark.parametrize("page", DECISIONS, ids=ids)
def test_given_a_decision_when_read_then_it_has_our_form_and_half_a_page(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    parts = re.findall(r"^\*\*(Context|Decision|Consequences|Rejected)\.\*\*", text, re.MULTILINE)

    assert parts == ["Context", "Decision", "Consequences", "Rejected"]
    assert text.startswith(f"# {page.name[:4]}: ")
    assert len(text.split()) <= 400
    assert f"(adr/{page.name})" in (DOCS / "architecture.md").read_text(encoding="utf-8")
