"""``import …`` and ``notify``: what comes in."""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Protocol, TextIO

import msgspec
import typer

from ap_registry.cli.output import Json, Stop, installation, opened, progress_bar, say, write_json
from ap_registry.errors import Unreadable
from ap_registry.ingest.areas import import_areas
from ap_registry.ingest.attendance import import_attendance
from ap_registry.ingest.calendars import import_closures, import_terms
from ap_registry.ingest.census_codes import import_codes
from ap_registry.ingest.notices import import_notices
from ap_registry.ingest.organisations import import_organisations
from ap_registry.ingest.people import import_people
from ap_registry.ingest.results import ImportResult
from ap_registry.ingest.sheets import import_headcounts, import_providers
from ap_registry.store.database import Connection

File = Annotated[str, typer.Argument(help="The file; - reads standard input.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and judge, save nothing.")]
Result = Annotated[
    Path | None, typer.Option("--result", help="Write what became of each row to this CSV file.")
]
FORMATS = ("csv", "xlsx", "jsonl")
ERRORS_SHOWN = 100
MOVED_SHOWN = 20
imports = typer.Typer(no_args_is_help=True, help="Take in a file.")


def register(app: typer.Typer) -> None:
    app.add_typer(imports, name="import")
    app.command()(notify)
    app.command()(refresh)


def tell(result: ImportResult, as_json: bool) -> None:
    if as_json:
        _write_json(result)
    else:
        sys.stdout.write(
            f"{result.rows} rows: {result.created} created, {result.unchanged} unchanged,"
            f" {result.duplicate} duplicate, {result.refused} refused\n"
        )
        if removed := result.more.get("removed"):
            sys.stdout.write(
                f"{removed} blocks removed: the file names their academic year, and not them\n"
            )
        sys.stdout.writelines(_moved(result.more.get("moved", [])))
        for word in ("opened", "closed"):
            sys.stdout.writelines(_changed(word, result.more.get(word, [])))
        if not result.rows:
            say("The file holds a header and no rows.")
        for error in result.errors[:ERRORS_SHOWN]:
            detail = error.detail.removeprefix(f"{error.column}: ")
            say(f"row {error.row}, {error.column or 'whole row'}: {detail} [{error.code}]")
            for one in error.near:
                say(f"  perhaps the pupil {one.pupil_id}: {'; '.join(one.reasons)}")
        if len(result.errors) > ERRORS_SHOWN:
            say(f"… and {len(result.errors) - ERRORS_SHOWN} more")
    if result.refused:
        raise Stop(1)


