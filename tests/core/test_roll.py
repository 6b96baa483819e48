"""Who the pupil is, and which rolls they are on (SI 2024/208)."""

import pytest

from tests.builders import Notice, correction, joined, left, registered, suspension, void
from tests.spec import given, make_world, unregistered
from tests.world import OTHER, PERSON, SCHOOL


def details(on: str, **given_: object) -> Notice:
    return Notice("pupil_details_changed", on, dict(given_))


def test_a_first_notice_registers_joins_and_tells_itself() -> None:
    story = unregistered(suspension(**PERSON, sessions=2, ends_on="2026-03-02"))
    recorded = [(r.type, r.version, r.occurred_on.isoformat())
                for r in story.workspace.history.recorded]  # fmt: skip
    assert recorded == [
        ("pupil_registered", 1, "2026-03-02"),
        ("joined_roll", 2, "2026-03-02"),
        ("suspension", 3, "2026-03-02"),
    ]
    assert story.shown()["rolls"] == [
        {"school": SCHOOL, "registration": "M", "from": "2026-03-02", "until": None,
         "ground": None}
    ]  # fmt: skip


def test_a_first_notice_that_is_refused_leaves_no_pupil_behind() -> None:
    story = unregistered()
    assert story.refuses(suspension(**PERSON, ends_on="2026-03-01")) == [
        ("/ends_on", "end_before_start")
    ]
    assert (story.workspace.exists, story.workspace.accepted) == (False, [])


def test_a_first_notice_names_every_missing_field() -> None:
    some = {name: PERSON[name] for name in ("given_name", "family_name", "date_of_birth")}
    assert unregistered().refuses(suspension(**some)) == [
        ("/sex", "required"), ("/home_la", "required"), ("/sen_provision", "required"),
    ]  # fmt: skip


def test_a_field_of_another_type_is_unknown() -> None:
    assert given().refuses(suspension(given_name="Ann")) == [("/given_name", "unknown_field")]


def test_registering_twice_is_refused_whatever_the_day() -> None:
    for on in ("2024-09-03", "2024-09-01"):
        assert given().refuses(registered(on)) == [("/upn", "already_registered")]


def test_a_registration_taken_back_may_be_sent_again() -> None:
    story = unregistered(registered(ref="r"), void("2024-09-03", "r"))
    assert story.when(registered("2024-09-04")).shown()["given_name"] == "Ann"


def test_a_date_of_birth_after_the_notice_is_refused() -> None:
    born = {**PERSON, "date_of_birth": "2024-09-03"}
    assert unregistered().refuses(Notice("pupil_registered", "2024-09-02", born)) == [
        ("/date_of_birth", "bad_format")
    ]


def test_a_date_of_birth_in_the_future_is_refused() -> None:
    problem = given().refuses(details("2026-03-02", date_of_birth="2026-11-21"))
    assert problem == [("/date_of_birth", "future_date")]


def test_a_change_of_details_stands_from_its_day() -> None:
    story = given(details("2026-03-02", sen_provision="E", home_la="857"))
    day = story.pupil.details[-1].occurred_on
    shown = (story.shown(day)["sen_provision"], story.shown(day)["home_la"])
    assert shown == ("E", "857")
    assert story.shown(story.pupil.details[0].occurred_on)["sen_provision"] == "K"


def test_a_change_that_says_nothing_is_refused() -> None:
    assert given().refuses(details("2026-03-02")) == [("", "required")]


def test_a_corrected_date_of_birth_moves_the_year_of_birth() -> None:
    story = unregistered(registered(ref="r"))
    assert story.workspace.history.recorded[-1].birth_year == 2010
    story.when(correction("2024-09-03", "r", date_of_birth="2009-02-03"))
    assert story.workspace.history.recorded[-1].birth_year == 2008


@pytest.mark.parametrize(
    ("upn", "flags"), [("B801200005001", []), ("Z820200005001", ["upn.unknown-la"])]
)
def test_an_la_that_gave_no_upn_is_flagged(upn: str, flags: list[str]) -> None:
    from ap_registry.codes import upn_la_known
    from ap_registry.identifiers import check_letter

    unknown = "999200005001"
    number = upn if not flags else check_letter(unknown) + unknown
    story = unregistered()
    accepted = story.intake.take(
        {"type": "pupil_registered", "upn": number, "occurred_on": "2024-09-02", "by": SCHOOL,
         **PERSON}
    )  # fmt: skip
    assert [flag.rule for flag in accepted.flags] == flags
    assert upn_la_known("820")


