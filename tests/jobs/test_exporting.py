"""The signed head goes outside once a day."""

from datetime import timedelta
from pathlib import Path

from ap_registry.installation import Installation
from jobs.exporting import export_daily


def test_each_day_has_one_export(morning: Installation, tmp_path: Path) -> None:
    morning.settings.ledger_export = tmp_path / "exports"
    morning.registry.signer = morning.signer
    assert [export_daily(morning), export_daily(morning)] == [True, False]
    assert morning.registry.clock is not None
    morning.registry.clock += timedelta(days=1)
    assert export_daily(morning)
    names = sorted(path.name for path in (tmp_path / "exports").iterdir())
    assert names == ["ledger-2026-11-20.json", "ledger-2026-11-21.json", "verify_proof.py"]


def test_without_a_folder_nothing_is_written(morning: Installation) -> None:
    assert not export_daily(morning)
