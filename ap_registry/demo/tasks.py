"""What waits on the present day for those who sign in: pupils of their own, by ordinary notices."""

from collections.abc import Iterator
from typing import Any

from ap_registry.access import Caller
from ap_registry.demo.people import upn_of
from ap_registry.demo.sign_ins import ORGANISATIONS
from ap_registry.demo.world import FIRST_LA
from ap_registry.registry import Registry

Notice = dict[str, Any]
SCHOOL, PRU, LA = (ORGANISATIONS[one] for one in ("school", "provider", "la"))
# Beyond the numbers of the stories: no pupil of theirs is changed by these.
PLACED, SUSPENDED, REFERRED, ONCE, TWICE = (upn_of(FIRST_LA, 39_900 + n) for n in range(5))
JOINED_ON = "2026-09-01"
MOTHER: Notice = {"name": "Grace Wood", "relation": "mother", "parental_responsibility": True,
          "may_see": True}  # fmt: skip


def leave_tasks(registry: Registry) -> None:
    """At the clock's present; a refusal is a fault of the demo and raises."""
    registry.record_many(
        [*_placed(), *_suspended(), *_referred(), *_twice()],
        Caller(actor="demo", role="admin"), array=True,
    )  # fmt: skip


def _registered(
    upn: str, names: str, born: str, *, by: str = SCHOOL, **more: Any
) -> Iterator[Notice]:
    given, family = names.split()
    known = {"upn": upn, "occurred_on": JOINED_ON, "by": by}
    yield {
        **known, "type": "pupil_registered", "given_name": given, "family_name": family,
        "date_of_birth": born, "sex": "F", "home_la": FIRST_LA, "nc_year": "9",
        "sen_provision": "N", **more,
    }  # fmt: skip
    yield {
        **known,
        "type": "joined_roll",
        "school": by,
        "registration": "C" if by == SCHOOL else "S",
    }


def _of(upn: str, type_: str, on: str, *, by: str = SCHOOL, **facts: Any) -> Notice:
    return {"upn": upn, "type": type_, "occurred_on": on, "by": by, **facts}


def _placed() -> Iterator[Notice]:
    """At the PRU by direction, suspended since: the governors are to be written to."""
    yield from _registered(PLACED, "Juniper Wood", "2012-11-14", sen_provision="K")
    yield _of(PLACED, "contact_recorded", JOINED_ON, **MOTHER)
    yield _of(
        PLACED, "off_site_direction", "2026-10-14", school=SCHOOL, provider=PRU, ref="DEMO-1",
        starts_on="2026-11-02", ends_on="2027-02-12", sessions_per_week=6,
        objectives=["attend every day", "return to lessons in English and maths"],
        parent_notified_on="2026-10-14",
    )  # fmt: skip
    yield _of(
        PLACED, "placement_started", "2026-11-02", provider=PRU, commissioner=SCHOOL,
        reason="behaviour", intent="return", ends_on="2027-02-12", sessions_per_week=6,
        arising_from="DEMO-1", checks_confirmed_on="2026-10-20",
    )  # fmt: skip
    yield _of(PLACED, "joined_roll", "2026-11-02", by=PRU, school=PRU, registration="S")
    yield _suspension(PLACED, "2026-11-05", "2026-11-13", sessions=14, reason="VA", ref="DEMO-2")
    for to in ("parent", "governors", "la"):
        yield _told("2026-11-05", to, "decision")
    yield _told("2026-11-10", "parent", "day_six_education")
    yield _of(PLACED, "sixth_day_started", "2026-11-12", exclusion="DEMO-2", provider=PRU)
    yield _of(
        PLACED, "review_held", "2026-11-13", of="DEMO-2", purpose="return_meeting",
        attended=["parent", "pupil", "school"],
    )  # fmt: skip


def _told(on: str, to: str, about: str) -> Notice:
    return _of(PLACED, "notified", on, of="DEMO-2", to=to, about=about, method="email")


def _suspension(upn: str, on: str, until: str, *, sessions: int, reason: str, ref: str) -> Notice:
    return _of(upn, "suspension", on, school=SCHOOL, sessions=sessions, ends_on=until,
               reasons=[reason], ref=ref)  # fmt: skip


def _suspended() -> Iterator[Notice]:
    """Looked after, out for eight days from this week: nobody is told yet, nothing arranged."""
    yield from _registered(
        SUSPENDED, "Skye Larkfield", "2013-03-03", sen_provision="E", sen_need="SEMH",
        looked_after="current", care_la=FIRST_LA,
    )  # fmt: skip
    yield _suspension(SUSPENDED, "2026-11-18", "2026-11-27", sessions=16, reason="PP", ref="DEMO-3")


def _referred() -> Iterator[Notice]:
    yield from _registered(REFERRED, "Teal Ashdown", "2013-06-21")
    yield _of(
        REFERRED, "referral", "2026-11-18", route="off_site_direction", provider=PRU,
        objectives=["settle disputes with words", "name a trusted adult"],
    )  # fmt: skip


def _twice() -> Iterator[Notice]:
    """One child, whom a slip of the hand has made two: at the school, and at the PRU."""
    yield from _registered(ONCE, "Marigold Fenwick", "2013-01-09")
    yield from _registered(TWICE, "Marigold Fennick", "2013-01-09", by=PRU)
