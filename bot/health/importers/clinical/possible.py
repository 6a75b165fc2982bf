"""Which numbers no living person has: wide on purpose, so that only a slip of a unit or of a hand falls out.

These are no reference ranges and are never shown; a value outside is not kept.
"""

from decimal import Decimal
from typing import Final

BODY: Final = frozenset({"body_weight", "body_height", "bmi", "waist"})
_POSSIBLE: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "heart_rate": {"/min": ("10", "400")},
    "respiratory_rate": {"/min": ("1", "150")},
    "body_temperature": {"Cel": ("11", "47"), "[degF]": ("51", "117")},
    "oxygen_saturation": {"%": ("1", "100")},
    "blood_pressure_systolic": {"mm[Hg]": ("20", "400")},
    "blood_pressure_diastolic": {"mm[Hg]": ("5", "360")},
    "body_weight": {"kg": ("0.2", "700"), "g": ("200", "700000"), "[lb_av]": ("0.4", "1550")},
    "body_height": {"cm": ("15", "280"), "m": ("0.15", "2.8"), "[in_i]": ("6", "111"), "[in_us]": ("6", "111")},
    "bmi": {"kg/m2": ("3", "260")},
    "waist": {"cm": ("10", "400"), "[in_i]": ("4", "160"), "[in_us]": ("4", "160")},
}
VITALS: Final = frozenset(_POSSIBLE)


def possible(analyte: str | None, number: Decimal | None, ucum: str | None) -> bool:
    """Say whether a living person can have *number* of *analyte*; what is not known here is possible."""
    if analyte is None or number is None:
        return True
    low, high = _POSSIBLE.get(analyte, {}).get(ucum or "", ("0", "Infinity"))
    return Decimal(low) <= number <= Decimal(high)
