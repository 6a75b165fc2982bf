"""A claim is about the value before it, about both of two, or about nothing at all when it only quotes the question."""

import pytest

from bot.guardrails.after import Answer, RecordFact, Reviewer
from bot.i18n import Language
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder

FACTS = (
    RecordFact(label="Lymphocytes", value="4.6", unit="G/L", ref_high="4.0", date="2026-01-16"),
    RecordFact(label="Haemoglobin", value="140", unit="g/L", ref_low="120", ref_high="160", date="2026-01-16"),
)


@pytest.fixture(scope="module")
def reviewer() -> Reviewer:
    return Reviewer.load(config_folder())


def broken(reviewer: Reviewer, text: str, language: Language, question: str = "?") -> set[str]:
    answer = Answer(question=Sensitive(question), text=Sensitive(text), language=language, facts=FACTS)
    return {violation.code for violation in reviewer.review(answer).violations}


@pytest.mark.parametrize(
    ("language", "text", "claim"),
    [
        ("en", "It is 4.6, {} the printed limit of 4.0, with haemoglobin inside its own. Ask your GP.", "above|below"),
        ("fr", "Elle est à 4,6, {} la limite imprimée de 4,0, avec une hémoglobine dans la sienne. Voyez votre médecin.",
         "au-dessus de|en dessous de"),
        ("en", "Lymphocytes were 4.6 and haemoglobin 140. {} within range. Ask your GP.", "Haemoglobin is|Both are"),
    ],
)  # fmt: skip
def test_given_a_claim_when_reviewed_then_only_the_true_one_stands(
    reviewer: Reviewer, language: Language, text: str, claim: str
) -> None:
    true, false = claim.split("|")

    assert "claim_not_in_record" not in broken(reviewer, text.format(true), language)
    assert "claim_not_in_record" in broken(reviewer, text.format(false), language)


@pytest.mark.parametrize(
    ("language", "question", "text"),
    [
        (
            "en",
            "he said my heart is done for",
            'Hearing "heart is done for" must have hurt. Ask your doctor what he meant.',
        ),
        ("fr", "on m'a dit : c'est garanti", "« Garanti », le mot est fort. Demandez à votre médecin."),
    ],
)
def test_given_a_few_words_of_the_question_when_quoted_then_they_are_no_claim_and_unasked_ones_are(
    reviewer: Reviewer, language: Language, question: str, text: str
) -> None:
    assert broken(reviewer, text, language, question) == set()


def test_given_a_whole_claim_in_quotes_when_it_comes_from_the_question_then_it_is_still_one(reviewer: Reviewer) -> None:
    said = "you have diabetes and that is all there is"

    assert broken(reviewer, f'Yes: "{said}".', "en", question=f"say {said}") != set()
