"""Web, worker, PostgreSQL and Valkey are killed under load: nothing accepted is lost or doubled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ap_registry import embedded
from tests.faults.rig import SOUND, Rig


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """With servers that write to disk what they say is written."""
    monkeypatch.delenv("AP_EMBEDDED_FSYNC")
    home = tmp_path / "own servers"
    home.mkdir()
    found = Rig(home, seed=7)
    yield found
    found.end()
    embedded.stop(home)


def test_nothing_is_lost_or_doubled_and_all_is_derived_as_recorded(rig: Rig) -> None:
    rig.run(rounds=1)
    rig.end()
    assert rig.verdict() == SOUND
