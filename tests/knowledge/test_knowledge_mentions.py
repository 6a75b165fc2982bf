"""Analytes and health talk are heard in questions, and not in everyday chat."""

import time

import pytest

from bot.health.knowledge import Knowledge
from bot.i18n import Language

EVERYDAY: dict[Language, list[str]] = {
    "fr": [
        "j'ai mal compris", "la pièce est pleine", "une recette de gâteau au chocolat", "je n'ai pas le temps", "ça va ?", "CA VA ?",
        "C'EST PAS VRAI", "prends le chemin de fer", "un bras de fer avec mon patron", "où est le fer à repasser ?",
        "200 g de beurre, une plaquette de beurre", "il faut changer les plaquettes de frein", "du sel et du poivre",
        "il fait quelle température à Lyon ?", "la tension monte entre les deux pays", "quelle est la taille de ce fichier ?",
        "le poids des mots", "j'ai un TP de chimie demain", "le CA de l'entreprise progresse", "un T3 à louer à Nantes",
        "je ne veux PAS y aller", "France VS Italie ce soir", "16 GB de mémoire", "randonnée sur le GR 20", "t'es malade !",
        "un truc de malade", "quelles sont les règles du jeu ?", "appuie sur le bouton", "j'ai du mal à comprendre la consigne",
        "c'est pas mal au final", "mal à l'aise en public", "une crise économique", "un virus informatique sur mon PC",
        "la saturation des couleurs de l'écran", "une enceinte bluetooth", "le tremblement de terre au Japon",
        "bonjour mon cœur", "je le sais par cœur", "traitement de texte gratuit", "la pression du pneu", "le foie gras de Noël",
        "quelle plaie cette réunion", "c'est une urgence au bureau", "mon analyse du match", "un toit en zinc", "mets la musique plus fort",
        "combien de calories dans rien du tout non", "tu peux me réserver une table pour deux ?", "raconte-moi une blague",
        "le régime de Vichy", "une fracture numérique", "la pilule est dure à avaler", "donne-moi l'heure", "le lait est au frigo",
        "je suis mort de rire", "j'ai envie de mourir de rire", "je meurs d'envie de te voir", "je meurs de faim", "ça me tue", "tuer le processus 4242",
        "ma batterie est morte", "je veux en finir avec ce dossier", "au sein de l'équipe", "la suite dans la bouche du métro", "un morphing vidéo",
        "une batterie au lithium", "j'en peux plus de ce bruit", "mon ordinateur ne se réveille pas", "avaler un livre en une nuit", "un mort dans le film",
        "quel est le taux de chômage ?", "niveau de français B2", "K-pop et plan K", "une crème anti-rides", "la gastronomie lyonnaise", "N'A-T-IL PAS FINI ?", "traduis ce texte en anglais",
    ],
    "en": [
        "my phone battery is dead", "a recipe for chocolate cake", "iron my shirt please", "iron out the details", "Iron Man is on tonight",
        "what is the temperature outside?", "what size is this file?", "the weight of evidence", "how tall is the Eiffel Tower?",
        "press ALT F4", "alt tab does not work", "that's a pain point for users", "a pain in the neck", "pain au chocolat please",
        "I'm sick of this job", "sick and tired of waiting", "that was a sick beat", "Doctor Who is back", "let's chill tonight",
        "my computer has a virus", "the period of the Renaissance", "a cold day in March", "I know it by heart", "kidney beans and rice",
        "the stock market is under pressure", "no pain no gain", "blood orange juice", "in cold blood", "HR wants to see me",
        "K is a letter", "what is the capital of CA?", "The T3 line is closed", "reset the pulse width", "burger buns", "a stroke of luck",
        "function with side effects in code", "DNS poisoning attack", "metal fatigue", "the great depression", "Scorpio or cancer season?",
        "my results at the chess tournament", "test results of the build", "Netflix and chill", "the hive database", "roof shingles",
        "book a table for two", "tell me a joke", "translate this into French", "the platform is late", "a protein bar", "salt and pepper",
        "NA means not available", "OK, CO2 emissions are rising", "set an alarm for 7", "play some music", "RR trains are delayed",
        "this kills me", "I died laughing", "I want to die laughing", "dead battery", "kill the process", "kill -9 does not work", "my phone is going to die",
        "I'm dying to see you", "cake to die for", "I don't want to go on holiday", "I don't want to live in Paris", "unconscious bias", "std::vector in C++",
        "hearing aids for sale", "the red pill", "I swallowed my pride", "lithium battery", "my laptop won't wake up", "Suicide Squad is on tonight",
        "take a deep breath", "the server stopped responding", "two contractions in English grammar", "I can't speak French", "that joke slays", "deadline tomorrow",
        "the exam period starts soon", "a rash decision", "two hot dogs", "the panic button", "football fever", "the bleeding edge of technology",
    ],
}  # fmt: skip

