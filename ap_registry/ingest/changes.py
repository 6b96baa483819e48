"""A table of notices on record goes out, comes back changed, and the changes alone are taken.

Each row has a ``row_id``: the notice's id, and how far the pupil's record was when the row was
written, so that what the sheet changes is told from what has been changed on record since.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.access import COMMAND_LINE, Caller, sight
from ap_registry.disclosure import disclosed
from ap_registry.errors import NotFound
from ap_registry.fields import BadValue, Day, Kind, Reading
from ap_registry.history import history
from ap_registry.ingest.results import BadRow
from ap_registry.notice import World
from ap_registry.notices import CATALOGUE
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import ledger, queries, who
from ap_registry.templates import cell
from ap_registry.views import show_timeline

ROW_ID = "row_id"
REASON = "Changed in a spreadsheet that was sent back"
_FIXED = ("type", "upn", "by", "ref")
_UNKNOWN = BadRow(ROW_ID, "not_found", "no notice of yours has this row_id: leave it as it came")
Item = dict[str, Any]


class Changes:
    """What rows with a ``row_id`` change, for one file."""

    def __init__(self, registry: Registry, caller: Caller, reason: str | None) -> None:
        self._registry, self._caller = registry, caller
        self._reason = reason or REASON
        self._timeline = lru_cache(maxsize=2)(self._read)
        with registry.database.connection() as connection:
            world = registry.worlds.fresh(connection)
        self._reading = reading_in(world)
        self._world = world

    def of(self, row: Mapping[str, Any]) -> tuple[str, Item | None]:
        """The notice's id, and the correction; None where the row is as it was. Raise BadRow."""
        event, version = _parsed(str(row[ROW_ID]))
        now, before, pupil = self._standing(event, version)
        self._refuse_fixed(row, now, pupil)
        kind = CATALOGUE[now["type"]]
        fields: Item = {}
        for name, sent in row.items():
            if name in (ROW_ID, *_FIXED) or sent in (None, ""):
                continue
            spec = kind.fields.get(name)
            if spec is None and name != "occurred_on":
                raise BadRow(name, "unknown_field", f"{now['type']} has no field {name}")
            how = spec.kind if spec is not None else Day()
            if self._changed(name, str(sent), how, now=now, before=before):
                fields[name] = sent
        return str(event), self._correction(now, fields, pupil) if fields else None

    def _correction(self, now: Item, fields: Item, pupil: Item) -> Item:
        return {
            "type": "correction", "pupil_id": pupil["id"], "of": now["id"], "by": now["by"],
            "occurred_on": self._registry.today().isoformat(), "fields": fields,
            "reason": self._reason,
        }  # fmt: skip

    def _changed(self, name: str, sent: str, kind: Kind, *, now: Item, before: Item) -> bool:
        """By the sheet, and not by others since: then it must be looked at again."""
        value = self._value(name, sent, kind)
        was, stands = (self._value(name, _cell(one, name), kind) for one in (before, now))
        if value in (was, stands):
            return False
        if stands != was:
            words = f"{name} has been changed on record since: it is now {_cell(now, name)}"
            raise BadRow(name, "version_conflict", f"{words}. Take a new table, and change that")
        return True

    def _value(self, name: str, text: str, kind: Kind) -> object:
        try:
            return value_of(text, kind, self._reading)
        except BadValue as bad:
            raise BadRow(name, bad.code, f"{name} {bad.detail}") from None

    def _refuse_fixed(self, row: Mapping[str, Any], now: Item, pupil: Item) -> None:
        upns = {pupil["upn"], *pupil["former_upns"]}
        for name in _FIXED:
            sent = str(row.get(name) or "").strip()
            same = sent.upper() in upns if name == "upn" else sent == str(now.get(name) or "")
            if sent and not same:
                words = f"{name} of a notice on record stays: void the notice and send it anew"
                raise BadRow(name, "bad_format", words)

    def _standing(self, event: UUID, version: int) -> tuple[Item, Item, Item]:
        """As it stands, as it stood when the row was written, and whose it is."""
        pupil_id = _pupil_of(self._registry, event)
        if pupil_id is None:
            raise _UNKNOWN
        now, before, pupil = self._timeline(pupil_id, version)
        found, was = now.get(str(event)), before.get(str(event))
        own = found is not None and (
            self._caller.sees_all or found["by"] in self._caller.organisations
        )
        if found is None or was is None or not own or found["status"] == "void":
            raise _UNKNOWN
        return found, was, pupil

    def _read(self, pupil_id: UUID, version: int) -> tuple[dict[str, Item], dict[str, Item], Item]:
        """As much as the caller sees of the pupil; the row may be from before an adoption."""
        pupil = _as_seen(self._registry, self._caller, pupil_id)
        if pupil is None:
            raise _UNKNOWN
        with self._registry.database.connection() as connection:
            recorded = ledger.load(connection, ids=[pupil_id]).pupils[0].recorded
        past = history(one for one in recorded if one.version <= version)
        before = show_timeline(past, self._world)
        return {i["id"]: i for i in pupil["timeline"]}, {i["id"]: i for i in before}, pupil


