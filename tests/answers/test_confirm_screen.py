from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.health.documents.correction import (
    Edit,
    EditError,
    NoSuchLineError,
    UnknownUnitError,
    UnreadableEditError,
    apply_edit,
    parse_edit,
)
from bot.health.documents.screen import edit_help, one_by_one, proposal
from bot.health.facts import Fact, NotRead, Report, Standing, standing
from bot.health.facts.units import Units
from bot.i18n import LANGUAGES, Language, say

LONGEST_MESSAGE = 4096


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def edited(text: str, report: Report, units: Units) -> Report:
    edit = parse_edit(text, report, units)
    assert isinstance(edit, Edit)
    return apply_edit(report, edit)


def line(report: Report, number: str) -> Fact:
    return next(fact for fact in report.facts if fact.id == number)


def test_given_the_shared_page_when_proposed_then_every_result_is_a_numbered_line(lab_fr: Report) -> None:
    show = proposal(lab_fr, "fr", token="0f" * 16 + ":0")
    text = show.text.reveal().replace("\u00a0", " ")

    assert "LABORATOIRE DE BIOLOGIE MÉDICALE DES TILLEULS · prélèvement du 13 mars 2025 · 13 résultats" in text
    assert "\n1. Hémoglobine : 11,4 g/dL (12,0 - 16,0) * B\n" in text
    assert "\n6. Glycémie à jeun : 1,18 g/L (0,70 - 1,10) * H\n   ↳ soit 6,55 mmol/L (3,89 - 6,11)\n7. " in text
    assert "\n12. C.R.P. : < 0,6 mg/L (< 5,0)\n" in text
    assert "\n13. Hémoglobine glyquée HbA1c : 6,1 % (4,0 - 6,0) * H\n" in text


def test_given_a_proposal_when_shown_then_its_buttons_confirm_edit_and_discard_this_document(lab_en: Report) -> None:
    rows = proposal(lab_en, "en", token="0f" * 16 + ":12").buttons
    buttons = [button for row in rows for button in row]

    assert [button.label for button in buttons] == ["✅ Confirm all", "✏️ Edit", "🗑 Discard"]
    assert [button.data for button in buttons] == [f"doc:{verb}:{'0f' * 16}:12" for verb in ("ok", "edit", "no")]
    assert all(len(button.data.encode()) <= 64 for button in buttons)


def test_given_earlier_results_and_lines_not_read_when_proposed_then_both_are_shown_for_what_they_are(
    build: Any, lab_fr: Report
) -> None:
    ferritin = build.fact("Ferritine", "9", "µg/L", "15 - 150", previous="22 µg/L")
    missed = tuple(NotRead(page=2, line=n, reason="ambiguous", text=f"ligne {n} {'x' * 90}") for n in range(1, 14))

    text = proposal(replace(lab_fr, facts=(ferritin,), not_read=missed), "fr", token="t").text.reveal()

    assert "(15 - 150) (antérieur\u00a0: 22 µg/L)" in text
    assert "**Non lu, donc non retenu**\n• page 2, ligne 1\u00a0: «\u00a0ligne 1 xxx" in text
    assert "x" * 60 not in text
    assert "• et 3 autres lignes" in text


def test_given_nothing_read_when_proposed_then_there_is_nothing_to_confirm(lab_fr: Report) -> None:
    show = proposal(replace(lab_fr, facts=(), collected=None, reported=None), "en", token="t")

    assert "I read no result in this document." in show.text.reveal()
    assert "no date found" in show.text.reveal()
    assert [button.data for row in show.buttons for button in row] == ["doc:no:t"]


def test_given_sixty_results_when_proposed_then_one_message_holds_them(build: Any, lab_fr: Report) -> None:
    facts = tuple(
        build.fact("Cholestérol L.D.L. calculé", "1,62", "mmol/L", "12,0 - 16,0", "* H", id=str(n + 1))
        for n in range(60)
    )

    text = proposal(replace(lab_fr, facts=facts), "fr", token="t").text.reveal()

    assert "\n60. " in text
    assert utf16(text) <= LONGEST_MESSAGE