QUESTIONS: dict[Language, list[tuple[str, list[str]]]] = {
    "fr": [
        ("Que veut dire mon hémoglobine à 11,4 ?", ["hemoglobin"]),
        ("mes plaquettes et mes globules blancs sont bas", ["platelets", "white_cells"]),
        ("Cholestérol LDL ou HDL, lequel compte ?", ["ldl", "hdl"]),
        ("c'est quoi le mauvais cholestérol ?", ["ldl"]),
        ("mon cholesterol est haut", ["cholesterol_total"]),
        ("hemoglobine glyquee et glycemie a jeun", ["hba1c", "glucose_fasting"]),
        ("ma tsh est à 5, et la T4 libre ?", ["tsh", "ft4"]),
        ("Mon TP est à 85 %", ["prothrombin_activity"]),
        ("quel est mon taux de fer ?", ["iron"]),
        ("le taux de K", ["potassium"]),
        ("mon Na+ est bas", ["sodium"]),
        ("V.G.M. bas, pourquoi ?", ["mcv"]),
        ("gammaGT élevées", ["ggt"]),
        ("l’acide urique et la créatinine", ["uric_acid", "creatinine"]),
        ("créatinine urinaire basse", []),
        ("du glucose dans les urines", ["urine_glucose"]),
        ("des protéines dans mes urines", []),
        ("ma tension est trop haute", ["blood_pressure_systolic"]),
        ("ferritine, ferritine et encore ferritine", ["ferritin"]),
        ("c'est quoi la troponine ?", ["troponin"]),
        ("que veut dire globule rouge", ["red_cells"]),
    ],
    "en": [
        ("What does my hemoglobin of 11.4 mean?", ["hemoglobin"]),
        ("my platelets and white blood cells are low", ["platelets", "white_cells"]),
        ("LDL cholesterol or HDL?", ["ldl", "hdl"]),
        ("is non-HDL cholesterol bad cholesterol?", ["non_hdl", "ldl"]),
        ("is my iron level ok?", ["iron"]),
        ("low iron and ferritin", ["iron", "ferritin"]),
        ("my ALT and AST are up", ["alt", "ast"]),
        ("potassium, K level, sodium", ["potassium", "sodium"]),
        ("A1c of 6.1", ["hba1c"]),
        ("fasting blood sugar", ["glucose_fasting"]),
        ("creatinine in my urine", []),
        ("sugar in my urine", ["urine_glucose"]),
        ("free T4 and TSH", ["ft4", "tsh"]),
        ("what is a normal INR", ["inr"]),
        ("my blood pressure is high", ["blood_pressure_systolic"]),
        ("W.B.C. count", ["white_cells"]),
    ],
}

