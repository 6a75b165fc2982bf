"""A wrong knowledge folder never half-works, and loading is quick."""

import shutil
import time
from pathlib import Path

import pytest

from bot.health.knowledge import Knowledge, KnowledgeError

MAX_LOAD_SECONDS = 0.5  # CPU; about 0.05 when measured alone, the rest is room for a busy machine


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "knowledge"))


def test_given_the_shipped_folder_when_loaded_then_it_takes_little_time(folder: Path) -> None:
    started = time.process_time()
    Knowledge.load(folder)

    assert time.process_time() - started < MAX_LOAD_SECONDS


def test_given_no_folder_when_loaded_then_the_error_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="CARNET_CONFIG"):
        Knowledge.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("iron.toml", "[ferritin]", "[ferritin]\nsurprise = 1"),
        ("iron.toml", "[ferritin.en]", "[ferritin.de]"),
        ("iron.toml", "specimen = 'blood'", "specimen = 'saliva'"),
        ("iron.toml", "mass = '2276-4'", "mass = 'ferritin'"),
        ("iron.toml", "qualifiers = ['serum'", "qualifiers = ['magic'"),
        ("iron.toml", "'Ferritinémie'", "'Hémoglobine'"),
        ("iron.toml", "reviewed = false", "reviewed = 'no'"),
        ("iron.toml", "[ferritin]", "[hemoglobin]"),
        ("iron.toml", "[ferritin]", "[ferritin"),
        ("labels.toml", "[sections]", "[headings]"),
        ("health_words.toml", "innocent = [", "guilty = ["),
        ("health_words.toml", "stems = [", "stems = ['hot flash*', "),
    ],
)
def test_given_a_wrong_file_when_loaded_then_it_is_refused(copied: Path, name: str, old: str, new: str) -> None:
    path = copied / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(KnowledgeError):
        Knowledge.load(copied)


def test_given_a_file_that_is_missing_or_not_text_when_loaded_then_it_is_refused(copied: Path) -> None:
    (copied / "labels.toml").unlink()
    with pytest.raises(KnowledgeError):
        Knowledge.load(copied)

    (copied / "iron.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(KnowledgeError):
        Knowledge.load(copied)


def test_given_a_key_when_asked_then_its_entry_or_none_is_given(knowledge: Knowledge) -> None:
    entry = knowledge.entry("ldl")

    assert entry is not None
    assert (entry.fr.name_with_article, entry.en.name) == ("le cholestérol LDL", "LDL cholesterol")
    assert entry.wording("fr") is entry.fr
    assert knowledge.entry("no_such_analyte") is None
