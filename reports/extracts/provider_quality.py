"""What an LA knows of the quality of each provider: checks, visits, teachers, who is there."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, LiteralString

from ap_registry.access import Caller
from ap_registry.instants import instant, iso
from ap_registry.organisations import Organisation
from ap_registry.registry import Registry
from reports.document import Document, Section
from reports.extracts.paper import columns, day, paper, table
from reports.kind import Asked, Made
from reports.pupils import Sitting, sitting
from reports.scope import HELD

YEAR = timedelta(days=365)
FULL_TIME, AT_ONCE = 10, 5  # sessions a week; full-time pupils that make it a school (1.7)
_SHEETS: LiteralString = f"""
select provider, as_at, checks_confirmed_on, checks_changed_on, standards_checked_on, qa_visit_on,
       qa_words, teachers, qualified_teachers, places
  from provider_check where {HELD} and as_at <= %(on)s order by provider, as_at
"""
_PLACED: LiteralString = """
select p.provider, p.starts_on, p.ended_on, p.end_reason, p.sessions_per_week,
       (select x.sen_provision from detail x where x.pupil_id = p.pupil_id
           and x.from_at <= %(at)s and x.until_at > %(at)s and x.occurred_on <= %(on)s
           and x.sen_provision is not null
         order by x.occurred_on desc, x.version desc limit 1) as sen
  from placement p where p.from_at <= %(at)s and p.until_at > %(at)s and p.starts_on <= %(on)s
   and (%(la)s::text is null or exists (
     select from organisation o where o.id = p.provider and o.la = %(la)s
        and o.from_at <= %(at)s and o.until_at > %(at)s))
   and (%(provider)s::text is null or p.provider = %(provider)s)
   and p.end_reason is distinct from 'error'
"""
_LATE: LiteralString = """
select p.provider, f.kind, count(*) from follow_up f join placement p on p.key = f.opened_by
   and p.from_at <= %(at)s and p.until_at > %(at)s
 where f.from_at <= %(at)s and f.until_at > %(at)s and f.kind in ('placement_review',
       'register_missing') and f.due_on < %(on)s and (f.closed_on is null or f.closed_on > %(on)s)
 group by 1, 2
"""
_FACTS = (
    "checks_confirmed_on", "checks_changed_on", "standards_checked_on", "qa_visit_on", "qa_words",
    "teachers", "qualified_teachers", "places",
)  # fmt: skip
Row = dict[str, Any]
_CHECKS = columns(
    name="Provider", provider=("Number", "code"), kind="Kind", confirmed="Staff checks",
    standards_checked_on=("Standards looked at", "date"), qa_visit_on=("Visited", "date"),
    qa_words="What the visit found", teachers=("Teachers", "integer"),
    qualified_teachers=("of them qualified", "integer"),
)  # fmt: skip
_PUPILS = columns(
    name="Provider", places=("Places", "integer"), pupils=("Pupils now", "integer"),
    full_time=("Full time", "integer"), full_time_ehc=("Full time with an EHC plan", "integer"),
    ended=("Ended in a year", "integer"), broke_down=("of them broke down", "integer"),
    reviews_overdue=("Reviews overdue", "integer"),
    registers_missing=("Registers missing", "integer"), watch="To look at",
)  # fmt: skip
_NOTES = (
    ("Staff checks", "The provider's written confirmation, and any change of staff told after it"
     " (Keeping children safe in education, part 3)."),
    ("Full time", "Ten sessions a week. A place that gives full-time education to five pupils of"
     " compulsory school age, or to one who has an EHC plan or is looked after, must be registered"
     " as a school. Looked-after pupils are not counted here."),
    ("Broke down", "Ended as breakdown, permanent exclusion or withdrawal by a parent."),
)  # fmt: skip
_BROKE = frozenset({"breakdown", "permanent_exclusion", "parental_withdrawal"})


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it; on a day, else today. It names no pupil."""
    on = asked["on"] or registry.today()
    with sitting(registry, caller, asked["known_by"]) as seen:
        if asked["provider"]:
            asked = {**asked, "provider": seen.asked(asked, "provider")}
        found = quality(seen, asked, on)
    said = {name: found[name] for name in ("la", "provider", "on", "known_by", "ledger")}
    return Made(object=found, document=partial(document, found), said=said)


