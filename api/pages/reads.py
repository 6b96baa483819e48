"""Who has opened records: the auditor's page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from ap_registry.instants import instant
from ap_registry.notice import World
from ap_registry.organisation_names import meant
from ap_registry.store.reads import Asked, Read
from api.deps import TheRegistry, instant_of
from api.pages.days import day
from api.pages.emergency import Older, places_of
from api.pages.read_words import read_words
from api.pages.rendering import Person, in_words, moment, page
from api.pages.table_files import Tabled
from api.pages.tables import Cell, Format, Table, file_of, limit_of
from api.problems import HttpProblem
from api.v1.emergencies import openings
from api.v1.reads import ids_of, seen

router = APIRouter(route_class=Tabled)
EMPTY = "No reads that you may see are on record for this. Leave the fields empty to see all."
Text = Annotated[str, Query(max_length=100)]


@router.get("/reads")
def reads(
    registry: TheRegistry,
    person: Person,
    pupil: Annotated[str, Query(max_length=40)] = "",
    who: Text = "",
    organisation: Text = "",
    from_: Annotated[str, Query(alias="from", max_length=40)] = "",
    to: Annotated[str, Query(max_length=40)] = "",
    older: Older = None,
    format: Format = "",
) -> Response:
    """The latest first; of one pupil, reader or time. ``older``: emergencies before those of the
    page that led here. A file names every pupil's id."""
    given = {"pupil": pupil, "who": who, "organisation": organisation, "from": from_, "to": to}
    try:
        between = _begins(from_), _when(to, "to")
    except HttpProblem as refused:
        return _page(registry, person, given, errors=_said(refused))
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
        asked = Asked(
            pupils=ids_of(connection, pupil or None),
            who=_clean(who),
            organisation=_number(organisation, world),
            from_at=between[0],
            to_at=between[1],
        )
        found = seen(connection, person.caller, asked, limit=limit_of(format), each=format == "csv")
        emergencies, told = openings(connection, registry, person.caller, asked=asked, cursor=older)
    table = _table(_rows(found, world, every=format == "csv"))
    if format == "csv":
        return file_of(table)
    return _page(
        registry, person, given, table, openings=emergencies, cursor=older, older=told["next"],
        places=places_of(world, emergencies),
    )  # fmt: skip


def _table(rows: Iterable[tuple[Cell, ...]]) -> Table:
    return Table(
        name="who-has-read", caption="Reads, the latest first", empty=EMPTY,
        columns=("When", "Who", "For", "What", "Pupils"), rows=list(rows),
    )  # fmt: skip


def _page(
    registry: TheRegistry, person: Person, given: Mapping[str, str], table: Table | None = None, *,
    openings: Sequence[Any] = (), cursor: str | None = None, older: str | None = None,
    places: Mapping[str, str] = MappingProxyType({}),
    errors: Mapping[str, str] = MappingProxyType({}),
) -> Response:  # fmt: skip
    """Without a table only the form, and what is wrong in it."""
    return page(
        registry, "reads.html", person, 422 if errors else 200, openings=openings, older=older,
        places=places, now=registry.now(), table=table, given=given, errors=errors, cursor=cursor,
        here=f"/reads?{urlencode(given)}",
        csv=f"/reads?{urlencode({**given, 'format': 'csv'})}",
    )  # fmt: skip


def _said(refused: HttpProblem) -> dict[str, str]:
    """By the field, as people write a day."""
    labels = {"from": "From", "to": "To"}
    names = [one.pointer.lstrip("/") for one in refused.problems]
    return {name: f"{labels[name]} must be a day, such as 1/9/2026" for name in names}


def _number(text: str, world: World) -> str | None:
    """Of the organisation that is meant, by name or number; else as it was written."""
    sure = meant(text, world).sure if text.strip() else None
    return sure.id if sure else _clean(text)


def _begins(text: str) -> datetime | None:
    """From the first moment of a day, where a bare day is asked."""
    first = day(text)
    return _when((first - timedelta(days=1)).isoformat() if first else text, "from")


def _when(text: str, name: str) -> datetime | None:
    """A day as people write it, or an instant; a bare day is its end."""
    found = day(text)
    return instant_of(found.isoformat() if found else text or None, name)


def _clean(text: str) -> str | None:
    return text.replace("\x00", "").strip() or None


def _rows(found: Sequence[Read], world: World, *, every: bool) -> Iterator[tuple[Cell, ...]]:
    for one in found:
        named = world.organisation(one.organisation or "")
        yield (
            Cell(text=instant(one.at) if every else moment(instant(one.at))),
            Cell(
                text=one.name or one.actor, more=in_words(one.role),
                link=None if every else f"/reads?{urlencode({'who': one.actor})}",
            ),
            Cell(text=named.name if named else one.organisation or "the registry"),
            Cell(text=read_words(one.what)),
            _pupils(one, every=every),
        )  # fmt: skip


def _pupils(one: Read, *, every: bool) -> Cell:
    if every:
        return Cell(text=" ".join(map(str, one.pupils)))
    if one.number > 1:
        return Cell(text=str(one.number))
    pupil = str(one.pupils[0])
    return Cell(text=pupil, link=f"/reads?{urlencode({'pupil': pupil})}")
