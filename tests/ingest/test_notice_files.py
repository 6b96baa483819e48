"""Notices from files: what becomes of each row, in whatever order and shape they come."""

import io
import json
from typing import Any

import pytest
from openpyxl import Workbook

from ap_registry.errors import Unreadable
from ap_registry.ingest.notices import import_notices
from ap_registry.ingest.results import ImportResult
from ap_registry.registry import Registry
from tests.world import PERSON, PUPIL, SCHOOL, register_pupil, upn

SUSPENSION = {
    "type": "suspension", "upn": PUPIL, "occurred_on": "2026-03-02", "school": SCHOOL,
    "sessions": "4", "ends_on": "2026-03-03", "reasons": "PP;DB",
}  # fmt: skip


def csv_of(*notices: dict[str, Any]) -> str:
    names = list(dict.fromkeys(name for notice in notices for name in notice))
    lines = [names, *([str(notice.get(name, "")) for name in names] for notice in notices)]
    return "".join(",".join(line) + "\n" for line in lines)


def send(registry: Registry, content: str | bytes, **options: Any) -> ImportResult:
    raw = content.encode() if isinstance(content, str) else content
    return import_notices(registry, io.BytesIO(raw), **options)


def counts(result: ImportResult) -> tuple[int, ...]:
    return (result.created, result.unchanged, result.duplicate, result.refused)


def problems(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for error in result.errors]


def events(registry: Registry) -> list[tuple[str, str]]:
    """Type and day of every notice recorded, in the pupil's order of recording."""
    with registry.database.connection() as connection:
        return connection.execute(
            "select split_part(type, '.', 1), occurred_on::text from event where stream = 0"
            " order by pupil_id, version"
        ).fetchall()


def test_a_first_notice_in_a_file_registers_the_pupil(registry: Registry) -> None:
    result = send(registry, csv_of({**SUSPENSION, **PERSON}))
    assert counts(result) == (1, 0, 0, 0)
    assert [type_ for type_, _ in events(registry)] == [
        "pupil_registered", "joined_roll", "suspension",
    ]  # fmt: skip


def test_one_bad_row_does_not_spoil_the_others(registry: Registry) -> None:
    register_pupil(registry)
    result = send(
        registry,
        csv_of(
            {**SUSPENSION, "ends_on": "31/02/2026", "reasons": "ZZ"},
            SUSPENSION,
            {**SUSPENSION, "upn": upn(9)},
            {**SUSPENSION, "type": "expulsion"},
        ),
    )
    assert counts(result) == (1, 0, 0, 3)
    assert problems(result) == [
        (1, "ends_on", "bad_format"),
        (1, "reasons", "unknown_code"),
        (3, "upn", "unknown_pupil"),
        (4, "type", "unknown_type"),
    ]


def test_blank_lines_count_but_are_not_listed(registry: Registry) -> None:
    register_pupil(registry)
    header, row = csv_of(SUSPENSION).splitlines()
    told = io.StringIO()
    result = send(
        registry, f"{header}\n\n{row}\n{',' * 6}\n{row.replace('PP', 'ZZ')}\n", result_file=told
    )
    (event_id,) = (receipt["event"]["id"] for receipt in _receipts(registry, csv_of(SUSPENSION)))
    assert (result.rows, counts(result)) == (2, (1, 0, 0, 1))
    assert told.getvalue().splitlines()[:2] == [
        "row,status,id,column,code,detail",
        f"2,created,{event_id},,,",
    ]
    assert (
        told.getvalue()
        .splitlines()[2]
        .startswith('4,refused,,reasons,unknown_code,"reasons must be')
    )


def _receipts(registry: Registry, text: str) -> list[Any]:
    return list(send(registry, text, receipts=True).receipts)


