"""Results that only their heading makes results: sensitivities to antibiotics, germs, blood groups.

"Amoxicilline  R" is a word and a letter; below "Antibiogramme" it is a result, anywhere else it is nothing.
"""

import re
from typing import Final

from bot.health.documents.forms import Form, Reading
from bot.health.documents.items import POWER
from bot.health.documents.labels import Refused, Result, tidy
from bot.health.documents.rows import Row

_TABLE: Final = re.compile(r"antibiogram|(?<!hyper)(?<!high[ -])(?:sensitivit|susceptib|sensibilit)", re.IGNORECASE)
_ANSWER: Final = re.compile(
    r"(?:[SIR]|SFP|(?i:(?:sensible|r[ée]sistante?|interm[ée]diaire|sensitive|susceptible|resistant|intermediate)))"
)
_CONCENTRATION: Final = re.compile(r"(?:[<>≤≥]?=?\s?[0-9]+(?:[.,][0-9]+)?(?:/[0-9.,]+)?|[<>≤≥]=?|mg/[lL]|[µum]g/m[lL])")
_LEGEND: Final = re.compile(r"[SIR]\s*[:=]")
_GERM: Final = r"[A-Z][a-z]{2,}\.?\s(?:[a-z]{3,}|spp?\.?)(?:\s[a-z]{3,})?"
_NAMED_GERM: Final = re.compile(
    rf"(?P<label>(?i:identification|germes?|bact[ée]ries?|micro-?organismes?|organisms?|isolates?)(?:\s(?:n°\s?)?[0-9])?)\s*[:\s]\s*(?P<value>{_GERM})"
)
_COUNTED_GERM: Final = re.compile(
    rf"(?:[0-9][).]?\s+)?(?P<value>{POWER.pattern})\s*(?P<unit>(?:CFU|UFC|cfu|ufc)/m[lL])\s+(?:of\s+|de\s+|d['’])?(?P<label>{_GERM})"
)
_BLOOD_GROUP: Final = re.compile(
    r"(?P<label>(?i:groupe?\s+sanguin(?:\s+ABO)?|groupe?\s+ABO(?:[ -]Rh\w*)?|(?:ABO\s+)?blood\s+(?:group|type)|ABO(?:\s+group\w*)?(?:/Rh)?))\s*[:\s]\s*"
    r"(?P<value>(?:AB|A|B|O)(?:\s*,?\s*(?:(?i:rh(?:[ée]sus|esus)?)\.?\s?(?:\(?D\)?)?\s*:?\s?)?(?:[+-]|(?i:pos(?:iti(?:f|ve))?|n[ée]g(?:ati(?:f|ve))?))\.?)?)"
)


class Worded:
    """Reads one document's rows of this kind; remembers whether a table of sensitivities is open."""

    def __init__(self) -> None:
        self._open = False

    def read(self, row: Row) -> Result | Refused | None:
        """Give the result of *row*, or None when it is of another kind."""
        text = re.sub(r"\s+", " ", row.text)
        if _TABLE.search(text):
            self._open = True
        for pattern in (_NAMED_GERM, _COUNTED_GERM, _BLOOD_GROUP):
            if found := pattern.fullmatch(text):
                parts = found.groupdict()
                return _result(row, parts["label"], Form(value=parts["value"], unit=parts.get("unit") or ""))
        return self._sensitivity(row, text) if self._open else None

    def close(self) -> None:
        """End the table: a measured result was read."""
        self._open = False

    def _sensitivity(self, row: Row, text: str) -> Result | Refused | None:
        words = text.split(" ")
        at = len(words)
        while at and (_ANSWER.fullmatch(words[at - 1]) or _CONCENTRATION.fullmatch(words[at - 1])):
            at -= 1
        answers = [word for word in words[at:] if _ANSWER.fullmatch(word)]
        label = tidy(" ".join(words[:at]))
        if not answers or _LEGEND.match(text) or not re.match(r"[^\W\d]{3}", label):
            return None
        if len(answers) > 1:
            return Refused("ambiguous")  # several germs, a column each
        beside = " ".join(word for word in words[at:] if word != answers[0])
        return _result(row, label, Form(value=answers[0], note=beside))


def _result(row: Row, label: str, form: Form) -> Result:
    start = max(row.text.rfind(form.value.split(" ")[0]), 0)
    return Result(tidy(label), None, Reading([form], None, range_unsure=False), start)