def _as_seen(registry: Registry, caller: Caller, pupil_id: UUID) -> Item | None:
    """What the caller may read of the pupil; None of one it does not see, or from before an
    adoption."""
    with registry.database.connection() as connection:
        known = who.known_as(connection, pupil_id)
        rows = queries.visibility(connection, pupil_id, caller.sees_for)
    seen = sight(caller, rows, registry.today())
    if known is None or known.shown_as is not None or not seen.visible:
        return None
    try:
        return disclosed(read_pupil(registry, pupil_id, on=seen.until_on, timeline=True), caller)
    except NotFound:
        return None


def reading_in(world: World) -> Reading:
    """How what was written down of a notice on record is read, whatever its day."""
    return Reading(on=date.max, organisation=world.organisation, from_file=True)


def value_of(text: str, kind: Kind, reading: Reading) -> object:
    """What a cell or an input says, so that two ways of writing one value are one; raise BadValue.

    A blank stays blank.
    """
    return kind.read(text, reading) if text else text


def _parsed(text: str) -> tuple[UUID, int]:
    name, _, number = text.strip().partition(".")
    try:
        return UUID(name), int(number)
    except ValueError:
        raise _UNKNOWN from None


def _cell(item: Item, name: str) -> str:
    return cell(item["occurred_on"] if name == "occurred_on" else item["data"].get(name))


def _pupil_of(registry: Registry, event: UUID) -> UUID | None:
    with registry.database.connection() as connection:
        row = connection.execute(
            "select coalesce(m.pupil_id, e.pupil_id) from event e left join merged m"
            " on m.other = e.pupil_id and m.until_at = 'infinity' where e.id = %s and e.stream = 0",
            (event,),
        ).fetchone()
    return row[0] if row else None


_WHOSE: LiteralString = """
select distinct coalesce(m.pupil_id, e.pupil_id) as pupil
  from event e left join merged m on m.other = e.pupil_id and m.until_at = 'infinity'
 where e.stream = 0 and e.type = %(type)s and e.by = %(by)s
   and e.pupil_id not in (select pupil_id from erased)
   and not exists (select from identity i where i.pupil_id = coalesce(m.pupil_id, e.pupil_id)
                      and i.until_at = 'infinity' and i.shown_as is not null)
   and (%(since)s::date is null or e.occurred_on >= %(since)s) order by 1
"""


def rows_on_record(
    registry: Registry,
    type_: str,
    by: str,
    *,
    since: date | None = None,
    caller: Caller = COMMAND_LINE,
) -> Iterator[tuple[str, Item]]:
    """(pupil's id, row) of each standing notice of a type that an organisation sent, so far as the
    caller sees its pupil.

    Of an adopted pupil none: by its ``row_id`` it would be the one of a table from before.
    """
    asked = {"type": CATALOGUE[type_].alias, "by": by, "since": since}
    with registry.database.connection() as connection:
        pupils = [row[0] for row in connection.execute(_WHOSE, asked)]
    for pupil_id in pupils:
        shown = _as_seen(registry, caller, pupil_id)
        if shown is None:
            continue
        for item in shown["timeline"]:
            if item["type"] != type_ or item["by"] != by or item["status"] == "void":
                continue
            if since is not None and item["occurred_on"] < since.isoformat():
                continue
            stem = {ROW_ID: f"{item['id']}.{shown['version']}", "type": type_, "upn": shown["upn"]}
            more = {name: item[name] for name in ("occurred_on", "by", "ref")}
            yield shown["id"], {**stem, **more, **item["data"]}
