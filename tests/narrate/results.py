"""A few results as a report prints them, and texts about them that a careful model could write."""

from datetime import date
from decimal import Decimal

from bot.health.facts import Fact
from bot.health.facts.model import Review
from bot.i18n import Language

TAKEN = date(2026, 10, 12)


def result(
    id_: str,
    label: str,
    value: str,
    unit: str = "",
    *limits: str,
    analyte: str | None = None,
    flag: str = "",
    taken: date | None = TAKEN,
    form_of: str | None = None,
    review: Review = "confirmed",
) -> Fact:
    def number(text: str | None) -> Decimal | None:
        plain = (text or "").replace(",", ".")
        return Decimal(plain) if plain.replace(".", "").isdigit() else None

    low, high = limits or (None, None)
    printed = " - ".join(limits) or None
    return Fact(
        id=id_, label=label, analyte=analyte, code=None, comparator="", value=value, number=number(value), unit=unit,
        ucum=None, ref_text=printed, ref_low=low, ref_high=high, low=number(low), high=number(high), flag=flag,
        date=taken, page=1, line=3, form_of=form_of, review=review,
    )  # fmt: skip


HAEMOGLOBIN = result("1", "Hémoglobine", "11,4", "g/dL", "12,0", "16,0", analyte="hemoglobin", flag="* B")
FERRITIN = result("2", "Ferritine", "9", "µg/L", "15", "150", analyte="ferritin", flag="* B")
GLUCOSE = result("3", "Glycémie à jeun", "1,18", "g/L", "0,70", "1,10", analyte="glucose", flag="* H")
PLATELETS = result("4", "Plaquettes", "238", "G/L", "150", "400", analyte="platelets")
B12 = result("5", "Vitamine B12", "312", "pmol/L", analyte="b12")

NAMES: dict[Language, dict[str, str]] = {
    "en": {"1": "Haemoglobin", "2": "Ferritin", "3": "Fasting glucose", "4": "Platelets", "5": "Vitamin B12"},
    "fr": {"1": "Hémoglobine", "2": "Ferritine", "3": "Glycémie à jeun", "4": "Plaquettes", "5": "Vitamine B12"},
}

# f1 haemoglobin (low), f2 ferritin (low), f3 glucose (high), f4 platelets (inside), f5 B12 (no range printed)
FACTS = (HAEMOGLOBIN, FERRITIN, GLUCOSE, PLATELETS, B12)

