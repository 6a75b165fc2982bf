"""What the person said of themselves, apart from what they only ask: "I have diabetes" is not "do I have diabetes?"."""

import re
from collections.abc import Sequence
from typing import Final

from bot.guardrails.after.lexicon import Marked, stems
from bot.guardrails.after.model import RecordFact
from bot.guardrails.after.text import low, opened, plain, sentences

_CLAUSE: Final = re.compile(
    r"[,:;()]| but | mais | and (?=(?:is|am|do|can|should|what|how|why|could)\b)| et (?=(?:est|je|dois|quel|que|comment|pourquoi)\b)"
)
_ASKING: Final = re.compile(
    r"^\W*(?:(?:hello|hi|bonjour|please|so|then|alors|donc|ok|and|et|but|mais|or|ou) ?)*(?:do|does|did|am|is|are|can|could|should|would|will|have|has|might|may|what|why|how|which|when|where|"
    r"est ce|ai je|suis je|ce est|se agit|puis je|dois je|a t|avez|peut|pourrait|quels?|quelles?|comment|pourquoi|combien|qu|que|ou|serait)\b"
    r"|\b(?:whether|if i (?:have|am)|si je (?:ai|suis)|si ce est|est ce que|could (?:it|this)|peur de avoir|afraid (?:i|of|that)|worried (?:i|that|about)|inquiete? (?:de|que)|think i (?:have|might)|"
    r"pense avoir|crois (?:avoir|que)|je me demande|i wonder|maybe i|peut etre (?:un|une|que)|signs? of|signes? de|symptoms? of|symptomes? de|risk of|risque de)\b"
)  # fmt: skip
_OWN: Final = re.compile(
    r"\b(?:my|mon|ma|mes|diagnosed|diagnosti\w+|i have|i had|i am|i live with|i suffer|i got|suffers?|je ai|je suis|je souffre|je vis avec|on me a|told me|dit que|told us|has|have|had|a eu|avait|atteinte?|suivie?|"
    r"traitee?|sous traitement|since|depuis|taking|takes?|prends?|prescri\w+|says?|history|antecedents?|known|connue?|type|a un|a une|a le|a la|a de|is|est|was|notre|our|his|her|son|sa)\b"
)  # fmt: skip
_POSSESSED: Final = re.compile(
    r"\b(?:my|mon|ma|mes|notre|our|his|her|son|sa|with|avec|since|depuis|diagnosed|diagnosti\w+) (?:\w+ )?[\ue000-\uf8ff]|\b(?:told me i have|dit que je ai|i have had|ai depuis)\b"
)


_FAMILIES: Final = tuple(
    (frozenset(said.split()), frozenset(family.split()))
    for said, family in (
        ("carci adeno lymph melan sarco myelo leuke leuka leuce metas gliom blast cance malig", "cance tumor tumou tumeu malig carci neopl"),
        ("tumor tumou tumeu neopl", "tumor tumou tumeu neopl"),
        ("metas", "metas secon"),
        ("strok avc", "strok avc accid vascu cereb attaq"),
        ("infar", "infar heart attac crise cardi myoca"),
        ("sepsi septi", "sepsi septi"),
        ("embol", "embol pulmo"),
        ("death died dead decede deces mort", "death died dead deces mort die dying mouri"),
        ("suici dying kill mouri tuer die", "death died dead deces mort die dying mouri kill kills"),
    )
)  # fmt: skip


def stated(question: Marked) -> frozenset[str]:
    """Give the stems of the illnesses the person says they or someone has."""
    found: set[str] = set()
    for sentence in sentences(question.text):
        clauses = [clause for clause in _CLAUSE.split(sentence.text) if clause.strip()]
        for place, clause in enumerate(clauses):
            asked = _ASKING.search(clause) or (
                sentence.asks and place == len(clauses) - 1 and not _POSSESSED.search(clause)
            )
            if _OWN.search(clause) and (not asked or _POSSESSED.search(clause)):
                for words in question.spoken(clause):
                    found |= stems(words)
    return frozenset(found)


def recorded(facts: Sequence[RecordFact]) -> frozenset[str]:
    """Give the stems of every word of a record."""
    return stems(opened(low(plain(" ".join(f"{fact.label} {fact.value} {fact.flag}" for fact in facts)))))


def related(known: frozenset[str]) -> frozenset[str]:
    """Add the stems of other words for the same thing: whoever was told "carcinoma" may be told it is a cancer."""
    return known.union(*(family for said, family in _FAMILIES if said & known))
