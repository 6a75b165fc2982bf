"""What a message claims of a symptom: live unless its own words leave little doubt."""

import pytest

from bot.guardrails.reading.context import Context
from bot.guardrails.reading.normal import read
from bot.guardrails.rules import load
from bot.guardrails.rules.concepts import Concept, Concepts
from bot.guardrails.rules.parse import parse
from bot.settings import config_folder

SYMPTOMS = [
    "fever*", "fievre", "vomi*", "chest pain*", "douleur* (thoracique*)?", "rash", "short* of breath", "essouffle*", "stroke",
    "avc", "can not (breathe|stop)", "breath*", "saign*", "bleed*", "seizure*", "convuls*", "poitrine", "headache*", "mal ~2 tete",
    "(face|visage) ~4 (drop*|droop*|tombe)", "chest ~3 (hurt*|tight*)", "chills", "frissons", "faint*", "collaps*", "heart attack*",
    "infarctus", "confus*", "numb*", "paralys*",
]  # fmt: skip


@pytest.fixture(scope="module")
def context() -> Context:
    return Context(load.concepts(config_folder() / "guardrails" / "context.toml"))


@pytest.fixture(scope="module")
def symptoms() -> Concepts:
    return Concepts([Concept(name="symptom", patterns=tuple(parse(one) for one in SYMPTOMS))])


def statuses(text: str, context: Context, symptoms: Concepts) -> list[str]:
    words = read(text)
    scopes = context.read(words)
    found = symptoms.find(words).matches.get("symptom", [])
    assert found, "the test names no symptom"
    return [scopes.status(match).value for match in found]


DENIED = [
    "no fever, chills or vomiting",
    "ni fièvre ni vomissements",
    "pas de douleur thoracique, pas d'essoufflement",
    "fever: none",
    "fièvre : non",
    "She denies chest pain.",
    "denies fever, chills, chest pain",
    "Il nie toute douleur thoracique",
    "I don't have a fever",
    "il n'a pas de fièvre",
    "j'ai pas de fievre",
    "sans fièvre",
    "aucune douleur",
    "without any rash",
    "he has never had a seizure",
    "no chest pain, fever or rash",
    "pas de fièvre, de frissons ni de vomissements",
    "she is not vomiting",
    "He isn't confused",
    "negative for chest pain, fever",
    "no trouble breathing",
    "aucun problème de fièvre",
    "he pees well, no fever",
]
LIVE = [
    "history of migraine presents with a headache",
    "our dog bit her face and it is bleeding",
    "she says there is no problem but she can't breathe",
    "I can't breathe",
    "can't stop vomiting",
    "il n'arrête pas de saigner",
    "it won't stop bleeding",
    "not only fever",
    "no doubt it's a stroke",
    "pas seulement de la fièvre",
    "the chest pain is not getting better",
    "no relief from the chest pain",
    "no fever but chest pain",
    "pas de fièvre mais une douleur thoracique",
    "No fever, I have chest pain",
    "no fever, severe headache since this morning",
    "I'm afraid it's not just a headache",
    "I've never had a headache like this",
    "jamais eu aussi mal à la tête",
    "when I breathe it hurts",
    "if I press it bleeds",
    "chest pain two days ago",
    "il y a deux heures il a vomi",
    "He had a stroke in 2015 and now it's back, face drooping",
    "seizure again like last year",
    "mon AVC d'il y a trois ans recommence, le visage tombe",
    "my chest hurts, what are the signs of a problem",
    "my husband collapsed while we were watching a film",
    "I don't know why my chest hurts",
    "I can't sleep because of chest pain",
    "what if this chest pain is my heart",
    "No, he is vomiting",
    "elle ne peut ni bouger ni respirer, elle vomit",
    "is it not a stroke when the face droops like hers?",
]
NOT_LIVE = [
    ("I had a stroke in 2015", "past"),
    ("il y a trois ans j'ai eu un AVC", "past"),
    ("heart attack ten years ago", "past"),
    ("l'an dernier mon père a fait un infarctus", "past"),
    ("history of seizures", "past"),
    ("as a child I had seizures", "past"),
    ("quand j'étais petit je faisais des convulsions", "past"),
    ("si jamais j'ai de la fièvre, que faire ?", "supposed"),
    ("what if I have a seizure one day?", "supposed"),
    ("au cas où il vomit", "supposed"),
    ("que faire si quelqu'un convulse", "supposed"),
    ("what are the signs of a stroke?", "learning"),
    ("quels sont les symptômes d'un AVC ?", "learning"),
    ("how do doctors treat a heart attack", "learning"),
    ("what is a seizure?", "learning"),
    ("for my exam: a patient with fever and rash", "learning"),
    ("in the film the hero has a heart attack", "told"),
    ("j'ai rêvé que j'avais une convulsion", "told"),
    ("training exercise: casualty with chest pain", "told"),
    ("dans la série il fait un infarctus", "told"),
    ("our dog had a seizure", "told"),
    ("mon chien a vomi", "told"),
]


@pytest.mark.parametrize("text", DENIED)
def test_given_a_denied_symptom_when_read_then_it_is_denied(text: str, context: Context, symptoms: Concepts) -> None:
    assert set(statuses(text, context, symptoms)) == {"denied"}


@pytest.mark.parametrize("text", LIVE)
def test_given_a_symptom_that_only_looks_denied_when_read_then_it_is_live(
    text: str, context: Context, symptoms: Concepts
) -> None:
    assert "live" in statuses(text, context, symptoms)


@pytest.mark.parametrize(("text", "status"), NOT_LIVE)
def test_given_a_symptom_of_another_time_or_world_when_read_then_it_is_not_live(
    text: str, status: str, context: Context, symptoms: Concepts
) -> None:
    assert set(statuses(text, context, symptoms)) == {status}


def test_given_a_lesson_and_a_complaint_when_read_then_the_complaint_stays_live(
    context: Context, symptoms: Concepts
) -> None:
    text = "I'm revising for my nursing exam. My chest hurts and I have a fever."

    assert set(statuses(text, context, symptoms)) == {"live"}


def test_given_a_denial_inside_a_pattern_when_read_then_it_denies_nothing_of_it(
    context: Context, symptoms: Concepts
) -> None:
    assert statuses("he can not breathe", context, symptoms)[0] == "live"