def quality(seen: Sitting, asked: Asked, on: date) -> Row:
    """Providers of the LA, or the one; a provider is not told what a visit said of it in words."""
    parameters = {"la": asked["la"], "provider": asked["provider"], "on": on, "at": seen.at}
    placed: dict[str, list[Any]] = {}
    for row in seen.connection.execute(_PLACED, parameters):
        placed.setdefault(row[0], []).append(row[1:])
    late = {(row[0], row[1]): row[2] for row in seen.connection.execute(_LATE, parameters)}
    known = _sheets(seen, parameters)
    names = {*placed, *known} if asked["provider"] is None else {asked["provider"]}
    organisations = [seen.world.organisation(name) for name in sorted(names)]
    rows = [
        _row(seen, one, known.get(one.id, {}), placed.get(one.id, ()), late=late, on=on)
        for one in organisations
        if one is not None and asked["la"] in {None, one.la}
    ]
    return {
        "la": asked["la"],
        "provider": asked["provider"],
        "on": on.isoformat(),
        "known_by": instant(seen.at),
        "ledger": seen.head,
        "providers": sorted(rows, key=lambda row: (row["name"], row["provider"])),
    }


def _sheets(seen: Sitting, parameters: Mapping[str, Any]) -> dict[str, Row]:
    """The last that is known of each fact."""
    found: dict[str, Row] = {}
    for provider, _as_at, *values in seen.connection.execute(_SHEETS, parameters):
        told = dict(zip(_FACTS, values, strict=True))
        if seen.caller.role == "provider":
            told["qa_words"] = None
        found.setdefault(provider, {}).update(
            {name: value for name, value in told.items() if value is not None}
        )
    return found


def _row(
    seen: Sitting, one: Organisation, told: Row, placed: Sequence[Any], *,
    late: Mapping[tuple[str, str], int], on: date,
) -> Row:  # fmt: skip
    now = [row for row in placed if row[1] is None or row[1] >= on]
    ended = [row for row in placed if row[1] is not None and on - YEAR <= row[1] < on]
    full = [row for row in now if row[3] >= FULL_TIME]
    facts = {name: told.get(name) for name in _FACTS}
    row = {
        "provider": one.id,
        "name": one.name,
        "kind": "unregistered" if one.is_unregistered else "registered",
        **{name: iso(v) if isinstance(v, date) else v for name, v in facts.items()},
        "pupils": len(now),
        "full_time": len(full),
        "full_time_ehc": sum(row[4] == "E" for row in full),
        "ended": len(ended),
        "broke_down": sum(row[2] in _BROKE for row in ended),
        "reviews_overdue": late.get((one.id, "placement_review"), 0),
        "registers_missing": late.get((one.id, "register_missing"), 0),
    }
    return {**row, "watch": list(_watch(row))}


def _watch(row: Row) -> Iterator[str]:
    confirmed, changed = row["checks_confirmed_on"], row["checks_changed_on"]
    if confirmed is None:
        yield "staff checks not confirmed"
    elif changed is not None and changed > confirmed:
        yield "staff changed since the checks were confirmed"
    if row["kind"] == "unregistered" and (row["full_time"] >= AT_ONCE or row["full_time_ehc"]):
        yield "may have to register as a school"
    if row["places"] is not None and row["pupils"] > row["places"]:
        yield "more pupils than places"
    if row["qa_visit_on"] is None:
        yield "no visit on record"


def document(found: Mapping[str, Any]) -> Document:
    rows = [
        {**row, "confirmed": _confirmed(row), "watch": "; ".join(row["watch"]) or "nothing",
         "qa_words": row["qa_words"] or "–"}
        for row in found["providers"]
    ]  # fmt: skip
    return paper(
        found,
        name=f"provider-quality-{found['on']}",
        title="Quality of AP providers",
        subtitle=f"On {day(found['on'])}",
        sections=(
            Section(id="pupils", title="Pupils", parts=(
                table("pupils", "Who is there and what is late", _PUPILS, rows),
            )),
            Section(id="checks", title="Checks, visits and teachers", parts=(
                table("checks", "The last that is known", _CHECKS, rows),
            )),
        ),
        notes=_NOTES,
        names_pupils=False,
    )  # fmt: skip


def _confirmed(row: Row) -> str:
    if row["checks_confirmed_on"] is None:
        return "not confirmed"
    words = f"confirmed on {day(row['checks_confirmed_on'])}"
    changed = row["checks_changed_on"]
    return f"{words}; staff changed on {day(changed)}" if changed else words