@pytest.mark.parametrize(
    ("typed", "comparator", "value", "number", "unit", "ucum"),
    [
        ("1 = 11,5", "", "11,5", "11.5", "g/dL", "g/dL"),
        ("1=11.5", "", "11.5", "11.5", "g/dL", "g/dL"),
        ("  1 : 11,5 g/dL ", "", "11,5", "11.5", "g/dL", "g/dL"),
        ("ligne 1 = 114 g/L", "", "114", "114", "g/L", "g/L"),
        ("1 = < 0,6 mg/L", "<", "0,6", "0.6", "mg/L", "mg/L"),
        ("1 = ≥\u00a012", ">=", "12", "12", "g/dL", "g/dL"),
        ("3 = 6,9 10^9/L", "", "6,9", "6.9", "10^9/L", "10*9/L"),
        ("8 = 85 mL/min/1,73m²", "", "85", "85", "mL/min/1,73m²", "mL/min/{1.73_m2}"),
        ("4 = 238 000 /mm3", "", "238 000", "238000", "/mm3", "/mm3"),
    ],
)
def test_given_a_typed_correction_when_applied_then_the_line_says_what_was_typed(
    *, typed: str, comparator: str, value: str, number: str, unit: str, ucum: str, lab_fr: Report, units: Units
) -> None:
    report = edited(typed, lab_fr, units)
    changed = [fact for fact in report.facts if fact.review == "edited"]

    assert len(changed) == 1
    fact = changed[0]
    assert (fact.comparator, fact.value, fact.number, fact.unit) == (comparator, value, Decimal(number), unit)
    assert fact.ucum == units.ucum(ucum) or fact.ucum == ucum


def test_given_a_corrected_value_when_compared_then_it_stands_where_it_now_is(lab_fr: Report, units: Units) -> None:
    assert standing(line(edited("1 = 14,1", lab_fr, units), "1")) is Standing.INSIDE


def test_given_another_unit_when_corrected_then_the_printed_range_no_longer_decides(
    lab_fr: Report, units: Units
) -> None:
    fact = line(edited("6 = 6,55 mmol/L", lab_fr, units), "6")

    assert fact.ref_text == "0,70 - 1,10"
    assert standing(fact) is Standing.UNKNOWN


def test_given_the_same_unit_spelled_otherwise_when_corrected_then_the_range_still_holds(
    lab_fr: Report, units: Units
) -> None:
    assert standing(line(edited("10 = 9 ug/L", lab_fr, units), "10")) is Standing.LOW


def test_given_a_corrected_line_when_shown_then_its_second_form_is_gone_and_the_person_is_told(
    lab_fr: Report, units: Units
) -> None:
    report = edited("6 = 1,08", lab_fr, units)
    text = proposal(report, "fr", token="t").text.reveal()

    assert "6,55" not in text
    assert "1,08 g/L (0,70 - 1,10) * H ✏️" in text
    assert "dans une autre unité, j’ai retiré cette seconde valeur" in text
    assert "✏️ corrigé" not in proposal(lab_fr, "fr", token="t").text.reveal()


def test_given_a_removed_line_when_shown_then_the_others_keep_their_numbers(lab_fr: Report, units: Units) -> None:
    report = edited("6 = -", lab_fr, units)

    assert [fact.id for fact in report.facts] == [str(n) for n in range(1, 14) if n != 6]
    assert "\n7. Créatinine" in proposal(report, "fr", token="t").text.reveal()


def test_given_several_corrections_in_one_message_when_applied_then_all_count(lab_en: Report, units: Units) -> None:
    report = edited("1 = 12.5\n\n4 = -\n11 = 5.4 %", lab_en, units)

    assert line(report, "1").value == "12.5"
    assert line(report, "11").value == "5.4"
    assert "4" not in {fact.id for fact in report.facts}


def test_given_a_result_in_words_when_corrected_in_words_then_it_is_taken(
    build: Any, lab_fr: Report, units: Units
) -> None:
    page = replace(lab_fr, facts=(build.fact("Nitrites", "Négatif"),))

    assert edited("1 = Positif", page, units).facts[0].value == "Positif"


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("14 = 3,2", NoSuchLineError),
        ("0 = 3,2", NoSuchLineError),
        ("1 = beaucoup", UnreadableEditError),
        ("1 =", UnreadableEditError),
        ("1 = 11,4,2", EditError),
        ("1 = 1.234", UnreadableEditError),
        ("1 = 12 - 16", EditError),
        ("1 = 11,5\net puis voilà", UnreadableEditError),
        ("1 = 11,5 bananes", UnknownUnitError),
        ("1 = 11,5 G/DL/L", UnknownUnitError),
    ],
)
def test_given_a_correction_that_cannot_be_trusted_when_read_then_it_is_refused_without_quoting_it(
    typed: str, error: type[EditError], lab_fr: Report, units: Units
) -> None:
    with pytest.raises(error) as caught:
        parse_edit(typed, lab_fr, units)

    assert not {"beaucoup", "bananes", "voilà", "11,5"} & set(str(caught.value).split())
    assert all(say(language, caught.value.reply) for language in LANGUAGES)


def test_given_a_comma_that_could_part_thousands_when_typed_on_an_english_page_then_it_is_refused(
    lab_en: Report, units: Units
) -> None:
    with pytest.raises(UnreadableEditError):
        parse_edit("9 = 1,250", lab_en, units)


