"""Apple's names to our metrics, and Apple's units to the one each metric is kept in: both closed.

A type or a unit that is not here is counted under its own name. Apple writes a share as a fraction of one, and glucose
in moles with its molar mass inside the unit.
"""

import re
from collections.abc import Mapping
from typing import Final

_QUANTITY: Final = "HKQuantityTypeIdentifier"
_DIETARY: Final = _QUANTITY + "Dietary"
SLEEP: Final = "HKCategoryTypeIdentifierSleepAnalysis"
MINDFUL: Final = "HKCategoryTypeIdentifierMindfulSession"
STAND_HOUR: Final = "HKCategoryTypeIdentifierAppleStandHour"

QUANTITIES: Final[Mapping[str, str]] = {
    _QUANTITY + name: metric
    for metric, name in {
        "steps": "StepCount", "distance_walking": "DistanceWalkingRunning", "distance_cycling": "DistanceCycling",
        "distance_swimming": "DistanceSwimming", "distance_wheelchair": "DistanceWheelchair",
        "flights_climbed": "FlightsClimbed", "wheelchair_pushes": "PushCount", "energy_active": "ActiveEnergyBurned",
        "energy_resting": "BasalEnergyBurned", "minutes_exercise": "AppleExerciseTime",
        "minutes_standing": "AppleStandTime", "minutes_daylight": "TimeInDaylight", "vo2_max": "VO2Max",
        "walking_speed": "WalkingSpeed", "step_length": "WalkingStepLength", "heart_rate": "HeartRate",
        "heart_rate_resting": "RestingHeartRate", "heart_rate_walking": "WalkingHeartRateAverage",
        "heart_rate_variability": "HeartRateVariabilitySDNN", "oxygen_saturation": "OxygenSaturation",
        "respiratory_rate": "RespiratoryRate", "body_temperature": "BodyTemperature",
        "wrist_temperature": "AppleSleepingWristTemperature", "blood_pressure_systolic": "BloodPressureSystolic",
        "blood_pressure_diastolic": "BloodPressureDiastolic", "blood_glucose": "BloodGlucose", "weight": "BodyMass",
        "height": "Height", "body_mass_index": "BodyMassIndex", "body_fat": "BodyFatPercentage",
        "lean_mass": "LeanBodyMass", "waist": "WaistCircumference", "diet_alcohol": "NumberOfAlcoholicBeverages",
    }.items()
} | {
    _DIETARY + name: metric
    for metric, name in {
        "diet_energy": "EnergyConsumed", "diet_protein": "Protein", "diet_carbohydrates": "Carbohydrates",
        "diet_fat": "FatTotal", "diet_fat_saturated": "FatSaturated", "diet_fat_polyunsaturated": "FatPolyunsaturated",
        "diet_fat_monounsaturated": "FatMonounsaturated", "diet_fibre": "Fiber", "diet_sugar": "Sugar",
        "diet_cholesterol": "Cholesterol", "diet_sodium": "Sodium", "diet_potassium": "Potassium",
        "diet_calcium": "Calcium", "diet_iron": "Iron", "diet_magnesium": "Magnesium", "diet_caffeine": "Caffeine",
        "diet_water": "Water", "diet_vitamin_a": "VitaminA", "diet_vitamin_c": "VitaminC",
        "diet_vitamin_d": "VitaminD",
    }.items()
}  # fmt: skip

_ASLEEP: Final = "HKCategoryValueSleepAnalysis"
STAGES: Final[Mapping[str, tuple[str, ...]]] = {  # a stage is sleep too; time in bed and awake is not
    _ASLEEP + "InBed": ("sleep_in_bed",),
    _ASLEEP + "Awake": ("sleep_awake",),
    _ASLEEP + "Asleep": ("sleep",),  # until iOS 15, and of most other devices
    _ASLEEP + "AsleepUnspecified": ("sleep",),
    _ASLEEP + "AsleepCore": ("sleep", "sleep_light"),
    _ASLEEP + "AsleepDeep": ("sleep", "sleep_deep"),
    _ASLEEP + "AsleepREM": ("sleep", "sleep_rem"),
}
STOOD: Final = "HKCategoryValueAppleStandHourStood"

