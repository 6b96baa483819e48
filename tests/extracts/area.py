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


def tell_area(registry: Registry) -> None:
    prepare(registry)
    for story in (ann, ben, cat, dan, eve, fay, gus, hal):
        story(registry)
