"""Corrections, voids, and what somebody says is done."""

import pytest

from ap_registry.access import Caller
from tests.builders import (
    STARTED,
    Notice,
    correction,
    follow_up_done,
    permanent_exclusion,
    placement,
    placement_ended,
    review,
    suspension,
    void,
)  # fmt: skip
from tests.spec import Story, given
from tests.world import GARAGE, OTHER, PRU, PUPIL, SCHOOL


def sent_by(role: str, organisation: str, *notices: Notice) -> Story:
    """Told by the command line; what follows is sent by this caller."""
    story = given(*notices)
    caller = Caller(actor="key", role=role, organisations=(organisation,))
    story.intake.settings = Story(caller=caller).intake.settings
    return story


def test_a_correction_changes_one_field_and_says_so() -> None:
    story = given(suspension(ref="s"), correction("2026-03-05", "s", sessions=2))
    item = next(i for i in story.timeline() if i["ref"] == "s")
    changes = [{k: v for k, v in c.items() if k in ("field", "old", "new", "reason", "by")}
               for c in item["changes"]]  # fmt: skip
    assert (item["status"], item["data"]["sessions"], changes) == (
        "corrected", 2,
        [{"field": "sessions", "old": 4, "new": 2, "reason": "A slip", "by": SCHOOL}],
    )  # fmt: skip


def test_a_correction_lists_what_it_opens() -> None:
    """Two days turn out to have been six: education is owed from the sixth."""
    story = given(suspension(ref="s"))
    story.when(correction("2026-03-05", "s", sessions=12, ends_on="2026-03-09"))
    assert "sixth_day_provision" in story.receipt("opened")


@pytest.mark.parametrize("act", ["correction", "void"])
def test_a_reason_is_needed(act: str) -> None:
    values = {"of": "s", **({"fields": {"sessions": 2}} if act == "correction" else {})}
    refused = given(suspension(ref="s")).refuses(Notice(act, "2026-03-05", values))
    assert refused == [("/reason", "required")]


def test_corrections_add_up_in_recorded_order() -> None:
    story = given(suspension(ref="s"), correction("2026-03-06", "s", sessions=2))
    story.when(correction("2026-03-05", "s", sessions=3))
    assert [e.sessions for e in story.pupil.exclusions] == [3]


def test_a_corrected_note_is_the_note() -> None:
    story = given(suspension(ref="s", note="By hand"), correction("2026-03-05", "s", note="Typed"))
    found = next(s for s in story.workspace.history.standing if s.entry.ref == "s")
    assert found.entry.note == "Typed"


def test_a_blank_never_erases_and_null_takes_away() -> None:
    story = given(suspension(ref="s", starts_session="PM"))
    story.when(correction("2026-03-05", "s", starts_session="", sessions=3))
    item = next(i for i in story.timeline() if i["ref"] == "s")
    assert item["data"]["starts_session"] == "PM"
    story.when(correction("2026-03-05", "s", starts_session=None))
    item = next(i for i in story.timeline() if i["ref"] == "s")
    assert "starts_session" not in item["data"]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"ends_on": "2026-03-01"}, ("/fields/ends_on", "end_before_start")),
        ({"occurred_on": "2026-03-04"}, ("/fields/ends_on", "end_before_start")),
        ({"occurred_on": "2027-03-04"}, ("/fields/occurred_on", "future_date")),
        ({"sessions": None}, ("/fields/sessions", "required")),
        ({"sessions": "many"}, ("/fields/sessions", "bad_format")),
        ({"reasons": ["ZZ"]}, ("/fields/reasons", "unknown_code")),
        ({"school": "999999"}, ("/fields/school", "unknown_organisation")),
        ({"colour": "red"}, ("/fields/colour", "unknown_field")),
        ({"type": "notified"}, ("/fields/type", "unknown_field")),
        ({"upn": PUPIL}, ("/fields/upn", "unknown_field")),
        ({"by": OTHER}, ("/fields/by", "unknown_field")),
        ({"ref": "other"}, ("/fields/ref", "unknown_field")),
        ({"sessions": ""}, ("/fields", "required")),
    ],
)
def test_a_correction_is_refused_by_the_rules_of_its_notice(
    fields: dict[str, object], problem: tuple[str, str]
) -> None:
    story = given(suspension(ref="s"))
    refused = story.refuses(Notice("correction", "2026-03-05",
                                   {"of": "s", "fields": fields, "reason": "A slip"}))  # fmt: skip
    assert problem in refused