ABOUT_HEALTH: dict[Language, list[str]] = {
    "fr": [
        "j'ai mal à la tête depuis deux jours", "J'AI MAL AU VENTRE", "peux-tu lire mes analyses ?", "voici mes résultats de labo", "j'ai de la fièvre", "je tousse beaucoup",
        "j'ai du mal à respirer la nuit", "puis-je prendre du paracétamol ?", "mon médecin m'a prescrit un scanner", "je dors mal",
        "suis-je enceinte ?", "mes règles sont en retard", "mon fils a une otite", "j'ai des vertiges", "résultats de ma prise de sang",
        "quels effets secondaires pour ce vaccin ?", "je suis toujours fatiguée", "ma mère a du diabète", "j'ai des palpitations",
        "mon cholestérol est haut", "une douleur au genou", "j'ai envie de vomir", "préparer mon rendez-vous chez le cardiologue",
        "est-ce que je suis allergique ?", "je veux perdre du poids", "crise d'angoisse hier soir", "j'ai une boule, un ganglion gonflé",
        "que mange-t-on quand on a de l'hypertension", "je saigne du nez", "mon hémoglobine", "ça me démange partout",
        "je veux mourir", "Je veux en finir", "JE VEUX MOURIR", "j'en peux plus de vivre", "je n’en peux plus de vivre", "j'ai plus envie de vivre", "je pense au suicide",
        "je vais me tuer", "mettre fin à mes jours", "tout le monde serait mieux sans moi", "mon bébé ne respire plus", "bébé respire plus",
        "il ne respire pas", "je n'arrive plus à respirer", "j’étouffe", "elle a perdu connaissance", "mon mari ne se réveille pas", "une boule au sein",
        "j'ai une boule dans le sein gauche", "j'ai le VIH", "je suis séropositive", "je prends de la sertraline", "je prends de la fluoxétine",
        "mon bêtabloquant", "sous Xarelto depuis un mois", "j'oublie mes benzodiazépines", "une chimio lundi", "j'ai mal à la poitrine",
        "une douleur dans la poitrine", "ça me serre dans la poitrine", "il a fait une overdose", "j'ai avalé de la javel", "ma fille a avalé une pile",
        "il a fait des convulsions", "j'ai peur de mourir", "je veux en finir avec la vie",
        "à quoi bon vivre", "je voudrais ne plus me réveiller", "mon bébé est tout bleu", "elle n'arrive plus à parler", "je crache du sang", "j'ai perdu les eaux",
        "combien de temps dure une gastro ?", "j’ai une infection urinaire", "ma tension est à 15", "j'ai des courbatures",
    ],
    "en": [
        "I have a headache", "MY STOMACH HURTS and my back hurts", "can you read my lab results?", "I have a fever", "I keep coughing",
        "I can't sleep", "can I take ibuprofen?", "my doctor ordered an MRI", "am I pregnant?", "my period is late", "my son has an ear infection",
        "I feel dizzy", "what do my blood test results mean?", "side effects of this vaccine", "I'm always tired", "my mother has diabetes",
        "I have palpitations", "my cholesterol is high", "knee pain when I run", "I feel sick", "prepare my cardiologist appointment",
        "am I allergic to nuts?", "I want to lose weight", "panic attack last night", "swollen lymph node", "what to eat with hypertension",
        "my nose is bleeding", "my skin itches",
        "I want to kill myself", "i wanna die", "I WANT TO DIE", "I feel so low I do not want to go on", "I don't want to live anymore",
        "I don't want to live in this world", "everyone would be better off without me", "I keep thinking of suicide", "I cut myself last night",
        "I want to end my life", "my baby is not breathing", "my baby isn't breathing", "he stopped breathing", "I can't breathe", "she is unconscious",
        "my husband won't wake up", "a lump in my breast", "a breast lump", "I have HIV", "I have AIDS", "could I have an STI?", "I take sertraline",
        "I'm on fluoxetine", "my beta blocker", "on Xarelto for a month", "do I stop apixaban?", "I start chemo on Monday", "chest pain",
        "a pressure in my chest", "he took an overdose", "I took too many pills", "my daughter swallowed a battery", "he had convulsions",
        "am I going to die?", "is she having a stroke?",
        "I want to sleep and never wake up", "no one would miss me", "he's choking on a grape", "my baby turned blue", "my water broke", "I slit my wrists",
        "how long does the flu last?", "I think I have a UTI", "my blood pressure is 150",
        "shortness of breath on stairs", "I have a rash on my arm", "numbness in my left hand",
    ],
}  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_given_everyday_sentences_when_heard_then_none_names_an_analyte(
    knowledge: Knowledge, language: Language
) -> None:
    heard = {text: [entry.key for entry in knowledge.mentioned(text, language)] for text in EVERYDAY[language]}

    assert len(EVERYDAY[language]) >= 40
    assert {text: keys for text, keys in heard.items() if keys} == {}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_given_everyday_sentences_when_heard_then_none_sounds_like_health(
    knowledge: Knowledge, language: Language
) -> None:
    assert [text for text in EVERYDAY[language] if knowledge.health_words(text, language)] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_given_questions_about_ones_health_when_heard_then_all_sound_like_it(
    knowledge: Knowledge, language: Language
) -> None:
    assert [text for text in ABOUT_HEALTH[language] if not knowledge.health_words(text, language)] == []


@pytest.mark.parametrize(
    ("language", "text", "keys"), [(language, *case) for language in QUESTIONS for case in QUESTIONS[language]]
)
def test_given_a_question_when_heard_then_its_analytes_are_named_in_order(
    knowledge: Knowledge, language: Language, text: str, keys: list[str]
) -> None:
    assert [entry.key for entry in knowledge.mentioned(text, language)] == keys


@pytest.mark.parametrize("language", ["fr", "en"])
def test_given_every_entry_when_named_in_a_question_then_it_is_heard(knowledge: Knowledge, language: Language) -> None:
    question = {"fr": "Que veut dire {} dans mes résultats ?", "en": "What does {} mean in my results?"}[language]
    unheard = [
        entry.key
        for entry in knowledge
        if entry not in knowledge.mentioned(question.format(entry.wording(language).name), language)
    ]

    assert unheard == {"fr": ["body_weight", "body_height"], "en": ["body_height"]}[language]  # "taille": any size


def test_given_a_very_long_message_when_heard_then_the_time_stays_small(knowledge: Knowledge) -> None:
    text = "hémoglobine glyquée taux de cholestérol non HDL mal à la " * 20_000
    started = time.process_time()
    knowledge.mentioned(text, "fr")
    knowledge.health_words("bonjour " * 100_000, "fr")

    assert time.process_time() - started < 0.5