def test_a_roll_runs_up_to_the_day_of_leaving() -> None:
    (spell,) = given(left("2026-03-02")).pupil.rolls
    assert (spell.holds(spell.until_on), spell.ground) == (False, "a")


def test_joining_a_roll_twice_is_refused() -> None:
    assert given().refuses(joined("2026-03-02")) == [("/school", "already_open")]


def test_on_one_day_leave_comes_before_join() -> None:
    story = given(joined("2026-03-02", school=OTHER), left("2026-03-02"))
    assert story.all_flags() == []
    assert story.pupil.main_roll(story.pupil.rolls[1].occurred_on).school == OTHER


def test_a_school_may_be_joined_again_on_the_day_of_leaving() -> None:
    story = given(left("2026-03-02"), joined("2026-03-02", registration="M"))
    assert [s.registration for s in story.pupil.rolls] == ["C", "M"]


def test_two_main_rolls_are_flagged_until_the_leave_arrives() -> None:
    story = given().when(joined("2026-03-02", school=OTHER))
    assert story.flags() == ["roll.two-main"]
    assert story.when(left("2026-03-09")).all_flags() == []


def test_a_subsidiary_roll_is_no_second_main_roll() -> None:
    assert given(joined("2026-03-02", school=OTHER, registration="S")).flags() == []


def test_left_without_a_recorded_join_is_flagged() -> None:
    assert given(left("2026-03-02", school=OTHER)).flags() == ["roll.before-record"]


def test_the_join_that_arrives_later_takes_the_flag_away() -> None:
    story = given(left("2026-03-02", school=OTHER), joined("2025-09-01", school=OTHER,
                                                           registration="S"))  # fmt: skip
    assert story.all_flags() == []


def test_a_leave_before_the_present_spell_leaves_it_open() -> None:
    story = given(left("2024-07-19"))
    assert (story.flags(), story.pupil.rolls[0].until_on) == (["roll.before-record"], None)


def test_a_leave_before_the_present_spell_after_an_earlier_one_leaves_it_open() -> None:
    story = given(left("2025-03-03"), joined("2026-03-02"), left("2025-06-02"))
    assert (story.flags(), story.pupil.rolls[-1].until_on) == (["roll.before-record"], None)


def test_left_twice_is_not_on_record() -> None:
    assert given(left("2026-03-02"), left("2026-03-09")).flags() == ["roll.not-on-record"]


def test_a_removal_without_ground_quotes_the_regulations_of_its_day() -> None:
    sources = []
    for on in ("2024-07-19", "2026-03-02"):
        story = unregistered(registered("2023-09-01"), joined("2023-09-01"))
        story.when(left(on, ground="none"))
        assert story.flags() == ["roll.no-lawful-ground"]
        sources.append(story.last.flags[0].source)
    assert sources == ["SI 2006/1751 reg. 8(1)", "SI 2024/208 reg. 9(1)"]


@pytest.mark.parametrize("ground", [*"abcdefghijklmn", "over_age"])
def test_every_lawful_ground_is_taken_without_a_flag(ground: str) -> None:
    assert given(left("2026-03-02", ground=ground)).flags() == []


def test_an_unlawful_ground_is_no_code() -> None:
    assert given().refuses(left("2026-03-02", ground="p")) == [("/ground", "unknown_code")]


def test_where_no_terms_are_loaded_the_flag_says_so() -> None:
    from tests.builders import permanent_exclusion

    story = given(world=make_world(terms="organisation,starts_on,ends_on\n"))
    story.when(permanent_exclusion("2026-03-30"))
    assert set(story.flags()) == {"calendar.missing"}
    assert story.due("sixth_day_provision") == "2026-04-08"  # Good Friday and Easter Monday


def test_a_pupil_may_live_in_wales() -> None:
    """Powys is 666; the lowest and the highest of Wales, and their neighbours, which are none."""
    for code, problem in (("660", []), ("681", []), ("659", ["unknown_code"]),
                          ("682", ["unknown_code"])):  # fmt: skip
        story = given()
        notice = details("2026-03-02", home_la=code)
        found = [] if not problem else [c for _pointer, c in story.refuses(notice)]
        assert found == problem
        if not problem:
            assert story.when(notice).shown()["home_la"] == code
