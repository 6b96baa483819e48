"""What an AP provider has to answer, to log, to review and to record: the words of each list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ap_registry.duty_names import duty_words
from api.pages.words import code_words

Row = Mapping[str, Any]
Form = tuple[str, str, Mapping[str, str]]
"""The notice, the words of the link, and what is filled in besides the pupil."""
ANSWERS = frozenset({"health_response", "referral_decision"})
"""Given by being sent: their day is today, unless it is changed before they are."""


_REASONS = {"off_site_direction": "behaviour", "permanent_exclusion": "permanent_exclusion",
            "suspension": "suspension", "no_school_place": "no_school_place",
            "ehc_plan": "ehc_plan"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """``what`` says in words what a row is about; ``role``: whose list it is; ``due``: whether a
    row's day is one by which something is owed; ``waits``: whether a row waits to be done."""

    role: str
    title: str
    help: str
    columns: tuple[str, str, str, str]
    empty: str
    forms: Callable[[Row, str], tuple[Form, ...]]
    what: Callable[[Row], str]
    due: bool = False
    waits: bool = True


def _decide(row: Row, own: str) -> tuple[Form, ...]:
    which = {"referral": row["key"]}
    return (
        ("referral_decision", "Accept", {**which, "decision": "accepted"}),
        ("referral_decision", "Decline", {**which, "decision": "declined"}),
    )


def began(row: Row, own: str) -> Form:
    """What an accepted referral leads to, with what is known of it filled in."""
    if row["what"] == "outreach":
        filled = {"provider": own, "school": row["other"]}
        return "outreach_started", "Say that the outreach started", filled
    known = {
        "provider": own, "commissioner": row["other"], "reason": _REASONS.get(row["what"]),
        "arising_from": row["arising"], "ends_on": row.get("ends_on"),
        "sessions_per_week": row.get("sessions_per_week"),
    }  # fmt: skip
    filled = {name: str(value) for name, value in known.items() if value}
    return "placement_started", "Say that the placement started", filled


def _begin(row: Row, own: str) -> tuple[Form, ...]:
    return (began(row, own),)


def _log(row: Row, own: str) -> tuple[Form, ...]:
    return (
        ("outreach_session", "Log a session", {"outreach": row["key"], "delivered": "true"}),
        ("outreach_ended", "End the outreach", {"outreach": row["key"]}),
    )


def _review(row: Row, own: str) -> tuple[Form, ...]:
    """Of what runs: a rung of reviews may have been opened by an earlier one."""
    return (("review_held", "Record the review", {"purpose": "review", "attended": "provider"}),)


def _assess(row: Row, own: str) -> tuple[Form, ...]:
    """A pupil whom an LA placed has no school yet: the form then asks for it."""
    school = {} if row["other"].startswith("LA") else {"school": row["other"]}
    return (("assessment_shared", "Share the assessment", {"placement": row["key"], **school}),)


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


OF_PROVIDERS: Mapping[str, Work] = {
    "referrals": Work(
        role="provider", title="Referrals to answer",
        help="A pupil is referred to you until you accept or decline.",
        columns=("Pupil", "Referred by", "On", "Why"),
        empty="No referral waits for your answer. New ones are listed here at once.",
        forms=_decide, what=lambda row: code_words("route", row["what"]),
    ),
    "accepted": Work(
        role="provider", title="Accepted, not started yet",
        help="Referrals that you accepted. When the pupil comes, say that the placement started.",
        columns=("Pupil", "Referred by", "Accepted on", "Why"),
        empty="Every pupil whom you accepted has started.",
        forms=_begin, what=lambda row: code_words("route", row["what"]),
    ),
    "outreach": Work(
        role="provider", title="Outreach log",
        help="Log each session, held or not. A planned one that fell out counts too.",
        columns=("Pupil", "School", "Since", "Sessions held"),
        empty="No outreach runs. When you begin to support a pupil in their own school, notify it.",
        forms=_log, what=lambda row: str(row["what"]),
    ),
    "reviews": Work(
        role="provider", title="Reviews",
        help="Reviews due within four weeks, of pupils placed with you.",
        columns=("Pupil", "Held by", "Due", "Review"),
        empty="No review is due in the next four weeks.",
        forms=_review, due=True, what=lambda row: duty_words(row["what"]),
    ),
    "assessments": Work(
        role="provider", title="In-depth assessments",
        help="Pupils who are to go back or on, and whose assessment no school has yet.",
        columns=("Pupil", "Reintegration at", "Planned for", "What for"),
        empty="Every pupil who is to leave you has had an assessment shared.",
        forms=_assess, what=lambda row: code_words("intent", row["what"]),
    ),
    "targets": Work(
        role="provider", title="Targets to agree",
        help="Pupils placed with you for whom no target is on record.",
        columns=("Pupil", "Placed by", "Since", "What for"),
        empty="Each of your pupils has a target.",
        forms=_target, what=lambda row: code_words("intent", row["what"]),
    ),
    "results": Work(
        role="provider", title="Results",
        help="Targets of your pupils, this school year, that have no result yet.",
        columns=("Pupil", "Qualification", "Agreed on", "Target"),
        empty="No target waits for a result. Targets are agreed under “Targets to agree”.",
        forms=_result,
        what=lambda row: f"{code_words('subject', row['subject'])}, level {row['what']}",
    ),
    "destinations": Work(
        role="provider", title="Destinations",
        help="Pupils who left after year 11: say what they do on each of the three days.",
        columns=("Pupil", "Asked of", "Due", "What"),
        empty="No destination is asked of you. Pupils are listed after they leave year 11.",
        forms=_destination, due=True, what=lambda row: duty_words(row["what"]),
    ),
}  # fmt: skip
