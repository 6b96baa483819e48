"""What panels, health services, LAs and schools answered: refusals, and how long they took."""

from collections.abc import Iterator

from reports.dashboard.seen import Seen, Span, seen
from reports.facts import Facts, Row


def partners(facts: Facts, span: Span) -> Iterator[Seen]:
    yield from _fair_access(facts, span)
    yield from _health(facts, span)
    yield from _assessments(facts, span)
    yield from _consultations(facts, span)


def _fair_access(facts: Facts, span: Span) -> Iterator[Seen]:
    for case in facts.rows("fair_access_case"):
        if case.decision in {None, "deferred"} or not span.holds(case.decided_on):
            continue
        named = case.decision in {"school", "directed"}
        yield seen(facts, "fair_access_placed", case.decided_on, yes=named)
        if case.response is not None:
            refused = case.response == "refused"
            yield seen(facts, "fair_access_refused", case.decided_on, school=case.school,
                       yes=refused)  # fmt: skip


def _health(facts: Facts, span: Span) -> Iterator[Seen]:
    """A wait ends when that service starts, closes or finds that it has no role.

    One that says again that it waits is waited for once.
    """
    answers = facts.rows("health_response")
    for number, waiting in enumerate(answers):
        if waiting.response != "waiting" or not span.holds(waiting.occurred_on):
            continue
        if _waits_already(answers[:number], waiting.service):
            continue
        ended = _next(answers[number + 1 :], waiting)
        until = min(ended.occurred_on if ended else span.today, span.today)
        days = (until - waiting.occurred_on).days
        yield seen(facts, "health_wait", waiting.occurred_on, days=days)


def _waits_already(earlier: list[Row], service: str) -> bool:
    said = [r.response for r in earlier if r.service == service and r.response in _WAITS | _ENDS]
    return bool(said) and said[-1] in _WAITS


def _next(later: list[Row], waiting: Row) -> Row | None:
    return next(
        (row for row in later if row.service == waiting.service and row.response in _ENDS), None
    )


_WAITS, _ENDS = frozenset({"waiting"}), frozenset({"started", "closed", "no_role"})


def _assessments(facts: Facts, span: Span) -> Iterator[Seen]:
    steps = facts.rows("ehc_milestone")
    for number, request in enumerate(steps):
        if request.milestone != "requested":
            continue
        decided = next((s for s in steps[number + 1 :] if s.milestone in _DECIDED), None)
        if decided and decided.milestone != "requested" and span.holds(decided.occurred_on):
            refused = decided.milestone == "refused"
            yield seen(facts, "ehc_refused", decided.occurred_on, yes=refused)


_DECIDED = frozenset({"agreed", "refused", "requested"})


def _consultations(facts: Facts, span: Span) -> Iterator[Seen]:
    steps = facts.rows("ehc_milestone")
    for number, asked in enumerate(steps):
        if asked.milestone == "consulted" and asked.school and span.holds(asked.occurred_on):
            refused = _refused(steps[number + 1 :], asked.school)
            yield seen(facts, "ehc_consultation_refused", asked.occurred_on, school=asked.school,
                       yes=refused)  # fmt: skip


def _refused(later: list[Row], school: str) -> bool:
    """Before it was consulted again: that is answered anew."""
    said = (step.milestone for step in later if step.school == school)
    return next((one for one in said if one in _ANSWERED), None) == "refused_by_school"


_ANSWERED = frozenset({"consulted", "refused_by_school"})
