"""The size the table gives each unit, against the size its own UCUM code spells."""

import re
import tomllib
from decimal import Decimal

from bot.settings import config_folder

PREFIXES = {"": 0, "k": 3, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
METRIC = {
    "g": "1", "mol": "1", "eq": "1", "L": "0.001", "m": "1", "s": "1", "U": "1", "kat": "60000000", "[IU]": "1",
    "Pa": "1", "m[Hg]": "133322", "J": "1", "cal": "4.184",
}  # fmt: skip
OTHERS = {
    "%": "0.01", "[ppth]": "0.001", "min": "60", "h": "3600", "(24.h)": "86400", "[in_i]": "0.0254", "[in_us]": "0.0254000508001016",
    "[ft_i]": "0.3048", "[lb_av]": "453.59237", "": "1",
}  # fmt: skip


def _size(part: str) -> Decimal:
    if part in OTHERS:
        return Decimal(OTHERS[part])
    if power := re.fullmatch(r"10\*(\d+)", part):
        return Decimal(10) ** int(power[1])
    found = re.fullmatch(r"([kdcmunpf]?)(" + "|".join(map(re.escape, sorted(METRIC, key=len)[::-1])) + r")(\d?)", part)
    assert found, part
    return (Decimal(METRIC[found[2]]).scaleb(PREFIXES[found[1]])) ** int(found[3] or 1)


def _spelled(code: str) -> Decimal:
    above, _, below = code.partition("/")
    return _size(above) / _size(below)


def test_given_every_unit_of_a_dimension_when_its_code_is_read_then_the_table_says_the_same_size() -> None:
    text = (config_folder() / "conversions.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text, parse_float=Decimal)
    plain = {name: codes for name, codes in document["units"].items() if name != "temperature"}
    wrong = []
    for codes in plain.values():
        ratios = {code: Decimal(size) / _spelled(code) for code, size in codes.items()}
        first = next(iter(ratios.values()))
        wrong += [code for code, ratio in ratios.items() if abs(ratio - first) > first * Decimal("1e-20")]
    every = [code for codes in document["units"].values() for code in codes] + document["alone"]

    assert wrong == []
    assert len(every) == len(set(every))
