"""However a crisis is dressed up, it is never heard as less than when said plainly."""

import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.guardrails.crisis import Crisis
from bot.guardrails.crisis.phrases import CrisisRulesError
from bot.guardrails.model import verdict

FOLDER = Path(__file__).parents[3] / "config" / "guardrails" / "crisis"
PLAIN = (
    "je veux mourir",
    "je vais me suicider ce soir",
    "je n'ai plus envie de vivre",
    "je me coupe les bras avec une lame",
    "tout le monde serait mieux sans moi",
    "ma fille dit qu'elle veut mourir",
    "I want to die",
    "I am going to kill myself tonight",
    "I don't want to live anymore",
    "I cut my arms with a razor",
    "everyone would be better off without me",
    "my son says he wants to kill himself",
)


@pytest.fixture(scope="module")
def crisis() -> Crisis:
    return Crisis.load(FOLDER)


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


CHANGES: dict[str, Callable[[str], str]] = {
    "accents": _without_accents,
    "capitals": str.upper,
    "played down": lambda text: f"{text} mais c'est rien, mon mari dit que j'exagère",
    "friend": lambda text: f"{text} but it's nothing, my friend says I'm overreacting",
    "beside an idiom": lambda text: f"mdr je suis mort de rire, {text}, this headache is killing me",
    "code-switch": lambda text: f"{text} je suis désolé I'm sorry",
    "unseen signs": lambda text: text.replace("i", "i\u200b"),
    "method": lambda text: f"{text}, avec des médicaments, with pills",
    "film": lambda text: f"{text}, c'est depuis ce film, that movie",
    "after a film": lambda text: f"{text} after that film",
    "since a series": lambda text: f"depuis cette série {text}",
    "a story beside it": lambda text: f"{text}. I watched a series about it",
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("plain", PLAIN)
def test_given_a_crisis_dressed_up_when_judged_then_its_level_does_not_drop(
    crisis: Crisis, plain: str, change: str
) -> None:
    said, dressed = verdict(crisis.judge(plain)), verdict(crisis.judge(CHANGES[change](plain)))

    assert (said.crisis, dressed.crisis) == (True, True)
    assert dressed.level >= said.level


@pytest.mark.parametrize("plain", PLAIN)
def test_given_a_crisis_sent_in_two_pieces_when_the_second_comes_then_the_level_does_not_drop(
    crisis: Crisis, plain: str
) -> None:
    words = plain.split()
    for cut in range(1, len(words)):
        first, second = " ".join(words[:cut]), " ".join(words[cut:])
        heard = max(verdict(crisis.judge(first)).level, verdict(crisis.judge(second, recent=(first,))).level)

        assert heard >= verdict(crisis.judge(plain)).level


@pytest.mark.parametrize(
    "text",
    [
        "j'aimerias mourir",
        "je veux disparaitre pour toujuors",
        "I wish they hadn't rseuscitated me",
        "I feel like killnig myslef",
        "personne remaruqerai si jetais plus la",
    ],
)
def test_given_letters_in_the_wrong_order_when_judged_then_the_crisis_is_still_heard(crisis: Crisis, text: str) -> None:
    assert verdict(crisis.judge(text)).crisis


@pytest.mark.parametrize(
    "text",
    [
        "my son wants to die, he said it after a film",
        "ma coloc m'a dit qu'elle avait un plan pour se suicider, comme dans le roman",
    ],
)
def test_given_somebody_close_in_danger_when_a_story_is_named_then_it_does_not_quieten_it(
    crisis: Crisis, text: str
) -> None:
    assert verdict(crisis.judge(text)).crisis


@pytest.mark.parametrize(
    "text", ["in the novel the heroine wants to die", "dans le roman, l'héroïne veut mourir à la fin"]
)
def test_given_only_a_story_when_judged_then_nothing_is_raised(crisis: Crisis, text: str) -> None:
    assert not verdict(crisis.judge(text)).stops


@pytest.mark.parametrize(
    "piece", ["a", "(", "je veux plus jamais me ", "k1ll ", "s u i ", "\U0001f52a", "a.b.c.", "i not want to "]
)
def test_given_a_very_long_message_when_judged_then_it_does_not_take_long(crisis: Crisis, piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    started = time.process_time()
    crisis.judge(text)

    assert (
        time.process_time() - started < 0.5
    )  # measured 0.03: room for a slow machine, none for what grows faster than its input


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("rules.toml", "[r]\nlevel = 'urgent'\ncategory = 'self_harm'\nwhen = ['nobody_wrote_this']\n"),
        ("rules.toml", "[r]\nlevel = 'urgent'\ncategory = 'sorrow'\nwhen = ['dead']\n"),
        ("masks.toml", "[idioms]\nmask = true\nfr = ['~3']\n"),
        ("masks.toml", "[idioms]\nmask = true\nfr = ['(a|b']\n"),
        ("masks.toml", "[dead]\nfr = ['mort']\n"),
        ("masks.toml", "not toml"),
    ],
)
def test_given_a_mistake_in_one_file_when_loaded_then_all_rules_are_refused(
    tmp_path: Path, file: str, text: str
) -> None:
    for path in FOLDER.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (tmp_path / file).write_text(text, "utf-8")

    with pytest.raises(CrisisRulesError):
        Crisis.load(tmp_path)
