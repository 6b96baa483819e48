"""Moving in: a spreadsheet of past placements by the mapping of docs/examples."""

import io
from pathlib import Path

import pytest

from ap_registry.errors import Unreadable
from ap_registry.ingest.mapping import read_mapping
from ap_registry.ingest.past import import_history
from ap_registry.ingest.results import ImportResult
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import who
from tests.architecture.sources import ROOT
from tests.ingest.test_command import Command, command
from tests.world import PRU, PUPIL, SCHOOL, register_pupil, upn

__all__ = ["command"]
MAPPING = ROOT / "docs" / "examples" / "history.toml"
HEADER = (
    "Pupil No,First name,Last name,DoB,Gender,SEN,Provider URN,School URN,Why,Sessions,Start,"
    "Planned end,Left,Leaving reason,Remarks\n"
)
ANN = f"{upn(50)},Ann,Example,3/2/2011,F,K,{PRU},{SCHOOL}"
FILE = HEADER + (
    f"{ANN},Behaviour support,5,8/9/2025,19/12/2025,5/12/2025,Back to school,went well\n"
    f"{ANN},PEX,10,12/1/2026,27/3/2026,,,\n"
    f"{ANN},Mystery,10,1/6/2026,3/7/2026,,,\n"
    f"{upn(51)},Ben,Example,9/9/2010,M,N,{PRU},{SCHOOL},,,,,,,on a waiting list\n"
)


def take(registry: Registry, text: str = FILE, *, dry_run: bool = False) -> ImportResult:
    mapping = read_mapping(io.BytesIO(MAPPING.read_bytes()))
    return import_history(registry, io.BytesIO(text.encode()), mapping, dry_run=dry_run)


def placements(registry: Registry) -> list[tuple[str, str | None, str]]:
    with registry.database.connection() as connection:
        pupil_id = who.pupil_named(connection, upn(50))
    assert pupil_id is not None
    shown = read_pupil(registry, pupil_id)["placements"]
    return [(one["starts_on"], one["ended_on"], one["reason"]) for one in shown]


def test_a_row_becomes_its_notices_and_registers_who_is_not_known(registry: Registry) -> None:
    told = take(registry)
    assert (told.rows, told.created, told.refused) == (4, 3, 1)
    assert placements(registry) == [
        ("2025-09-08", "2025-12-05", "behaviour"), ("2026-01-12", None, "permanent_exclusion"),
    ]  # fmt: skip


def test_the_file_again_creates_nothing(registry: Registry) -> None:
    take(registry)
    again = take(registry)
    assert (again.created, again.unchanged) == (0, 3)


def test_a_dry_run_explains_each_row_and_saves_nothing(registry: Registry) -> None:
    told = take(registry, dry_run=True)
    lines = told.more["lines"]
    assert [(line["row"], [one["type"] for one in line["notices"]]) for line in lines] == [
        (1, ["placement_started", "placement_ended"]), (2, ["placement_started"]),
        (3, ["placement_started"]), (4, []),
    ]  # fmt: skip
    (error,) = told.errors
    assert (error.row, error.column, error.code) == (3, "reason", "unknown_code")
    assert lines[2]["notices"][0]["errors"][0].startswith("reason: reason must be")
    with registry.database.connection() as connection:
        assert who.pupil_named(connection, upn(50)) is None


EXCLUSIONS = (
    "Pupils excluded,,,,,,\n"
    "UPN,School,Category,Exclusion Start Date,Exclusion End Date,Exclusion Number of Sessions,"
    "Exclusion Reason 1\n"
    f"{PUPIL},ALDER  School,Suspension,2/3/26,3/3/26,4,PP\n"
    f"{PUPIL},Alder School,LNCH,9 Mar 2026,09/03/2026,1,BU\n"
    f"{PUPIL},Alder School,Permanent,01.06.2026,,,PA\n"
    f"{PUPIL},Elder School,FIXD,15/06/2026,15/06/2026,2,PP\n"
    f"{PUPIL},Alder School,Warning,16/06/2026,,,\n"
)
BASES = (
    "UPN,Forename,Surname,DOB,Gender,SEN Provision,Base Name,Base Type,Reason,Sessions,Start Date,"
    "Planned End Date,End Date,Leaving Reason\n"
    f"{upn(60)},Cat,Example,4/5/2011,Female,SEN Support,Second Gear,Unregistered AP,Medical,10,"
    "8/9/2025,19/12/2025,5/12/2025,Returned to school\n"
    f"{upn(60)},Cat,Example,4/5/2011,Female,SEN Support,Alder School,Secondary,,,1/9/2022,,,\n"
    f"{upn(61)},Dee,Example,4/6/2011,Female,EHCP,Bridge PRU,PRU,Naughty,10,8/9/2025,,,\n"
)


