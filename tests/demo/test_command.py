"""``ap-registry demo --once`` as somebody at a shell runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from ap_registry import embedded
from ap_registry.demo.organisations import secondaries
from ap_registry.demo.people import upn_of
from ap_registry.installation import open_at
from ap_registry.seals import UNSEALED
from ap_registry.settings import Settings
from ap_registry.store import second_factors
from ap_registry.store.database import connect
from ap_registry.store.resealing import Standing, standing
from tests.world import PERSON


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    found = tmp_path_factory.mktemp("a folder") / "with spaces"
    yield found
    embedded.stop(found)


def command(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("ap-registry")), *words],
        env={**os.environ, "AP_REGISTRY_HOME": str(home), **environment},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def first(home: Path) -> subprocess.CompletedProcess[str]:
    return command(home, "demo", "--once", "--pupils", "25")


def test_it_prints_the_outcomes_and_where_the_reports_are(
    first: subprocess.CompletedProcess[str], home: Path
) -> None:
    assert first.returncode == 0, first.stderr
    lines = first.stdout.splitlines()
    measures = {line.split()[2] for line in lines if line.startswith("LA all")}
    assert measures == {"outreach", "attendance", "reintegration", "attainment", "post_16"}
    assert all(Path(line).is_file() for line in lines[-5:])
    assert lines[-1].startswith(str(home))


def test_a_second_run_builds_nothing(first: subprocess.CompletedProcess[str], home: Path) -> None:
    again = command(home, "demo", "--once", "--pupils", "25")
    assert (again.returncode, again.stdout) == (0, first.stdout), again.stderr
    assert "The demo is there already (seed 1" in again.stderr


@pytest.mark.usefixtures("first")
def test_doctor_says_by_which_clock_it_lives(home: Path) -> None:
    told = command(home, "doctor", AP_REGISTRY_CLOCK="2026-11-20T18:00:00Z")
    assert "this registry lives at 2026-11-20T18:00:00+00:00 (AP_REGISTRY_CLOCK)" in told.stdout
    assert "though made for practice" in command(home, "doctor").stdout


@pytest.mark.usefixtures("first")
def test_what_an_older_program_left_unsealed_is_sealed_by_whatever_starts(home: Path) -> None:
    with connect(embedded.ensure(home).database_url) as connection:
        second_factors.begin(connection, uuid4(), at=datetime.now(UTC), seals=UNSEALED)
        found = open_at(Settings(registry_home=home), clock=None)
        assert standing(connection, found.seals) == Standing(sealed=1, to_seal=0, lost=0)


@pytest.mark.usefixtures("first")
def test_records_later_than_the_demo_are_followed_by_the_real_clock(home: Path) -> None:
    """AP_REGISTRY_CLOCK stands for what a user records by the real clock, after the demo's day."""
    day = {"upn": upn_of("856", 9_999), "occurred_on": "2026-11-23"}
    notice = {**day, **PERSON, "type": "pupil_registered", "by": secondaries("856")[0]}
    later = {"AP_REGISTRY_CLOCK": "2026-11-23T09:00:00Z"}
    recorded = command(home, "notify", json.dumps(notice), **later)
    assert recorded.returncode == 0, recorded.stderr
    again = command(home, "demo", "--once", "--pupils", "25")
    assert again.returncode == 0, again.stderr
    assert "later than 20 November 2026: it lives by the real clock." in again.stderr
