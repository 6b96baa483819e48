"""``export tables``: whose rows they are, as known when, and a schema that they keep to."""

import csv
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package

from ap_registry import embedded
from ap_registry.cli import main
from ap_registry.errors import Refused
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from reports.tables import TABLES, export_tables
from tests.conftest import fresh_database
from tests.extracts.area import ann, fay, prepare
from tests.world import PRU, upn


@pytest.fixture(scope="module")
def folder(area: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tables")
    export_tables(area, "856", made)
    return made


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_package_is_valid(folder: Path) -> None:
    report = Package(str(folder / "datapackage.json")).validate()
    assert report.flatten(["fieldName", "message"]) == []
    assert len(report.tasks) == len(TABLES)


def test_they_have_the_pupils_whom_the_la_sees_now(folder: Path) -> None:
    seen = {row["upn"] for row in rows(folder, "pupil")}
    # Cat left the roll and lives there still; Fay lives in Rutland, at a school here
    assert seen == {upn(number) for number in range(1, 11)}


def test_another_la_has_only_its_own(area: Registry, tmp_path: Path) -> None:
    _package, pupils = export_tables(area, "857", tmp_path)
    assert [row["upn"] for row in rows(tmp_path, "pupil")] == [upn(6)]
    assert {row["pupil_id"] for row in rows(tmp_path, "placement")} == {str(p) for p in pupils}


def test_a_placement_and_a_register_are_as_they_were_told(folder: Path) -> None:
    ids = {row["upn"]: row["pupil_id"] for row in rows(folder, "pupil")}
    (placed,) = [r for r in rows(folder, "placement") if r["pupil_id"] == ids[upn(1)]]
    names = ("provider", "reason", "starts_on", "ended_on", "sessions_per_week")
    assert [placed[name] for name in names] == [PRU, "behaviour", "2026-09-07", "", "10"]
    weeks = {r["week"]: r["marks"] for r in rows(folder, "attendance_week")
             if r["pupil_id"] == ids[upn(1)]}  # fmt: skip
    assert weeks["2026-09-21"] == "O O O O O O O O O O"
    (excluded,) = [r for r in rows(folder, "exclusion") if r["pupil_id"] == ids[upn(4)]]
    assert excluded["reasons"] == "PA;DM"


def test_nothing_was_there_before_it_was_recorded(area: Registry, tmp_path: Path) -> None:
    export_tables(area, "856", tmp_path, area.now() - timedelta(days=1))
    assert (rows(tmp_path, "pupil"), rows(tmp_path, "placement")) == ([], [])


def test_an_la_that_is_not_known_is_refused(area: Registry, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="LA999 is no LA on record"):
        export_tables(area, "999", tmp_path)


def test_the_command_writes_them_and_notes_whom_they_show(
    servers: embedded.Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        registry = Registry(database)
        prepare(registry)
        for story in (ann, fay):
            story(registry)
        for name in ("database_url", "database_owner_url", "redis_url"):
            monkeypatch.setenv(f"AP_{name.upper()}", getattr(urls, name))
        words = ["ap-registry", "export", "tables", "--la", "856", "-o", str(tmp_path / "t")]
        monkeypatch.setattr(sys, "argv", [*words, "--json"])
        with pytest.raises(SystemExit) as ended:
            main()
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        with database.connection() as connection:
            read = connection.execute("select what, cardinality(pupils) from pupil_read").fetchall()
        database.close()
    assert ended.value.code == 0
    assert {one["path"]: one["rows"] for one in told["resources"]}["placement.csv"] == 2
    assert read == [("export tables", 2)]
