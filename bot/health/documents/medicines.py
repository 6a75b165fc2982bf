"""Lines that name a medicine: its name, its strength and form, how it is taken. All of it as printed.

No list of medicines is kept: a name is what stands before a strength, a form, or words that say how to take it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from bot.health.documents.passages import CONTACT, Line, aside

_NUMBER: Final = r"[0-9]+(?:[ \u00a0\u202f][0-9]{3}(?![0-9]))*(?:[.,][0-9]+)?"
_AMOUNT: Final = r"(?:mg|MG|g|G|[µμu]g|mcg|MCG|microgrammes?|micrograms?|M?UI|IU|U|units?|unités?|mmol|mEq|m[lL]|ML|%)"
_PER: Final = r"(?:g|m[lL]|doses?|h|24\s?h(?:eures)?|hr|hours?|heures?|bouffées?|puffs?|sprays?|actuations?|inhalations?|comprimés?|tablets?|sachets?)"
_STRENGTH: Final = re.compile(
    rf"(?:{_NUMBER}\s?[/-]\s?)?{_NUMBER}\s?{_AMOUNT}(?![\w°])(?:\s?/\s?(?:{_NUMBER}\s?)?(?:mg|[µμu]g|mcg|UI|IU|{_PER})(?![\w]))*(?!\s?/\s?[^\W\d])"
)
_FORM: Final = re.compile(
    r"(?<![\w-])(?:comprimés?|cpr?s?\.?|gélules?|gél\.?|lyocs?|capsules?|caplets?|caps?\.?|sachets?(?:[ -]doses?)?|sirop|solutions?|suspensions?|collyre|gouttes?|pommade"
    r"|crème|gel|spray|aérosol|poudre|granulés?|suppositoires?|suppos?\.?|ovules?|patchs?|dispositif\s+transdermique|ampoules?|injections?"
    r"|seringues?|stylos?|flacons?|tubes?|lotion|shamp(?:ooing|oo)|mousse|pastilles?|gommes?|tablets?|tabs?\.?|cream|ointment|syrup|drops"
    r"|inhal(?:er|ateur)|patch(?:es)?|suppositor(?:y|ies)|vials?|pens?|powder|lozenges?|elixir|foam|nebuli[sz]er)(?![\w-])",
    re.IGNORECASE,
)
_WITH: Final = re.compile(
    r"(?<![\w-])(?:dispersibles?|effervescente?s?|pelliculée?s?|enrobée?s?|sécables?|oro-?dispersibles?|gastro-?résistante?s?|à\s+libération\s+(?:prolongée|modifiée)"
    r"|LP|LM|L\.P\.|XR|ER|SR|CR|DR|EC|XL|HFA|MDI|buvables?|injectables?|orale?|oral|nasale?|nasal|cutanée?|ophtalmique|auriculaire"
    r"|préremplie?s?|adultes?|enfants?|nourrissons?|film-coated|(?:extended|delayed|modified|prolonged)[ -]release|enteric[ -]coated|chewable"
    r"|inhalation|nébulisation|perfusion|bain\s+de\s+bouche|application\s+locale|topical|ophthalmic|otic|sublingual|transdermal|vaginal|rectal|sol\.|susp\.|inj\.|(?:pour|en|for|of|de|d['’])(?=\s))(?![\w-])",
    re.IGNORECASE,
)
_TAKING: Final = re.compile(
    r"(?<!\w)(?:fois\s+(?:par|/)|par\s+(?:jour|semaine|prise|mois)|/\s?j(?:our)?|le\s+matin|matin|midi|le\s+soir|soir|coucher|toutes?\s+les|tous\s+les|pendant\s+[0-9]"
    r"|si\s+(?:besoin|douleurs?|fièvre|nécessaire)|once|twice|(?:three|four|[0-9])\s+times|daily|every|each|at\s+bedtime|bedtime|as\s+(?:needed|directed)"
    r"|prn|bid|tid|qid|qd|qhs|po|weekly|(?:in\s+the\s+)?(?:morning|evening)|nightly|by\s+mouth|applications?|gouttes?\s+dans|bouffées?|puffs?)(?!\w)",
    re.IGNORECASE,
)
_BEGINS: Final = re.compile(
    r"[0-9½]|q\.s\.p|ren\.|(?:une?|deux|trois|one|two|take|prendre|prise|à\s+prendre|apply|appliquer|use|utiliser|inhaler?|inject(?:er)?|instill\w*|boire|drink|chew|dissol\w+"
    r"|place|put|mettre|sig|posologie|dos(?:e|age)|strength|forme?|durée|duration|pendant|durant|for|pour|si|if|en\s+cas|jusqu['’]\w+|until|le\s+matin|matin|midi|soir"
    r"|max(?:imum|i)?|ne\s+pas|do\s+not|avoid|éviter|qsp|disp|dispense|qty|quantity|quantité|boîtes?|refills?|(?:à|non)\s+renouveler|renouvel\w*|indication|reason"
    r"|per|par|at|with|avec|à|au|tous|toutes|every|once|twice|daily|as|stop|puis|then|directions|route|voie|start\w*|début\w*|fin|end)(?!\w)",
    re.IGNORECASE,
)
_STOPPED: Final = re.compile(
    r"(?:stop(?:ped|\s+taking)?|discontinued?|hold|arrêt(?:er|ée?s?)?|suspen\w+|cesser|interromp\w+|ne\s+plus\s+prendre|no\s+longer)(?!\w)"
    r"(?!\s+(?:if|si|when|quand|en\s+cas|after|après|dès))",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"(?:médicaments?|medications?|medicines?|drug|rx|dci|spécialité)\s*[:.#]?\s*(?:[0-9]+\s*)?(?=\S)", re.IGNORECASE
)
_CARE: Final = re.compile(  # ordered as medicines are, and none
    r"kin[ée]sith|surveillance|contr[ôo]le|monitor|tension|glyc[ée]mie|activité|marche\b|rééducation|s[ée]ances?\b|soins|infirmi|pansement|bilan|prise\s+de\s+sang|bas\s+de|contention|semelles|arrêt\s+de|r[ée]gime"
    r"|physio|therapy|dressing|stockings|blood\s+test|x-?ray|exercise|diet\b",
    re.IGNORECASE,
)
RENEWAL: Final = re.compile(
    r"(?:ordonnance\s+|traitement\s+|prescription\s+)?(?:à\s+renouveler|renouvelables?|non\s+renouvelables?|à\s+ne\s+pas\s+renouveler|ne\s+pas\s+renouveler|renouvellements?|refills?)\b.*"
    r"|(?:traitement\s+)?(?:pour|qsp)\s+[0-9]+\s+(?:jours|semaines|mois)\.?",
    re.IGNORECASE,
)
_MOST_NAME: Final = 8  # words
_INDENTED: Final = 5.0  # points


@dataclass(slots=True)
class Medicine:
    """One medicine: where it begins, and its words."""

    line: Line
    name: str
    product: str  # strength and form
    taken: list[str] = field(default_factory=list)
    rows: list[Line] = field(default_factory=list)

    @property
    def directions(self) -> str:
        """Give all that says how it is taken."""
        return " ".join(part for part in self.taken if part)

    @property
    def stopped(self) -> bool:
        """Say whether it is named to be taken no longer."""
        return _STOPPED.match(self.directions) is not None


def medicines(lines: Iterable[Line]) -> list[Medicine | Line]:
    """Give each medicine with its directions, and each line that is of none, in order."""
    pieces: list[Medicine | Line] = []
    for line in lines:
        begun = read_medicine(line) or _named_above(pieces, line)
        above = pieces[-1] if pieces else None
        if begun is not None:
            pieces.append(begun)
        elif isinstance(above, Medicine) and not aside(line) and _carries_on(above, line):
            above.taken.append(line.printed)
            above.rows.append(line)
        else:
            pieces.append(line)
    return pieces


def _named_above(pieces: list[Medicine | Line], line: Line) -> Medicine | None:
    """Take the line just above for a medicine's name, where *line* says how to take it."""
    above = pieces[-1] if pieces else None
    if not isinstance(above, Line) or not _could_be_name(above) or not _directs(line):
        return None
    pieces.pop()
    return Medicine(above, _name(above.printed), "", [line.printed], [above, line])


