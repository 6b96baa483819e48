"""An LA's tables as known by an instant: a CSV each, and a data package that says what they hold.

The descriptor is a Tabular Data Package with a Table Schema for each file (frictionless), so that a
program can check and type them without asking us.
"""

import csv
import hashlib
import json
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, LiteralString, Union, get_args, get_origin
from uuid import UUID

from ap_registry.codes import from_byte
from ap_registry.errors import Problem, Refused, Unreadable
from ap_registry.ingest.results import safe
from ap_registry.instants import instant
from ap_registry.registry import Registry
from ap_registry.store import log, tables
from ap_registry.store.database import Connection
from reports.scope import HELD

# The LA sees them now; what is erased nobody reads.
_PUPILS: LiteralString = """
select distinct v.pupil_id from visibility v
 where v.organisation = %(la)s and v.until_at = 'infinity'
   and (v.from_on is null or v.from_on <= %(today)s)
   and (v.until_on is null or v.until_on >= %(today)s)
   and not exists (select from erased x where x.pupil_id = v.pupil_id)
 order by 1
"""
_SHOWN: LiteralString = "coalesce(i.shown_as, t.pupil_id)"
_PRESENT: LiteralString = (
    " left join identity i on i.pupil_id = t.pupil_id and i.until_at = 'infinity'"
)
# Of an adopted pupil only what it is now known by, whatever time is asked about.
_IDENTITY: LiteralString = f"""
select {_SHOWN}, case when i.shown_as is null then t.upn else i.upn end,
       t.given_name, t.family_name, t.date_of_birth, t.sex, t.restricted
  from identity t{_PRESENT}
 where t.pupil_id = any(%(pupils)b) and t.from_at <= %(at)s and t.until_at > %(at)s order by 1
"""
_MARKS: LiteralString = f"""
select {_SHOWN}, t.organisation, t.week, t.marks from (
  select coalesce(m.pupil_id, w.pupil_id) as pupil_id, w.organisation, w.week, w.marks
    from attendance_week w
    left join (select other, pupil_id from merged where {HELD}) m on m.other = w.pupil_id
   where w.from_at <= %(at)s and w.until_at > %(at)s) t{_PRESENT}
 where t.pupil_id = any(%(pupils)b) order by 1, 2, 3
"""
_LEFT_OUT = frozenset({"identity", "merged", "visibility"})
_TYPES: Mapping[type, str] = {
    bool: "boolean", int: "integer", float: "number", date: "date", str: "string", UUID: "string",
}  # fmt: skip
Field = tuple[str, str]  # name, type of Table Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """``key``: the fields that name a row; ``query`` gives the fields in order."""

    name: str
    words: str
    fields: tuple[Field, ...]
    query: str
    key: tuple[str, ...] = ("pupil_id", "key")


def _of(model: type[tables.Derived]) -> Exported:
    hidden = {"pupil_id", "key", "from_at", "until_at"}
    fields = tuple(
        (name, _type(one.annotation)) for name, one in model.model_fields.items()
        if name not in hidden
    )  # fmt: skip
    columns = ", ".join(["t.key", *(f't."{name}"' for name, _type_ in fields)])
    table = str(model.__tablename__)
    return Exported(
        name=table,
        words=(model.__doc__ or "").strip().split("\n")[0],
        fields=(("pupil_id", "string"), ("key", "string"), *fields),
        query=f"select {_SHOWN}, {columns} from {table} t{_PRESENT}"
        " where t.pupil_id = any(%(pupils)b) and t.from_at <= %(at)s and t.until_at > %(at)s"
        " order by 1, 2",
    )


def _type(annotation: Any) -> str:
    """Of the Table Schema; a list is a string, its parts separated by ``;``."""
    parts = get_args(annotation) if get_origin(annotation) in {Union, types.UnionType} else ()
    kinds = [part for part in parts or (annotation,) if part is not type(None)]
    return _TYPES.get(kinds[0], "string")


TABLES: tuple[Exported, ...] = (
    Exported(
        name="pupil",
        words="Who each pupil is.",
        fields=(
            ("pupil_id", "string"), ("upn", "string"), ("given_name", "string"),
            ("family_name", "string"), ("date_of_birth", "date"), ("sex", "string"),
            ("restricted", "boolean"),
        ),
        query=_IDENTITY,
        key=("pupil_id",),
    ),
    *(_of(model) for model in tables.DERIVED if str(model.__tablename__) not in _LEFT_OUT),
    Exported(
        name="attendance_week",
        words="Ten marks of one register, from Monday morning to Friday afternoon; - is none.",
        fields=(
            ("pupil_id", "string"), ("organisation", "string"), ("week", "date"),
            ("marks", "string"),
        ),
        query=_MARKS,
        key=("pupil_id", "organisation", "week"),
    ),
)  # fmt: skip


def export_tables(
    registry: Registry, la: str, folder: Path, as_at: datetime | None = None
) -> tuple[dict[str, Any], list[UUID]]:
    """Write them into the folder; the descriptor as written, and the pupils in it."""
    with registry.database.connection() as connection:
        at = registry.closed(connection, as_at)
        known = registry.worlds.fresh(connection).organisation(f"LA{la}")
    if known is None:
        words = f"la: LA{la} is no LA on record; name it by its three digits"
        raise Refused((Problem("/la", "unknown_organisation", words),))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with registry.database.snapshot() as connection:
            parameters = {"la": f"LA{la}", "today": registry.today(), "at": at}
            pupils = [row[0] for row in connection.execute(_PUPILS, parameters)]
            parameters["pupils"] = pupils
            resources = [_write(connection, one, folder, parameters) for one in TABLES]
            size, root = log.ledger_at(connection, at)
        package = {
            "profile": "tabular-data-package",
            "name": f"ap-registry-{la}",
            "title": f"AP Registry: pupils of LA {la}",
            "known_by": instant(at),
            "ledger": {"size": size, "root": root},
            "resources": resources,
        }
        (folder / "datapackage.json").write_text(json.dumps(package, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise Unreadable(f"{folder} cannot be written: {error.strerror}.") from error
    return package, pupils


def _write(
    connection: Connection, one: Exported, folder: Path, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    path = folder / f"{one.name}.csv"
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        lines = csv.writer(handle, lineterminator="\n")
        lines.writerow(name for name, _type_ in one.fields)
        for row in connection.cursor(binary=True).execute(one.query, parameters):
            lines.writerow(_cells(one, row))
            rows += 1
    content = path.read_bytes()
    return {
        "name": one.name.replace("_", "-"),
        "path": path.name,
        "profile": "tabular-data-resource",
        "description": one.words,
        "encoding": "utf-8",
        "rows": rows,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": list(_described(one)),
            "primaryKey": list(one.key),
            "missingValues": [""],
        },
    }


def _described(one: Exported) -> Iterator[dict[str, Any]]:
    for name, type_ in one.fields:
        required = {"constraints": {"required": True}} if name in one.key else {}
        yield {"name": name, "type": type_, **required}


def _cells(one: Exported, row: Iterable[Any]) -> Iterator[str]:
    for field, value in zip(one.fields, row, strict=True):
        if field[0] == "marks":
            yield safe(" ".join(map(from_byte, value)))
        elif isinstance(value, list):
            yield ";".join(value)
        elif isinstance(value, bool):
            yield "true" if value else "false"
        elif value is None:
            yield ""
        else:
            yield safe(value) if isinstance(value, str) else str(value)