def test_rows_of_a_pupil_are_taken_by_day_over_the_whole_file(registry: Registry) -> None:
    """The end of the placement stands first in the file, the pupil's registration last."""
    rows = [
        {"type": "placement_ended", "occurred_on": "2026-03-20", "upn": PUPIL,
         "end_reason": "returned_to_main_school", "by": SCHOOL},
        {"type": "placement_started", "occurred_on": "2026-03-02", "upn": PUPIL,
         "provider": "100007", "commissioner": SCHOOL, "reason": "behaviour",
         "ends_on": "2026-03-31", "sessions_per_week": "10", "intent": "return",
         "site": "Main Street"},
        {"type": "joined_roll", "occurred_on": "02/09/2024", "upn": PUPIL.lower(),
         "school": SCHOOL, "registration": "c"},
        {"type": "pupil_registered", "occurred_on": "01/09/2024", "upn": f" {PUPIL} ",
         "by": SCHOOL, **PERSON},
    ]  # fmt: skip
    result = send(registry, csv_of(*rows))
    assert (result.errors, counts(result)) == ([], (4, 0, 0, 0))
    assert [day for _, day in events(registry)] == [
        "2024-09-01", "2024-09-02", "2026-03-02", "2026-03-20",
    ]  # fmt: skip


def test_a_file_sent_again_creates_nothing(registry: Registry) -> None:
    register_pupil(registry)
    text = csv_of(
        SUSPENSION,
        {**SUSPENSION, "occurred_on": "2026-03-16", "ends_on": "2026-03-17", "ref": "S2"},
        {**SUSPENSION, "occurred_on": "2026-03-16", "ends_on": "2026-03-17", "ref": "S2"},
    )
    assert counts(send(registry, text)) == (2, 0, 1, 0)
    assert counts(send(registry, text)) == (0, 3, 0, 0)


def test_the_kth_row_of_equal_content_is_the_kth_such_notice(registry: Registry) -> None:
    """Two lunchtimes on one day say the same and are two."""
    register_pupil(registry)
    lunch = {**SUSPENSION, "kind": "lunchtime", "sessions": "1", "ends_on": "2026-03-02"}
    assert counts(send(registry, csv_of(lunch))) == (1, 0, 0, 0)
    assert counts(send(registry, csv_of(lunch, lunch))) == (1, 1, 0, 0)
    assert counts(send(registry, csv_of(lunch, lunch))) == (0, 2, 0, 0)


def test_two_pupils_with_the_same_story_keep_one_each(registry: Registry) -> None:
    rows = [{**SUSPENSION, **PERSON}, {**SUSPENSION, **PERSON, "upn": upn(2)}]
    assert counts(send(registry, csv_of(*rows))) == (2, 0, 0, 0)
    assert counts(send(registry, csv_of(*rows))) == (0, 2, 0, 0)


def test_a_ref_with_other_content_is_refused_or_amended(registry: Registry) -> None:
    register_pupil(registry)
    send(registry, csv_of({**SUSPENSION, "ref": "S1"}))
    text = csv_of({**SUSPENSION, "ref": "S1", "reasons": "PA"})
    assert problems(send(registry, text)) == [(1, "ref", "ref_conflict")]
    assert counts(send(registry, text, amend="Wrong box ticked")) == (1, 0, 0, 0)
    assert counts(send(registry, text, amend="Wrong box ticked")) == (0, 1, 0, 0)
    assert events(registry)[-1][0] == "correction"


def test_a_dry_run_judges_and_saves_nothing(registry: Registry) -> None:
    register_pupil(registry)
    before = events(registry)
    told = io.StringIO()
    result = send(
        registry, csv_of(SUSPENSION, {**SUSPENSION, "reasons": "ZZ"}), dry_run=True,
        result_file=told,
    )  # fmt: skip
    assert (counts(result), events(registry)) == ((1, 0, 0, 1), before)
    assert told.getvalue().splitlines()[1] == "1,created,,,,"


