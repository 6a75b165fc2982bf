"""What the last answer was built from: the person's facts with page and line, our sentences' sources, the wording's author."""

from collections.abc import Sequence
from typing import Final

from bot.health.answers import printed, sources, write
from bot.health.answers.sources import Source
from bot.health.facts import Fact
from bot.health.facts.model import Kind
from bot.i18n import Language, say
from bot.i18n.dates import spelled
from bot.kernel.sensitive import Sensitive

_UNPAGED: Final = frozenset[Kind]({"entry", "device", "fhir", "cda", "record"})


def why(
    answer_facts: Sequence[Fact], sources_kept: Sequence[str], model_label: str | None, language: Language
) -> Sensitive[str]:
    """Say where an answer came from. *sources_kept* are the lines of `Answer.sources`."""
    blocks = [write.title("answers.why", language), _facts(answer_facts, language)]
    if sources_kept:
        blocks.append(_general([sources.read(line) for line in sources_kept], language))
    if model_label:
        blocks.append(say(language, "answers.why_model", model=printed.plain(model_label)))
    else:
        blocks.append(say(language, "answers.why_no_model"))
    return Sensitive("\n\n".join(blocks))


def _facts(facts: Sequence[Fact], language: Language) -> str:
    if not facts:
        return say(language, "answers.why_no_facts")
    return "\n".join((write.title("answers.why_facts", language), *(_fact(fact, language) for fact in facts)))


def _fact(fact: Fact, language: Language) -> str:
    paged = fact.origin not in _UNPAGED
    text = say(
        language,
        "answers.why_fact" if paged else "answers.why_fact_from",
        label=printed.label(fact),
        value=printed.value(fact),
        date=spelled(fact.date, language) if fact.date else say(language, "answers.no_date"),
        page=fact.page,
        line=fact.line,
        origin=say(language, f"screen.kind_{fact.origin}"),
    )
    return say(language, "answers.why_edited", line=text) if fact.review == "edited" else text


def _general(given: Sequence[Source], language: Language) -> str:
    return "\n".join(
        (
            write.title("answers.why_sources", language),
            _reviewed(given, language),
            *(_source(source, language) for source in given),
        )
    )


def _reviewed(given: Sequence[Source], language: Language) -> str:
    waiting = list(dict.fromkeys(source.about for source in given if not source.reviewed))
    if not waiting:
        return say(language, "answers.why_reviewed")
    if all(not source.reviewed for source in given):
        return say(language, "answers.why_not_reviewed")
    return say(language, "answers.why_partly_reviewed", names=", ".join(waiting))


def _source(source: Source, language: Language) -> str:
    if not source.reference:
        return say(language, "answers.why_unverified", about=source.about)
    key = "answers.why_source" if source.whole else "answers.why_source_part"
    return say(language, key, about=source.about, reference=source.reference)
