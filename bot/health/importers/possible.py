"""What a single record of a metric can say of a living person; what lies outside is counted, never kept.

Wide on purpose: these catch a slipped comma, a fraction taken for a percentage or a broken sensor. They are no
reference ranges and are shown to nobody.
"""

from collections.abc import Mapping
from typing import Final

_DAY: Final = 24 * 60.0

# In the units of `bot.health.importers.metrics`.
POSSIBLE: Final[Mapping[str, tuple[float, float]]] = {
    "steps": (0, 200_000), "distance_walking": (0, 400), "distance_cycling": (0, 1_500),
    "distance_swimming": (0, 100_000), "distance_wheelchair": (0, 400), "flights_climbed": (0, 5_000),
    "wheelchair_pushes": (0, 200_000), "energy_active": (0, 20_000), "energy_resting": (0, 20_000),
    "minutes_exercise": (0, _DAY), "minutes_standing": (0, _DAY), "hours_standing": (0, 24),
    "minutes_mindful": (0, _DAY), "minutes_daylight": (0, _DAY),
    "vo2_max": (3, 110), "walking_speed": (0, 60), "step_length": (1, 300),
    "heart_rate": (15, 350), "heart_rate_resting": (15, 250), "heart_rate_walking": (15, 300),
    "heart_rate_variability": (0, 1_000), "oxygen_saturation": (20, 100), "respiratory_rate": (1, 120),
    "body_temperature": (20, 46), "wrist_temperature": (10, 46),
    "blood_pressure_systolic": (20, 350), "blood_pressure_diastolic": (10, 250), "blood_glucose": (0.3, 120),
    "weight": (0.2, 700), "height": (20, 280), "body_mass_index": (4, 250), "body_fat": (0.5, 90),
    "lean_mass": (0.2, 400), "muscle_mass": (0.1, 400), "bone_mass": (0.05, 30), "water_mass": (0.1, 400),
    "waist": (15, 400),
    "sleep": (0, _DAY), "sleep_in_bed": (0, _DAY), "sleep_awake": (0, _DAY), "sleep_light": (0, _DAY),
    "sleep_deep": (0, _DAY), "sleep_rem": (0, _DAY),
    "diet_energy": (0, 30_000), "diet_water": (0, 30_000), "diet_alcohol": (0, 100),
}  # fmt: skip

_ANY: Final = (0.0, 1e6)  # of a nutrient, in milligrams or micrograms


def possible(metric: str) -> tuple[float, float]:
    """Give the lowest and the highest value one record of *metric* can have."""
    return POSSIBLE.get(metric, _ANY)
