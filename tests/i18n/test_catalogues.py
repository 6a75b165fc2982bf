import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.i18n import say
from bot.i18n.catalogue import LOCALE

ROOT = Path(__file__).parents[2]
DOMAINS = sorted(path.stem for path in (LOCALE / "en").glob("*.po"))
Entries = dict[str, tuple[str, ...]]


def entries(language: str, domain: str) -> Entries:
    with (LOCALE / language / f"{domain}.po").open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    found: Entries = {}
    for message in catalogue:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            found[key] = forms
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_given_the_two_languages_when_compared_then_they_have_the_same_domains() -> None:
    assert sorted(path.stem for path in (LOCALE / "fr").glob("*.po")) == DOMAINS


@pytest.mark.parametrize("domain", DOMAINS)
def test_given_a_domain_when_compared_then_both_languages_say_the_same_keys_with_the_same_fields(domain: str) -> None:
    english, french = entries("en", domain), entries("fr", domain)

    assert english.keys() == french.keys()
    for key, forms in english.items():
        assert key.startswith(f"{domain}."), key
        assert all(forms), key
        assert all(french[key]), key
        assert len(forms) == len(french[key]), key
        assert {frozenset(fields(form)) for form in forms} == {frozenset(fields(form)) for form in french[key]}, key


@pytest.mark.parametrize("domain", DOMAINS)
def test_given_french_when_read_then_its_typography_is_french(domain: str) -> None:
    for key, forms in entries("fr", domain).items():
        for form in forms:
            assert "'" not in form, f"{key}: straight apostrophe"
            assert not re.search(r"[^\s\u00a0\u202f][!?;](\s|$)", form), f"{key}: no space before a double mark"
            assert not re.search(r" [:;!?»]", form), f"{key}: breakable space before a double mark"
            assert '"' not in form, f"{key}: English quotes"


def test_given_the_code_when_searched_then_every_key_it_names_exists() -> None:
    known = {key for domain in DOMAINS for key in entries("en", domain)}
    named = set()
    for path in (ROOT / "bot").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'"((?:' + "|".join(DOMAINS) + r')\.[a-z0-9_]+)"', text))
    files = {
        key
        for key in named
        if key.endswith((".py", ".po", ".db", ".md", ".toml", ".json", ".v1", ".css", ".js", ".svg"))
    }

    assert named - files <= known


def test_given_a_count_when_said_then_each_language_uses_its_own_plural() -> None:
    assert "1 result kept" in say("en", "health.confirmed", count=1)
    assert "0 results kept" in say("en", "health.confirmed", count=0)
    assert "0 résultat conservé" in say("fr", "health.confirmed", count=0)
    assert "2 résultats conservés" in say("fr", "health.confirmed", count=2)


def test_given_an_unknown_key_when_said_then_it_is_an_error_not_the_other_language() -> None:
    with pytest.raises(KeyError):
        say("fr", "health.nothing_like_this")
