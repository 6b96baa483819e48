"""``ap-registry import``: as an office calls it, with exit codes and JSON to the letter."""

import io
import json
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ap_registry import embedded
from ap_registry.cli import main
from ap_registry.cli.output import progress_bar
from ap_registry.demo.people import upn_of
from ap_registry.registry import Registry
from tests.world import PUPIL, SCHOOL, close, notify, register_pupil

Command = Callable[..., "Ran"]
CREATED = "1 rows: 1 created, 0 unchanged, 0 duplicate, 0 refused"
REGISTER = f"upn,organisation,week,marks\n{PUPIL},{SCHOOL},2026-03-02,{'/ ' * 10}\n"
SUSPENSION = (
    "type,upn,occurred_on,school,sessions,ends_on,reasons\n"
    f"suspension,{PUPIL},02/03/2026,{SCHOOL},4,03/03/2026,PP\n"
)


@dataclass(frozen=True)
class Ran:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def command(
    registry: Registry,
    urls: embedded.Servers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """Run in a folder of its own, on the test's database."""
    register_pupil(registry)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AP_DATABASE_URL", urls.database_url)
    monkeypatch.setenv("AP_DATABASE_OWNER_URL", urls.database_owner_url)
    monkeypatch.setenv("AP_REDIS_URL", urls.redis_url)

    def run(*words: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["ap-registry", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return run


def test_a_good_file_ends_with_0_and_says_what_became_of_it(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "s.csv").write_text(SUSPENSION, encoding="utf-16")
    first = command("import", "notices", "s.csv", "--json")
    told = json.loads(first.stdout)
    assert (first.returncode, first.stderr) == (0, "")
    assert list(told) == [
        "rows", "created", "unchanged", "duplicate", "refused", "errors", "receipts",
    ]  # fmt: skip
    assert list(told.values())[:6] == [1, 1, 0, 0, 0, []]
    assert told["receipts"][0].keys() == {"event", "follow_ups", "flags"}
    again = command("import", "notices", "-", "--json", "--result", "r.csv", stdin=SUSPENSION)
    assert json.loads(again.stdout)["unchanged"] == 1
    assert (tmp_path / "r.csv").read_text() == (
        f"row,status,id,column,code,detail\n1,unchanged,{told['receipts'][0]['event']['id']},,,\n"
    )


def test_a_refused_row_ends_with_1_and_is_named(command: Command) -> None:
    ran = command("import", "notices", "-", "--json", stdin=SUSPENSION.replace("PP", "ZZ"))
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["refused"], told["receipts"]) == (1, 1, [])
    (error,) = told["errors"]
    assert list(error) == ["row", "column", "code", "detail", "rule", "source"]
    assert (error["row"], error["column"], error["code"]) == (1, "reasons", "unknown_code")
    plain = command("import", "notices", "-", stdin=SUSPENSION.replace("PP", "ZZ"))
    assert plain.stdout == "1 rows: 0 created, 0 unchanged, 0 duplicate, 1 refused\n"
    assert "row 1, reasons: " in plain.stderr


def test_a_register_answers_marks_and_follow_ups(command: Command, tmp_path: Path) -> None:
    ran = command("import", "attendance", "-", "--json", "--result", "r.csv", stdin=REGISTER)
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["created"], told["marks"]) == (0, 1, 10)
    assert told["follow_ups"] == {"opened": [], "closed": [], "moved": []}
    assert (tmp_path / "r.csv").read_text() == "row,status,id,column,code,detail\n1,created,,,,\n"


def test_calendars_answer_what_moved(command: Command) -> None:
    text = f"organisation,starts_on,ends_on\n{SCHOOL},2025-09-01,2026-07-17\n"
    for words in (("terms", "-", "--json"), ("--json", "terms", "-"), ("terms", "--json", "-")):
        ran = command("import", *words, stdin=text)
        assert (ran.returncode, json.loads(ran.stdout)["moved"]) == (0, [])


def test_a_late_closure_answers_in_words_what_moved_and_whose_it_is(
    command: Command, registry: Registry
) -> None:
    notify(registry, "suspension", "2026-11-19", school=SCHOOL, sessions=20,
           ends_on="2026-12-02", reasons=["PP"])  # fmt: skip
    ran = command(
        "import", "closures", "-", stdin=f"organisation,date,reason\n{SCHOOL},2026-11-24,snow\n"
    )
    first, said, *moved = ran.stdout.splitlines()
    assert (ran.returncode, first) == (0, CREATED)
    assert said == f"2 follow-ups moved, of {SCHOOL} (2):"
    assert [line.rsplit(" ", 1)[0] for line in moved] == [
        f"  day_six_notice due 2026-11-25, was 2026-11-24 ({SCHOOL})",
        f"  sixth_day_provision due 2026-11-27, was 2026-11-26 ({SCHOOL})",
    ]


def test_a_closure_that_ends_a_duty_and_its_withdrawal_that_brings_it_back_say_so(
    command: Command, registry: Registry
) -> None:
    """Monday to the next Monday is six school days; with one of them closed it is five."""
    notify(registry, "suspension", "2026-11-09", school=SCHOOL, sessions=12,
           ends_on="2026-11-16", reasons=["PP"])  # fmt: skip
    header = "organisation,date,reason,removed\n"
    shut = command("import", "closures", "-", stdin=f"{header}{SCHOOL},2026-11-11,snow,\n")
    assert told(shut, "closed") >= {f"  sixth_day_provision lapsed, due 2026-11-16 ({SCHOOL})"}
    back = command("import", "closures", "-", stdin=f"{header}{SCHOOL},2026-11-11,,yes\n")
    assert told(back, "opened") >= {f"  sixth_day_provision due 2026-11-16 ({SCHOOL})"}


def told(ran: Ran, word: str) -> set[str]:
    """The lines under "follow-ups opened" or closed, without the ids."""
    lines = ran.stdout.splitlines()
    place = next(n for n, line in enumerate(lines) if line.endswith(f"follow-ups {word}:"))
    return {line.rsplit(" ", 1)[0] for line in lines[place + 1 :]}


def test_a_file_sent_again_after_a_crash_moves_what_the_first_had_left(
    command: Command, registry: Registry
) -> None:
    notify(registry, "suspension", "2026-11-19", school=SCHOOL, sessions=20,
           ends_on="2026-12-02", reasons=["PP"])  # fmt: skip
    close(registry, SCHOOL, "2026-11-24")
    ran = command("import", "closures", "-", "--json",
                  stdin=f"organisation,date,reason\n{SCHOOL},2026-11-24,snow\n")  # fmt: skip
    told = json.loads(ran.stdout)
    assert (told["unchanged"], len(told["moved"])) == (1, 2)


def test_what_cannot_be_read_ends_with_2_and_one_plain_message(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (tmp_path / "old.csv").write_text("kept")
    for words in (
        ("notices", "picture.csv", "--result", "old.csv"),
        ("notices", "."),
        ("attendance", "missing.csv"),
        ("organisations", "picture.csv"),
        ("terms", "-"),
        ("notices", "-", "--format", "docx"),
        ("notices", "-", "--result", "no/such/folder/r.csv"),
    ):
        ran = command("import", *words, stdin="a,b\n1,2\n")
        assert (ran.returncode, ran.stdout) == (2, ""), words
    assert (tmp_path / "old.csv").read_text() == "kept"


def test_a_dry_run_saves_nothing(command: Command) -> None:
    for form, text in (("notices", SUSPENSION), ("attendance", REGISTER)):
        for _ in range(2):
            ran = command("import", form, "-", "--dry-run", "--json", stdin=text)
            assert json.loads(ran.stdout)["created"] == 1


def test_the_progress_bar_keeps_to_terminals(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("notices") as bar:
        bar(10)
    assert capsys.readouterr().err == ""


def test_of_many_moved_the_first_twenty_are_shown(command: Command, registry: Registry) -> None:
    for number in range(1, 12):
        upn = upn_of("856", number)
        register_pupil(registry, upn=upn)
        notify(registry, "suspension", "2026-11-19", upn=upn, school=SCHOOL, sessions=20,
               ends_on="2026-12-02", reasons=["PP"])  # fmt: skip
    text = f"organisation,date,reason\n{SCHOOL},2026-11-24,snow\n"
    lines = command("import", "closures", "-", stdin=text).stdout.splitlines()
    assert lines[1] == f"22 follow-ups moved, of {SCHOOL} (22):"
    assert (len(lines), lines[-1]) == (23, "  … and 2 more: --json lists all")


def test_the_blocks_that_a_file_takes_away_are_counted(command: Command) -> None:
    text = f"organisation,starts_on,ends_on\n{SCHOOL},2025-09-01,2025-12-19\n"
    command("import", "terms", "-", stdin=text + f"{SCHOOL},2026-01-05,2026-07-17\n")
    ran = command("import", "terms", "-", stdin=text)
    assert ran.stdout.splitlines()[1] == (
        "1 blocks removed: the file names their academic year, and not them"
    )


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (SUSPENSION.replace(PUPIL, "A" + PUPIL[1:]), "row 1, upn: the first letter"),
        (SUSPENSION.replace("\nsuspension,", "\nsuspenson,"), "did you mean suspension?"),
        (SUSPENSION.splitlines()[0] + "\n", "The file holds a header and no rows."),
    ],
)
def test_messages_say_what_to_mend(command: Command, sent: str, said: str) -> None:
    told = command("import", "notices", "-", stdin=sent).stderr
    assert said in told
    assert "upn: upn:" not in told


def test_a_word_document_is_called_one(command: Command, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "terms.xlsx", "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("word/document.xml", "<document/>")
    ran = command("import", "terms", "terms.xlsx")
    assert ran.returncode == 2
    assert "This is a Word document: save it as CSV or XLSX." in ran.stderr


def test_a_register_is_refused_with_an_example_or_with_the_codes_of_that_day(
    command: Command,
) -> None:
    short = command("import", "attendance", "-", stdin=REGISTER.replace("/ " * 10, "/ / /"))
    assert r"such as / \ / \ / \ / \ / \, not 3" in short.stderr
    wrong = command("import", "attendance", "-", stdin=REGISTER.replace("/ " * 10, "/ " * 9 + "Q9"))
    assert "Q9 is no attendance code on 2026-03-06: the codes of that day are / \\ " in wrong.stderr


def test_a_ref_used_before_is_refused_with_the_way_to_correct(command: Command) -> None:
    header, row = SUSPENSION.splitlines()
    first = f"{header},ref\n{row},S-1\n"
    command("import", "notices", "-", stdin=first)
    again = command("import", "notices", "-", stdin=first.replace(",4,", ",3,"))
    assert "(--amend REASON; over HTTP ?amend=REASON) [ref_conflict]" in again.stderr


def test_a_clock_that_has_stopped_says_when_and_how(command: Command, registry: Registry) -> None:
    opened = notify(registry, "suspension", "2026-11-02", school=SCHOOL, sessions=14,
                    ends_on="2026-11-10", reasons=["PP"], ref="S-2")["follow_ups"]  # fmt: skip
    (sixth,) = [one for one in opened["opened"] if one["kind"] == "sixth_day_provision"]
    explain = ("clock", "explain", sixth["id"])
    assert "lapsed on" not in command(*explain).stdout
    notify(registry, "exclusion_cancelled", "2026-11-03", exclusion="S-2", by=SCHOOL,
           reason="Not warranted")  # fmt: skip
    assert command(*explain).stdout.splitlines()[2] == "lapsed on 2026-11-03"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--owner", "999999"), "999999 is not an organisation on record"),
        (("--kind", "rubbish"), "rubbish is no kind of follow-up"),
    ],
)
def test_a_filter_that_names_nothing_is_refused(
    command: Command, words: tuple[str, str], said: str
) -> None:
    ran = command("follow-ups", *words)
    assert (ran.returncode, said in " ".join(ran.stderr.split())) == (2, True)
    assert command("follow-ups", "--owner", SCHOOL, "--kind", "parent_notice").returncode == 0