def example(registry: Registry, name: str, text: str) -> ImportResult:
    told = (ROOT / "docs" / "examples" / "moving-in" / name).read_bytes()
    mapping = read_mapping(io.BytesIO(told))
    return import_history(registry, io.BytesIO(text.encode()), mapping, dry_run=True)


def lines(told: ImportResult) -> list[list[tuple[str, str, int]]]:
    return [
        [(one["type"], one["occurred_on"], len(one["errors"])) for one in line["notices"]]
        for line in told.more["lines"]
    ]


def test_a_column_says_which_notice_a_row_is_and_a_name_which_school(registry: Registry) -> None:
    register_pupil(registry)
    told = example(registry, "exclusions.toml", EXCLUSIONS)
    assert lines(told) == [
        [("suspension", "2/3/26", 0)], [("suspension", "9 Mar 2026", 0)],
        [("permanent_exclusion", "01.06.2026", 0)], [("suspension", "", 1)], [],
    ]  # fmt: skip
    assert [(e.row, e.column, e.code) for e in told.errors] == [
        (4, "school", "unknown_organisation")
    ]
    assert (
        "no organisation on record is called Elder School (did you mean 100001?)"
        in told.errors[0].detail
    )


def test_what_a_row_goes_on_to_say_is_not_taken_without_its_beginning(registry: Registry) -> None:
    """The end of a stay that is not recorded would end another that is open."""
    bad = (
        f"{upn(61)},Dee,Example,4/6/2011,Female,EHCP,Nowhere,PRU,Medical,10,8/9/2025,,1/12/2025,\n"
    )
    told = example(registry, "base-history.toml", BASES.splitlines(keepends=True)[0] + bad)
    assert lines(told) == [[("placement_started", "", 1), ("placement_ended", "", 1)]]


def test_stays_at_ap_come_out_of_a_history_of_bases(registry: Registry) -> None:
    told = example(registry, "base-history.toml", BASES)
    assert lines(told) == [
        [("placement_started", "8/9/2025", 0), ("placement_ended", "5/12/2025", 0)], [],
        [("placement_started", "8/9/2025", 2)],
    ]  # fmt: skip
    assert {(e.row, e.column, e.code) for e in told.errors} == {
        (3, "reason", "unknown_code"), (3, "ends_on", "required")
    }  # fmt: skip


def test_the_command_says_it_row_by_row(command: Command, tmp_path: Path) -> None:
    (tmp_path / "past.csv").write_text(FILE)
    ran = command("import", "history", "past.csv", "--mapping", str(MAPPING), "--dry-run")
    lines = ran.stdout.splitlines()
    assert (ran.returncode, lines[0], lines[3]) == (
        1, "row 1: placement_started 8/9/2025, placement_ended 5/12/2025",
        "row 4: nothing to record",
    )  # fmt: skip
    assert lines[2].startswith("row 3: placement_started 1/6/2026 refused: reason: ")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("nonsense", "not TOML"),
        ("[columns]\nupn = 'UPN'\n", "needs"),
        ("[[notice]]\ntype = 'holiday'\n", "type of notice"),
        ("[[notice]]\ntype = 'void'\n[notice.fields]\nshoe = 'Size'\n", "no field shoe"),
        ("[[notice]]\ntype = 'void'\nfield = 3\n", "not field"),
        ("[[notice]]\ntype = 'void'\n[notice.fields]\nof = 3\n", "a column"),
        ("[wrong]\n", "no use for wrong"),
    ],
)
def test_a_mapping_that_cannot_be_meant_says_where(told: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_mapping(io.BytesIO(told.encode()))


def test_a_file_without_a_column_that_the_mapping_names_is_refused(registry: Registry) -> None:
    with pytest.raises(Unreadable, match="no column"):
        take(registry, FILE.replace("Leaving reason", "Reason for leaving"))
