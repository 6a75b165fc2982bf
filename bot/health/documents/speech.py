"""Which language a report is written in, by its commonest words; neighbours are counted so that they lose clearly."""

import re
from collections.abc import Iterable
from typing import Final

from bot.health.documents.errors import UnsupportedLanguageError
from bot.i18n import Language

_WORDS: Final = {
    "fr": (
        "de du des le la les et à au aux en pour par sur une est né née édité compte rendu analyse analyses "
        "résultat résultats unité valeurs référence normes prélèvement laboratoire biologie médicale "
        "hématologie biochimie hémoglobine plaquettes leucocytes glycémie créatinine cholestérol antériorité "
        "absence négatif monsieur madame mme examen examens page ferritine urée fer vitamine triglycérides "
        "protéines protéine albumine bilirubine hématies hématocrite lymphocytes natrémie kaliémie calcémie "
        "jeun sérum sang soit hôpital centre biologiste docteur nom prénom sexe date numération formule "
        "sanguine bilan glyquée ionogramme sérologie interprétation commentaire valeur unités norme usuelles "
        "taux vitesse sédimentation hormonologie urines immunologie vgm tcmh ccmh dfg "
        "ordonnance comprimé comprimés gélule gélules sachet prendre fois matin soir jour jours semaines mois pendant traitement "
        "consultation conclusion indication technique rendez-vous échographie radiographie médicament médicaments douleurs besoin renouveler"
    ),
    "en": (
        "the of and for to in with by on is was report date collected patient name test tests result results "
        "unit units reference range interval flag laboratory hematology haematology chemistry hemoglobin "
        "haemoglobin platelets glucose creatinine cholesterol specimen received ordering physician provider "
        "normal high low negative dob page previous status ferritin urea iron vitamin triglycerides protein "
        "albumin bilirubin hematocrit haematocrit neutrophils serum blood white red cell cells count fasting "
        "hospital clinic clinical pathology trust total free ratio estimation level levels lipid thyroid "
        "liver kidney renal panel comment comments gender sex age born value values laboratories diagnostics "
        "wbc rbc mcv mch mchc egfr medical center lab doctor surname forename your his her she he this that are not within above below "
        "prescription take tablet tablets capsule capsules daily twice once mouth days weeks months refills needed diagnosis medications "
        "visit summary discharge instructions follow appointment findings impression indication technique exam history plan acute right left chest views performed process were has"
    ),
    "es": (
        "de el los las en y para por con fecha resultado resultados valores referencia unidades paciente "
        "hemoglobina glucosa plaquetas informe médico leucocitos edad sexo análisis laboratorio clínico"
    ),
    "de": (
        "der die das und von für mit im zum befund ergebnis einheit referenzbereich patient labor hämoglobin "
        "leukozyten thrombozyten kreatinin datum blutbild geburtsdatum probe auftrag normbereich"
    ),
    "it": (
        "di il lo gli e per con del della esame esami risultato risultati valori riferimento unità paziente "
        "emoglobina glicemia piastrine data referto medico leucociti creatinina"
    ),
    "pt": (
        "de o os as e para por com data resultado resultados valores referência unidade paciente hemoglobina "
        "glicose plaquetas exame exames laudo médico leucócitos creatinina"
    ),
    "nl": (
        "de het een en van voor met op uitslag uitslagen eenheid referentiewaarden patiënt datum bloed "
        "hemoglobine glucose trombocyten leukocyten kreatinine geboortedatum aanvrager"
    ),
}
_LISTED: Final = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_LEAST_WORDS = 3


def language_of_text(lines: Iterable[str]) -> Language:
    """Give the language of a report. Raises `UnsupportedLanguageError` unless it is clearly French or English."""
    said = re.findall(r"[^\W\d_]+", " ".join(lines).lower())
    scores = {language: sum(word in listed for word in said) for language, listed in _LISTED.items()}
    best = max(scores, key=lambda language: scores[language])
    if best not in {"fr", "en"} or scores[best] < _LEAST_WORDS:
        raise UnsupportedLanguageError(f"{scores[best]} of {len(said)} words")
    return "fr" if best == "fr" else "en"
