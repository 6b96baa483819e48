"""The life of a UPN, merges and their undoing (domain 4.1; contract sections 3 and 8)."""

from typing import Any

import pytest

from ap_registry.identifiers import check_letter
from tests.acceptance.office import Office, Story, new_upn
from tests.world import OTHER, PRU, SCHOOL


def suspend(pupil: Story, on: str = "2026-03-02", **more: Any) -> dict[str, Any]:
    facts = {"school": SCHOOL, "sessions": 2, "ends_on": on, "reasons": ["PP"], **more}
    return pupil.tell("suspension", on, **facts)


def temporary() -> str:
    """A UPN that ends with a letter, which counts by its place in the alphabet of UPNs."""
    body = new_upn()[1:-1] + "A"
    return check_letter(body) + body


@pytest.fixture
def pupil(office: Office) -> Story:
    return office.pupil()


@pytest.mark.parametrize("reason", ["permanent_issued", "allocated_in_error"])
def test_a_former_upn_still_finds_the_pupil(office: Office, reason: str) -> None:
    pupil = office.pupil()
    former, present = pupil.upn, new_upn()
    pupil.tell("upn_changed", "2026-03-02", new_upn=present, reason=reason, by=SCHOOL)
    shown = pupil.shown()
    assert (shown["upn"], shown["former_upns"]) == (present, [former])
    receipt = suspend(pupil)
    assert receipt["event"]["upn"] == present


def test_what_is_issued_for_good_ends_with_a_digit(pupil: Story) -> None:
    facts = {"new_upn": temporary(), "by": SCHOOL}
    permanent = pupil.refused("upn_changed", "2026-03-02", reason="permanent_issued", **facts)
    assert permanent == [("/new_upn", "bad_format")]


@pytest.mark.parametrize(
    "upn", ["B801200005001", "P207000016049", "J202123421001", "H301456722014", "M873999925123",
            "M80120000500A", "J20212342100B", "M30145672201Z", "Q93340012404K", "B21042452403X"],
)  # fmt: skip
def test_the_check_letters_of_the_guide_are_right(pupil: Story, upn: str) -> None:
    facts = {"new_upn": upn, "reason": "allocated_in_error", "by": SCHOOL}
    assert pupil.tell("upn_changed", "2026-03-02", **facts)["event"]["upn"] == upn


@pytest.mark.parametrize(
    ("upn", "code"),
    [("A801200005001", "bad_check_letter"), ("Q207000016049", "bad_check_letter"),
     ("I801200005001", "bad_format"), ("X80120000A001", "bad_format"), ("B8012", "bad_format")],
)  # fmt: skip
def test_a_wrong_letter_is_refused(pupil: Story, upn: str, code: str) -> None:
    facts = {"new_upn": upn, "reason": "allocated_in_error", "by": SCHOOL}
    assert pupil.refused("upn_changed", "2026-03-02", **facts) == [("/new_upn", code)]


def test_a_upn_of_another_pupil_is_refused(office: Office, pupil: Story) -> None:
    facts = {"new_upn": office.pupil().upn, "reason": "allocated_in_error", "by": SCHOOL}
    assert pupil.refused("upn_changed", "2026-03-02", **facts) == [
        ("/new_upn", "already_registered")
    ]


def test_after_an_adoption_neither_old_upn_nor_old_id_leads_anywhere(
    office: Office, pupil: Story
) -> None:
    suspend(pupil)
    before, former = pupil.shown()["id"], pupil.upn
    present = new_upn()
    pupil.tell("upn_changed", "2026-03-09", new_upn=present, reason="adopted", by="LA856")
    for name in (former, before):
        told = office.ask("pupil", "show", name)
        assert [e["code"] for e in told["errors"]] == ["not_found"]
    shown = office.run("pupil", "show", present, "--json")[1]
    assert former not in shown
    assert before not in shown
    told = office.ask("follow-ups", "--upn", former, "--on", "2026-03-09")
    assert [e["code"] for e in told["errors"]] == ["not_found"]
    notice = {"type": "left_roll", "upn": former, "occurred_on": "2026-03-10", "school": SCHOOL,
              "ground": "a"}  # fmt: skip
    assert pupil.refused(notice.pop("type"), notice.pop("occurred_on"), **notice) == [
        ("/upn", "unknown_pupil")
    ]


def test_merged_two_records_are_one_and_parted_they_are_as_before(office: Office) -> None:
    one, other = office.pupil(), office.pupil(school=OTHER)
    suspend(one, "2026-03-02")
    suspend(other, "2026-03-09", school=OTHER)
    other.tell("placement_started", "2026-03-16", provider=PRU, commissioner=OTHER,
               reason="behaviour", ends_on="2026-05-22", sessions_per_week=5, intent="return",
               checks_confirmed_on="2026-03-13")  # fmt: skip
    alone = [one.shown(), other.shown()]
    facts = {"other_upn": other.upn, "reason": "The same child", "by": "LA856"}
    one.tell("pupils_merged", "2026-04-13", **facts)
    both = one.shown()
    assert both == other.shown()
    assert (both["upn"], both["former_upns"]) == (one.upn, [other.upn])
    assert [e["occurred_on"] for e in both["exclusions"]] == ["2026-03-02", "2026-03-09"]
    assert [p["provider"] for p in both["placements"]] == [PRU]
    suspend(other, "2026-04-20", school=OTHER)
    one.tell("merge_undone", "2026-04-27", **facts)
    parted = [one.shown(), other.shown()]
    told = [
        [i["type"] for i in shown["timeline"] if i["type"] not in ("pupils_merged", "merge_undone")]
        for shown in (*alone, *parted)
    ]
    assert told[2:] == [told[0], [*told[1], "suspension"]]
    assert [p["upn"] for p in parted] == [one.upn, other.upn]


def test_a_restricted_pupil_is_marked_so_and_taken_back(office: Office) -> None:
    pupil = office.pupil(restricted=True)
    assert pupil.shown()["restricted"] is True
    pupil.tell("pupil_details_changed", "2026-03-02", restricted=False, by="LA856")
    assert pupil.shown()["restricted"] is False
    assert pupil.shown(on="2026-03-01")["restricted"] is True
