"""A small area told by hand: what happened to each pupil stands beside the name."""

from datetime import UTC, datetime
from typing import Any

from ap_registry.registry import Registry
from tests.reports.telling import Telling
from tests.world import GARAGE, OTHER, PRU, SCHOOL, load_world, take_organisations

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
INDEPENDENT, COLLEGE, TUTOR = "100020", "AP-0002", "AP-0003"
MORE = f"""id,kind,name,la,type_code,ukprn,setting_type
{INDEPENDENT},school,Oak House,856,11,,
{COLLEGE},provider,Garden College,856,,10012345,
{TUTOR},provider,One to One,856,,,OOT
"""


def ann(registry: Registry) -> Telling:
    """Directed by Alder School to Bridge PRU, confirmed, reviewed once, absent one week."""
    told = Telling(registry, 1)
    told.tell(
        "off_site_direction", "2026-09-01", by=SCHOOL, school=SCHOOL, provider=PRU, ref="D-1",
        starts_on="2026-09-07", ends_on="2026-12-18", sessions_per_week=10,
        objectives=["Come every day", "Read at age level"], parent_notified_on="2026-09-01",
    )  # fmt: skip
    told.placed(
        "2026-09-07", arising_from="D-1", ends_on="2026-12-18", checks_confirmed_on="2026-09-02",
        site="2 Mill Lane", ref="P-1",
    )  # fmt: skip
    told.tell(
        "review_held", "2026-10-12", of="P-1", attended=["parent", "school"], outcome="continue",
        progress=["on_track", "behind"],
    )  # fmt: skip
    told.marked(PRU, "2026-09-07", 20)
    told.marked(PRU, "2026-09-21", 10, "O")
    told.marked(PRU, "2026-11-02", 10)
    words = {"whose": "pupil", "by": PRU}
    told.tell("view_recorded", "2026-10-01", words="I like the workshop", feeling=4, **words)
    told.tell("view_recorded", "2026-10-02", words="Home is loud", share="not_parent", **words)
    tested = {"instrument": "NGRT", "by": PRU, "subject": "english"}
    told.tell(
        "assessment_recorded", "2026-09-08", standard_score=84, stage="baseline", **tested
    )  # fmt: skip
    told.tell(
        "assessment_recorded", "2026-11-10", standard_score=88.5, stage="interim", **tested
    )  # fmt: skip
    return told


def ben(registry: Registry) -> Telling:
    """Part time since 7 September, planned for four weeks, never ended and never reviewed."""
    told = Telling(registry, 2, given_name="Ben", sex="M")
    told.tell(
        "part_time_started", "2026-09-07", by=SCHOOL, school=SCHOOL, sessions_per_week=6,
        ends_on="2026-10-02", review_on="2026-09-21", reason="Back after an operation",
    )  # fmt: skip
    return told


def cat(registry: Registry) -> Telling:
    """Suspended for a day on 5 October, left for home education ten days later."""
    told = Telling(registry, 3, given_name="Cat")
    told.suspended("2026-10-05", by=SCHOOL)
    told.tell(
        "suspension", "2026-09-14", by=SCHOOL, school=SCHOOL, sessions=12, ends_on="2026-09-21",
        reasons=["DB"], ref="S-3",
    )  # fmt: skip
    told.tell(
        "suspension", "2026-09-28", by=SCHOOL, school=SCHOOL, sessions=4, ends_on="2026-09-29",
        reasons=["PP", "DM"], ref="S-4",
    )  # fmt: skip
    told.tell("exclusion_cancelled", "2026-09-28", by=SCHOOL, exclusion="S-4", reason="A mistake")
    told.tell(
        "notified", "2026-09-14", by=SCHOOL, of="S-3", to="parent", about="decision",
        method="in_person",
    )  # fmt: skip
    told.tell("left_roll", "2026-10-15", by=SCHOOL, school=SCHOOL, ground="f")
    return told


def dan(registry: Registry) -> Telling:
    """Excluded for good by Alder School; the LA placed him with an unregistered provider."""
    told = Telling(registry, 4, given_name="Dan", sex="M", sen_provision="E", sen_need="SEMH")
    told.tell(
        "permanent_exclusion", "2025-11-03", by=SCHOOL, school=SCHOOL, reasons=["PA", "DM"],
        ref="X-4",
    )  # fmt: skip
    told.placed(
        "2025-11-24", provider=GARAGE, commissioner="LA856", reason="permanent_exclusion",
        intent="transition", setting_type="OTH", arising_from="X-4", sessions_per_week=6,
    )  # fmt: skip
    told.tell("left_roll", "2026-01-05", by=SCHOOL, school=SCHOOL, ground="o")
    return told


