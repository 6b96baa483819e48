"""Events of every alias decode for ever: one real line each, never edited."""

import json
from pathlib import Path

import pytest

from ap_registry.notices import BY_ALIAS, CATALOGUE
from ap_registry.store import codec

SAMPLES = sorted((Path(__file__).parent / "events").glob("*.json"))


def test_every_alias_has_a_sample() -> None:
    assert {path.stem for path in SAMPLES} >= {kind.alias for kind in CATALOGUE.values()}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_decodes_and_is_stored_the_same_way(path: Path) -> None:
    sample = json.loads(path.read_text("utf-8"))
    public, private = json.dumps(sample["data"]), sample["private"]
    kind = BY_ALIAS[path.stem]
    values, envelope = codec.join(public, json.dumps(private) if private else None)
    assert kind.build(values) is not None
    corrects = CATALOGUE["result_awarded"] if kind.name == "correction" else None
    again, hidden = codec.split(kind, values, envelope, corrects=corrects)
    stood = {name: value for name, value in sample["data"].items() if value is not None}
    assert {k: v for k, v in json.loads(again).items() if v is not None} == stood
    assert (json.loads(hidden) if hidden else None) == private
