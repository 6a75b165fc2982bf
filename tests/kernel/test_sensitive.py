import pickle

import pytest

from bot.kernel.sensitive import Sensitive


def test_given_a_wrapped_value_when_printed_in_any_way_then_it_does_not_show() -> None:
    wrapped = Sensitive("CANARY-ferritin")

    shown = f"{wrapped} {wrapped!r} {wrapped!s} {[wrapped]} {wrapped:>40}"

    assert "CANARY" not in shown
    assert wrapped.reveal() == "CANARY-ferritin"


def test_given_a_wrapped_value_when_pickled_then_it_is_refused() -> None:
    with pytest.raises(TypeError) as caught:
        pickle.dumps(Sensitive("CANARY-ferritin"))

    assert "CANARY" not in str(caught.value)


def test_given_two_wrapped_values_when_compared_then_their_contents_decide() -> None:
    assert Sensitive("a") == Sensitive("a")
    assert Sensitive("a") != Sensitive("b")
    assert Sensitive("a") != "a"
    assert len({Sensitive("a"), Sensitive("a")}) == 1
