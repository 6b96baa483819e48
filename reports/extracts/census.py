"""The AP census of an LA: each child whom it placed, with the latest placement of the year.

Business rules as DfE's guides to the AP census for 2018 and 2023 say them; what is only recalled is
told so in ``census_rules``. The names of XML elements and the codes of reasons were not seen in a
specification in force: codes are a table that the LA fills in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.calendar import census_day
from ap_registry.codes import AP_TYPES
from ap_registry.errors import Problem, Refused
from ap_registry.happenings import Placement
from ap_registry.organisations import Organisation
from ap_registry.registry import Registry
from reports.extracts.asking import address
from reports.extracts.census_codes import Codes, codes_of
from reports.extracts.census_document import document
from reports.extracts.census_files import as_rows, as_xml, postcode
from reports.extracts.census_rules import findings
from reports.kind import Asked, Made
from reports.pupils import Known, Sitting, read_pupils, sitting
from reports.scope import HELD

_PLACED: LiteralString = f"""
select pupil_id from placement p where {HELD} and starts_on <= %(last)s
   and (ended_on is null or ended_on >= %(first)s) and end_reason is distinct from 'error'
   and (commissioner = %(la)s or exists (
     select from funding f where f.placement = p.key and f.payer = %(la)s
        and f.from_at <= %(at)s and f.until_at > %(at)s))
"""
Row = dict[str, Any]
OLDEST, LATEST = 2010, 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """``day`` is the reference date; the period begins the day after the last one."""

    la: str
    year: int

    @property
    def day(self) -> date:
        return census_day(self.year - 1)

    @property
    def first(self) -> date:
        return census_day(self.year - 2) + timedelta(days=1)

    @property
    def organisation(self) -> str:
        return f"LA{self.la}"


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it."""
    census = Census(la=asked["la"], year=asked["year"])
    if not OLDEST <= census.year <= LATEST:
        words = f"year must be from {OLDEST} to {LATEST}: the one in which census day is"
        raise Refused((Problem("/year", "bad_format", words),))
    with sitting(registry, caller, asked["known_by"]) as seen:
        found, shown = census_of(seen, census)
    said = {name: found[name] for name in ("la", "year", "period", "known_by", "ledger")}
    return Made(
        object=found,
        document=partial(document, found),
        said=said,
        own={"xml": partial(as_xml, found), "csv": partial(as_rows, found)},
        pupils=shown,
        findings=sum(one["severity"] == "error" for one in found["findings"]),
    )


def census_of(seen: Sitting, census: Census) -> tuple[Row, list[UUID]]:
    """``children`` by name, ``findings`` of each, ``left_out`` with why; and whom it shows."""
    placed = placed_by(seen, census)
    known = read_pupils(seen, placed, on=min(census.day, seen.said_on))
    codes = codes_of(seen.world.arrangements, census.organisation, census.day)
    children: list[Row] = []
    left_out: list[Row] = []
    for one in known:
        mine = [p for p in one.pupil.placements if by_the_la(one, p, census)]
        kept = [p for p in mine if not at_state_ap(seen, p)]
        if kept:
            children.append(_child(seen, one, latest(kept, census), codes=codes))
        elif mine:
            at = latest(mine, census).provider
            left_out.append({**_who(one), "provider": at, "provider_name": seen.name(at)})
    found = {
        "la": census.la,
        "name": seen.name(census.organisation),
        "year": census.year,
        "reference_date": census.day.isoformat(),
        "period": {"from": census.first.isoformat(), "to": census.day.isoformat()},
        "known_by": seen.known_by,
        "known_on": seen.said_on.isoformat(),
        "ledger": seen.head,
        "children": children,
        "left_out": left_out,
        "unseen": len(set(placed)) - len(known),
        "codes": codes.as_json(),
    }
    shown = [UUID(row["pupil_id"]) for row in (*children, *left_out)]
    return {**found, "findings": list(findings(found))}, shown


def placed_by(seen: Sitting, census: Census) -> list[UUID]:
    """Whom the LA placed or pays for, within the period."""
    parameters = {
        "la": census.organisation, "first": census.first, "last": census.day, "at": seen.at,
    }  # fmt: skip
    return [row[0] for row in seen.connection.execute(_PLACED, parameters)]


