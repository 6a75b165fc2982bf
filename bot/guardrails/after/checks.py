"""The rules that count or look up: where the emergency number stands, what may be cited, who is owed which advice."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from bot.guardrails.after.model import Answer, Violation
from bot.guardrails.after.record import Result, Standing
from bot.guardrails.after.text import Sentence, low, plain
from bot.guardrails.helplines import Helplines
from bot.guardrails.model import Level

_MOST_WORDS: Final = 120
_MOST_SENTENCE: Final = 55  # words; longer is no short sentence in any language
_MOST_JARGON: Final = 3
_MOST_ADVICE: Final = 3  # times a doctor is advised
_ADDRESS: Final = re.compile(
    r"(?:https?|ftp|tg|javascript|data|file|mailto):\S*|\bwww\.\S+|\b[\w-]{2,}(?:\.[\w-]{2,})*\.(?:com|org|net|fr|gov|edu|io|info|uk|ca|ch|be|int|eu|co|ly|me|app|health|xyz|ru|us|de)\b(?:/\S*)?",
    re.IGNORECASE,
)
_DOT: Final = re.compile(r"[\w-]\.[A-Za-z]|:\S|www", re.IGNORECASE)  # no address is without
_CITED: Final = re.compile(
    r"\b(?:doi\s*[:.]?\s*)?10\.\d{4,9}/\S+|\bpmid\s*[:.]?\s*\d+|\bpmc\s?\d{4,}|\bisbn\b[\s\d:-]*|\bnct\d{6,}|\barxiv\s*[:.]?\s*\d[\d.v]+",
    re.IGNORECASE,
)
_ISSUE: Final = re.compile(
    r"\[\d{1,2}\]|\(\w+(?: et al\.?| and \w+)?,? (?:19|20)\d\d\)|\b(?:19|20)\d\d ?; ?\d+|\bvol\. ?\d+|\bvolume \d+(?=[ ,(:]*(?:no|issue|numero|n°|pp?\.|\())"
)
_MARKUP: Final = re.compile(
    r"!?\[[^\]\n]*\]\([^)\n]*\)|!?\[[^\]\n]+\]\[[^\]\n]*\]|^\s*\[[^\]\n]+\]:\s*\S+|</?[a-zA-Z!][^<>\n]*>|&(?:#\d+|#x[0-9a-f]+|lt|gt|amp|nbsp);|```",
    re.MULTILINE,
)
_JARGON: Final = re.compile(
    r"\b(?:idiopathic|etiolog\w+|aetiolog\w+|nosocomial|iatrogenic|pathognomonic|hemodynamic\w*|haemodynamic\w*|sequelae|prodrom\w+|comorbid\w+|prognos\w+|contraindicat\w+|pathophysiolog\w+|"
    r"dyspnea|dyspnoea|tachypnea|diaphoresis|pruritus|edema|oedema|erythema|syncope|hematochezia|melena|epistaxis|myalgia|arthralgia|cephalalgia|asthenia|paresthesia|microcytic|normocytic|macrocytic|hypochromic|anisocytosis|poikilocytosis|"
    r"idiopathique|etiolog\w+|nosocomial\w*|iatrogen\w*|pathognomonique|hemodynamique|sequelles|prodrom\w+|physiopatholog\w+|dyspnee|tachypnee|prurit|oedeme|erytheme|rectorragie|melena|myalgies?|arthralgies?|cephalees?|asthenie|paresthesies?|microcytaire|normocytaire|macrocytaire|hypochrome|anisocytose|semiolog\w+|therapeutique\w*)\b(?! \()"
)  # fmt: skip
_PREGNANT: Final = re.compile(
    r"\b(?:i am (?:\w+ )?pregnant|weeks pregnant|months pregnant|my pregnancy|pregnan\w+|enceinte|ma grossesse|grossesse)\b"
)
_INFANT: Final = re.compile(
    r"\b(?:newborn|nouveau ne|infant|nourrisson|(?:[1-9]|1[0-2]|two|three|deux|trois|six|quatre|four|five) (?:weeks?|semaines?|days?|jours?)[ -]?(?:old)?(?= (?:baby|son|daughter)|$)|(?:baby|bebe|son|daughter|fils|fille)(?: \w+){0,4} (?:[1-9]|1[0-2]|two|three|deux|trois|six|quatre|four|five) (?:weeks?|semaines?|days?|jours?)|(?:1|2|un|one|two|deux) (?:months?|mois))\b"
)
_LACKING: Final = re.compile(
    r"\b(?:is not|are not|not (?:find|see|have)|no|nothing)\b(?: \w+){0,5} (?:in|on) (?:your|the|this) (?:record|file|report|documents?)|"
    r"\b(?:ne|aucun\w*|pas)\b(?: \w+){0,7} (?:dans|sur) (?:votre|ton|le|ce|vos|tes|les) (?:dossier|compte rendu|documents?|bilan)"
)
_DISCLOSURE: Final = re.compile(
    r"not (?:a |an )?(?:\w+ )?(?:doctor|physician|medical professional|diagnosis|medical advice|substitute)|(?:does|do|can|cannot|can not)(?: not)? (?:replace|diagnos\w+|be a substitute)|"
    r"(?:pas|ni) (?:un |une |de )?(?:medecin|diagnostic|avis medical|docteur)|ne remplace\w*|ne (?:pose|fais|peux|peut)(?: \w+){0,3} (?:pas|aucun)(?: \w+){0,2} diagnosti\w+"
)  # fmt: skip
_PERSON: Final = re.compile(
    r"\b(?:(?:who|qui) (?:else )?(?:can|could|might|peut|pourrait|peux)|someone|somebody|friend|family|relative|person|people|anyone|anybody|next door|housemate|flatmate|roommate|classmate|parent|partner|loved one|doctor|gp|counsel\w+|therapist|team|with you|listener|volunteer|neighbou?r|"
    r"quelqu\w*|proches?|amie?s?|famille|personne|parents?|conjointe?|medecin|psycholog\w+|psychiatre|equipe|ecoutante?s?|professionnel\w*|voisine?|entourage|infirmi\w+|with (?:her|him|them)|(?:avec|pres de) (?:elle|lui|eux)|stay (?:close|near)|together|ensemble)\b"
)  # fmt: skip
_OTHER: Final = re.compile(
    r"\b(?:my|our|mon|ma|un|une|a) (?:\w+ )?(?:friend|sister|brother|son|daughter|mother|father|mum|mom|dad|wife|husband|partner|ami|amie|soeur|frere|fils|fille|mere|pere|mari|femme|coloc\w*|voisine?|collegue|colleague|roommate|neighbou?r)\b"
)
_ABNORMAL: Final = frozenset({Standing.LOW, Standing.HIGH, Standing.OUTSIDE})


def emergency(answer: Answer, text: str, lines: Helplines) -> Iterator[Violation]:
    """O1: at an emergency the right number stands in the first two sentences of a short text."""
    if answer.level < Level.EMERGENCY:
        return
    kinds = {"ambulance", "emergency", "fire", "silent", "police"} | ({"crisis"} if answer.crisis else set())
    country = answer.country if answer.country in lines.countries else None
    numbers = {
        re.sub(r"\D", "", line.number) for line in lines.lines if line.kind in kinds and country in {None, line.country}
    }
    if country is None:  # 111 is an emergency number in one country and advice in another
        urgent = {(line.country, line.number) for line in lines.lines if line.kind in kinds}
        advice = {(line.country, line.number) for line in lines.lines if line.kind == "advice"}
        numbers -= {re.sub(r"\D", "", number) for _, number in advice - urgent}
    opening = " ".join(re.split(r"(?<=[.!?…])\s+|\n+", text.strip())[:2])
    said = {re.sub(r"\D", "", found) for found in re.findall(r"\d[\d .-]*", opening)} | set(re.findall(r"\d+", opening))
    if not said & (numbers | {"112"}) and not (answer.crisis and _OTHER.search(low(plain(answer.question.reveal())))):
        yield Violation(rule="O1", code="no_emergency_number", block=True)
    if len(text.split()) > _MOST_WORDS:
        yield Violation(rule="O1", code="too_long", block=True)


def citations(
    answer: Answer, plain_text: str, sentences: Sequence[Sentence], lists: Mapping[str, re.Pattern[str]]
) -> Iterator[Violation]:
    """O7: addresses and references only from the list; no link, picture or markup that a model built."""
    allowed = {_bare(source.reference) for source in answer.sources}
    for pattern in (_ADDRESS, _CITED):
        for found in pattern.finditer(plain_text) if pattern is _CITED or _DOT.search(plain_text) else ():
            if _bare(found[0]) not in allowed and not any(_bare(found[0]) in one for one in allowed):
                yield Violation(rule="O7", code="unknown_source", block=False)
    if not answer.sources and (_ISSUE.search(plain_text.lower()) or any(_quotes(one, lists) for one in sentences)):
        yield Violation(rule="O7", code="unnamed_source", block=False)
    if _MARKUP.search(answer.text.reveal()):
        yield Violation(rule="O7", code="markup", block=False)


def _quotes(sentence: Sentence, lists: Mapping[str, re.Pattern[str]]) -> bool:
    """Say whether somebody who finds things out is made to say something."""
    text = sentence.text
    said = lists["says"].search(text) and lists["citing"].search(text)
    return bool(said or lists["quoted"].search(text)) and not lists["citing_not"].search(text)


def doctor_is_due(answer: Answer, question: str, spoken_of: Iterable[Result], text: str) -> bool:
    """Say whether an answer owes the advice to see a doctor: by its results, by the question, by who is ill."""
    lacking = _LACKING.search(text) is not None  # results told only to say that another is not there
    away = not lacking and any(result.standing in _ABNORMAL for result in spoken_of)
    return away or answer.level >= Level.SOON or bool(_PREGNANT.search(question) or _INFANT.search(question))


def doctor(
    due: bool, text: str, sentences: Sequence[Sentence], lists: Mapping[str, re.Pattern[str]]
) -> Iterator[Violation]:
    """O8: a doctor is named when one is due, and not over and over."""
    advised = re.compile(
        rf"\b(?:{lists['doctor'].pattern}|{lists['care_place'].pattern}|appointments?|rendez vous|equipe|teams?|surgery|practice|service|asking|questions?|office|clinics?|cliniques?|[a-z]{{3,}}olog(?:y|ie|ist|iste|ue)s?|(?:could|should i|can|might|to) ask|(?:pourriez|pouvez|faut il|dois je|puis je) demander|prescri\w+|soignante?s?|consult\w*|3114|988|medical (?:advice|attention|help|care)|avis medical|"
        r"(?:call|ring|dial|phone|appele[rz]|composez)(?: \w+){0,3} \d{2,4}|112|911|999|15|get (?:\w+ ){1,3}(?:seen|checked|looked at|examined)|"
        r"faites (?:\w+ ){1,2}(?:voir|examiner|regarder|controler|verifier))\b"
    )
    if due and not advised.search(text):
        yield Violation(rule="O8", code="doctor_missing", block=False)
    urged = re.compile(rf"\b(?:{lists['see'].pattern})(?: \w+){{0,4}} (?:{lists['doctor'].pattern})\b")
    if sum(bool(urged.search(sentence.text)) for sentence in sentences) > _MOST_ADVICE:
        yield Violation(rule="O8", code="doctor_repeated", block=False)


def plain_words(sentences: Sequence[Sentence]) -> Iterator[Violation]:
    """O11: only what nobody could call plain: a very long sentence, or jargon upon jargon."""
    if any(len(re.findall(r"[a-z]{2,}", sentence.text)) > _MOST_SENTENCE for sentence in sentences):
        yield Violation(rule="O11", code="long_sentence", block=False)
    if sum(len(_JARGON.findall(sentence.text)) for sentence in sentences) >= _MOST_JARGON:
        yield Violation(rule="O11", code="jargon", block=False)


def disclosure(answer: Answer, text: str) -> Iterator[Violation]:
    """O12: the first answer says what Carnet is not."""
    if answer.first and not _DISCLOSURE.search(text):
        yield Violation(rule="O12", code="disclosure_missing", block=False)


def _bare(address: str) -> str:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?|^(?:doi|pmid|arxiv)\s*[:.]?\s*", "", address.strip().lower())
    return bare.rstrip(".,;:)»\"'/")


def crisis(answer: Answer, text: str, question: str, lines: Helplines) -> Iterator[Violation]:
    """O10: someone in despair is given a line to call and a person to turn to."""
    if not answer.crisis:
        return
    numbers = {
        re.sub(r"\D", "", line.number) for line in lines.lines if line.kind in {"crisis", "emergency", "ambulance"}
    }
    said = {re.sub(r"\D", "", found) for found in re.findall(r"\d[\d .-]*", text)} | set(re.findall(r"\d+", text))
    if not said & (numbers | {"112"}):
        yield Violation(rule="O10", code="no_line", block=True)
    if not _PERSON.search(text) and not _OTHER.search(question):
        yield Violation(rule="O10", code="nobody_named", block=True)
