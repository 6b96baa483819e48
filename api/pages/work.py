"""An AP provider's work: short lists of what is owed, each with the form filled in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from ap_registry.access import Caller
from ap_registry.duty_names import duty_words
from ap_registry.notice import World
from ap_registry.store import worklists
from api.deps import TheRegistry, scope_of
from api.opened import Opened
from api.pages.rendering import Person, in_words, page
from api.pages.tables import SHOWN, Cell, Table, file_of, limit_of, pupil_cell
from api.pages.words import code_words
from api.problems import HttpProblem

router = APIRouter(prefix="/tasks")
WORKERS = frozenset({"provider"})
Row = Mapping[str, Any]
Form = tuple[str, str, Mapping[str, str]]
"""The notice, the words of the link, and what is filled in besides the pupil."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """``what`` says in words what a row is about."""

    title: str
    help: str
    columns: tuple[str, str, str, str]
    empty: str
    forms: Callable[[Row, str], tuple[Form, ...]]
    what: Callable[[Row], str]


def _decide(row: Row, own: str) -> tuple[Form, ...]:
    which = {"referral": row["key"]}
    return (
        ("referral_decision", "Accept", {**which, "decision": "accepted"}),
        ("referral_decision", "Decline", {**which, "decision": "declined"}),
    )


def _log(row: Row, own: str) -> tuple[Form, ...]:
    return (
        ("outreach_session", "Log a session", {"outreach": row["key"], "delivered": "true"}),
        ("outreach_ended", "End the outreach", {"outreach": row["key"]}),
    )


def _review(row: Row, own: str) -> tuple[Form, ...]:
    """Of what runs: a rung of reviews may have been opened by an earlier one."""
    return (("review_held", "Record the review", {"purpose": "review", "attended": "provider"}),)


def _assess(row: Row, own: str) -> tuple[Form, ...]:
    filled = {"placement": row["key"], "school": row["other"]}
    return (("assessment_shared", "Share the assessment", filled),)


def _target(row: Row, own: str) -> tuple[Form, ...]:
    return (("target_agreed", "Agree a target", {}),)


def _result(row: Row, own: str) -> tuple[Form, ...]:
    filled = {"qualification": row["other"], "subject": row["subject"], "provider": own}
    return (("result_awarded", "Record the result", filled),)


def _destination(row: Row, own: str) -> tuple[Form, ...]:
    return (
        ("destination_recorded", "Record what the pupil does", {}),
        ("offer_recorded", "Record an offer", {}),
    )


WORK: Mapping[str, Work] = {
    "referrals": Work(
        title="Referrals to answer",
        help="A pupil is referred to you until you accept or decline.",
        columns=("Pupil", "Referred by", "On", "Why"),
        empty="No referral waits for your answer. New ones are listed here at once.",
        forms=_decide, what=lambda row: code_words("route", row["what"]),
    ),
    "outreach": Work(
        title="Outreach log",
        help="Log each session, held or not. A planned one that fell out counts too.",
        columns=("Pupil", "School", "Since", "Sessions held"),
        empty="No outreach runs. When you begin to support a pupil in their own school, notify it.",
        forms=_log, what=lambda row: str(row["what"]),
    ),
    "reviews": Work(
        title="Reviews",
        help="Reviews due within four weeks, of pupils placed with you.",
        columns=("Pupil", "Held by", "Due", "Review"),
        empty="No review is due in the next four weeks.",
        forms=_review, what=lambda row: duty_words(row["what"]),
    ),
    "assessments": Work(
        title="In-depth assessments",
        help="Pupils who are to go back or on, and whose assessment no school has yet.",
        columns=("Pupil", "Reintegration at", "Planned for", "What for"),
        empty="Every pupil who is to leave you has had an assessment shared.",
        forms=_assess, what=lambda row: code_words("intent", row["what"]),
    ),
    "targets": Work(
        title="Targets to agree",
        help="Pupils placed with you for whom no target is on record.",
        columns=("Pupil", "Placed by", "Since", "What for"),
        empty="Each of your pupils has a target.",
        forms=_target, what=lambda row: code_words("intent", row["what"]),
    ),
    "results": Work(
        title="Results",
        help="Targets of your pupils, this school year, that have no result yet.",
        columns=("Pupil", "Qualification", "Agreed on", "Target"),
        empty="No target waits for a result. Targets are agreed under “Targets to agree”.",
        forms=_result,
        what=lambda row: f"{code_words('subject', row['subject'])}, level {row['what']}",
    ),
    "destinations": Work(
        title="Destinations",
        help="Pupils who left after year 11: say what they do on each of the three days.",
        columns=("Pupil", "Asked of", "Due", "What"),
        empty="No destination is asked of you. Pupils are listed after they leave year 11.",
        forms=_destination, what=lambda row: duty_words(row["what"]),
    ),
}  # fmt: skip


@router.get("/{name}")
def show(
    name: str,
    registry: TheRegistry,
    person: Person,
    opened: Opened,
    format: Annotated[str, Query(pattern="^(csv)?$")] = "",
) -> Response:
    """One list, soonest first; what is not on it is not owed."""
    caller, today = person.caller, registry.today()
    work = WORK.get(name)
    if work is None:
        raise HttpProblem(404, "There is no such list.")
    if caller.role not in WORKERS or not caller.organisation:
        raise HttpProblem(403, "These lists are for AP providers and support services.")
    with registry.database.connection() as connection:
        rows = worklists.owed(
            connection, scope_of(caller, today), name, today=today, limit=limit_of(format)
        )
        shown = rows if format else rows[:SHOWN]
        opened.note(connection, caller, (row["pupil_id"] for row in shown))
        world = registry.worlds.fresh(connection)
    table = Table(
        name=name, caption=work.title, columns=work.columns, empty=work.empty,
        rows=list(_rows(work, rows, world, caller.organisation)),
    )  # fmt: skip
    if format == "csv":
        return file_of(table)
    lists = [(f"/tasks/{key}", one.title) for key, one in WORK.items()]
    return page(
        registry, "work.html", person, work=work, table=table, lists=lists, here=f"/tasks/{name}"
    )


def _rows(work: Work, rows: worklists.Found, world: World, own: str) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        other = world.organisation(row["other"])
        actions = tuple(
            (f"/notify/{kind}?{urlencode({'upn': row['upn'], **filled})}", words)
            for kind, words, filled in work.forms(row, own)
            if row["upn"]
        )
        yield (
            pupil_cell(row["pupil_id"], row["name"], row["upn"]),
            Cell(text=other.name if other else code_words("qualification", row["other"])),
            Cell(text=in_words(row["on"])),
            Cell(text=work.what(row), actions=actions, about=row["name"]),
        )


def waiting(caller: Caller, counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Address, title and length of the lists that hold something; those of a provider alone."""
    if caller.role not in WORKERS:
        return []
    return [(f"/tasks/{n}", WORK[n].title, count) for n, count in counts.items() if count]
