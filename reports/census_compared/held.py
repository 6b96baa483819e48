"""What the registry holds of those whom a census file has, or should have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.calendar import academic_year, census_day
from ap_registry.census_in.document import AP, Child, Header
from ap_registry.codes import PLACEMENT_REASON
from ap_registry.errors import Near, Problem, Refused
from ap_registry.happenings import Placement
from ap_registry.organisations import Organisation
from ap_registry.store import who
from reports.census_compared.whom import decided, maybe
from reports.extracts.census import Census, at_state_ap, by_the_la, latest, placed_by
from reports.extracts.census_codes import Codes, codes_of
from reports.pupils import Known, Sitting, read_pupils
from reports.scope import HELD

_OF_SCHOOL: LiteralString = f"""
select pupil_id from roll where {HELD} and school = %(school)s and from_on <= %(on)s
   and (until_on is null or until_on > %(on)s)
 union select pupil_id from placement where {HELD} and commissioner = %(school)s
   and starts_on <= %(on)s and (ended_on is null or ended_on >= %(first)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """``known``: by the key of each pupil; ``named``: by a UPN of the file, whom it names.

    ``meant``: by row of the file, whom a person said it means; ``maybe``: who may be meant, where
    nothing says it. ``first``: from when on placements belong to the census.
    """

    seen: Sitting
    header: Header
    organisation: Organisation
    on: date
    first: date
    codes: Codes
    known: Mapping[UUID, Known]
    named: Mapping[str, UUID]
    meant: Mapping[int, UUID]
    maybe: Mapping[int, tuple[Near, ...]]

    @property
    def on_said(self) -> bool:
        """By the file or by whoever sends it."""
        return self.header.said and self.header.on is not None

    @property
    def told_on(self) -> date:
        """When the differences are notified to have been so: no notice is of a day to come."""
        return min(self.on, self.seen.today)

    @property
    def of_la(self) -> bool:
        return self.header.kind == AP

    def of(self, child: Child) -> Known | None:
        """Whom the child is, so far as the caller sees pupils."""
        key = _key(child, self.named, self.meant)
        return self.known.get(key) if key else None

    def keys_of(self, near: Iterable[Near]) -> set[UUID]:
        shown = {one.pupil_id for one in near}
        return {known.key for known in self.known.values() if known.id in shown}

    def detail(self, known: Known, name: str) -> str:
        return known.text(name, min(self.on, known.day)) or known.text(name)

    def placements(self, known: Known) -> list[Placement]:
        """Those that the file should have."""
        if self.of_la:
            mine = [p for p in known.pupil.placements if by_the_la(known, p, self._census)]
            return [p for p in mine if not at_state_ap(self.seen, p)]
        return [
            p for p in known.pupil.placements
            if p.commissioner == self.organisation.id and self._runs(p)
        ]  # fmt: skip

    def of_others(self, known: Known) -> list[Placement]:
        """Those of the time of the census that the file should not have."""
        theirs = self.placements(known)
        return [p for p in known.pupil.placements if p not in theirs and self._runs(p)]

    def _runs(self, placement: Placement) -> bool:
        within = placement.occurred_on <= self.on and placement.end_reason != "error"
        return within and (placement.ended_on is None or placement.ended_on >= self.first)

    def owed(self, known: Known) -> list[Placement]:
        """Of these, those that a file without them lacks: an AP census has one a child."""
        found = self.placements(known)
        return [latest(found, self._census)] if found and self.of_la else found

    @property
    def _census(self) -> Census:
        return Census(la=self.header.la, year=self.header.year or self.on.year)

    def reason(self, code: str | None) -> str | None:
        """Our word for DfE's code, by the LA's table; None where several have it, or none."""
        words = [w for w in PLACEMENT_REASON if code and self.codes.of("reason", w) == code]
        return words[0] if len(words) == 1 else None


def hold(
    seen: Sitting, header: Header, children: Sequence[Child], *, hash_key: bytes
) -> Held:  # fmt: skip
    """Raise Refused where the file is of an organisation that is not on record, or another's."""
    organisation = _whose(seen, header)
    on, first = _period(header)
    named = who.pupils_named(seen.connection, {c.upn for c in children if c.upn})
    unnamed = [child for child in children if child.upn not in named]
    told = decided(seen, unnamed, organisation=organisation.id, hash_key=hash_key)
    keys = {*named.values(), *told.same.values()}
    keys |= _placed(seen, header, organisation, on, first)
    known = {one.key: one for one in read_pupils(seen, keys, on=seen.said_on)}
    open_ = [c for c in children if _key(c, named, told.same) not in known]
    met = {key for c in children if (key := _key(c, named, told.same)) in known}
    la = f"LA{organisation.la_code}"
    return Held(
        seen=seen, header=header, organisation=organisation, on=on, first=first, named=named,
        codes=codes_of(seen.world.arrangements, la, on), known=known, meant=told.same,
        maybe=maybe(seen, open_, but={known[key].id for key in met if key}, decided=told),
    )  # fmt: skip


def _key(child: Child, named: Mapping[str, UUID], meant: Mapping[int, UUID]) -> UUID | None:
    return (named.get(child.upn) if child.upn else None) or meant.get(child.row)


def _whose(seen: Sitting, header: Header) -> Organisation:
    name = f"LA{header.la}" if header.kind == AP else header.school or ""
    found = seen.present.organisation(name)
    if found is None:
        words = f"the file is of {name}, which is not on record: import organisations first"
        raise Refused((Problem("/file", "unknown_organisation", words),))
    if not (seen.caller.sees_all or found.senders & set(seen.caller.organisations)):
        words = f"the file is of {found.id}: send only your own"
        raise Refused((Problem("/file", "forbidden", words),))
    return found


def _period(header: Header) -> tuple[date, date]:
    """The reference date, and the first day of what the census covers."""
    if header.on is None and header.year is None:
        words = "the Header says neither ReferenceDate nor Year"
        raise Refused((Problem("/file", "required", words),))
    on = header.on or census_day((header.year or 0) - 1)
    if header.kind == AP:
        return on, Census(la=header.la, year=header.year or on.year).first
    return on, date(academic_year(on), 9, 1)


def _placed(
    seen: Sitting, header: Header, organisation: Organisation, on: date, first: date
) -> set[UUID]:
    if header.kind == AP:
        return {*placed_by(seen, Census(la=header.la, year=header.year or on.year))}
    asked: dict[str, Any] = {
        "school": organisation.id, "on": on, "first": first, "at": seen.at,
    }  # fmt: skip
    return {row[0] for row in seen.connection.execute(_OF_SCHOOL, asked)}
