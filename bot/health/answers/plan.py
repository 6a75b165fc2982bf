"""What a question asks for, by a few rules in both languages; a question no rule knows is said to be out of reach."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from typing import Final

from bot.health.answers.results import Result, results
from bot.health.facts import Fact
from bot.health.knowledge import Entry, Knowledge
from bot.health.knowledge.words import words
from bot.i18n import LANGUAGES, Language
from bot.kernel.sensitive import Sensitive

# Matched against folded words parted by single spaces: no accents, no capitals, no punctuation.
_KEPT: Final = re.compile(
    r"\b(?:mes donnees|quelles donnees|(?:savez|sais)(?: vous| tu)? (?:de|sur) moi|(?:gard|conserv|stock)\w* (?:de|sur) moi"
    r"|que gard\w+ vous|my data|what data|know about me|(?:have|hold|keep|store|stored) (?:on|about) me)\b"
)
_QUESTIONS: Final = re.compile(
    r"\bquestions?\b.*\b(?:medecin|docteur|poser|rendez vous|rdv|consultation|doctor|ask|appointment|visit|gp)\b"
    r"|\bprepar\w+ .*\b(?:rendez vous|rdv|consultation|visite|appointment|visit)\b"
    r"|\b(?:demander|dire) (?:a|au) (?:mon |ma |mes )?(?:medecin|docteur)|\b(?:ask|tell) (?:my|the) (?:doctor|gp)\b"
)
_VERDICT: Final = (
    r"(?:graves?|normale?s?|normaux|inquietante?s?|dangereu(?:x|ses?)|alarmante?s?|preoccupante?s?|mauvaise?s?|bon(?:ne)?s?"
    r"|serious|bad|good|fine|dangerous|worrying|worrisome|alarming|concerning|ok|okay)"
)
_FEAR: Final = r"(?:inquiet\w*|worr\w*|concern(?:ed)?|alarm\w*|paniqu\w*|panic\w*|peur|scared|afraid|frightened)"
# Said of nothing in particular, so of the results as a whole.
_WORRY: Final = re.compile(
    r"\b(?:est ce|c est|ce serait|est il|est elle|sont ils|sont elles|is it|is this|is that|are they|are these|how) (?:\w+ ){0,3}"
    rf"{_VERDICT}(?: is (?:it|this|that)| are (?:they|these))?(?: docteur| doctor)?$"
    r"|\b(?:dois je|je dois|devrais je|doit on|faut il|de quoi|raisons? de|lieu de|should i|must i|do i (?:need|have) to"
    rf"|(?:anything|something|reasons?) to|cause for)\b.*\b{_FEAR}\b"
)
# Said of a named test or of results: any asking for a verdict, however it is put.
_WORRY_ABOUT: Final = re.compile(
    r"\b(?:est|sont|serait|soit|is|are|be) (?:\w+ ){0,8}(?<!\ba )(?<!\bthe )(?<!\btaux )(?<!\bvaleur )(?<!\bvaleurs )"
    rf"{_VERDICT}\b(?! (?:cholesterol|range|ranges|values?|levels?)\b)"
    r"|\b(?:how|so|too|si|tres|vraiment) (?:graves?|inquietante?s?|dangereu(?:x|ses?)|serious|bad|dangerous|worrying)\b"
    r"|\b(?:graves?|inquietante?s?|dangereu(?:x|ses?)|mortel\w*|serious|dangerous|worrying|deadly|fatal|life threatening)$"
    rf"|\b(?:{_FEAR}|angoiss\w*|anxious|danger|mourir|die|dying|cancers?|tumeurs?|tumou?rs?|leucemies?|leuka?emia)\b"
)
_OVERVIEW: Final = re.compile(
    r"\b(?:resultats?|results?|bilans?|comptes? rendus?|prises? de sang|resume\w*|summar\w+|labs?|blood ?work|bloods|reports?"
    r"|hors (?:norme|normes|intervalle|limites?)|out of range|anormal\w*|abnormal\w*"
    r"|(?:mes|ces|cette|my|the|lab|blood) (?:analyses?|tests?))\b"
)
_NOT_OURS: Final = re.compile(
    r"\b(?:mal|douleurs?|fievre|fatigue\w*|vertiges?|nausees?|vomi\w*|toux|tousse\w*|essouffl\w*|saigne\w*|palpitations?"
    r"|symptomes?|medicaments?|traitements?|comprimes?|gelules?|doses?|posologie|arreter|prendre (?:du|de|des|un|une|mon|ma|mes)|regime"
    r"|pains?|hurts?|ach(?:e|es|ing)|fever|tired\w*|dizz\w*|nause\w*|vomit\w*|cough\w*|breath\w*|bleed\w*|symptoms?"
    r"|medicines?|medications?|treatments?|pills?|tablets?|dosage|taking|(?:should|can|do) i (?:take|stop)|diet)\b"
)
_HELP: Final = re.compile(
    r"(?:(?:bonjour|bonsoir|salut|coucou|merci|beaucoup|bien|d accord|ok|super|hello|hi|hey|thanks|thank you|great|aide|help|test"
    r"|que (?:sais tu|savez vous|peux tu|pouvez vous) faire|what can you do)(?: |$))+"
)
_SHORTEST_LABEL: Final = 3  # letters; a shorter unknown label would be found in any sentence


class Kind(Enum):
    """What is asked for."""

    SUBJECTS = "subjects"  # one or several named tests
    OVERVIEW = "overview"  # the latest report
    QUESTIONS = "questions"  # what to ask the doctor
    KEPT = "kept"  # what is known of the person
    NOTHING_YET = "nothing_yet"  # results are asked for, none is there
    HELP = "help"  # a greeting, a thank-you, what can you do
    OTHER = "other"  # a symptom, a treatment, anything else: not answered from results


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A test the question names, with the person's results of it, newest first; it may have none."""

    entry: Entry | None  # None: a test Carnet has no sentences for, found by its printed label
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to answer, from which results."""

    kind: Kind
    subjects: tuple[Subject, ...]
    latest: tuple[Result, ...]  # of the newest report
    held: int  # results in all
    worried: bool  # a verdict is asked for: serious, normal, dangerous
    aside: bool  # the question also holds a symptom or a treatment


def plan(question: Sensitive[str], facts: Sequence[Fact], knowledge: Knowledge, language: Language) -> Plan:
    """Decide what *question* asks for, from *facts*, newest report first."""
    asked = question.reveal()
    said = " ".join(word.folded for word in words(asked))
    every = results(facts, knowledge)
    subjects = _subjects(asked, said, every, knowledge, language)
    return Plan(
        kind=_kind(said, subjects, every),
        subjects=subjects,
        latest=_latest(every),
        held=len(every),
        worried=bool(_WORRY.search(said) or _WORRY_ABOUT.search(said)),
        aside=bool(_NOT_OURS.search(said)),
    )


def _kind(said: str, subjects: Sequence[Subject], every: Sequence[Result]) -> Kind:
    if _KEPT.search(said):
        return Kind.KEPT
    about_results = bool(_WORRY.search(said) or _OVERVIEW.search(said))
    for_doctor = bool(_QUESTIONS.search(said))
    if every and for_doctor:
        return Kind.QUESTIONS
    if subjects:
        return Kind.SUBJECTS
    if for_doctor or about_results:
        return Kind.OVERVIEW if every else Kind.NOTHING_YET
    return Kind.HELP if _HELP.fullmatch(said) else Kind.OTHER


def _subjects(
    asked: str, said: str, every: Sequence[Result], knowledge: Knowledge, language: Language
) -> tuple[Subject, ...]:
    ordered = _newest_first(every)
    others = [other for other in LANGUAGES if other != language]
    named = knowledge.mentioned(asked, language) or tuple(e for o in others for e in knowledge.mentioned(asked, o))
    found = [Subject(entry=entry, results=tuple(r for r in ordered if r.fact.analyte == entry.key)) for entry in named]
    taken = {result.fact.id for subject in found for result in subject.results}
    by_label: dict[str, list[Result]] = {}
    for result in ordered:
        label = " ".join(word.folded for word in words(result.fact.label))
        if result.fact.id not in taken and len(label) >= _SHORTEST_LABEL and f" {label} " in f" {said} ":
            by_label.setdefault(label, []).append(result)
    return (*found, *(Subject(entry=same[0].entry, results=tuple(same)) for same in by_label.values()))


def _newest_first(every: Sequence[Result]) -> list[Result]:
    """Order by date where dates are known; without one, a result keeps its report's place at the end."""
    return sorted(every, key=lambda r: (r.fact.date is not None, r.fact.date or 0), reverse=True)


def _latest(every: Sequence[Result]) -> tuple[Result, ...]:
    """Give the newest report's results: those of the newest date, or the last report confirmed if it has no date.

    Beside a laboratory's, what a device measured this morning is no report.
    """
    every = tuple(result for result in every if result.fact.category == "laboratory") or tuple(every)
    newest_first = every if every and every[0].fact.date is None else _newest_first(every)
    return tuple(takewhile(lambda result: result.fact.date == newest_first[0].fact.date, newest_first))