def test_neither_a_correction_nor_a_void_is_corrected() -> None:
    story = given(suspension(ref="s"), void("2026-03-05", "s", ref="v"))
    assert story.refuses(correction("2026-03-06", "v", reason="Other")) == [("/of", "unknown_type")]


def test_a_void_of_a_void_brings_it_back() -> None:
    story = given(suspension(ref="s"), void("2026-03-05", "s", ref="v"), void("2026-03-06", "v"))
    assert [e.ref for e in story.pupil.exclusions] == ["s"]
    assert [i["status"] for i in story.timeline() if i["ref"] in {"s", "v"}] == [
        "effective", "void",
    ]  # fmt: skip


def test_a_void_correction_is_taken_back() -> None:
    slip = Notice("correction", "2026-03-05",
                  {"of": "s", "fields": {"sessions": 2}, "reason": "x"}, ref="c")  # fmt: skip
    story = given(suspension(ref="s"), slip, void("2026-03-06", "c"))
    assert [e.sessions for e in story.pupil.exclusions] == [4]


def test_naming_what_is_void_is_accepted_and_flagged() -> None:
    story = given(suspension(ref="s"), void("2026-03-05", "s"))
    assert story.when(correction("2026-03-06", "s", sessions=2)).flags() == ["event.voided"]
    assert story.when(void("2026-03-06", "s")).flags() == ["event.voided"]


def test_what_was_corrected_before_it_was_void_is_not_flagged() -> None:
    story = given(suspension(ref="s"), correction("2026-03-05", "s", sessions=2))
    assert story.when(void("2026-03-06", "s")).all_flags() == []


def test_a_void_of_nothing_is_refused() -> None:
    assert given().refuses(void("2026-03-05", "nothing")) == [("/of", "not_found")]


def test_the_timeline_is_by_day_and_version() -> None:
    from tests.builders import joined, left

    story = given(joined("2026-03-02", school=OTHER, ref="in"), left("2026-03-02", ref="out"))
    assert [i["ref"] for i in story.timeline()[-2:]] == ["in", "out"]


def test_a_ref_is_the_notifiers_own_first_then_anyones() -> None:
    story = given(placement(ref="p1", by=SCHOOL), placement(provider=GARAGE, ref="p1", by=GARAGE))
    story.when(placement_ended("2026-03-09", placement="p1", by=GARAGE))
    assert [p.ended_on is None for p in story.pupil.placements] == [True, False]
    assert story.refuses(review("2026-03-10", of="p1", by=PRU)) == [("/of", "ambiguous")]


def test_done_is_done_with_how() -> None:
    story = given(permanent_exclusion("2026-03-02"))
    key = story.picture.follow_ups.values()
    from ap_registry.follow_ups import id_of

    (meeting,) = (f for f in key if f.kind == "governors_meeting")
    story.when(follow_up_done("2026-03-20", follow_up=str(id_of(meeting))))
    (closed,) = story.last.body()["follow_ups"]["closed"]
    assert (closed["kind"], closed["status"], closed["how"], closed["closed_on"]) == (
        "governors_meeting", "done", "By telephone", "2026-03-20",
    )  # fmt: skip
    assert story.refuses(follow_up_done("2026-03-23", follow_up=closed["id"])) == [
        ("/follow_up", "nothing_open")
    ]


