"""Why published numbers changed: the least of what was recorded meanwhile that did it.

Defined in docs/restatement.md. A pupil's part in a cell is what its own episodes add there. Where
that differs, the causes are the smallest part of what was recorded of the pupil, and of the
organisations that its record names, by which its part comes out as it now is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from ap_registry.store.database import Connection
from ap_registry.store.worlds import world_as_at
from reports.cells import Address, Cell, weight, weights
from reports.facts import Facts
from reports.families import Families
from reports.inquiry import Cause, Inquiry, Part, Trials, book_of
from reports.loading import load
from reports.mixing import Changed, changed
from reports.replaying import records
from reports.scope import Scope, gather

AT_ONCE = 500
MOST_FAMILIES = (
    2_000  # of more, all that was recorded is named: a closer look takes a tenth of a second each
)
_RECORDED: LiteralString = """
select l.seq, e.id, e.pupil_id
  from log l join event e using (pupil_id, stream, version)
 where l.seq > %(after)s and l.seq <= %(until)s and e.stream < 2
   and e.pupil_id = any(%(pupils)b)
 order by l.seq
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One report as known by two instants; ``window``: the sizes of the ledger then."""

    before: Scope
    after: Scope
    window: tuple[int, int]


def causes(connection: Connection, pair: Pair, cells: Sequence[Cell]) -> list[list[UUID]]:
    """For each cell the events that changed it, in the ledger's order; none: only time passed.

    ``connection`` holds a snapshot.
    """
    instants = pair.before.at, pair.after.at
    families = Families.of(connection, instants)
    reference = changed(connection, instants, pair.window)
    asked = list(_inquiries(connection, pair, cells, families=families, reference=reference))
    found: list[set[tuple[int, UUID]]] = [set() for _ in cells]
    for inquiry, trials in _closely(
        connection, pair, asked, families=families, reference=reference
    ):
        for number in inquiry.cells:
            some = trials.causes_of(cells[number]) if trials else inquiry.causes
            found[number].update(event for cause in some for event in cause.events)
    return [[event for _seq, event in sorted(events)] for events in found]


def _closely(
    connection: Connection, pair: Pair, asked: Sequence[Inquiry], *, families: Families,
    reference: Changed,
) -> Iterator[tuple[Inquiry, Trials | None]]:  # fmt: skip
    """Each with a way to look closer; None where merges changed, or too many are asked about."""
    organisations = world_as_at(connection, pair.after.at)
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        pupils = [
            pupil
            for inquiry in some
            if len(asked) <= MOST_FAMILIES and inquiry.head not in families.parted
            for pupil in families.members(inquiry.head)
        ]
        held = {families.head(r.pupil_id): r for r in records(connection, pupils, pair.after.at)}
        for inquiry in some:
            record = held.get(inquiry.head)
            if record is None:
                yield inquiry, None
                continue
            yield inquiry, Trials(
                inquiry=inquiry, record=record, scope=pair.after, reference=reference,
                organisations=organisations,
            )  # fmt: skip


def _inquiries(
    connection: Connection, pair: Pair, cells: Sequence[Cell], *, families: Families,
    reference: Changed,
) -> Iterator[Inquiry]:  # fmt: skip
    """Families that add something else to some cell than before, and may have causes for it."""
    by_row = _by_row(cells)
    sides = [(scope, *gather(connection, scope)) for scope in (pair.before, pair.after)]
    pupils = {one for _, _, listed in sides for pupil in listed for one in families.members(pupil)}
    recorded = _recorded(connection, pair.window, pupils, families=families)
    parts: defaultdict[UUID, Part] = defaultdict(Part)
    for name, (scope, world, listed) in zip(("before", "after"), sides, strict=True):
        some = [p for p in listed if reference.events or families.head(p) in recorded]
        for facts in load(connection, world, scope, some):
            part = parts[families.head(facts.pupil_id)]
            getattr(part, name).add(book_of(facts, scope))
            part.names |= _names(facts)
    for head, part in parts.items():
        before, now = weights(part.before), weights(part.after)
        rows = {key for table, row in {**before, **now} for key in ((table, row), (table, row[:2]))}
        numbers = [
            number
            for key in rows
            for number in by_row.get(key, ())
            if weight(before, cells[number]) != weight(now, cells[number])
        ]
        organisations = [
            Cause(events=reference.events[name], organisation=name)
            for name in reference.concerning(part.names)
        ]
        own = [Cause(events=(event,)) for event in recorded.get(head, ())]
        if numbers and (own or organisations):
            yield Inquiry(
                head=head,
                now=now,
                names=frozenset(part.names),
                cells=tuple(sorted(numbers)),
                causes=(*organisations, *own),
            )


def _by_row(cells: Sequence[Cell]) -> Mapping[tuple[str, Address], list[int]]:
    found: defaultdict[tuple[str, Address], list[int]] = defaultdict(list)
    for number, cell in enumerate(cells):
        found[cell.table, cell.row].append(number)
    return found


def _recorded(
    connection: Connection, window: tuple[int, int], pupils: Collection[UUID], *,
    families: Families,
) -> Mapping[UUID, list[tuple[int, UUID]]]:  # fmt: skip
    """By family, what was recorded of its pupils between the instants."""
    cursor = connection.cursor(binary=True)
    cursor.execute(_RECORDED, {"after": window[0], "until": window[1], "pupils": list(pupils)})
    found: defaultdict[UUID, list[tuple[int, UUID]]] = defaultdict(list)
    for seq, event, pupil in cursor.fetchall():
        found[families.head(pupil)].append((seq, event))
    return found


def _names(facts: Facts) -> set[str]:
    """The organisations of which a measure may ask."""
    schools = ("roll", "exclusion", "reintegration", "outreach")
    return {
        *(row.school for table in schools for row in facts.rows(table)),
        *(row.provider for table in ("placement", "outreach") for row in facts.rows(table)),
        *(f"LA{row.home_la}" for row in facts.rows("detail") if row.home_la),
        *facts.registers,
    }