# Which facts a text is about, and the text; its slots are numbered in that order.
GOOD: dict[Language, list[tuple[tuple[Fact, ...], str]]] = {
    "en": [
        ((FERRITIN,), "Ferritin: {{f1}}, below the range printed on the report. This test looks at the iron kept in reserve. It can be lower with heavy periods or a diet with little meat. You could ask your doctor: what might explain this result?"),
        ((HAEMOGLOBIN,), "Your haemoglobin is {{f1}}. That is below the range printed on your report. Haemoglobin carries oxygen in the blood, and many everyday things can move it. When you see your doctor, you could ask what they would look at next."),
        ((GLUCOSE,), "Fasting glucose: {{f1}}. This is above the range printed on the report. The test measures sugar in the blood after a night without food; a late meal, stress or a bad night may raise it. A good question for your doctor: should it be checked again?"),
        ((PLATELETS,), "Platelets: {{f1}}, within the range printed on the report. Platelets help the blood to clot. You could ask your doctor how often this test is useful for you."),
        ((B12,), "Vitamin B12: {{f1}}. The report prints no range for it, so it is not compared. Vitamin B12 comes mostly from meat, fish and eggs. You could ask the laboratory which range it uses."),
        ((HAEMOGLOBIN, FERRITIN), "Haemoglobin: {{f1}}, below the range printed on the report. Ferritin: {{f2}}, also below the range printed on the report. Both tests have to do with iron. You could ask your doctor how they fit together."),
        ((HAEMOGLOBIN, PLATELETS), "Your haemoglobin, {{f1}}, is below the range printed on the report, while your platelets, {{f2}}, are within the range printed on the report. They are different cells of the blood. Ask your doctor what else was looked at."),
        ((FERRITIN, GLUCOSE), "Ferritin {{f1}} is below its printed range and fasting glucose {{f2}} is above its printed range. These are separate matters: the first looks at iron in reserve, the other at sugar in the blood. Your doctor can tell you more about each."),
        ((HAEMOGLOBIN, FERRITIN), "Haemoglobin {{f1}} and ferritin {{f2}} are both below the ranges printed on the report. They can be lower when the body has little iron to work with. You may want to ask your doctor why."),
        ((GLUCOSE,), "This test looks at sugar in the blood. Fasting glucose: {{f1}}; it is above the printed range, and marked by the laboratory. What you ate the evening before can change it. If you have questions, write them down for your next appointment."),
        ((FERRITIN,), "I understand that you would like to know more. Ferritin: {{f1}}. It is lower than the range printed on your report. Ferritin shows how much iron is kept in reserve. One of the things to ask: when should it be measured again?"),
        ((PLATELETS,), "Platelets {{f1}} are neither above nor below the printed range. They are small parts of the blood that help a cut to close. It is normal to have questions about a report; your doctor is there for them."),
        ((GLUCOSE, PLATELETS), "Fasting glucose: {{f1}}. Above the range printed on the report.\nPlatelets: {{f2}}. Within the range printed on the report.\nMeals, sleep and effort may move sugar in the blood. You could ask your doctor what this means for you."),
        ((HAEMOGLOBIN,), "- Haemoglobin: {{f1}}, under the lower limit of the printed range.\n- What it looks at: the part of red cells that carries oxygen.\n- To ask: is there something in my habits that may explain it?"),
        ((B12, FERRITIN), "Vitamin B12, {{f1}}, is not compared, because the report prints no range. Ferritin, {{f2}}, is below the range printed on the report. A figure alone does not tell everything; your doctor can put it together with the rest."),
        ((FERRITIN,), "**Ferritin** ({{f1}}) stands below the printed range. Ferritin can be higher after an infection and lower after giving blood. Does your doctor know about your meals and how tired you feel?"),
    ],
    "fr": [
        ((FERRITIN,), "Ferritine : {{f1}}, au-dessous de l'intervalle imprimé sur le compte rendu. Cette analyse regarde le fer mis en réserve. Elle peut être plus basse avec des règles abondantes ou une alimentation pauvre en viande. Vous pourriez demander à votre médecin : qu'est-ce qui peut expliquer ce résultat ?"),
        ((HAEMOGLOBIN,), "Votre hémoglobine est à {{f1}}. C’est au-dessous de l’intervalle imprimé sur votre compte rendu. L’hémoglobine transporte l’oxygène dans le sang, et bien des choses de tous les jours peuvent la faire bouger. Vous pourriez demander au médecin ce qu’il regardera ensuite."),
        ((GLUCOSE,), "Glycémie à jeun : {{f1}}. Ce résultat est au-dessus de l’intervalle imprimé. L’analyse mesure le sucre dans le sang après une nuit sans manger ; un repas tardif, le stress ou une mauvaise nuit peuvent l’augmenter. Une question à poser : faut-il la contrôler ?"),
        ((PLATELETS,), "Plaquettes : {{f1}}, dans l’intervalle imprimé sur le compte rendu. Les plaquettes aident le sang à coaguler. Vous pouvez demander à votre médecin à quel rythme cette analyse vous est utile."),
        ((B12,), "Vitamine B12 : {{f1}}. Le compte rendu n’imprime aucun intervalle, donc ce résultat n’est pas comparé. La vitamine B12 vient surtout de la viande, du poisson et des œufs. Vous pourriez demander au laboratoire quel intervalle il utilise."),
        ((HAEMOGLOBIN, FERRITIN), "Hémoglobine : {{f1}}, au-dessous de l’intervalle imprimé. Ferritine : {{f2}}, elle aussi au-dessous de l’intervalle imprimé. Ces analyses ont un lien avec le fer. Demandez à votre médecin comment les lire ensemble."),
        ((HAEMOGLOBIN, PLATELETS), "Votre hémoglobine, {{f1}}, est en dessous de l’intervalle imprimé sur le compte rendu, alors que vos plaquettes, {{f2}}, sont dans l’intervalle imprimé. Ce sont des éléments différents du sang. Demandez à votre médecin ce qui a été regardé d’autre."),
        ((FERRITIN, GLUCOSE), "La ferritine {{f1}} est au-dessous de son intervalle et la glycémie à jeun {{f2}} est au-dessus de son intervalle. Ce sont des sujets séparés : le fer en réserve d’un côté, le sucre dans le sang de l’autre. Votre médecin peut vous en dire plus."),
        ((HAEMOGLOBIN, FERRITIN), "Hémoglobine {{f1}} et ferritine {{f2}} sont au-dessous des intervalles imprimés sur le compte rendu. Elles peuvent être plus basses quand le corps dispose de peu de fer. Vous pouvez demander à votre médecin pourquoi."),
        ((GLUCOSE,), "Cette analyse regarde le sucre dans le sang. Glycémie à jeun : {{f1}} ; elle dépasse l’intervalle imprimé, et le laboratoire l’a marquée. Le dîner de la veille peut la faire varier. Si vous avez des questions, notez-les pour votre rendez-vous."),
        ((FERRITIN,), "Je comprends que vous souhaitiez en savoir plus. Ferritine : {{f1}}. C’est inférieur à la limite basse imprimée sur votre compte rendu. La ferritine reflète le fer gardé en réserve. À demander : quand faudra-t-il la mesurer de nouveau ?"),
        ((PLATELETS,), "Les plaquettes {{f1}} ne sont ni au-dessus ni au-dessous de l’intervalle imprimé. Ce sont de petits éléments du sang qui aident une plaie à se fermer. Il est normal de se poser des questions devant un compte rendu ; votre médecin est là pour y répondre."),
        ((GLUCOSE, PLATELETS), "Glycémie à jeun : {{f1}}. Au-dessus de l’intervalle imprimé sur le compte rendu.\nPlaquettes : {{f2}}. Dans l’intervalle imprimé sur le compte rendu.\nLes repas, le sommeil et l’effort peuvent faire varier le sucre dans le sang. Demandez à votre médecin ce que cela veut dire pour vous."),
        ((HAEMOGLOBIN,), "- Hémoglobine : {{f1}}, sous la limite inférieure de l’intervalle imprimé.\n- Ce qu’elle regarde : la partie des globules rouges qui porte l’oxygène.\n- À demander : mes habitudes peuvent-elles l’expliquer ?"),
        ((B12, FERRITIN), "Vitamine B12, {{f1}} : le résultat n’est pas comparé, car aucun intervalle n’est imprimé. Ferritine, {{f2}} : au-dessous de l’intervalle imprimé. Un chiffre seul ne dit pas tout ; le médecin qui a demandé l’analyse le lira avec le reste."),
        ((FERRITIN,), "**Ferritine** ({{f1}}) : elle se situe au-dessous de l’intervalle imprimé. Après une infection, elle peut être plus haute ; après un don de sang, plus basse. Avez-vous parlé à votre médecin de vos repas et de votre fatigue ?"),
    ],
}  # fmt: skip
