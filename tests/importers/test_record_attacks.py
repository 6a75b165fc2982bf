"""Hostile records: bombs, nesting, broken encodings, endless fields, planted text; a refusal or counts, and not a word told."""

import time
import traceback
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.health.documents.errors import BrokenRecordError, DocumentError, TooHeavyError, TooLargeError
from bot.health.importers import importer
from bot.health.importers.cda import tree
from bot.health.importers.clinical import gathering
from bot.health.importers.extract import read_report
from bot.health.importers.wire import encode
from bot.settings.model import DocumentSettings
from tests.importers.clinical_book import (
    bundle,
    cda_observation,
    code,
    document,
    dumped,
    observation,
    patient,
    quantity,
    read,
    results,
    section,
)

CANARY = "ZORGLUB-7431"
PQ = '<value xsi:type="PQ" value="98.20" unit="mg/dL"/>'
BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def entities(inside: str, used: str) -> str:
    return results(cda_observation(f'<value xsi:type="ST">{used}</value>')).replace(
        HEAD, f"{HEAD}<!DOCTYPE x [{inside}]>"
    )


XML = {
    "entity bomb": entities(f'<!ENTITY a0 "{CANARY}">{BOMB}', "&a11;"),
    "external entity": entities('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
    "parameter entity": entities('<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;', CANARY),
    "external DTD": results(cda_observation(PQ)).replace(
        HEAD, f'{HEAD}<!DOCTYPE x SYSTEM "http://127.0.0.1/{CANARY}">'
    ),
    "undefined entity": results(cda_observation(f'<value xsi:type="ST">&{CANARY};</value>')),
    "endless nesting": results(cda_observation("<a>" * 100_000 + CANARY)),
    "cut off": results(cda_observation(PQ))[:-40],
    "two roots": results(cda_observation(PQ)) + f"<{CANARY}/>",
    "two documents": f"<x>{results(cda_observation(PQ)).partition('?>')[2] * 2}</x>",
    "wrong letters": results(cda_observation(f'<value xsi:type="ST">{CANARY} Négatif</value>')).encode("latin-1"),
    "no such encoding": results(cda_observation(PQ)).replace("UTF-8", CANARY),
    "control character": results(cda_observation(f'<value xsi:type="ST">{CANARY}\x0b</value>')),
}
JSON = {
    "endless lists": '{"resourceType": "Bundle", "entry": ' + "[" * 100_000 + f'"{CANARY}"',
    "endless objects": '{"resourceType": "Bundle"' + ', "a": {"a": 1' * 100_000,
    "huge number": dumped(observation()).replace("98.20", "1" + "0" * 400),
    "not a number": dumped(observation()).replace("98.20", "NaN"),
    "infinity": dumped(observation()).replace("98.20", "-Infinity"),
    "a key twice": dumped(observation()).replace('"id": "o1"', f'"id": "o1", "id": "{CANARY}"'),
    "cut off": bundle(observation(note=[{"text": CANARY}]))[:-30],
    "wrong letters": dumped(observation(note=[{"text": CANARY}])).replace(CANARY, f"{CANARY} \xe9").encode("latin-1"),
    "two documents": dumped(observation(note=[{"text": CANARY}])) + " 7",
    "a broken line": f'{dumped(observation())}\n{{"resourceType": "Patient", "{CANARY}\n{dumped(observation(id="o2"))}',
    "no resource": '{"a": {"resourceType": "Observation"}}',
    "resources in a list": '{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": ["Observation"]}}]}',
}  # fmt: skip


@pytest.mark.parametrize("attack", [*XML.values(), *JSON.values()], ids=[*XML, *JSON])
def test_given_an_attack_when_read_then_it_is_refused_at_once_and_quotes_nothing(
    attack: str | bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    started = time.process_time()
    with pytest.raises(BrokenRecordError) as caught:
        read(attack)

    told = "".join(traceback.format_exception(caught.value)) + "".join(capfd.readouterr())
    assert CANARY not in told
    assert caught.value.__cause__ is None
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", ["entity bomb", "endless nesting"])
async def test_given_an_attack_when_read_in_the_worker_then_the_bot_gets_the_refusal(name: str) -> None:
    with pytest.raises(BrokenRecordError):
        await read_report(str(XML[name]).encode(), DocumentSettings())


LONG = CANARY * 1_000_000  # about twelve megabytes
TEXTS = [
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "\u202e\u2066evil\u0000",
    "\ud800",
    "'; DROP TABLE fact; --",
    "x" * 9000,
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "field",
    [
        lambda t: {"code": {"text": t}}, lambda t: {"valueQuantity": None, "valueString": t}, lambda t: {"id": t},
        lambda t: {"valueQuantity": quantity("1", t)}, lambda t: {"status": t}, lambda t: {"note": [{"text": t}]},
        lambda t: {"interpretation": [{"text": t}]}, lambda t: {"referenceRange": [{"text": t}]},
        lambda t: {"specimen": {"display": t}}, lambda t: {"effectiveDateTime": t}, lambda t: {"language": t},
        lambda t: {"code": {"coding": [{"system": "http://loinc.org", "code": t, "display": t}]}},
    ],
)  # fmt: skip
def test_given_planted_text_in_a_field_of_fhir_when_read_then_it_is_cut_cleaned_and_only_text(
    field: Callable[[str], dict[str, object]], text: str
) -> None:
    report = read(bundle(observation(**field(text)), observation(id="o2")))

    assert report.facts[-1].reference == "Observation/o2"
    for fact in report.facts:
        shown = (fact.label, fact.value, fact.unit, fact.flag, fact.specimen, fact.reference, fact.ref_text or "")
        assert all(len(said) <= 400 and said.isprintable() for said in shown)
        assert len(fact.note) <= 4000
    assert all(key.isascii() and len(key) <= 40 for key, _ in report.left)


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "&lt;script&gt;", "&#x202e;evil", "x" * 9000])
def test_given_planted_text_in_a_field_of_cda_when_read_then_it_is_cut_cleaned_and_only_text(text: str) -> None:
    quoted = text.replace("'", "&apos;")
    fact, words = read(results(
        cda_observation(
            f'<value xsi:type="PQ" value="4" unit="{quoted}"/>', named=code("x", quoted),
            extra=f'<interpretationCode code="{quoted}"/><methodCode displayName="{quoted}"/>',
        ),
        cda_observation(f'<value xsi:type="ST">{text}</value>'),
    )).facts  # fmt: skip

    shown = (fact.label, fact.unit, fact.flag, fact.note, words.value, words.note)
    assert all(len(said) <= 4000 and said.isprintable() for said in shown)
    assert fact.ucum is None