_MASSES: Final = {
    "kg": 1e6,
    "g": 1e3,
    "mg": 1.0,
    "mcg": 1e-3,
    "oz": 28_349.523125,
    "lb": 453_592.37,
    "st": 6_350_293.18,
}
_LENGTHS: Final = {
    "m": 1.0,
    "km": 1e3,
    "cm": 1e-2,
    "mm": 1e-3,
    "mi": 1_609.344,
    "yd": 0.9144,
    "ft": 0.3048,
    "in": 0.0254,
}
_TIMES: Final = {"min": 60.0, "s": 1.0, "ms": 1e-3, "hr": 3_600.0, "d": 86_400.0}
_VOLUMES: Final = {
    "mL": 1.0, "L": 1e3, "dL": 100.0, "cL": 10.0, "fl_oz_us": 29.5735295625, "fl_oz_imp": 28.4130625,
    "cup_us": 236.5882365, "cup_imp": 284.130625, "pt_us": 473.176473, "pt_imp": 568.26125,
}  # fmt: skip
_ENERGIES: Final = {"kcal": 1.0, "Cal": 1.0, "cal": 1e-3, "kJ": 1 / 4.184, "J": 1 / 4_184.0}  # "Cal" is a large calorie
_SPEEDS: Final = {"km/hr": 1.0, "mi/hr": 1.609344, "m/s": 3.6, "ft/s": 1.09728, "m/min": 0.06}


def _per(units: Mapping[str, float], kept: str) -> dict[str, tuple[float, float]]:
    return {unit: (factor / units[kept], 0.0) for unit, factor in units.items()}


# Of each unit a metric is kept in: what Apple may write, and the factor and the addend that lead there.
_CONVERSIONS: Final[Mapping[str, Mapping[str, tuple[float, float]]]] = {
    "1": {"count": (1.0, 0.0)},
    "kg/m2": {"count": (1.0, 0.0)},
    "/min": {"count/min": (1.0, 0.0), "count/s": (60.0, 0.0), "bpm": (1.0, 0.0)},
    "%": {"%": (100.0, 0.0)},
    "Cel": {"degC": (1.0, 0.0), "degF": (5 / 9, -160 / 9), "K": (1.0, -273.15)},
    "mm[Hg]": {"mmHg": (1.0, 0.0), "kPa": (7.500616827, 0.0), "cmAq": (0.735559, 0.0)},
    "mmol/L": {"mg/dL": (10 / 180.1558800000541, 0.0), "mmol/L": (1.0, 0.0)},
    "mL/kg/min": {"mL/min·kg": (1.0, 0.0), "ml/(kg*min)": (1.0, 0.0), "mL/(kg*min)": (1.0, 0.0)},
    "km/h": _per(_SPEEDS, "km/hr"),
    "kcal": _per(_ENERGIES, "kcal"),
    "mL": _per(_VOLUMES, "mL"),
    "kg": _per(_MASSES, "kg"), "g": _per(_MASSES, "g"), "mg": _per(_MASSES, "mg"), "ug": _per(_MASSES, "mcg"),
    "m": _per(_LENGTHS, "m"), "km": _per(_LENGTHS, "km"), "cm": _per(_LENGTHS, "cm"),
    "min": _per(_TIMES, "min"), "h": _per(_TIMES, "hr"), "ms": _per(_TIMES, "ms"),
}  # fmt: skip
_GLUCOSE: Final = re.compile(r"mmol<180\.1\d*>/L")


def conversion(unit: str, kept: str) -> tuple[float, float] | None:
    """Give factor and addend from Apple's *unit* to the UCUM unit *kept*; None when this is no unit of it."""
    return _CONVERSIONS[kept].get("mmol/L" if _GLUCOSE.fullmatch(unit) else unit)
