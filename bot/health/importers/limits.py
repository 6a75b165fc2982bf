"""What no living person's record can be: such a number is a fault of the file, and is counted, never kept.

Wide on purpose: these are bounds of what is possible, not of what is healthy.
"""

from typing import Final

from bot.health.importers.metrics import METRICS

_OF_UNIT: Final = {  # of one record, and of a day where records add up
    "1": (0, 200_000), "kcal": (0, 20_000), "min": (0, 1440), "h": (0, 24), "km": (0, 1000), "m": (0, 100_000),
    "g": (0, 5000), "mg": (0, 100_000), "ug": (0, 100_000), "mL": (0, 30_000), "kg": (0.1, 650), "%": (1, 100),
    "/min": (15, 300), "ms": (1, 1000), "Cel": (20, 46), "mm[Hg]": (20, 350), "mmol/L": (0.2, 120), "cm": (10, 300),
    "kg/m2": (5, 200), "km/h": (0, 100), "mL/kg/min": (5, 110),
}  # fmt: skip
_OF_METRIC: Final = {
    "respiratory_rate": (2, 90), "weight": (1, 650), "bone_mass": (0.1, 30), "body_fat": (1, 80),
    "oxygen_saturation": (30, 100), "step_length": (5, 300), "flights_climbed": (0, 3000),
}  # fmt: skip
LIMITS: Final = {name: _OF_METRIC.get(name) or _OF_UNIT[metric.unit] for name, metric in METRICS.items()}  # both kept
