"""Reading a FHIR bundle of five thousand resources in its limited process, beside `json.loads` of it and nothing more."""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Comparison, Effort
from benchmarks.peers import ROOT
from bot.health.importers.extract import read_report
from bot.kernel import logs
from bot.settings.model import DocumentSettings

_BARE: Final = "json.loads, bare process"
_LOAD: Final = "import json, sys; print(len(json.loads(open(sys.argv[1], 'rb').read())['entry']))"
_WORKER: Final = "import bot.health.importers.worker"
_RESOURCES: Final = 5_000
_TESTS: Final = (
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 13.4, 12, 16),
    ("2339-0", "Glucose", "mg/dL", 98.2, 70, 100),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.92, 0.6, 1.1),
    ("21000-5", "Erythrocyte distribution width [Entitic volume] by Automated count", "fL", 42.5, 39, 46),
)


def run(effort: Effort) -> Sequence[Comparison]:
    """Give wall and CPU time of reading one bundle, process start included, and what of it is the start."""
    logs.configure("ERROR")
    wall, cpu = (Comparison(f"5,000 FHIR resources, {what}", "ms", _BARE) for what in ("wall", "CPU of the child"))
    record = json.dumps(_bundle()).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.json"
        path.write_bytes(record)
        subjects: dict[str, Callable[[], object]] = {
            _BARE: lambda: _python("-c", _LOAD, str(path)),
            "Carnet's worker process": lambda: _read(record),
            "of it, starting: its imports": lambda: _python("-c", _WORKER),
        }
        for _ in range(effort.rounds):
            for subject, work in subjects.items():
                used, started = _children(), time.perf_counter()
                work()
                wall.add(subject, (time.perf_counter() - started) * 1e3)
                cpu.add(subject, (_children() - used) * 1e3)
    return [wall, cpu]


def _read(record: bytes) -> None:
    read = asyncio.run(read_report(record, DocumentSettings()))
    assert len(read.facts) == _RESOURCES - 1  # a fast reader that reads nothing would win


def _bundle() -> dict[str, Any]:
    """Give one patient's results, as a hospital's server writes them."""
    patient = {"resourceType": "Patient", "id": "p", "name": [{"family": "Durand"}], "birthDate": "1980-04-03"}
    results = [_result(number) for number in range(_RESOURCES - 1)]
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in (patient, *results)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _result(number: int) -> dict[str, Any]:
    code, name, unit, value, low, high = _TESTS[number % len(_TESTS)]
    systems = "http://terminology.hl7.org/CodeSystem"
    return {
        "resourceType": "Observation", "id": f"{number:08d}", "status": "final",
        "meta": {"versionId": "1", "lastUpdated": "2026-01-02T03:04:05.000Z"},
        "category": [{"coding": [{"system": f"{systems}/observation-category", "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": name}], "text": name},
        "subject": {"reference": "Patient/p"}, "encounter": {"reference": f"Encounter/{number // 20}"},
        "effectiveDateTime": f"{2010 + number % 16}-05-1{number % 9}T08:{number % 60:02d}:00+02:00",
        "issued": "2026-01-02T03:04:05.000+01:00", "performer": [{"reference": "Organization/o"}],
        "valueQuantity": {
            "value": round(value + number % 7 / 10, 2), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit,
        },
        "interpretation": [{"coding": [{"system": f"{systems}/v3-ObservationInterpretation", "code": "N"}]}],
        "referenceRange": [{
            "low": {"value": low, "unit": unit}, "high": {"value": high, "unit": unit}, "text": f"{low} - {high} {unit}",
        }],
    }  # fmt: skip


def _python(*words: str) -> None:
    subprocess.run(
        [sys.executable, "-P", "-s", *words],
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