@pytest.mark.parametrize("build", [
    lambda: bundle(observation(valueQuantity=None, valueString=LONG), observation(id="o2", code={"text": LONG}), patient(family=LONG)),
    lambda: results(cda_observation(f'<value xsi:type="ST">{LONG}</value>'), cda_observation(PQ, named=code("x", LONG))),
])  # fmt: skip
def test_given_strings_of_megabytes_when_read_then_they_are_cut_within_a_second_or_two(
    build: Callable[[], str],
) -> None:
    data = build()
    started = time.process_time()
    report = read(data)

    assert [len(fact.value) <= 400 and len(fact.label) <= 400 for fact in report.facts] == [True, True]
    assert time.process_time() - started < 5


@pytest.mark.parametrize("letter", ["x", "é", '"', "\n1"])
def test_given_more_results_than_an_answer_holds_when_read_then_the_rest_is_counted(
    monkeypatch: pytest.MonkeyPatch, letter: str
) -> None:
    monkeypatch.setattr(gathering, "_ROOM", 200_000)
    many = [observation(id=f"o{n}", note=[{"text": letter * 2_000}]) for n in range(300)]
    report = read(bundle(*many))

    assert 20 < len(report.facts) < 300
    assert len(report.facts) + dict(report.left)["too_many"] == 300
    assert len(encode(report)) < 200_000


def test_given_thousands_of_kinds_when_read_then_the_list_of_counts_stays_short() -> None:
    letters = "abcdefghijklmnop"
    kinds = [{"resourceType": f"K{a}{b}{c}"} for a in letters for b in letters for c in letters]
    report = read(bundle(observation(), *kinds))

    assert (len(report.counts), len(report.left)) == (121, 121)
    assert sum(dict(report.counts).values()) == len(kinds) + 1


def test_given_thousands_of_values_not_read_when_read_then_all_are_counted_and_some_listed() -> None:
    report = read(bundle(*(observation(id=f"o{n}", valueQuantity=None) for n in range(2_100))))

    assert (len(report.not_read), dict(report.left)) == (2_000, {"no_value": 2_100})


def test_given_more_elements_than_may_be_held_when_read_then_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "_MOST_NODES", 1_000)
    with pytest.raises(BrokenRecordError):
        read(document(section("30954-2", "<a/>" * 1_001)))


def test_given_a_line_longer_than_may_be_held_when_read_then_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "MOST_WHOLE", 100_000)
    with pytest.raises(TooLargeError):
        read(bundle(observation(note=[{"text": "x" * 200_000}])))


async def test_given_a_record_that_fills_memory_when_read_in_the_worker_then_it_is_too_heavy() -> None:
    filler = '{"resourceType": "Bundle", "a": [' + "[]," * 6_000_000 + "1]}"
    with pytest.raises(TooHeavyError):
        await read_report(filler.encode(), DocumentSettings(memory_mb=256))


GOOD_JSON = bundle(patient(), observation(), observation(id="o2", valueQuantity=None, valueString="Négatif")).encode()
GOOD_LINES = b"\n".join(dumped(one).encode() for one in (patient(), observation(), observation(id="o2")))
GOOD_XML = results(cda_observation(PQ), cda_observation('<value xsi:type="ST">Négatif</value>')).encode()
PIECES = [b'"', b"{", b"}", b"[", b"]", b",", b":", b"<", b">", b"/", b"&", b";", b"\x00", b"\xff", b"\xed\xa0\x80", b"9" * 40,
          b"e999", b"null", b"-", b"\\ud800", b"<!--", b"]]>", b"<![CDATA[", b'" nullFlavor="UNK']  # fmt: skip


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([GOOD_JSON, GOOD_LINES, GOOD_XML]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(PIECES) | st.binary(max_size=4)), min_size=1, max_size=4),
)  # fmt: skip
def test_given_a_good_record_with_bytes_changed_when_read_then_only_a_refusal_can_come_of_it(
    good: bytes, changes: list[tuple[float, int, bytes]]
) -> None:
    data = good
    for place, removed, piece in changes:
        start = int(place * len(data))
        data = data[:start] + piece + data[start + removed :]
    error: DocumentError | None = None
    try:
        read(data)
    except DocumentError as refusal:
        error = refusal

    assert error is None or ("Durand" not in str(error) and "gatif" not in str(error) and error.__cause__ is None)
