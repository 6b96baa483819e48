"""Moving in: past placements from a spreadsheet, several notices a row, by a mapping file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.errors import Unreadable
from ap_registry.ingest.mapping import FileMapping, Names, plain_name
from ap_registry.ingest.notices import import_notices
from ap_registry.ingest.results import BadRow, ImportResult
from ap_registry.ingest.spreadsheets import Row, read_rows
from ap_registry.registry import Registry
from ap_registry.store import reference


@dataclass(frozen=True, slots=True)
class Made:
    """The notice of a number comes from this row of the file."""

    row: int
    type: str
    occurred_on: str = ""


def import_history(
    registry: Registry, file: BinaryIO, mapping: FileMapping, *, caller: Caller = COMMAND_LINE,
    dry_run: bool = False, progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:  # fmt: skip
    """``more``: ``lines``, for each row its notices and what is wrong with them.

    ``rows`` and the other counts are of notices; the row of an error is that of the file. A notice
    that the file has said before word for word is taken once.
    """
    made: list[Made] = []
    empty: list[int] = []
    rows = read_rows(file, needed=tuple(mapping.columns))
    told = import_notices(
        registry,
        _notices(rows, mapping, made, empty, names=_names(registry)),
        caller=caller,
        dry_run=dry_run,
        progress=progress,
    )
    refused: dict[int, list[str]] = {}
    for error in told.errors:
        said = f"{error.column or 'row'}: {error.detail.removeprefix(f'{error.column}: ')}"
        refused.setdefault(error.row, []).append(said)
    told.more["lines"] = [*_lines(made, refused), *({"row": n, "notices": []} for n in empty)]
    told.more["lines"].sort(key=lambda line: line["row"])
    told.errors = [
        replace(error, row=made[error.row - 1].row if error.row else 0) for error in told.errors
    ]
    return told


def _names(registry: Registry) -> Names:
    found = Names()
    with registry.database.connection() as connection:
        for one in reference.all_organisations(connection):
            found.setdefault(plain_name(one.name), []).append(one.id)
    return found


def _notices(
    rows: Iterable[Row], mapping: FileMapping, made: list[Made], empty: list[int], *, names: Names
) -> Iterator[Row]:
    """Numbered through the file, so that each can be told from the others of its row."""
    seen: set[frozenset[tuple[str, str]]] = set()
    for number, row in rows:
        if isinstance(row, BadRow):
            made.append(Made(number, ""))
            yield len(made), row
            continue
        if missing := sorted(mapping.columns - row.keys()):
            raise Unreadable(
                f"The file has no column {', '.join(missing)}, which the mapping names."
            )
        before = len(made)
        bad: BadRow | None = None  # what follows may be about what is not recorded: an end of it
        for one in mapping.notices:
            if not one.applies(row):
                continue
            try:
                notice = one.read(row, names)
            except BadRow as found:
                bad = bad or found
            if bad is not None:
                made.append(Made(number, one.type))
                yield len(made), bad
                continue
            if (said := frozenset(notice.items())) not in seen:
                seen.add(said)
                made.append(Made(number, one.type, notice.get("occurred_on", "")))
                yield len(made), notice
        if len(made) == before:
            empty.append(number)


def _lines(made: list[Made], refused: dict[int, list[str]]) -> Iterator[dict[str, Any]]:
    by_row: dict[int, list[dict[str, Any]]] = {}
    for number, one in enumerate(made, start=1):
        errors = refused.get(number, [])
        told = {"type": one.type, "occurred_on": one.occurred_on, "errors": errors}
        by_row.setdefault(one.row, []).append(told)
    for row, notices in by_row.items():
        yield {"row": row, "notices": notices}
