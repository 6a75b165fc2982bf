"""Rows of a document in words to lines and headed passages, without the heads and feet that every page repeats."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.health.documents.items import DATE
from bot.health.documents.pages import Page
from bot.health.documents.rows import Row

_BULLET: Final = re.compile(r"^(?:[-–—•·●▪◦*>#]+|\(?[0-9]{1,2}[.)/](?![0-9]))\s*(?=\S)")
_PAGE_NUMBER: Final = re.compile(r"(?:page\s*)?[0-9]{1,3}\s*(?:/|sur|of)\s*[0-9]{1,3}|page\s*[0-9]{1,3}", re.IGNORECASE)
_DATED: Final = re.compile(
    r"(?:[^\d,:]{2,40},\s*)?(?:(?:consultation|visite|visit|examen|exam|ordonnance|prescription|hospitalisation|passage|study|service|date|issued|written|seen|performed|réalisée?|prescribed|sortie|discharged?)?\s*(?:date|du|le|of|on|de)?\s*"
    r"(?:(?:of|de|d['’])\s*(?:visit|service|exam|study|(?:la\s+|l['’])?\w+))?\s*:?\s*)0(?:\s*(?:à|at|-)?\s*[0-9]{1,2}\s?[hH:]\s?[0-9]{0,2}|\s*(?:au|to|-)\s*[0-9./-]+)?\.?",
    re.IGNORECASE,
)
CONTACT: Final = re.compile(
    r"(?<![\w-])(?:t[ée]l(?:[ée]phone|\.)?|phone|fax|siret|siren|finess|rpps|adeli|npi|dea|clia|mrn|nir|ipp|iban|n°\s*(?:de\s+)?(?:sécu|ss|dossier|contrat|facture)\w*|www\.\S*|https?\S*|\S+@\S+"
    r"|[0-9]+(?:\s?(?:bis|ter))?,?\s+(?:rue|avenue|av\.|boulevard|bd|place|allée|chemin|impasse|quai|[^\W\d]+\s+(?:street|st\.?|road|rd\.?|avenue|ave\.?|lane|drive|blvd))|cedex|secrétariat|horaires"
    r"|n[ée]e?(?:\(e\))?\s+le|date\s+de\s+naissance|date\s+of\s+birth|dob|d\.o\.b\.?|(?:patiente?|name|nom|prénom|surname|forename|sexe?|gender|âge|age|prescripteur|physician|provider|prescriber|pharmacy|nhs\s+n\w+)\s*:)(?!\w)|€|\$\s?[0-9]",
    re.IGNORECASE,
)
_END: Final = re.compile(
    r"(?:bien\s+)?(?:confraternellement|cordialement)|(?:veuillez|je vous prie|nous vous prions)\b.*|en vous remerciant.*|salutations.*"
    r"|(?:yours\s+)?(?:sincerely|faithfully)|(?:kind|best)\s+regards|signature\b.*|signé\b.*|(?:electronically\s+|digitally\s+)?signed\b.*"
    r"|(?:compte rendu\s+)?(?:validé|relu|dicté|dictated|reviewed|verified|reported|interpreted|read)e?\s+(?:par|by|le|on)\b.*|(?:docteur|dr\.?)\s+(?:[^\d:\s]+(?:\s+|$)){1,6}|cachet\b.*",
    re.IGNORECASE,
)
_MARGINAL: Final = re.compile(
    r"(?:madame|monsieur|mme|mlle|m\.|mr|mrs|ms)\.?\s[^\d:]{2,60}(?:[0-9]{1,3}\s?(?:ans|years|kg|cm)[^:]{0,30})?|prescriptions?\s+(?:relatives?|sans\s+rapport)\b.*|(?:ch(?:er|ère)s?|dear)\s.{2,60}|(?:to|re|à|objet|cc)\s?:.*"
    r"|fait\s+(?:à|le)\b.*|membre d.une (?:association|aga).*|en cas d.urgence.*(?:15|112).*|(?:.{2,80}[,-]\s*)?[0-9]{5}\s+[^\W\d_]{3,}(?:[ -][^\W\d]+){0,4}"
    r"|(?:expires?|valable|valid)\b.*|(?:substitution|dispense as written|daw|(?:substance\s+)?non substituable)\b.*",
    re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line without its bullet."""

    row: Row
    text: str  # `GAP` where a column may begin
    bullet: str = ""

    @property
    def whole(self) -> str:
        """Give the line as a person sees it."""
        return f"{self.bullet} {self.printed}".strip()

    @property
    def printed(self) -> str:
        """Give the line without its bullet."""
        return re.sub(r"\s+", " ", self.text).strip()

    @property
    def left(self) -> float:
        return self.row.words[0].x0


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading with the lines below it. *topic* is "" for what stands under no known heading."""

    topic: str
    title: str
    lines: tuple[Line, ...]


def lines_of(pages: Sequence[Page]) -> tuple[Line, ...]:
    """Give the lines of all *pages* in order."""
    seen: set[str] = set()
    kept: list[Line] = []
    for page in pages:
        here: set[str] = set()
        for row in page.rows:
            edge = not page.height / 8 < row.centre < page.height * 7 / 8
            shape = re.sub(r"[0-9]+", "0", row.printed)
            if _PAGE_NUMBER.fullmatch(row.printed.strip()) or (edge and shape in seen):
                continue
            here.add(shape)
            bare = _BULLET.sub("", row.text)
            kept.append(Line(row, bare, row.text.removesuffix(bare).strip()))
        seen |= here
    return tuple(kept)


def marginal(line: Line) -> bool:
    """Say whether *line* is of the letterhead, the patient or the signature: nothing to read, nothing to list."""
    text = line.printed
    return bool(CONTACT.search(text)) or aside(line) or not re.search(r"[^\W\d_]{2}", text)


def aside(line: Line) -> bool:
    """Say whether *line* says where and when this was written, to whom, or what any such document says."""
    day = DATE.search(line.printed)
    dated = day is not None and _DATED.fullmatch(f"{line.printed[: day.start()]}0{line.printed[day.end() :]}")
    return bool(_MARGINAL.fullmatch(line.printed) or dated) or ends(line)


def ends(line: Line) -> bool:
    """Say whether *line* signs the document."""
    return _END.fullmatch(line.printed.rstrip(",.")) is not None


def passages(lines: Iterable[Line], topics: Mapping[str, re.Pattern[str]]) -> Iterator[Passage]:
    """Cut *lines* at the headings that *topics* know, and at what signs the document."""
    topic, title, below = "", "", list[Line]()
    for line in lines:
        head = _heading(line, topics)
        if head is None and not (topic and ends(line)):
            below.append(line)
            continue
        if topic or below:
            yield Passage(topic, title, tuple(below))
        topic, title, rest = head or ("", "", line.text)
        below = [Line(line.row, rest)] if rest.strip() else []
    yield Passage(topic, title, tuple(below))


def paragraphs(lines: Sequence[Line]) -> Iterator[tuple[Row, str]]:
    """Join broken lines: each bullet begins anew, else each line that does not carry on the one above."""
    bulleted = sum(bool(line.bullet) for line in lines) > 1 or bool(lines and lines[0].bullet)
    first: Row | None = None
    text = ""
    for line in lines:
        carried = not line.bullet if bulleted else line.printed[:1].islower() or text.endswith(",")
        if first is not None and carried:
            text = f"{text} {line.printed}"
            continue
        if first is not None:
            yield first, text
        first, text = line.row, line.printed
    if first is not None:
        yield first, text


def _heading(line: Line, topics: Mapping[str, re.Pattern[str]]) -> tuple[str, str, str] | None:
    for topic, words in topics.items():
        found = words.match(line.text)
        if not found:
            continue
        rest = line.text[found.end() :]
        marked = re.match(r"\s*[:：]\s*|\t|\s+[-–]\s+|\s*$", rest)
        if marked:
            return topic, re.sub(r"\s+", " ", found[0]).strip(), rest[marked.end() :]
    return None