def test_a_former_upn_brings_its_rows_to_the_same_pupil(registry: Registry) -> None:
    register_pupil(registry)
    with registry.database.connection() as connection:
        connection.execute(
            "insert into upn_claim (upn, pupil_id) select %s, pupil_id from upn_claim", (upn(9),)
        )
    started = {
        "type": "outreach_started", "occurred_on": "2026-03-02", "upn": upn(9),
        "provider": "SVC-0001", "school": SCHOOL, "focus": "Reading",
    }  # fmt: skip
    ended = {"type": "outreach_ended", "occurred_on": "2026-03-03", "upn": PUPIL,
             "end_reason": "completed", "by": "SVC-0001"}  # fmt: skip
    assert counts(send(registry, csv_of(ended, started))) == (2, 0, 0, 0)


def test_a_file_may_bring_two_pupils_and_merge_them(registry: Registry) -> None:
    twin = upn(2)
    person = {"type": "pupil_registered", "occurred_on": "2025-09-01", "by": SCHOOL, **PERSON}
    merge = {"type": "pupils_merged", "upn": PUPIL, "occurred_on": "2026-05-01", "by": "LA856",
             "other_upn": twin, "reason": "Same child"}  # fmt: skip
    result = send(registry, csv_of(merge, {**person, "upn": twin}, {**person, "upn": PUPIL}))
    assert (problems(result), result.created) == ([], 3)


def test_json_lines_and_workbooks_say_the_same_as_csv(registry: Registry) -> None:
    register_pupil(registry)
    book = Workbook()
    book.active.append([*SUSPENSION])
    book.active.append([100001.0 if name == "school" else v for name, v in SUSPENSION.items()])
    kept = io.BytesIO()
    book.save(kept)
    lines = json.dumps({**SUSPENSION, "sessions": 4, "reasons": ["PP", "DB"]}) + "\n"
    assert counts(send(registry, csv_of(SUSPENSION))) == (1, 0, 0, 0)
    assert counts(send(registry, kept.getvalue())) == (0, 1, 0, 0)
    assert counts(send(registry, lines)) == (0, 1, 0, 0)


def test_receipts_come_in_the_order_of_the_rows(registry: Registry) -> None:
    register_pupil(registry)
    later = {**SUSPENSION, "occurred_on": "2026-03-16", "ends_on": "2026-03-17"}
    text = csv_of(later, {**SUSPENSION, "reasons": "ZZ"}, SUSPENSION)
    first = _receipts(registry, text)
    assert [one["event"]["occurred_on"] for one in first] == ["2026-03-16", "2026-03-02"]
    assert [one["event"] for one in _receipts(registry, text)] == [one["event"] for one in first]


def test_a_cell_that_a_spreadsheet_would_run_is_defused(registry: Registry) -> None:
    told = io.StringIO()
    text = csv_of({**SUSPENSION, "type": "=1+1"})
    send(registry, text, result_file=told)
    cells = told.getvalue().splitlines()[1].split(",")
    assert not any(cell.strip('"').startswith(("=", "+", "-", "@")) for cell in cells)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("upn,occurred_on\nx,y\n", "no column type"),
        ("type,upn,colour\nsuspension,x,\nsuspension,x,red\n", "column colour"),
        ("upn,organisation,week,marks\nx,y,z,/\n", "no column type"),
    ],
)
def test_a_file_that_holds_no_notices_is_refused(registry: Registry, text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        send(registry, text)


def test_a_pupil_without_a_upn_is_registered_once(registry: Registry) -> None:
    """Sent again, with a ref and without: nothing new; two of one name stay two."""
    notice = {k: v for k, v in {**SUSPENSION, **PERSON}.items() if k != "upn"}
    text = csv_of(notice, notice, *[{**notice, "given_name": "Bea", "ref": "B1"}] * 2)
    assert counts(send(registry, text)) == (3, 0, 1, 0)
    assert counts(send(registry, text)) == (0, 4, 0, 0)
