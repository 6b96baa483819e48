"""What the dashboard measures: each as a rate of pupils on roll, a share, or a number of days."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# ``rate``: times per 100 pupils on roll; ``of_roll``: different pupils as a share of the roll;
# ``share``: so many of so many; ``sessions``: the same of sessions, of which each pupil has many,
# so that they have no range of chance; ``days``: how long
Sort = Literal["rate", "of_roll", "share", "sessions", "days"]
RANGED = frozenset({"of_roll", "share"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """``more``: whether more is better (True), worse (False), or neither can be said (None)."""

    title: str
    sort: Sort
    section: str
    counts: str  # what is counted, of what
    more: bool | None = None
    national: str | None = None  # published by the DfE (domain reference 3 and 7), of its own rules


EXCLUDED, PLACED, LATE, HEALTH, EHC, HEARD = (
    "Suspended and excluded", "In alternative provision", "On time and late", "Health partners",
    "Education, health and care plans", "Children and what becomes of them",
)  # fmt: skip
MEASURES: Mapping[str, Measure] = {
    "suspensions": Measure(
        title="Suspensions", sort="rate", section=EXCLUDED, more=False,
        counts="suspensions that stand, lunchtimes left out, per 100 pupils on roll",
        national="11.31 per 100 pupils, state-funded schools in England, 2023/24",
    ),
    "permanent_exclusions": Measure(
        title="Permanent exclusions", sort="rate", section=EXCLUDED, more=False,
        counts="permanent exclusions that stand, per 100 pupils on roll",
        national="0.13 per 100 pupils, state-funded schools in England, 2023/24",
    ),
    "pupils_suspended": Measure(
        title="Pupils suspended at least once", sort="of_roll", section=EXCLUDED, more=False,
        counts="different pupils, of the pupils on roll",
    ),
    "managed_moves": Measure(
        title="Managed moves", sort="rate", section=EXCLUDED,
        counts="moves away from the school, per 100 pupils on roll",
    ),
    "part_time": Measure(
        title="Pupils on a part-time timetable", sort="of_roll", section=EXCLUDED, more=False,
        counts="different pupils on one on a day of the period, of the pupils on roll",
    ),
    "part_time_over_six_weeks": Measure(
        title="Part-time timetables of more than six weeks", sort="share", section=EXCLUDED,
        more=False,
        counts="those that lasted more than 42 days, of those that ran on a day of the period",
    ),
    "in_ap": Measure(
        title="Pupils placed in AP", sort="of_roll", section=PLACED,
        counts="different pupils placed on a day of the period, of the pupils on roll",
    ),
    "absence": Measure(
        title="Absence while placed in AP", sort="sessions", section=PLACED, more=False,
        counts="sessions missed, of possible sessions on days placed",
        national="40.7 % in state-funded AP schools, autumn and spring 2022/23",
    ),
    "persistent_absence": Measure(
        title="Persistent absence while placed in AP", sort="share", section=PLACED, more=False,
        counts="pupils who missed 10 % or more, of pupils with a possible session",
        national="81.2 % in state-funded AP schools, autumn and spring 2022/23",
    ),
    "severe_absence": Measure(
        title="Severe absence while placed in AP", sort="share", section=PLACED, more=False,
        counts="pupils who missed 50 % or more, of pupils with a possible session",
        national="37.5 % in state-funded AP schools, autumn and spring 2022/23",
    ),
    "time_to_placement": Measure(
        title="Time without education before a placement", sort="days", section=PLACED,
        more=False,
        counts="school days from what led to a placement to its start, of placements begun in the "
        "period for which that is on record",
    ),
    "time_waiting": Measure(
        title="Time so far of those who still wait for a placement", sort="days", section=PLACED,
        more=False,
        counts="school days from a permanent exclusion or referral to the last day looked at, of "
        "pupils for whom no placement, school or sixth-day education has followed",
    ),
    "sixth_day_on_time": Measure(
        title="Education by the sixth day", sort="share", section=LATE, more=True,
        counts="begun on the day it was owed or before, of those owed by a day of the period",
    ),
    "sixth_day_breach": Measure(
        title="Length of sixth-day breaches", sort="days", section=LATE, more=False,
        counts="school days from the day it was owed to the day it began, or to the last day "
        "looked at, of those that were late",
    ),
    "fair_access_on_time": Measure(
        title="Fair access: a place in 20 school days", sort="share", section=LATE, more=True,
        counts="decided by the day owed, of cases owed a place by a day of the period",
    ),
    "fair_access_placed": Measure(
        title="Fair access: a school named", sort="share", section=LATE,
        counts="cases decided in the period with a school, of all decided in it",
    ),
    "fair_access_refused": Measure(
        title="Fair access: refused by the school", sort="share", section=LATE, more=False,
        counts="schools that refused, of schools that answered, of cases decided in the period",
    ),
    "health_on_time": Measure(
        title="Health replies in time", sort="share", section=HEALTH, more=True,
        counts="answered by the day owed, of those owed by a day of the period",
    ),
    "health_wait": Measure(
        title="Wait for a health service", sort="days", section=HEALTH, more=False,
        counts="calendar days from “waiting” to “started”, or to the last day looked at",
    ),
    "ehc_refused": Measure(
        title="Requests for assessment refused", sort="share", section=EHC,
        counts="refused, of requests decided in the period",
    ),
    "ehc_decided_on_time": Measure(
        title="Decisions in six weeks", sort="share", section=EHC, more=True,
        counts="decided by the day owed, of those owed by a day of the period",
    ),
    "ehc_plans_on_time": Measure(
        title="Plans in twenty weeks", sort="share", section=EHC, more=True,
        counts="issued by the day owed, of those owed by a day of the period and not refused",
    ),
    "ehc_consultation_refused": Measure(
        title="Schools that refused when consulted", sort="share", section=EHC, more=False,
        counts="schools that said no, of schools consulted in the period",
    ),
    "ehc_consultation_on_time": Measure(
        title="Consultations answered in 15 days", sort="share", section=EHC, more=True,
        counts="answered by the day owed, of those owed by a day of the period",
    ),
    "heard": Measure(
        title="Children whose view is on record", sort="share", section=HEARD, more=True,
        counts="with a view of their own recorded in the period, of pupils placed in it",
    ),
    "young_carers": Measure(
        title="Young carers", sort="share", section=HEARD,
        counts="young carers, of pupils placed in the period of whom it is known",
    ),
    "destinations": Measure(
        title="Taking part after Year 11", sort="share", section=HEARD, more=True,
        counts="in education, training, employment or an apprenticeship on 1 November, of pupils "
        "placed in the academic year before in Year 11",
    ),
    "confirmed": Measure(
        title="Lists confirmed", sort="share", section=HEARD, more=True,
        counts="schools and providers that confirmed their list in the last three months of the "
        "period or since, of all that are open",
    ),
}  # fmt: skip
OF_ROLL = frozenset(name for name, one in MEASURES.items() if one.sort in {"rate", "of_roll"})