def test_given_no_unit_table_when_a_unit_of_the_page_is_typed_then_it_is_known(lab_fr: Report) -> None:
    edit = parse_edit("1 = 114 g/L", lab_fr)

    assert edit is not None
    assert edit.changes[0].fact is not None
    assert edit.changes[0].fact.ucum == "g/L"


@pytest.mark.parametrize(
    "text", ["ma ferritine ?", "", "j'ai 2 questions", "8:05 ce matin", "1234 = 5", "2 fois par jour"]
)
def test_given_an_ordinary_message_when_read_then_it_is_no_correction(text: str, lab_fr: Report) -> None:
    assert parse_edit(text, lab_fr) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_the_help_when_its_own_examples_are_typed_then_they_work(
    language: Any, lab_fr: Report, lab_en: Report, units: Units
) -> None:
    page = lab_fr if language == "fr" else lab_en
    examples = [row.split(" (")[0] for row in edit_help(language).splitlines() if row.startswith("4 = ")]

    assert len(examples) == 4
    assert all(edited(example, page, units) != page for example in examples)


def test_given_a_report_date_only_when_proposed_then_it_is_not_called_the_collection(lab_en: Report) -> None:
    text = proposal(replace(lab_en, collected=None, reported=date(2025, 3, 14)), "en", token="t").text.reveal()

    assert "reported on March 14, 2025" in text
    assert "collected" not in text


def test_given_a_typed_day_when_applied_then_it_is_every_line_s_or_one_s(lab_fr: Report, units: Units) -> None:
    every = edited("date = 14/03/2024", lab_fr, units)
    one = edited("date 3 : 01/02/2024\n4 = 1,12", lab_fr, units)

    assert {fact.date for fact in every.facts} == {date(2024, 3, 14)}
    assert every.collected == date(2024, 3, 14)
    assert line(one, "3").date == date(2024, 2, 1)
    assert line(one, "4").value == "1,12"
    assert line(one, "5").date == lab_fr.collected


@pytest.mark.parametrize("typed", ["date = 31/02/2024", "date = demain", "date = 14/03/2031"])
def test_given_a_day_that_is_none_or_to_come_when_typed_then_nothing_changes(
    lab_fr: Report, units: Units, typed: str
) -> None:
    with pytest.raises(EditError) as caught:
        parse_edit(typed, lab_fr, units, today=date(2026, 11, 30))

    assert caught.value.reply == "screen.bad_date"


def test_given_a_report_longer_than_a_message_when_proposed_then_its_pages_turn_and_none_is_too_long(
    build: Any, lab_fr: Report
) -> None:
    facts = tuple(
        build.fact("Cholestérol L.D.L. calculé", "1,62", "mmol/L", "12,0 - 16,0", "* H", id=str(n + 1))
        for n in range(200)
    )
    report = replace(lab_fr, facts=facts)
    shown = [proposal(report, "fr", token="0f" * 16 + ":0", page=page) for page in range(4)]

    assert all(utf16(show.text.reveal()) < LONGEST_MESSAGE - 4 for show in shown)
    assert [f"\n{n}. " in "\n".join(show.text.reveal() for show in shown) for n in (1, 100, 200)] == [True] * 3
    assert [button.data for button in shown[0].buttons[0]] == [f"doc:page:{'0f' * 16}:0:3", f"doc:page:{'0f' * 16}:0:1"]


def test_given_doubtful_lines_when_looked_at_then_one_is_shown_with_why_until_none_is_left(
    build: Any, lab_fr: Report
) -> None:
    sure = build.fact("Ferritine", "9", "µg/L", "15 - 150", id="1")
    report = replace(lab_fr, facts=(sure, replace(sure, id="2", score=0.6), replace(sure, id="3", score=0.99)))
    asked = one_by_one(report, "fr", token="0f" * 16 + ":0")
    seen = edited("2 = 9", report, units=Units({}, {}))

    assert asked is not None
    assert "2. Ferritine" in asked.text.reveal()
    assert "3. Ferritine" not in asked.text.reveal()
    assert "difficiles à lire" in asked.text.reveal()
    assert "Voir 1 ligne douteuse" in [
        button.label[2:] for row in proposal(report, "fr", token="t").buttons for button in row
    ]
    assert one_by_one(seen, "fr", token="t") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_another_name_when_proposed_then_whose_it_is_is_asked(lab_fr: Report, language: Language) -> None:
    show = proposal(replace(lab_fr, person="PAUL Martin"), language, token="t", other="Hélène Martin-Lévêque")

    assert "PAUL Martin" in show.text.reveal()
    assert "Hélène Martin-Lévêque" in show.text.reveal()
    assert show.buttons[-2][0].label == say(language, "screen.confirm_mine")
