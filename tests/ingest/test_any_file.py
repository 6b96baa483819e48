"""Files that nobody would send on purpose: refused in words, whatever is in them."""

import csv
import io
import json
import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ap_registry.errors import Unreadable
from ap_registry.ingest.notices import COLUMNS, import_notices
from ap_registry.ingest.registers import SINGLE, WEEKLY
from ap_registry.ingest.spreadsheets import read_rows
from ap_registry.registry import Registry
from tests.ingest.test_notice_files import PUPIL, SUSPENSION, csv_of
from tests.world import PERSON, SCHOOL, send_register, upn

NASTY = st.sampled_from(
    ["", " ", "-", "=1+1", "#N/A", "NaN", "inf", "1e999", "5.0", "0", "-1", "99999999999999999999",
     "31/02/2026", "2026-13-01", "0000-00-00", "9999-12-31", "'; drop table event; --", "\u202e",
     "é" * 300, "[]", "{}", '{"a": 1}', "null", "true", ";;;", "PP;PP;PP;PP", "١٢٣", "𝟙", "\ufeff",
     "LA", "LA856", "856/0001", "T-", SCHOOL, PUPIL, "suspension", "2026-03-02", "void",
     "correction"]
)  # fmt: skip
VALUES = st.one_of(
    NASTY, st.text(max_size=20), st.none(), st.booleans(), st.integers(), st.floats(),
    st.lists(NASTY, max_size=3), st.dictionaries(NASTY, NASTY, max_size=2),
)  # fmt: skip
NOTICES = st.dictionaries(st.sampled_from(sorted(COLUMNS)), VALUES, max_size=8)
SEVERAL = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([None, "csv", "xlsx", "jsonl"]))
@example(b"_,upn\n1,2\n", "csv")
def test_any_bytes_are_rows_or_unreadable(raw: bytes, format: str | None) -> None:
    try:
        rows = list(read_rows(io.BytesIO(raw), format=format))
    except Unreadable:
        return
    assert [number for number, _ in rows] == sorted({number for number, _ in rows})


@SEVERAL
@given(st.lists(NOTICES, min_size=1, max_size=12))
def test_any_values_are_recorded_or_refused(
    registry: Registry, rows: list[dict[str, object]]
) -> None:
    lines = "".join(json.dumps({**SUSPENSION, **PERSON, **row}) + "\n" for row in rows)
    result = import_notices(
        registry, io.BytesIO(lines.encode()), receipts=True, result_file=io.StringIO()
    )
    assert result.created + result.unchanged + result.duplicate + result.refused == len(rows)


@SEVERAL
@given(st.lists(st.dictionaries(st.sampled_from((*WEEKLY, *SINGLE)), NASTY), max_size=12))
def test_any_cells_of_a_register_are_taken_or_refused(
    registry: Registry, rows: list[dict[str, str]]
) -> None:
    good = {"upn": PUPIL, "organisation": SCHOOL}
    for columns in (WEEKLY, SINGLE):
        text = io.StringIO()
        written = csv.DictWriter(text, columns, extrasaction="ignore", delimiter=";")
        written.writeheader()
        written.writerows({**good, **row} for row in rows)
        result = send_register(registry, text.getvalue())
        assert result.created + result.unchanged + result.duplicate + result.refused == result.rows


def state(registry: Registry) -> list[tuple[object, ...]]:
    """What is held of all pupils, without what an import makes up: ids and instants."""
    with registry.database.connection() as connection:
        return connection.execute(
            "select i.upn, x.kind, x.occurred_on, x.ends_on, x.sessions from exclusion x"
            " join identity i on i.pupil_id = x.pupil_id and i.until_at = 'infinity'"
            " where x.until_at = 'infinity' order by 1, 3"
        ).fetchall()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_and_the_size_of_chunks_do_not_matter(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rows = [
        {**SUSPENSION, **(PERSON if day == 2 else {}), "upn": upn(n),
         "occurred_on": f"2026-03-{day:02}", "ends_on": f"2026-03-{day + 1:02}"}
        for n in range(1, 13) for day in (2, 9, 16)
    ]  # fmt: skip
    random.Random(seed).shuffle(rows)
    monkeypatch.setattr("ap_registry.ingest.notices.CHUNK", seed * 5)
    result = import_notices(registry, io.BytesIO(csv_of(*rows).encode()))
    assert (result.created, result.errors) == (36, [])
    assert [(row[0], str(row[2])[-2:]) for row in state(registry)] == [
        (upn, day) for upn in sorted({row["upn"] for row in rows}) for day in ("02", "09", "16")
    ]