@pytest.mark.parametrize(
    ("follow_up", "code"),
    [("6f0e1f0a-5a7c-4d53-9d6e-6a1f7a4c2b10", "not_found"), ("soon", "bad_format")],
)
def test_an_unknown_follow_up_is_refused(follow_up: str, code: str) -> None:
    assert given().refuses(follow_up_done("2026-03-05", follow_up=follow_up)) == [
        ("/follow_up", code)
    ]


@pytest.mark.parametrize(
    ("role", "organisation", "refused"),
    [("school", SCHOOL, None), ("la", "LA856", None), ("provider", PRU, "forbidden")],
)
def test_only_the_owner_or_the_la_says_it_is_done(role, organisation, refused) -> None:
    from ap_registry.follow_ups import id_of

    story = sent_by(role, organisation, placement(ref="p"))
    key = str(id_of(story.follow_up("placement_review")))
    notice = follow_up_done("2026-03-20", follow_up=key, by=organisation)
    if refused:
        assert story.refuses(notice) == [("/follow_up", refused)]
    else:
        assert "placement_review" in story.when(notice).receipt("closed")


@pytest.mark.parametrize(
    ("role", "organisation", "refused"),
    [("provider", PRU, [("/of", "forbidden")]), ("school", SCHOOL, None), ("la", "LA856", None)],
)
def test_only_the_sender_or_the_la_takes_it_back(role, organisation, refused) -> None:
    story = sent_by(role, organisation, placement(ref="p"))
    notice = void("2026-03-05", "p", by=organisation)
    if refused:
        assert story.refuses(notice) == refused
    else:
        assert story.when(notice).pupil.placements == ()


def test_a_school_sends_only_placements_that_it_commissions() -> None:
    story = sent_by("school", SCHOOL, placement(ref="p", commissioner="LA856"))
    ended = placement_ended("2026-03-09", placement="p")
    assert story.refuses(ended) == [("", "forbidden")]
    assert story.refuses(placement(provider=GARAGE, commissioner="LA856")) == [("", "forbidden")]
    assert story.when(placement(provider=GARAGE)).receipt("opened") != []


@pytest.mark.parametrize(("payer", "refused"), [(SCHOOL, False), ("LA856", True)])
def test_funding_is_told_by_a_payer_or_the_commissioner(payer: str, refused: bool) -> None:
    story = sent_by("school", SCHOOL, placement(ref="p", commissioner="LA856"))
    values = {"placement": "p", "education": 1, "health": 0, "social_care": 0, "payer": payer}
    notice = Notice("funding_agreed", "2026-03-09", values)
    if refused:
        assert story.refuses(notice) == [("/payer", "forbidden")]
    else:
        assert [f.payer for f in story.when(notice).pupil.funding] == [SCHOOL]


def test_a_former_school_sends_late_notices_and_puts_its_own_right() -> None:
    from tests.builders import joined, left

    story = sent_by("school", SCHOOL, suspension(ref="s"), left("2026-03-20"),
                    joined("2026-03-20", school=OTHER))  # fmt: skip
    assert story.refuses(suspension("2026-03-23", ends_on="2026-03-23")) == [
        ("/upn", "unknown_pupil")
    ]
    assert story.when(suspension("2026-03-19", ends_on="2026-03-19", sessions=2)).flags() == []
    assert story.when(correction("2026-04-20", "s", sessions=2)).flags() == []


def test_before_a_start_only_a_referral_opens_the_pupil() -> None:
    from tests.builders import direction, referral

    told = Notice("notified", "2026-03-03", {"to": "school", "about": "return", "method": "email"},
                  by=PRU)  # fmt: skip
    ahead = sent_by("provider", PRU, direction(starts_on="2027-01-11", ends_on="2027-02-01"))
    assert ahead.refuses(told) == [("/upn", "unknown_pupil")]
    referred = sent_by("provider", PRU, direction(ref="d"), referral())
    assert referred.when(told).flags() == []


def test_started_means_registered_and_joined() -> None:
    assert [n.type for n in STARTED] == ["pupil_registered", "joined_roll"]
