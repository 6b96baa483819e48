"""Every movement of a pupil, with what it is counted by; into and out of AP they are flows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from reports.facts import Facts, Row
from reports.movements.places import setting

NOT_SAID = "not_stated"
IN, OUT = "in", "out"
Values = Mapping[str, str]  # by dimension
# By what flows are counted; the last is the month, of all of them together.
DIMENSIONS = (
    "route", "reason", "setting", "provider", "next", "school", "year_group", "sen_provision",
    "home_la", "month",
)  # fmt: skip
_EXCLUSIONS: Values = {
    "suspension": "suspension",
    "lunchtime": "lunchtime_suspension",
    "permanent": "permanent_exclusion",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """``providers`` and ``schools``: whose it is, for who asks about one of them.

    ``of``: by every dimension of a flow; of other movements the home LA only.
    """

    kind: str
    on: date
    pupil: UUID
    of: Values
    row: Row
    providers: frozenset[str]
    schools: frozenset[str]
    flow: str | None = None


def movements(facts: Facts) -> Iterator[Movement]:
    """All but placements, in no order; outreach that ended with ``error`` never happened."""
    for exclusion in facts.rows("exclusion"):
        if not exclusion.undone:
            kind = _EXCLUSIONS[exclusion.kind]
            yield _other(facts, kind, exclusion, on=exclusion.occurred_on)
    yield from _moves(facts)
    yield from _support(facts)
    yield from _rolls(facts)


def started(facts: Facts, placement: Row, school: str | None = None) -> Movement:
    """``school``: for whose report, see ``route``."""
    return _flow(facts, placement, flow=IN, on=placement.starts_on, school=school)


def ended(facts: Facts, placement: Row, school: str | None = None) -> Movement:
    return _flow(facts, placement, flow=OUT, on=placement.ended_on, school=school)


def _flow(facts: Facts, placement: Row, *, flow: str, on: date, school: str | None) -> Movement:
    who = person(facts, on)
    provider = facts.world.organisations.get(placement.provider)
    of = {
        "route": route(facts, placement, school),
        "reason": placement.reason,
        "setting": setting(provider, placement),
        "provider": placement.provider,
        **({"next": placement.end_reason} if flow == OUT else {}),
        **who,
    }
    return Movement(
        kind="placement_started" if flow == IN else "placement_ended",
        on=on,
        pupil=facts.pupil_id,
        of=of,
        row=placement,
        providers=frozenset({placement.provider}),
        schools=frozenset({placement.commissioner, who["school"]}),
        flow=flow,
    )


def person(facts: Facts, on: date) -> Values:
    """What is known of the pupil on a day."""
    spell, year = facts.main_spell(on), facts.year_group(on)
    return {
        "school": spell.school if spell else "none",
        "year_group": str(year) if year is not None else NOT_SAID,
        "sen_provision": facts.detail("sen_provision", on) or NOT_SAID,
        "home_la": facts.home_la(on) or NOT_SAID,
        "month": f"{on:%Y-%m}",
    }


def route(facts: Facts, placement: Row, school: str | None = None) -> str:
    """Of the referral that the placement arises from, else the exclusion or direction itself.

    A report of one ``school`` does not tell of exclusions elsewhere (contract section 8).
    """
    named = placement.arising_from
    if named is None:
        return NOT_SAID
    referral = next((row for row in facts.rows("referral") if row.key == named), None)
    cause = referral.about if referral else named
    exclusion = next((row for row in facts.rows("exclusion") if row.key == cause), None)
    if exclusion is not None and school not in {None, exclusion.school}:
        return NOT_SAID
    if referral is not None:
        return str(referral.route)
    if exclusion is not None:
        return "permanent_exclusion" if exclusion.kind == "permanent" else "suspension"
    for table, said in (("direction", "off_site_direction"), ("managed_move", "managed_move")):
        if any(row.key == named for row in facts.rows(table)):
            return said
    return NOT_SAID


def _moves(facts: Facts) -> Iterator[Movement]:
    for direction in facts.rows("direction"):
        yield _other(facts, "off_site_direction", direction, on=direction.starts_on)
    for move in facts.rows("managed_move"):
        yield _other(facts, "managed_move", move, on=move.occurred_on)
    for case in facts.rows("fair_access_case"):
        yield _other(facts, "fair_access_referral", case, on=case.occurred_on)
    for back in facts.rows("reintegration"):
        yield _other(facts, "reintegration_started", back, on=back.started_on)
        if back.ended_on is not None:
            kind = f"reintegration_{back.outcome}"
            yield _other(facts, kind, back, on=back.ended_on)


def _support(facts: Facts) -> Iterator[Movement]:
    for table, rows in (("outreach", facts.outreach), ("part_time", facts.rows("part_time"))):
        for row in rows:
            yield _other(facts, f"{table}_started", row, on=row.starts_on)
            if row.ended_on is not None:
                yield _other(facts, f"{table}_ended", row, on=row.ended_on)


def _rolls(facts: Facts) -> Iterator[Movement]:
    for spell in facts.rows("roll"):
        if spell.registration:
            yield _other(facts, "joined_roll", spell, on=spell.from_on)
        if spell.until_on is not None:
            yield _other(facts, "left_roll", spell, on=spell.until_on)


def _other(facts: Facts, kind: str, row: Row, *, on: date) -> Movement:
    named = {_named(row, column) for column in ("school", "provider", "from_school", "to_school")}
    concerned = frozenset(name for name in named if name)
    return Movement(
        kind=kind,
        on=on,
        pupil=facts.pupil_id,
        of={"home_la": facts.home_la(on) or NOT_SAID},
        row=row,
        providers=concerned,
        schools=concerned,
    )


def _named(row: Any, column: str) -> str | None:
    found: str | None = getattr(row, column, None)
    return found
