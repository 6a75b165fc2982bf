"""O6: high, low, normal, risen, fallen: only as the printed range, the printed flag or two dated values say.

Attribution errs towards refusal: a claim whose test cannot be told must fit every result it may be about.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from bot.guardrails.after.labels import Named, everyday
from bot.guardrails.after.numbers import readings
from bot.guardrails.after.record import Record, Result, Standing
from bot.guardrails.after.text import Sentence

_KINDS: Final = ("outside", "inside", "high", "low")
_DIGITS: Final = re.compile(r"\d+(?:[.,]\d+)*")
_TRENDS: Final = ("up", "down", "same")
_NEGATED: Final = 4  # words before a claim among which a denial counts
_NOTHING: Final = re.compile(r"(?:^|[,:] ?)(?:nothing|none|not one|no result|rien|aucun\w*)\b(?! but| que)[^,:;]*$")
_SUBJECT: Final = re.compile(
    r"^(?:(?:yes|no|well|so|and|oui|non|alors|et|but|mais|all in all)[, ]+)*(?:it|they|this|that|these|those|both|all of (?:it|them|these)|ce|cela|ca|elles?|ils?|tout|"
    r"(?:the|your|his|her|this|le|la|votre|ce|cette|son|sa) (?:\w+ )?(?:ratio|rapport|result|results|value|level|figure|score|number|reading|count|resultat|resultats|taux|valeur|chiffre|dosage|mesure)) "
    r"(?:all |both |tous |toutes )?(?:is|are|was|were|looks?|seems?|appears?|est|sont|etait|etaient|parait|paraissent|semblent?|reste\w*)\b"
)
_PRONOUN: Final = re.compile(r"(?:it|this|that|elle|il|celle ci|celui ci) (?:is|was|est|etait|remains|reste)\b")
_MOVED: Final = re.compile(r"(?:yes|no|oui|non)?[,: ]*(?:it|this|that|elle|il|cela|ca|celle ci|celui ci)\b")
_EVERY: Final = re.compile(r"\b(?:both|all (?:of|your|the|two|three|four)|each|every|tous|toutes|les deux|chacune?)\b")
_FIRST_ONES: Final = re.compile(  # "the first two are inside, the third …": read with the lenience of "two"
    r"\b(?:the (?:first|last|other) (?:two|three|four)|les (?:deux|trois|quatre) (?:premier|dernier|autre)\w*)\b[^,;:]*$"
)
_BOTH: Final = re.compile(r"\b(?:both|les deux|toutes deux|tous deux|l une et l autre)\b")
_PAIR: Final = 2
_SHORT: Final = 10  # words of a sentence that only judges
_ANCHORED: Final = 60  # characters between a claim and the word that makes it one about a result


class ClaimReader:
    """Reads sentences in order, remembering which test is being spoken of."""

    def __init__(self, record: Record, lists: Mapping[str, re.Pattern[str]], asked: str) -> None:
        self._record = record
        self._lists = lists
        self._last: str | None = asked if asked in record.by_key else None
        self._together: list[str] = []  # the tests that the last sentence with any named
        self._said: set[str] = set()

    def broken(self, sentences: Sequence[Sentence], naming: Sequence[Sequence[Named]]) -> set[str]:
        """Give the codes of what *sentences* claim and the record does not; *naming*, the tests that each names."""
        found: set[str] = set()
        for sentence, named in zip(sentences, naming, strict=True):
            text = self._lists["claim_neutral"].sub(lambda match: "_" * len(match[0]), sentence.text)
            if not sentence.asks:
                found |= self._sentence(text, named)
            recorded = [name.key for name in named if name.key in self._record.by_key]
            if recorded:
                self._last, self._together = recorded[-1], recorded
                self._said |= set(recorded)
        return found

    def _sentence(self, text: str, named: Sequence[Named]) -> set[str]:
        if self._lists["claim_general"].search(text) and not self._is_personal(text):
            return set()
        if self._lists["open"].search(text):
            return set()
        found = set()
        if self._lists["claim_ambiguous"].search(text):
            found.add("ambiguous_claim")
        for place, kind, negated in self._claims(text):
            results = self._results(text, named, place, kind)
            if results is not None and self._is_false(results, kind, negated, text):
                found.add("trend_not_in_record" if kind in _TRENDS else "claim_not_in_record")
        return found

    def _is_personal(self, text: str) -> bool:
        """Say whether a hedged sentence still tells of this person's result: "your ferritin is high, which may …"."""
        hedge = self._lists["claim_general"].search(text)
        personal = self._lists["claim_personal"].search(text)
        if hedge is None or personal is None or personal.start() > hedge.start():
            return False
        claim = min((place for place, _, _ in self._claims(text)), default=None)
        return claim is not None and personal.start() < claim < hedge.start()

    def _claims(self, text: str) -> Iterator[tuple[int, str, bool]]:
        taken: list[tuple[int, int]] = []
        for kind in (*_TRENDS, *_KINDS):
            for match in self._lists[f"claim_{kind}"].finditer(text):
                whole = not (
                    text[match.start() - 1 : match.start()].isalnum() or text[match.end() : match.end() + 1].isalnum()
                )
                if whole and not any(match.start() < end and start < match.end() for start, end in taken):
                    taken.append(match.span())
                    before = text[: match.start()].split()[-_NEGATED:]
                    denied = any(self._lists["claim_negation"].fullmatch(word) for word in before)
                    yield match.start(), kind, denied or bool(_NOTHING.search(text[: match.start()]))

    def _results(self, text: str, named: Sequence[Named], place: int, kind: str) -> list[Result] | None:
        """Give the results a claim may be about; None when it is about none."""
        before = [name for name in named if name.start < place]
        if _FIRST_ONES.search(text[:place]):
            return self._all(text)
        unnamed = self._of_no_name(text, named, place, kind) if not before else None
        if unnamed is not None:
            return unnamed
        chosen = before[-1] if before else named[0] if named else None
        if chosen is not None and abs(chosen.start - place) <= 2 * _ANCHORED:
            results = self._of_test(chosen, text)
            told = self._of_values(text) if kind not in _TRENDS else []
            return [result for result in results or () if result in told] or results
        told = self._of_values(text)
        if told and kind in _TRENDS:
            return [result for result in self._record.results if result.key in {one.key for one in told}]
        if told:
            return told
        verdict = _SUBJECT.search(text) is not None and len(text.split()) <= _SHORT and self._last is not None
        if not verdict and not self._anchored(text[max(0, place - _ANCHORED) : place + _ANCHORED], kind):
            return None
        if self._last is not None:
            return self._record.by_key[self._last]
        if not self._record.results and not self._lists["claim_personal"].search(text):
            return None
        return self._all(text)

    def _of_no_name(self, text: str, named: Sequence[Named], place: int, kind: str) -> list[Result] | None:
        """Give the results of a claim before which no test is named; None where what follows must tell."""
        pronoun = _MOVED.match(text) if kind in _TRENDS else _PRONOUN.match(text)
        if pronoun and self._last is not None:
            return self._record.by_key[self._last]
        if not named and len(set(self._together)) == _PAIR and _BOTH.search(text[:place]):
            return [result for key in dict.fromkeys(self._together) for result in self._record.by_key[key]]
        everything = self._lists["claim_everything"].search(text) and self._lists["results"].search(text)
        if everything or (self._lists["claim_others"].search(text) and not named):
            return self._all(text)
        if kind in _TRENDS:
            return None
        stated = self._of_values(text[:place])
        if stated:  # "4.6, above the limit, with haemoglobin inside its own": of the value, not of what is named later
            return stated
        some = self._record.results and self._lists["claim_some"].search(text) and not named
        return self._all(text) if some else None

    def _of_test(self, name: Named, text: str) -> list[Result] | None:
        results = self._record.by_key.get(name.key)
        if results is None and (
            everyday(text[name.start : name.end]) or not self._lists["claim_personal"].search(text)
        ):
            return None
        return results or []

    def _of_values(self, text: str) -> list[Result]:
        """Give the results whose values *text* states."""
        stated = {value for printed in _DIGITS.findall(text) for value in readings(printed)}
        told = [result for result in self._record.results if result.value in stated]
        last = self._record.by_key.get(self._last or "", [])
        return told or [result for result in last if stated & {result.low, result.high}]

    def _anchored(self, near: str, kind: str) -> bool:
        if self._lists["claim_anchor"].search(near) is None:
            return False
        return kind in {"high", "low", "up", "down", "same"} or bool(
            re.search(
                r"rang|norm|limit|interval|fourchette|borne|ceiling|plafond|\bout\b|hors|yours|votres?\b|tien|\b(?:this|that) one\b",
                near,
            )
        )

    def _all(self, text: str) -> list[Result]:
        if self._lists["claim_others"].search(text):
            return [result for result in self._record.results if result.key not in self._said]
        return list(self._record.results)

    def _is_false(self, results: Sequence[Result], kind: str, negated: bool, text: str) -> bool:
        if kind in _TRENDS:
            return not negated and not self._moved(results, kind)
        if not results:
            return not self._is_told()
        fitting = [_holds(result, kind, negated) for result in results]
        one_test = len({result.key for result in results}) == 1
        every = _EVERY.search(text) is not None and len(results) > 1
        lenient = (one_test and not every) or self._lists["claim_some"].search(text)
        return not any(fitting) if lenient else not all(fitting)

    def _is_told(self) -> bool:
        """Say whether the person gave the range themselves, so that only a reader of words could judge."""
        told = (result for results in self._record.by_key.values() for result in results)
        return not self._record.results and any(result.standing is not Standing.UNKNOWN for result in told)

    def _moved(self, results: Sequence[Result], kind: str) -> bool:
        dated = sorted(
            (max(result.days, key=str), value)
            for result in results
            for value in result.parts[:1]
            if result.days and None not in max(result.days, key=str)
        )
        values = [value for _, value in dated]
        if len(values) <= 1:
            return self._told_twice()
        first, previous, last = values[0], values[-2], values[-1]
        moves: dict[str, list[Decimal]] = {
            "up": [last - first, last - previous],
            "down": [first - last, previous - last],
        }
        return (
            any(one == two for one, two in pairwise(values))
            if kind == "same"
            else any(move > 0 for move in moves[kind])
        )

    def _told_twice(self) -> bool:
        told = [known for numbers in self._record.numbers.values() for known in numbers if known.origin != "fact"]
        return len(told) > 0


def _holds(result: Result, kind: str, negated: bool) -> bool:
    standing = result.standing
    if standing is Standing.UNKNOWN:
        return False
    if kind == "outside":
        return (standing is not Standing.INSIDE) != negated
    if standing is Standing.OUTSIDE:
        return negated and kind == "inside"
    if standing is Standing.INSIDE and not negated:
        # "Below the limit" is inside, where the only limit printed is the upper one.
        one_sided = (kind == "low" and result.low is None) or (kind == "high" and result.high is None)
        return kind == "inside" or (one_sided and (result.low, result.high) != (None, None))
    return (standing.value == kind) != negated