def read_medicine(line: Line) -> Medicine | None:
    """Read a line that names a medicine and says how strong it is, in what form it comes, or how to take it."""
    text = _NAMED.sub("", line.text, count=1) if _NAMED.match(line.text) else line.text
    if _BEGINS.match(text) or _STOPPED.match(text) or CONTACT.search(text) or RENEWAL.fullmatch(line.printed):
        return None
    found = _product(text)
    if found is None:
        return _without_product(line, text)
    start, end = found
    name = _name(text[:start])
    if not _plausible(name, line):
        return None
    product = re.sub(r"\s+", " ", text[start:end]).strip(" ,;:()[]-–\t")
    return Medicine(line, name, product, [_rest(text[end:])], [line])


def _product(text: str) -> tuple[int, int] | None:
    """Give where strength and form stand: the first of them, and all that follows it at once."""
    first = re.search(r"[\s(,]", text)
    at = first.start() if first else len(text)
    begins = [found for pattern in (_STRENGTH, _FORM) if (found := pattern.search(text, at))]
    if not begins:
        return None
    begin = min(begins, key=lambda found: found.start())
    if begin.re is _FORM and re.search(r"(?:[0-9½]|une?|one|two|deux)\s*$", text[: begin.start()], re.IGNORECASE):
        return None  # "Kardegic 1 comprimé le matin": how much to take
    if "%" in begin[0] and not _FORM.search(text, at):
        return None  # "HbA1c 5,9 %"
    end, seen = begin.end(), begin.end()
    while True:
        blank = re.compile(r"[\s,;/()+–-]*").match(text, end)
        at = blank.end() if blank else end
        following = next((m for p in (_STRENGTH, _FORM, _WITH) if (m := p.match(text, at))), None)
        if following is None:
            return begin.start(), seen
        if (
            following.re is _STRENGTH
            and text[end:at].strip() not in {"/", "+"}
            and _STRENGTH.search(text, begin.start(), end)
        ):
            return begin.start(), seen  # "suspension, 5 mL twice daily": how much to take
        end = following.end()
        if not re.fullmatch(r"(?i)pour|en|for|of|de|d['’]", following[0]):
            seen = end


