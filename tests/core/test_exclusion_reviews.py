"""What parents may ask for, and what follows (SI 2012/1033 regs 24 to 26 and schedule 1)."""

from datetime import date
from typing import Any

import pytest

from ap_registry.errors import Refused
from ap_registry.registry import Registry
from ap_registry.store.rebuilding import check
from tests.core.owed import closed, owed
from tests.core.test_exclusion_notices import exclude, suspend, tell
from tests.world import PUPIL, SCHOOL, notify, register_pupil


def ask(registry: Registry, on: str, request: str, of: dict[str, Any]) -> dict[str, Any]:
    return notify(registry, "parent_request", on, by=SCHOOL, request=request, of=of["event"]["id"])


def uphold(registry: Registry) -> dict[str, Any]:
    """Excluded on 2 March, upheld on 16 March, the parent told the same day."""
    register_pupil(registry)
    excluded = exclude(registry)
    notify(registry, "governors_decision", "2026-03-16", by=SCHOOL, decision="upheld",
           exclusion=excluded["event"]["id"])  # fmt: skip
    tell(registry, "2026-03-16", excluded, "parent", "outcome")
    return excluded


@pytest.mark.parametrize(
    ("sessions", "due"), [(10, []), (11, ["2026-06-02"]), (30, ["2026-06-02"]), (31, [])]
)
def test_representations_bring_a_meeting_within_fifty_school_days(
    registry: Registry, sessions: int, due: list[str]
) -> None:
    """Over five and up to fifteen days. 19 days to 27 March, 29 from 13 April to 22 May without
    the bank holiday of 4 May; after half-term the fiftieth is Tuesday 2 June."""
    register_pupil(registry)
    suspended = suspend(registry, "2026-03-02", "2026-03-20", sessions)
    ask(registry, "2026-03-04", "representations", suspended)
    assert [day for _, day, _ in owed(registry, "governors_representations")] == due


def test_the_window_to_apply_runs_from_the_notice_and_closes_by_itself(registry: Registry) -> None:
    """15 school days after 16 March: 9 to 27 March, then 6 from 13 April: Monday 20 April."""
    uphold(registry)
    last, next_day = date(2026, 4, 20), date(2026, 4, 21)
    assert owed(registry, "review_application_window", on=last) == [(SCHOOL, "2026-04-20", "open")]
    assert owed(registry, "review_application_window", on=next_day) == [
        (SCHOOL, "2026-04-20", "lapsed")
    ]


def test_an_application_ends_the_window_and_owes_a_hearing(registry: Registry) -> None:
    """The school is an academy without a trust on record: the hearing is its own to arrange."""
    excluded = uphold(registry)
    ask(registry, "2026-04-14", "independent_review", excluded)
    assert closed(registry, "review_application_window") == [("done", "2026-04-14")]
    assert owed(registry, "review_hearing") == [(SCHOOL, "2026-05-06", "overdue")]


def test_a_waiver_lets_the_window_lapse(registry: Registry) -> None:
    excluded = uphold(registry)
    ask(registry, "2026-03-20", "waiver", excluded)
    assert closed(registry, "review_application_window") == [("lapsed", "2026-03-20")]


def test_an_equality_claim_holds_the_window_open_until_it_is_decided(registry: Registry) -> None:
    excluded = uphold(registry)
    ask(registry, "2026-03-20", "equality_claim", excluded)
    long_after = date(2027, 1, 1)
    assert [s for _, _, s in owed(registry, "review_application_window", on=long_after)] == [
        "overdue"
    ]
    ask(registry, "2026-06-01", "claim_decided", excluded)
    assert owed(registry, "review_application_window", on=date(2026, 6, 22)) == [
        (SCHOOL, "2026-06-22", "open")
    ]


@pytest.mark.parametrize(
    ("decision", "status"), [("upheld", "done"), ("quashed", "done"), ("withdrawn", "lapsed")]
)
def test_the_panels_decision_ends_the_hearing(
    registry: Registry, decision: str, status: str
) -> None:
    excluded = uphold(registry)
    ask(registry, "2026-04-14", "independent_review", excluded)
    notify(registry, "review_decision", "2026-04-28", by="LA856", decision=decision,
           exclusion=excluded["event"]["id"])  # fmt: skip
    assert closed(registry, "review_hearing") == [(status, "2026-04-28")]


def test_a_request_withdrawn_lets_the_hearing_lapse(registry: Registry) -> None:
    excluded = uphold(registry)
    ask(registry, "2026-04-14", "independent_review", excluded)
    ask(registry, "2026-04-20", "withdrawal", excluded)
    assert closed(registry, "review_hearing") == [("lapsed", "2026-04-20")]


def test_governors_reconsider_within_ten_school_days(registry: Registry) -> None:
    excluded = uphold(registry)
    ask(registry, "2026-04-14", "independent_review", excluded)
    notify(registry, "review_decision", "2026-04-28", by="LA856", decision="reconsider",
           exclusion=excluded["event"]["id"])  # fmt: skip
    assert owed(registry, "governors_reconsider") == [(SCHOOL, "2026-05-13", "overdue")]
    notify(registry, "governors_decision", "2026-05-08", by=SCHOOL, decision="upheld",
           exclusion=excluded["event"]["id"])  # fmt: skip
    assert closed(registry, "governors_reconsider") == [("done", "2026-05-08")]


def test_a_request_is_not_made_before_what_it_is_about(registry: Registry) -> None:
    register_pupil(registry)
    suspended = suspend(registry, "2026-03-02", "2026-03-03", 4)
    with pytest.raises(Refused) as caught:
        ask(registry, "2026-03-01", "representations", suspended)
    assert [p.code for p in caught.value.problems] == ["end_before_start"]


def test_a_window_that_had_lapsed_stays_though_all_was_sent_together(
    registry: Registry,
) -> None:
    """The decision that began it was quashed after: sent one by one it would stand there too."""
    register_pupil(registry)
    excluded = exclude(registry)["event"]["id"]
    said = {"upn": PUPIL, "by": SCHOOL, "exclusion": excluded}
    registry.record_many(
        [
            {
                **said,
                "type": "governors_decision",
                "occurred_on": "2026-03-16",
                "decision": "upheld",
            },
            {**said, "type": "review_decision", "occurred_on": "2026-05-05", "decision": "quashed"},
        ]
    )
    assert closed(registry, "review_application_window") == [("lapsed", "2026-04-21")]
    assert check(registry.database).same
