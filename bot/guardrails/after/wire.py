"""An answer to be reviewed, as a line of JSON has it: facts as printed, and what the gate says of the question."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from bot.guardrails.after.model import Answer, RecordFact, Source
from bot.guardrails.before import Gate
from bot.i18n import LANGUAGES, Language, spoken
from bot.kernel.sensitive import Sensitive

_FIELDS: Final = tuple(one.name for one in fields(RecordFact))


def answer_of(row: Mapping[str, Any], gate: Gate) -> Answer:
    """Give the answer of one line; the gate judges its question."""
    question = row.get("question") or ""
    verdict = gate.before(question)
    country = row.get("country")
    return Answer(
        question=Sensitive(question),
        text=Sensitive(row["answer"]),
        language=_language(row, question),
        facts=tuple(_fact(fact) for fact in _listed(row, "facts") if isinstance(fact, dict)),
        level=verdict.level,
        category=verdict.category,
        crisis=verdict.crisis,
        country=country.upper() if isinstance(country, str) else None,
        computed=tuple(str(number) for number in _listed(row, "computed")),
        sources=tuple(_source(source) for source in (*_listed(row, "sources"), *_listed(row, "cited"))),
        first=row.get("first") is True,
    )


def _language(row: Mapping[str, Any], question: str) -> Language:
    said = row.get("lang")
    return said if said in LANGUAGES else spoken(f"{question} {row['answer']}", "en")


def _listed(row: Mapping[str, Any], key: str) -> Sequence[Any]:
    value = row.get(key)
    return value if isinstance(value, list) else ()


def _fact(fact: Mapping[str, Any]) -> RecordFact:
    return RecordFact(**{name: str(fact[name]) for name in _FIELDS if fact.get(name) is not None})


def _source(source: object) -> Source:
    if not isinstance(source, dict):
        return Source(reference=str(source), text=str(source))
    reference = next((str(source[key]) for key in ("reference", "url", "id") if source.get(key)), "")
    return Source(reference=reference, text=str(source.get("text") or ""))
