"""What a health partner, and a virtual school or social worker, look after: words of each list."""

from collections.abc import Mapping

from ap_registry.duty_names import duty_words
from api.pages.provider_lists import Form, Row, Work
from api.pages.words import code_words

_MOVES: Mapping[tuple[str, str], str] = {
    ("placement_started", "decision"): "A placement began",
    ("placement_ended", "outcome"): "A placement ended",
}


def _answered(row: Row, response: str) -> Mapping[str, str]:
    return {"about": row["about"], "response": response, "service": row["service"] or ""}


def _answer(row: Row, own: str) -> tuple[Form, ...]:
    words = (
        ("Acknowledge", "acknowledged"), ("Contribute to the plan", "contributed"),
        ("There is a wait", "waiting"), ("We have no role", "no_role"),
    )  # fmt: skip
    return tuple(("health_response", said, _answered(row, code)) for said, code in words)


def _go_on(row: Row, own: str) -> tuple[Form, ...]:
    words = (
        ("Contribute to the plan", "contributed"), ("The work has begun", "started"),
        ("There is a wait", "waiting"), ("It is finished", "closed"),
    )  # fmt: skip
    return tuple(
        ("health_response", said, _answered(row, code)) for said, code in words
        if code != row["what"]
    )  # fmt: skip


def _meet(row: Row, own: str) -> tuple[Form, ...]:
    return (("review_held", "Record the review", {"purpose": "review", "attended": "health"}),)


def _agree(row: Row, own: str) -> tuple[Form, ...]:
    return (("action_agreed", "Agree an action", {"owner": row["other"]}),)


def _listen(row: Row, own: str) -> tuple[Form, ...]:
    return (("view_recorded", "Record what the child thinks", {"whose": "pupil"}),)


def _moved(row: Row) -> str:
    return _MOVES.get((row["what"], row["told"]), "You were told of a movement")


def _attended(row: Row) -> str:
    return f"{row['attended']} of {row['possible']} sessions, {row['what']} %"


OF_HEALTH: Mapping[str, Work] = {
    "movements": Work(
        role="health", title="Movements to answer",
        help="You were told that these children began or ended alternative provision. Say that you"
        " know, what you add to the plan, or that you have no role.",
        columns=("Pupil", "Provider", "Answer by", "What happened"),
        empty="No movement waits for your answer. You are told of each one that begins or ends.",
        forms=_answer, what=_moved, due=True,
    ),
    "in-hand": Work(
        role="health", title="In hand",
        help="What you have answered and not finished. Say when the work begins, waits or ends.",
        columns=("Pupil", "Provider", "Answered on", "Where it stands"),
        empty="Nothing is in hand. What you acknowledge or contribute to is listed here.",
        forms=_go_on, what=lambda row: code_words("response", row["what"]),
    ),
    "meetings": Work(
        role="health", title="Reviews to come",
        help="Reviews of placements of these children, due within four weeks.",
        columns=("Pupil", "Held by", "Due", "Review"),
        empty="No review is due in the next four weeks.",
        forms=_meet, what=lambda row: duty_words(row["what"]), due=True,
    ),
}  # fmt: skip
OF_CARE: Mapping[str, Work] = {
    "day-one": Work(
        role="social_care", title="Education from the first day",
        help="Children suspended or excluded for whom education is owed: a looked-after child"
        " should have it from the first day, every child from the sixth.",
        columns=("Pupil", "Owed by", "Due", "What"),
        empty="None of your children waits for education after an exclusion.",
        forms=_agree, what=lambda row: duty_words(row["what"]), due=True,
    ),
    "coming-reviews": Work(
        role="social_care", title="Reviews to come",
        help="Reviews of your children's placements and reintegration, due within four weeks.",
        columns=("Pupil", "Held by", "Due", "Review"),
        empty="No review of your children is due in the next four weeks.",
        forms=_listen, what=lambda row: duty_words(row["what"]), due=True,
    ),
    "attendance": Work(
        role="social_care", title="Attendance",
        help="Sessions that your children attended in the last four weeks, of those that they could"
        " have attended, on all their registers. The lowest come first.",
        columns=("Pupil", "Last register of", "Week of", "Attended"),
        empty="No register has a mark of your children in the last four weeks.",
        forms=_agree, what=_attended, waits=False,
    ),
}  # fmt: skip
