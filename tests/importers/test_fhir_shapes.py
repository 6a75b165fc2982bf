"""Every place of every kind of resource, with a wrong thing in it: counted, listed or refused, and never a fall."""

import copy
from collections.abc import Iterator

import pytest

from bot.health.documents.errors import DocumentError
from tests.importers.clinical_book import Exactly, JsonObject, bundle, dumped, observation, patient, quantity, read
from tests.importers.test_fhir_records import KEPT, with_me

Place = tuple[str | int, ...]
WRONG = [None, 7, True, "\ud800", [], {}, [None], {"reference": 5}, {"value": Exactly("1e99")}, [{"coding": [None]}]]
FULL = observation(
    component=[{"code": {"text": "a"}, "valueQuantity": quantity("1", "mg/dL")}], specimen={"reference": "Specimen/1"},
    referenceRange=[{"low": quantity("1", "mg/dL"), "text": "x", "type": {"coding": [{"code": "normal"}]}}],
    interpretation=[{"coding": [{"code": "H"}]}], note=[{"text": "n"}], method={"text": "m"},
    hasMember=[{"reference": "x"}], dataAbsentReason={"coding": [{"code": "x"}]}, meta={"lastUpdated": "x"},
)  # fmt: skip
REPORT = with_me(
    "DiagnosticReport", status="final", conclusion="c", performer=[{"reference": "Organization/o"}],
    result=[{"reference": "Observation/o1"}], issued="2026-01-01", category=[{"coding": [{"code": "RAD"}]}],
)  # fmt: skip


@pytest.mark.parametrize("resource", [FULL, REPORT, patient(), *(kept[0] for kept in KEPT)])
def test_given_a_wrong_thing_anywhere_in_a_resource_when_read_then_the_others_are_kept(resource: JsonObject) -> None:
    lost = []
    for place in _places(resource):
        for wrong in WRONG:
            record = bundle(observation(id="good")).replace(
                '"entry": [', f'"entry": [{dumped(_with(resource, place, wrong))}, ', 1
            )
            try:
                if all(fact.reference != "Observation/good" for fact in read(record).facts):
                    lost.append((place, wrong))
            except DocumentError:  # another patient, another kind: the file is refused as a whole
                continue

    assert lost == []


def _places(value: object, above: Place = ()) -> Iterator[Place]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*above, key)
        yield from _places(inner, (*above, key))


def _with(resource: JsonObject, place: Place, wrong: object) -> JsonObject:
    changed = copy.deepcopy(resource)
    at = changed
    for key in place[:-1]:
        at = at[key]  # type: ignore[index]
    at[place[-1]] = wrong  # type: ignore[index]
    return {"resource": changed}