def _without_product(line: Line, text: str) -> Medicine | None:
    """Read "KARDEGIC 75 : 1 sachet par jour": a name, and at once how to take it."""
    parted = re.match(r"(?P<name>[^:\t]{3,60}?)(?:\s*:\s*|\s+[-–]\s+|,\s+|\t)(?P<rest>.+)", text)
    if not parted or not _TAKING.search(parted["rest"]) or not _BEGINS.match(parted["rest"]):
        return None
    name = _name(parted["name"])
    return Medicine(line, name, "", [_rest(parted["rest"])], [line]) if _plausible(name, line) else None


def _plausible(name: str, line: Line) -> bool:
    if (
        _CARE.search(name)
        or not re.match(r"[^\W\d_][^\W\d_]", name)
        or len(name.split()) > _MOST_NAME
        or _TAKING.search(name)
    ):
        return False
    return name[:1].isupper() or bool(line.bullet)


def _could_be_name(line: Line) -> bool:
    text = line.printed
    return (
        _plausible(text, line) and len(text) <= 60 and not _BEGINS.match(text)  # noqa: PLR2004 - a name, not a sentence
        and not CONTACT.search(text) and not RENEWAL.fullmatch(text) and not aside(line) and not text.endswith((".", ":"))
    )  # fmt: skip


def _directs(line: Line) -> bool:
    return bool(_BEGINS.match(line.printed) and _TAKING.search(line.printed)) and not CONTACT.search(line.printed)


def _carries_on(medicine: Medicine, line: Line) -> bool:
    text = line.printed
    return not _STOPPED.match(text) and not _CARE.search(text) and bool(
        _BEGINS.match(text) or RENEWAL.fullmatch(text) or _TAKING.search(text)
        or text[:1].islower() or (line.left > medicine.line.left + _INDENTED and not CONTACT.search(text))
    )  # fmt: skip


def _name(text: str) -> str:
    name = re.sub(r"\s+", " ", text).strip(" ,;:.-–*•")
    return name if name.count("(") == name.count(")") else name.strip(" ()").replace("(", "").replace(")", "")


def _rest(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" ,;:–-\t")