def eve(registry: Registry) -> Telling:
    """Of Brook School; the LA placed her at an independent school, then with a tutor."""
    told = Telling(registry, 5, on_roll=False, given_name="Eve", sen_provision="E")
    told.tell("joined_roll", "2024-09-02", school=OTHER, registration="C")
    placed: dict[str, Any] = {"commissioner": "LA856", "intent": "long_term"}
    told.placed(
        "2025-09-03", "2025-12-05", "other_ap", provider=INDEPENDENT, reason="ehc_plan", **placed
    )  # fmt: skip
    told.placed(
        "2025-12-08", provider=TUTOR, reason="mental_health", sessions_per_week=5,
        ends_on="2026-07-10", **placed,
    )  # fmt: skip
    return told


def fay(registry: Registry) -> Telling:
    """Lives in Rutland; Alder School sends her to a college two sessions a week."""
    told = Telling(registry, 6, given_name="Fay", home_la="857")
    told.placed(
        "2026-10-05", provider=COLLEGE, reason="other", sessions_per_week=2, ends_on="2027-02-12"
    )  # fmt: skip
    return told


def gus(registry: Registry) -> Telling:
    """The LA placed him at a PRU, a state AP school."""
    told = Telling(registry, 7, given_name="Gus", sex="M")
    told.placed("2025-10-06", "2026-02-13", provider=PRU, commissioner="LA856", reason="other")
    return told


def hal(registry: Registry) -> Telling:
    """At an independent school in spring 2025; all details that a census asks for."""
    told = Telling(
        registry, 8, given_name="Hal", family_name="O'Neill & Son", sex="M", sen_provision="K",
        sen_need="SLCN", ethnicity="WBRI", free_school_meals=True,
    )  # fmt: skip
    told.tell(
        "contact_recorded", "2024-09-02", name="Ida O'Neill", relation="mother",
        parental_responsibility=True, address="3 High Street, Leicester, le1 1aa", ref="C-8",
    )  # fmt: skip
    told.placed(
        "2025-02-03", "2025-05-23", "new_mainstream", provider=INDEPENDENT, commissioner="LA856",
        reason="no_school_place",
    )  # fmt: skip
    return told


def prepare(registry: Registry) -> None:
    """Its organisations and terms."""
    registry.clock = NOW
    load_world(registry)
    take_organisations(registry, MORE)


def ivy(registry: Registry) -> Telling:
    """At Bridge PRU from March to May 2026, back at Alder School with all that it should have."""
    told = Telling(registry, 9, given_name="Ivy", sen_need="SEMH")
    told.tell(
        "referral", "2026-02-23", by=SCHOOL, route="off_site_direction", provider=PRU, ref="R-9",
        objectives=["Work in a group"],
    )  # fmt: skip
    told.placed(
        "2026-03-02", "2026-05-22", "returned_to_main_school", arising_from="R-9",
        ends_on="2026-05-22", ref="P-9",
    )  # fmt: skip
    told.marked(PRU, "2026-03-02", 30)
    told.marked(PRU, "2026-03-23", 10, "I")
    told.tell("review_held", "2026-05-11", of="P-9", attended=["school"], progress=["met"])
    told.tell(
        "assessment_shared", "2026-05-18", by=PRU, placement="P-9", school=SCHOOL,
        learning="By doing", triggers="Noise", needs="A quiet place", recommendations="Start small",
    )  # fmt: skip
    for on, stage, score in (("2026-03-03", "baseline", 21), ("2026-05-20", "exit", 14)):
        told.tell(
            "wellbeing_measured", on, by=PRU, instrument="sdq_total", stage=stage, score=score
        )
    told.tell(
        "result_awarded", "2026-05-15", by=PRU, qualification="functional_skills",
        subject="maths", grade="L1",
    )  # fmt: skip
    told.tell("view_recorded", "2026-05-20", by=PRU, whose="parent", words="She is calmer")
    told.tell(
        "view_recorded", "2026-05-20", by=PRU, whose="pupil", words="Not school", share="not_school"
    )  # fmt: skip
    told.tell(
        "reintegration_planned", "2026-05-18", by=SCHOOL, placement="P-9", school=SCHOOL,
        returns_on="2026-06-01", phased_until="2026-06-19", lead="Mr Bell",
    )  # fmt: skip
    return told


def jo(registry: Registry) -> Telling:
    """Absent without authority for the ten school days to half-term, then back for a week."""
    told = Telling(registry, 10, given_name="Jo", social_worker="cin")
    told.tell(
        "contact_recorded", "2024-09-02", name="Kim Example", relation="father",
        parental_responsibility=True, address="9 Low Road, Leicester LE2 2BB",
    )  # fmt: skip
    told.marked(SCHOOL, "2026-10-05", 20, "O")
    told.marked(SCHOOL, "2026-11-02", 10)
    told.tell(
        "referral", "2026-10-12", by=SCHOOL, route="outreach", provider=GARAGE,
        objectives=["Come in"],
    )  # fmt: skip
    return told


def tell_area(registry: Registry) -> None:
    prepare(registry)
    for story in (ann, ben, cat, dan, eve, fay, gus, hal, ivy, jo):
        story(registry)