def by_the_la(known: Known, placement: Placement, census: Census) -> bool:
    """That it commissioned or pays for, and that ran within the period."""
    pays = any(
        f.placement == placement.id and f.payer == census.organisation for f in known.pupil.funding
    )
    runs = placement.occurred_on <= census.day and placement.end_reason != "error"
    runs = runs and (placement.ended_on is None or placement.ended_on >= census.first)
    return runs and (pays or placement.commissioner == census.organisation)


def at_state_ap(seen: Sitting, placement: Placement) -> bool:
    """Such a school returns its pupils in its own census."""
    found = seen.world.organisation(placement.provider)
    return found is not None and (found.type_code or "").lstrip("0") in AP_TYPES


def latest(placements: list[Placement], census: Census) -> Placement:
    """The current one on census day, the last begun of several; else the last to end."""

    def place(one: Placement) -> tuple[bool, date, date, int]:
        ended = one.ended_on or date.max
        current = ended >= census.day
        return current, date.max if current else ended, one.occurred_on, one.version

    return max(placements, key=place)


def _who(known: Known) -> Row:
    return {"pupil_id": str(known.id), "upn": known.upn, "name": known.name}


def _child(seen: Sitting, known: Known, placement: Placement, *, codes: Codes) -> Row:
    need = known.text("sen_need") or None
    home = address(known)
    full_time = placement.sessions_per_week == 10
    return {
        **_who(known),
        "surname": known.text("family_name") or None,
        "forename": known.text("given_name") or None,
        "date_of_birth": known.text("date_of_birth") or None,
        "sex": known.text("sex") or None,
        "ethnicity": known.text("ethnicity") or None,
        "free_school_meals": list(_free_meals(known)),
        "sen_provision": known.text("sen_provision") or None,
        "sen_need": need,
        "address": home,
        "postcode": postcode(home),
        "placement": str(placement.id),
        "provider": placement.provider,
        "provider_name": seen.name(placement.provider),
        **setting_of(seen.world.organisation(placement.provider), placement),
        "entry_date": placement.occurred_on.isoformat(),
        "leaving_date": placement.ended_on.isoformat() if placement.ended_on else None,
        "reason": placement.reason,
        "reason_code": codes.of("reason", placement.reason),
        "attendance": "full_time" if full_time else "part_time",
        "attendance_code": codes.of("attendance", "full_time" if full_time else "part_time"),
        "sessions_per_week": placement.sessions_per_week,
        "excluded_before": _excluded_before(known, placement),
    }


def setting_of(found: Organisation | None, placement: Placement) -> Mapping[str, str | None]:
    """URN, else UKPRN, else the type of setting: they exclude one another."""
    nothing: dict[str, str | None] = {"urn": None, "ukprn": None, "setting_type": None}
    if placement.provider.isdigit() and len(placement.provider) == 6:
        return {**nothing, "urn": placement.provider}
    if found is not None and found.ukprn:
        return {**nothing, "ukprn": found.ukprn}
    kind = placement.setting_type or (found.setting_type if found else None)
    return {**nothing, "setting_type": kind}


def _free_meals(known: Known) -> Iterator[Mapping[str, str | None]]:
    """From when until when, as the registry was told; the last may still run."""
    since: date | None = None
    for details in known.pupil.details:
        value = details.values.get("free_school_meals")
        if value is True and since is None:
            since = details.occurred_on
        elif value is False and since is not None:
            yield {"from": since.isoformat(), "until": details.occurred_on.isoformat()}
            since = None
    if since is not None:
        yield {"from": since.isoformat(), "until": None}


def _excluded_before(known: Known, placement: Placement) -> bool:
    """Permanently, within the year before it began, and the exclusion stands."""
    return any(
        e.kind == "permanent" and not e.undone
        and timedelta(0) <= placement.occurred_on - e.occurred_on <= timedelta(days=365)
        for e in known.pupil.exclusions
    )  # fmt: skip