def _moved(moved: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What is due on another day than before, and how many of whom."""
    if moved:
        concerned = sorted(Counter(str(one["owner"]) for one in moved).items())
        owners = ", ".join(f"{owner} ({count})" for owner, count in concerned)
        yield f"{len(moved)} follow-ups moved, of {owners}:\n"
    for one in moved[:MOVED_SHOWN]:
        yield (
            f"  {one['kind']} due {one['due_on']}, was {one['was_due_on']}"
            f" ({one['owner']}) {one['id']}\n"
        )
    if len(moved) > MOVED_SHOWN:
        yield f"  … and {len(moved) - MOVED_SHOWN} more: --json lists all\n"


def _changed(word: str, changed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What a changed calendar has opened or ended (done, lapsed)."""
    if changed:
        yield f"{len(changed)} follow-ups {word}:\n"
    for one in changed[:MOVED_SHOWN]:
        how = f"{one['status']}, " if one["closed_on"] else ""
        yield f"  {one['kind']} {how}due {one['due_on']} ({one['owner']}) {one['id']}\n"
    if len(changed) > MOVED_SHOWN:
        yield f"  … and {len(changed) - MOVED_SHOWN} more: --json lists all\n"


def _write_json(result: ImportResult) -> None:
    """As ``write_json`` would, an item at a time: a large file answers many receipts."""
    out = sys.stdout.write
    out("{\n")
    for name, count in result.counts().items():
        out(f'  "{name}": {count},\n')
    for name, items in (
        ("errors", (error.as_json() for error in result.errors)),
        ("receipts", result.receipts),
    ):
        out(f'  "{name}": [')
        before = "\n"
        for item in items:
            out(before + _indented(item, 4))
            before = ",\n"
        out("]" if before == "\n" else "\n  ]")
        out(",\n" if name == "errors" or result.more else "\n")
    for number, (name, value) in enumerate(result.more.items(), start=1):
        comma = "," if number < len(result.more) else ""
        out(f'  "{name}": {_indented(value, 2).lstrip()}{comma}\n')
    out("}\n")


def _indented(value: object, by: int) -> str:
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return " " * by + text.replace("\n", "\n" + " " * by)


@contextmanager
def result_file(path: Path | None) -> Iterator[TextIO | None]:
    """Beside its place until it is whole: a file that was refused leaves the old one alone."""
    if path is None:
        yield None
        return
    in_place = path.exists() and not path.is_file()  # a pipe or a terminal
    try:
        folder: AbstractContextManager[Any] = (
            nullcontext() if in_place else tempfile.TemporaryDirectory(dir=path.parent)
        )
        with folder as name:
            written = path if in_place else Path(name) / path.name
            with written.open("w", encoding="utf-8", newline="") as file:
                yield file
            if not in_place:
                written.replace(path)
    except OSError as error:
        raise Unreadable(f"{path} cannot be written: {error.strerror}.") from error


def refresh(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Files or addresses (default: AP_GIAS_SOURCES).")
    ] = None,
    json_: Json = False,
) -> None:
    """Take in organisations and their links from files or https addresses, as each night does."""
    from jobs.refreshing import refresh as take

    with installation() as found:
        named = sources or (found.settings.gias_sources or "").split()
        if not named:
            raise typer.BadParameter("name a file or address, or set AP_GIAS_SOURCES")
        results = take(found, named)
    total = ImportResult()
    for one in results:
        for name, count in one.counts().items():
            setattr(total, name, getattr(total, name) + count)
        total.errors += one.errors
    tell(total, json_)


class Table(Protocol):
    """Takes a small file into a table of its own, where nothing that is owed follows from it."""

    def __call__(
        self, connection: Connection, file: BinaryIO, *, today: date, clock: datetime | None
    ) -> ImportResult: ...


def _take(table: Table, file: str, as_json: bool) -> None:
    with (
        opened(file) as handle,
        installation() as found,
        found.database.connection() as connection,
    ):
        result = table(connection, handle, today=found.registry.today(), clock=found.clock)
    tell(result, as_json)


@imports.command("organisations")
def organisations(file: File, json_: Json = False) -> None:
    """A GIAS extract, or id,kind,name,la,…"""
    with (
        opened(file) as handle,
        installation() as found,
        progress_bar("organisations") as bar,
    ):
        with found.database.connection() as connection:
            result = import_organisations(
                connection, handle, today=found.registry.today(), clock=found.clock, progress=bar
            )
        found.registry.recompute_follow_ups()
    tell(result, json_)


@imports.command("terms")
def terms(file: File, json_: Json = False) -> None:
    """organisation,starts_on,ends_on: one row for each block open to pupils.

    The file replaces all blocks of an organisation in the academic years that it names; a year of
    which a row is refused stays as it was.
    """
    with opened(file) as handle, installation() as found:
        with found.database.connection() as connection:
            result = import_terms(
                connection, handle, today=found.registry.today(), clock=found.clock
            )
        _recompute(found, result)
    tell(result, json_)


@imports.command("closures")
def closures(file: File, json_: Json = False) -> None:
    """organisation,date,reason; removed = yes takes one back."""
    with opened(file) as handle, installation() as found:
        with found.database.connection() as connection:
            result = import_closures(
                connection, handle, today=found.registry.today(), clock=found.clock
            )
        _recompute(found, result)
    tell(result, json_)


@imports.command("people")
def people(file: File, json_: Json = False) -> None:
    """organisation,duty,name,email,deputy_name,deputy_email,phone?,hours?: who is told what."""
    _take(import_people, file, json_)


