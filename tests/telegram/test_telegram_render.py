"""What a person reads is what was written: nothing lost between pieces, nothing rewritten, bold where it was meant."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.chat.model import HEALTH_MARK, Button
from bot.chat.ports import DeliveryRefusedError
from bot.telegram.render import LONGEST, MOST_ENTITIES, Piece, keyboard, render


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _marked(piece: Piece) -> list[str]:
    raw = piece.text.encode("utf-16-le")
    return [raw[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le") for e in piece.entities]


@pytest.mark.parametrize(
    "text",
    [
        "LDL 3,4 (12,0 - 16,0) * H",
        "* B\n* H\n- item\n+ 3",
        "my_name_x __init__ _it_ *a*",
        "<b>hi</b> & a > b < c <5>",
        "1. one\n3. three\n12) twelve",
        "# not a title\n## nor this",
        "| a | b |\n|--|--|\n| 1 | 2 |",
        "> quote\n~~x~~ `code` ```pre```",
        "[label](http://a.b/c_d_e)",
        "10*3/uL, 10**9 cells and 10**12 cells, 2**3**4",
        "a  b\n\n\n\nc",
        "** spaced ** and **unclosed, ****",
        "C:\\*.* and \\_",
        "  indented\tand tabbed",
    ],
)
def test_given_a_text_without_bold_when_rendered_then_every_character_stays(text: str) -> None:
    [piece] = render(text)

    assert piece == Piece(text, ())


@pytest.mark.parametrize(
    ("text", "plain", "bold"),
    [
        ("**LDL** : 3,4", "LDL : 3,4", ["LDL"]),
        ("🩺 **Santé 🩺** puis **fin**", "🩺 Santé 🩺 puis fin", ["Santé 🩺", "fin"]),
        ("« **x** » d’**y**, (**z**)", "« x » d’y, (z)", ["x", "y", "z"]),
        ("**10*3/uL**", "10*3/uL", ["10*3/uL"]),
        ("**a\nb**", "**a\nb**", []),
    ],
)
def test_given_bold_when_rendered_then_only_its_markers_disappear(text: str, plain: str, bold: list[str]) -> None:
    [piece] = render(text)

    assert piece.text == plain
    assert _marked(piece) == bold
    assert {entity.type for entity in piece.entities} <= {"bold"}


@pytest.mark.parametrize("blank", ["", " ", "\n\n", "\u00a0"])
def test_given_a_blank_text_when_rendered_then_there_is_nothing_to_send(blank: str) -> None:
    assert render(blank) == []


_LINES = st.lists(
    st.sampled_from(["Glucose 0,92 g/L", "🩺 é\u0301", "👩🏽‍⚕️👨‍👩‍👧‍👦", "", "mot " * 40, "x" * 900, "🩺" * 700])
)


@given(st.tuples(_LINES, _LINES).map(lambda two: "\n".join(two[0] * 7 + two[1])))
def test_given_any_long_text_when_split_then_no_piece_is_too_long_and_nothing_is_lost(text: str) -> None:
    assume(not text.startswith(HEALTH_MARK))  # a Health message bears its mark on every part: see below
    pieces = render(text)

    assert all(0 < _units(piece.text) <= LONGEST and piece.text.strip() for piece in pieces)
    assert "".join("".join(piece.text for piece in pieces).split()) == "".join(text.split())


@given(st.lists(st.sampled_from(["**gras 🩺**", "simple", "**a b c**", "🩺", "\n\n"]), min_size=1, max_size=700))
def test_given_much_bold_when_split_then_every_bold_word_stays_bold_and_whole(words: list[str]) -> None:
    pieces = render(" ".join(words))

    assert all(len(piece.entities) <= MOST_ENTITIES for piece in pieces)
    assert all(_units(piece.text) <= LONGEST for piece in pieces)
    assert [mark for piece in pieces for mark in _marked(piece)] == [w.strip("*") for w in words if w.startswith("**")]


def test_given_paragraphs_when_split_then_the_cut_is_between_them() -> None:
    paragraph = "Une ligne.\n" * 250
    pieces = render(f"{paragraph}\n{paragraph}\n{paragraph}")

    assert [piece.text.strip() for piece in pieces] == [paragraph.strip()] * 3


def test_given_bold_at_the_edge_of_a_message_when_split_then_it_moves_whole_to_the_next() -> None:
    pieces = render("x" * (LONGEST - 100) + " **" + "a b " * 60 + "c** end")

    assert [_marked(piece) for piece in pieces] == [[], ["a b " * 60 + "c"]]


def test_given_one_endless_run_of_emoji_when_split_then_no_emoji_is_torn() -> None:
    family = "👨‍👩‍👧‍👦"
    pieces = render("a" + family * 1000)

    assert len(pieces) > 1
    assert all(piece.text.removeprefix("a").replace(family, "") == "" for piece in pieces)


def test_given_a_line_full_of_unclosed_markers_when_rendered_then_it_does_not_take_for_ever() -> None:
    text = " **a" * 30_000

    assert "".join(piece.text for piece in render(text)) == text


def test_given_button_data_of_64_bytes_or_more_when_a_keyboard_is_made_then_only_what_fits_is_accepted() -> None:
    assert keyboard(()) is None
    assert keyboard(((Button(label="ok", data="é" * 32),),)) is not None
    with pytest.raises(DeliveryRefusedError):
        keyboard(((Button(label="no", data="é" * 32 + "x"),),))


@given(few=st.lists(st.sampled_from(["mot", "**gras**", "12,5 g/L", "\n\n", "é😀"]), min_size=1, max_size=20))
def test_given_a_long_health_message_when_cut_then_each_part_bears_the_mark_and_its_bold(few: list[str]) -> None:
    words = [*few, "suite"] * (1 + 2500 // len(few))
    pieces = render(f"{HEALTH_MARK} " + " ".join(words))

    assert len(pieces) > 1
    for piece in pieces:
        assert piece.text.startswith(HEALTH_MARK)
        assert _units(piece.text) <= LONGEST
        assert set(_marked(piece)) <= {"gras"}
    assert sum(len(piece.entities) for piece in pieces) == words.count("**gras**")
