"""Whom a UPN or an id names, and by which of them a pupil is shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from ap_registry.store.database import Connection

HELD: LiteralString = (
    "case when %(as_at)s::timestamptz is null then {t}.until_at = 'infinity'"
    " else {t}.from_at <= %(as_at)s and {t}.until_at > %(as_at)s end"
)
# Who a row's pupil is: ``i`` at present, ``w`` as at. An adopted pupil is shown as it is now known,
# whatever time is asked about.
WHO_NOW: LiteralString = (
    " left join identity i on i.pupil_id = {t}.pupil_id and i.until_at = 'infinity'"
)
# Who the pupils of few rows are, looked up for each: joined, all names would be read, and by a plan
# that is made for any caller in their order, until it has found enough.
_EACH: LiteralString = (
    "lateral (select * from identity n where n.pupil_id = {t}.pupil_id"
    " and n.until_at = 'infinity' offset 0) i"
)
LOOKED_UP: LiteralString = " cross join " + _EACH
LOOKED_UP_IF_ANY: LiteralString = " left join " + _EACH + " on true"
WHO: LiteralString = f"""{WHO_NOW}
  left join identity w on w.pupil_id = {{t}}.pupil_id and {HELD.replace("{t}", "w")}
"""
UPN: LiteralString = "case when i.shown_as is distinct from w.shown_as then i.upn else w.upn end"
SHOWN_ID: LiteralString = "coalesce(i.shown_as, {t}.pupil_id)"
# Pupils by the ids that are shown of them. With `coalesce` each row would be read for them: behind
# the wall no index is asked what the database does not know to keep secrets.
OF_SHOWN: LiteralString = (
    "(i.pupil_id = any(%(pupils)s) and i.shown_as is null or i.shown_as = any(%(pupils)s))"
)


NOBODY = UUID(int=0)


def pupil_of_upn(connection: Connection, upn: str) -> UUID | None:
    """The pupil whom a UPN, present or former, names."""
    row = connection.execute("select pupil_id from upn_claim where upn = %s", (upn,)).fetchone()
    return row[0] if row else None


def pupil_named(connection: Connection, name: str, as_at: datetime | None = None) -> UUID | None:
    """By UPN, present or former, or by the id that is shown; whose record it was in by then."""
    found = pupil_of_upn(connection, name.strip().upper().replace("\x00", ""))
    if found is None:
        try:
            shown_id = UUID(name)
        except ValueError:
            return None
        found = pupils_of_ids(connection, [shown_id]).get(shown_id)
    return found and keepers(connection, [found], as_at).get(found, found)


def nobody(connection: Connection) -> UUID:
    """Asks of a pupil who is not what ``pupil_named`` asks of one who is."""
    keepers(connection, [NOBODY])
    return NOBODY


def pupils_named(connection: Connection, upns: Iterable[str]) -> dict[str, UUID]:
    """Of UPNs, present or former, those that name somebody, and in whose record that is now."""
    rows = connection.execute(
        "select c.upn, coalesce(m.pupil_id, c.pupil_id) from upn_claim c left join merged m"
        " on m.other = c.pupil_id and m.until_at = 'infinity' where c.upn = any(%s)",
        (list(upns),),
    ).fetchall()
    return dict(rows)


def keepers(
    connection: Connection, pupils: Iterable[UUID], as_at: datetime | None = None
) -> dict[UUID, UUID]:
    """Of these pupils, those that are merged into another (default: now), and into whom."""
    rows = connection.execute(
        "select m.other, m.pupil_id from merged m where m.other = any(%(pupils)s) and "
        + HELD.format(t="m"),
        {"pupils": list(pupils), "as_at": as_at},
    ).fetchall()
    return dict(rows)


def merged_into(connection: Connection, pupils: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Of these pupils, those into whom others are merged now, and who these are."""
    rows = connection.execute(
        "select pupil_id, array_agg(other order by other) from merged"
        " where pupil_id = any(%s) and until_at = 'infinity' group by pupil_id",
        (list(pupils),),
    ).fetchall()
    return {pupil: tuple(others) for pupil, others in rows}


def related_by(connection: Connection, pupil_id: UUID, day: date) -> frozenset[str]:
    """Organisations that had to do with a pupil on a day or before."""
    rows = connection.execute(
        "select distinct split_part(organisation, '/', 1) from visibility where pupil_id = %s"
        " and until_at = 'infinity' and (from_on is null or from_on <= %s)",
        (pupil_id, day),
    ).fetchall()
    return frozenset(row[0] for row in rows)


def not_erased(connection: Connection, pupils: Iterable[UUID]) -> list[UUID]:
    rows = connection.execute(
        "select pupil from unnest(%s::uuid[]) as pupil"
        " where not exists (select from erased x where x.pupil_id = pupil) order by 1",
        (list(pupils),),
    ).fetchall()
    return [row[0] for row in rows]


def all_ids(connection: Connection, pupil_id: UUID) -> tuple[UUID, ...]:
    """By which a pupil was ever shown: its own id, its present one, those of whom it took in."""
    present = known_as(connection, pupil_id)
    others = merged_into(connection, [pupil_id]).get(pupil_id, ())
    shown = (present.shown_as,) if present is not None and present.shown_as is not None else ()
    return (pupil_id, *others, *shown)


def pupils_of_ids(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Pupils by the id that is shown of them; one that is shown no more names nobody."""
    rows = connection.execute(_BY_ID, {"ids": list(ids)}).fetchall()
    return dict(rows)


# An erased pupil has no row in identity: its id would else name it.
_BY_ID: LiteralString = """
select wanted, coalesce(i.pupil_id, wanted) from unnest(%(ids)s::uuid[]) as wanted
  left join identity i on coalesce(i.shown_as, i.pupil_id) = wanted and i.until_at = 'infinity'
 where i.pupil_id is not null or not exists (
   select from identity s where s.pupil_id = wanted and s.until_at = 'infinity')
   and not exists (select from erased x where x.pupil_id = wanted)
"""


@dataclass(frozen=True, slots=True)
class Who:
    """Who a pupil is at present, and the id shown of it where that is not its own.

    ``restricted``: some must not learn where the pupil lives.
    """

    upn: str | None
    shown_as: UUID | None
    restricted: bool


def known_as(connection: Connection, pupil_id: UUID) -> Who | None:
    row = connection.execute(
        "select upn, shown_as, restricted from identity"
        " where pupil_id = %s and until_at = 'infinity'",
        (pupil_id,),
    ).fetchone()
    return Who(*row) if row else None