@imports.command("headcounts")
def headcounts(file: File, json_: Json = False) -> None:
    """organisation,as_at,by,value,pupils,places: how many pupils, in all or of a group."""
    _take(import_headcounts, file, json_)


@imports.command("codes")
def codes(file: File, json_: Json = False) -> None:
    """organisation,field,word,dfe_code,from_on: DfE's codes, for the AP census of an LA."""
    _take(import_codes, file, json_)


@imports.command("areas")
def areas(file: File, json_: Json = False) -> None:
    """la_code,ons_code,region,operational_from: ONS codes of LAs, for published files."""
    _take(import_areas, file, json_)


@imports.command("providers")
def providers(file: File, json_: Json = False) -> None:
    """provider,as_at,checks_confirmed_on,…: what is known of a provider as at a day."""
    with opened(file) as handle, installation() as found:
        with found.database.connection() as connection:
            result = import_providers(
                connection, handle, today=found.registry.today(), clock=found.clock
            )
        found.registry.recompute_follow_ups()
    tell(result, json_)


def _recompute(found: Any, result: ImportResult) -> None:
    """A changed calendar moves what is running, one that an import that died left behind too."""
    result.more |= found.registry.recompute_follow_ups()


@imports.command("notices")
def notices(
    file: File,
    dry_run: DryRun = False,
    result: Result = None,
    amend: Annotated[
        str | None, typer.Option(help="Correct what has the same ref, for this reason.")
    ] = None,
    format_: Annotated[str | None, typer.Option("--format", help="csv, xlsx or jsonl.")] = None,
    json_: Json = False,
) -> None:
    """Notices as CSV, XLSX or JSON Lines; columns are the fields of a notice."""
    if format_ is not None and format_.lower() not in FORMATS:
        raise typer.BadParameter("must be csv, xlsx or jsonl", param_hint="--format")
    with (
        opened(file) as handle,
        result_file(result) as target,
        installation() as found,
        progress_bar("notices") as bar,
    ):
        told = import_notices(
            found.registry,
            handle,
            format=format_.lower() if format_ else None,
            dry_run=dry_run,
            amend=amend,
            result_file=target,
            receipts=json_,
            progress=bar,
        )
    tell(told, json_)


@imports.command("attendance")
def attendance(
    file: File,
    organisation: Annotated[
        str | None, typer.Option(help="Whose register it is, where the rows do not say.")
    ] = None,
    dry_run: DryRun = False,
    result: Result = None,
    json_: Json = False,
) -> None:
    """Registers: upn,organisation,week,marks; a session a row; or as a school's system writes them.

    Of another system's file the columns are found by their names: docs/files.md lists them.
    """
    with (
        opened(file) as handle,
        result_file(result) as target,
        installation() as found,
        progress_bar("registers") as bar,
    ):
        told = import_attendance(
            found.registry, handle, organisation=organisation, dry_run=dry_run,
            result_file=target, progress=bar,
        )  # fmt: skip
    tell(told, json_)


def notify(
    notice: Annotated[str, typer.Argument(help="One notice as JSON; - reads standard input.")],
    dry_run: DryRun = False,
    json_: Json = False,
) -> None:
    """Notify one movement, such as '{"type": "suspension", "upn": …}'."""
    text = sys.stdin.read() if notice == "-" else notice
    try:
        body = json.loads(text)
    except ValueError as error:
        raise Unreadable(f"The notice is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Unreadable("The notice must be one JSON object.")
    with installation() as found:
        receipt = found.registry.record(body, dry_run=dry_run).receipt or {}
    if json_:
        write_json(receipt)
        return
    event, follow_ups = receipt["event"], receipt["follow_ups"]
    sys.stdout.write(f"Recorded {event['type']} {event['id']} (version {event['version']})\n")
    for word in ("opened", "closed", "moved"):
        for one in follow_ups[word]:
            sys.stdout.write(f"  {word}: {one['kind']} due {one['due_on']} ({one['owner']})\n")
    for flag in receipt["flags"]:
        sys.stdout.write(f"  flag: {flag['rule']}: {flag['detail']}\n")
