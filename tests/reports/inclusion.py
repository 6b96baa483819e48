"""A made world for the dashboard, and the dashboard counted from it by hand."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from tests.reports.oracle.days import BANK_HOLIDAYS
from tests.world import GARAGE, OTHER, PRU, SCHOOL, TERMS, upn

CEDAR, TRUST, ICB = "100004", "T-16053", "ICB-QK1"
ORGANISATIONS = f"""id,kind,name,la,las,trust,type_code
{TRUST},trust,Learning Trust,856,,,
{SCHOOL},school,Alder School,856,,{TRUST},34
{CEDAR},school,Cedar School,857,,{TRUST},34
{ICB},health,School Nurses,,856,,
"""
LA_OF = {SCHOOL: "856", OTHER: "856", CEDAR: "857"}
TRUST_OF = {SCHOOL: TRUST, CEDAR: TRUST}
ROLLS = {SCHOOL: 900, CEDAR: 700}
SEN = {SCHOOL: {"N": 700, "K": 150, "E": 50}, CEDAR: {"N": 600, "K": 90, "E": 10}}
HEADCOUNTS = "organisation,as_at,by,value,pupils\n" + "".join(
    [f"{school},2025-01-16,all,all,{n}\n{school},2024-10-03,all,all,9\n"
     f"{school},2025-10-02,all,all,8\n" for school, n in ROLLS.items()]
    + [f"{school},2025-01-16,sen_provision,{value},{n}\n"
       for school, counts in SEN.items() for value, n in counts.items()]
)  # fmt: skip
FIRST, LAST = date(2025, 1, 6), date(2025, 7, 31)
WEEKS = tuple(date(2025, 3, 3) + timedelta(weeks=n) for n in range(4))
Count = tuple[int, int]


def school_days() -> frozenset[date]:
    """Of LA 856: its terms, less bank holidays."""
    found = set()
    for line in TERMS.splitlines()[1:]:
        _, first, last = line.split(",")
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            if day.weekday() < 5 and day not in BANK_HOLIDAYS:
                found.add(day)
            day += timedelta(days=1)
    return frozenset(found)


DAYS_856 = school_days()


def is_school_day(la: str, day: date) -> bool:
    """LA 857 has sent no terms: Monday to Friday counts."""
    return day in DAYS_856 if la == "856" else day.weekday() < 5 and day not in BANK_HOLIDAYS


def count_days(la: str, first: date, last: date) -> int:
    """Both ends included."""
    span = (last - first).days + 1
    return sum(is_school_day(la, first + timedelta(days=n)) for n in range(span))


def nth_day(la: str, first: date, n: int) -> date:
    """The first on or after ``first`` being 1."""
    day = first - timedelta(days=1)
    while n:
        day += timedelta(days=1)
        n -= is_school_day(la, day)
    return day


@dataclass
class Child:
    """One pupil, what was told of it, and what that comes to by hand."""

    number: int
    today: date
    notices: list[dict[str, Any]] = field(default_factory=list)
    marks: list[tuple[date, list[str]]] = field(default_factory=list)
    counts: dict[str, list[tuple[str, str, int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )  # measure -> (la, school, yes, of)
    waits: dict[str, list[tuple[str, str, int]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.chance = chance = Random(self.number)
        self.home = chance.choice(("856", "856", "857"))
        self.school = chance.choice((SCHOOL, OTHER, CEDAR))
        self.sen = chance.choice("NKE")
        self.sex = "FMU"[self.number % 3]
        self.carer = chance.choice((True, False, None))
        self.tell("joined_roll", date(2024, 9, 2), school=self.school, registration="C",
                  given_name="A", family_name="B", sex=self.sex, home_la=self.home,
                  date_of_birth=f"{chance.choice((2009, 2011))}-02-03", sen_provision=self.sen,
                  **({} if self.carer is None else {"young_carer": self.carer}))  # fmt: skip
        self.live()

    def tell(self, type_: str, on: date, **fields: Any) -> str:
        ref = f"{self.number}-{len(self.notices)}"
        self.notices.append({"type": type_, "occurred_on": on.isoformat(), "by": "LA856",
                             "upn": upn(self.number), "ref": ref, **fields})  # fmt: skip
        return ref

    def odds(self, share: float) -> bool:
        return self.chance.random() < share

    def day(self, first: date = date(2025, 1, 1), span: int = 240) -> date:
        return first + timedelta(days=self.chance.randrange(span))

    def did(self, measure: str, *, school: str | None = None, yes: int = 1, of: int = 0) -> None:
        """By the school named, in its LA; else of the pupil, in its home LA."""
        self.counts[measure].append(
            (LA_OF[school] if school else self.home, school or self.school, yes, of)
        )

    def live(self) -> None:
        excluded = self.odds(0.25)
        cause = self.excluded() if excluded else self.suspended()
        self.part_time()
        placed_on = self.placed(*cause) if self.odds(0.7) else None
        over = [placed_on] if placed_on else []
        if excluded:
            over += self.sixth_day(*cause, placed_on)
        self.assessed()
        self.shared_out()
        if self.odds(0.1):
            on = self.day()
            to = SCHOOL if self.school == OTHER else OTHER
            self.tell("managed_move", on, from_school=self.school, to_school=to)
            over.append(on)
            if FIRST <= on <= LAST:
                self.did("managed_moves", school=self.school)
        if excluded and not any(cause[1] <= on <= LAST for on in over):
            so_far = count_days(LA_OF[self.school], cause[1], LAST)
            self.waits["time_waiting"].append((self.home, self.school, so_far))

    def suspended(self) -> tuple[str | None, date | None]:
        last: tuple[str | None, date | None] = (None, None)
        for on in sorted({self.day() for _ in range(self.chance.randrange(4))}):
            ref = self.tell("suspension", on, school=self.school, sessions=2, reasons=["PP"],
                            ends_on=on.isoformat())  # fmt: skip
            if self.odds(0.25):
                self.tell("exclusion_cancelled", on, exclusion=ref, reason="New facts")
                continue
            last = ref, on
            if FIRST <= on <= LAST:
                self.did("suspensions", school=self.school)
                self.did("pupils_suspended", school=self.school)
        return last

    def excluded(self) -> tuple[str, date]:
        on = self.day(FIRST, 120)
        ref = self.tell("permanent_exclusion", on, school=self.school, reasons=["PP"])
        self.did("permanent_exclusions", school=self.school)
        return ref, on

    def sixth_day(self, ref: str, on: date, placed_on: date | None) -> list[date]:
        """Education is owed from the sixth school day, and begins then (given), later, or not."""
        told: list[date] = []
        due = nth_day(LA_OF[self.school], on, 6)
        begun = placed_on or self.today
        if self.odds(0.6):
            started = due + timedelta(days=self.chance.choice((-2, 0, 1, 7)))
            self.tell("sixth_day_started", started, exclusion=ref, provider=PRU)
            told.append(started)
            begun = min(begun, started)
        if due <= LAST:
            self.did("sixth_day_on_time", yes=begun <= due, of=1)
            if begun > due:
                late = count_days(LA_OF[self.school], due, begun - timedelta(days=1))
                self.waits["sixth_day_breach"].append((self.home, self.school, late))
        return told

    def part_time(self) -> None:
        if not self.odds(0.3):
            return
        on, days = self.day(), self.chance.choice((10, 41, 42, 43, 90))
        self.tell("part_time_started", on, school=self.school, sessions_per_week=5, reason="x",
                  ends_on=(on + timedelta(days=60)).isoformat(),
                  review_on=(on + timedelta(days=14)).isoformat())  # fmt: skip
        end = on + timedelta(days=days)
        self.tell("part_time_ended", end, school=self.school, sessions_per_week=5, reason="x",
                  ends_on=end.isoformat(), review_on=end.isoformat())  # fmt: skip
        if on <= LAST and end >= FIRST:
            self.did("part_time", school=self.school)
            over = (min(end, LAST) - on).days >= 42
            self.did("part_time_over_six_weeks", school=self.school, yes=over, of=1)

    def placed(self, cause: str | None, trigger: date | None) -> date:
        on = max(self.day(date(2025, 1, 20), 60), trigger or FIRST)
        end = on + timedelta(days=self.chance.choice((7, 30, 120)))
        start = self.tell("placement_started", on, provider=GARAGE, commissioner=self.school,
                          reason="behaviour", intent="return", sessions_per_week=10,
                          ends_on=end.isoformat(),
                          **({"arising_from": cause} if cause else {}))  # fmt: skip
        self.tell("placement_ended", end, placement=start, end_reason="breakdown")
        if on <= LAST and end >= FIRST:
            self.was_placed(start, on, end, trigger)
        return on

    def was_placed(self, start: str, on: date, end: date, trigger: date | None) -> None:
        self.did("in_ap", school=self.school)
        if trigger and FIRST <= on <= LAST:
            gap = count_days(LA_OF[self.school], trigger, on - timedelta(days=1))
            self.waits["time_to_placement"].append((self.home, self.school, gap))
        self.heard(on, end)
        if self.carer is not None:
            self.did("young_carers", yes=self.carer, of=1)
        self.attended(on, end)
        self.waited(start, on)
        if self.notices[0]["date_of_birth"] < "2009-08-31":
            part = self.odds(0.6)
            self.tell("destination_recorded", date(2025, 10, 1), activity="220" if part else "540")
            self.did("destinations", yes=part, of=1)

    def heard(self, on: date, end: date) -> None:
        heard = self.odds(0.5)
        if heard:
            self.tell("view_recorded", min(end, LAST), whose="pupil", words="x", share="all")
        else:
            self.tell("view_recorded", on, whose="parent", words="x", share="all")
        self.did("heard", yes=heard, of=1)

    def attended(self, on: date, end: date) -> None:
        absent = possible = 0
        likely = self.chance.choice((0.02, 0.3, 0.7))
        for week in WEEKS:
            codes = [self.chance.choice("OIN") if self.odds(likely) else self.chance.choice("/LD")
                     for _ in range(10)]  # fmt: skip
            self.marks.append((week, codes))
            for place, code in enumerate(codes):
                if on <= week + timedelta(days=place // 2) <= min(end, LAST) and code != "D":
                    possible += 1
                    absent += code in "OIN"
        if possible:
            self.did("absence", yes=absent, of=possible)
            self.did("persistent_absence", yes=10 * absent >= possible, of=1)
            self.did("severe_absence", yes=2 * absent >= possible, of=1)

    def waited(self, about: str, on: date) -> None:
        if not self.odds(0.3):
            return
        self.tell("health_response", on, about=about, response="waiting", service="CAMHS")
        self.tell("health_response", on, about=about, response="started", service="Nurses")
        until = self.today
        if self.odds(0.6):
            until = on + timedelta(days=self.chance.randrange(100))
            self.tell("health_response", until, about=about, service="CAMHS",
                      response=self.chance.choice(("started", "no_role")))  # fmt: skip
        if FIRST <= on <= LAST:
            self.waits["health_wait"].append((self.home, self.school, (until - on).days))

    def assessed(self) -> None:
        if not self.odds(0.4):
            return
        asked = self.day(date(2024, 12, 1), 120)
        self.tell("ehc_milestone", asked, milestone="requested")
        decided = asked + timedelta(days=self.chance.choice((30, 42, 43)))
        refused = self.odds(0.4)
        self.tell("ehc_milestone", decided, milestone="refused" if refused else "agreed")
        if FIRST <= decided <= LAST:
            self.did("ehc_refused", yes=refused, of=1)
        if FIRST <= asked + timedelta(days=42) <= LAST:
            self.did("ehc_decided_on_time", yes=(decided - asked).days <= 42, of=1)
        if refused:
            return
        no = self.odds(0.5)
        consulted = decided + timedelta(days=7)
        self.tell("ehc_milestone", consulted, milestone="consulted", school=OTHER)
        answered = consulted + timedelta(days=self.chance.choice((10, 15, 16)))
        if no:
            self.tell("ehc_milestone", answered, milestone="refused_by_school", school=OTHER)
        issued = asked + timedelta(days=self.chance.choice((120, 140, 141)))
        self.tell("ehc_milestone", issued, milestone="issued")
        if FIRST <= consulted <= LAST:
            self.did("ehc_consultation_refused", school=OTHER, yes=no, of=1)
        if FIRST <= consulted + timedelta(days=15) <= LAST:
            ended = answered if no else issued
            self.did("ehc_consultation_on_time", school=OTHER,
                     yes=(ended - consulted).days <= 15, of=1)  # fmt: skip
        if FIRST <= asked + timedelta(days=140) <= LAST:
            self.did("ehc_plans_on_time", yes=(issued - asked).days <= 140, of=1)

    def shared_out(self) -> None:
        if not self.odds(0.3):
            return
        on = self.day()
        case = self.tell("fair_access_referral", on, category="d", by="LA" + self.home)
        decided = on + timedelta(days=self.chance.choice((10, 28, 60)))
        placed = self.odds(0.6)
        kind = "school" if placed else "ap"
        where = {"school": OTHER} if placed else {"provider": GARAGE}
        self.tell("fair_access_decision", decided, case=case, decision=kind, present=["LA"],
                  panel_on=decided.isoformat(), reason="x", **where)  # fmt: skip
        due = nth_day(self.home, on + timedelta(days=1), 20)
        if FIRST <= due <= LAST:
            self.did("fair_access_on_time", yes=decided <= due, of=1)
        if FIRST <= decided <= LAST:
            self.did("fair_access_placed", yes=placed, of=1)
        if placed:
            no = self.odds(0.5)
            self.tell("fair_access_response", decided, case=case, school=OTHER,
                      response="refused" if no else "accepted",
                      **({"ground": "full"} if no else {}))  # fmt: skip
            if FIRST <= decided <= LAST:
                self.did("fair_access_refused", school=OTHER, yes=no, of=1)


OF_ROLL = ("suspensions", "permanent_exclusions", "managed_moves", "pupils_suspended", "part_time",
           "in_ap")  # fmt: skip
ONCE = ("pupils_suspended", "part_time", "in_ap")


def areas(la: str, school: str) -> Iterator[tuple[str, str]]:
    yield "all", "all"
    yield "la", la
    if school in TRUST_OF:
        yield "trust", TRUST_OF[school]
    if la == "856":
        yield "icb", ICB


def by_area(children: list[Child]) -> dict[tuple[str, str, str], Any]:
    """(numerator, denominator) or all the days, by area and measure."""
    found: dict[tuple[str, str, str], Any] = {}
    for area in (("all", "all"), ("la", "856"), ("la", "857"), ("trust", TRUST), ("icb", ICB)):
        roll = sum(n for school, n in ROLLS.items() if area in areas(LA_OF[school], school))
        for measure in {name for child in children for name in child.counts}:
            yes = of = seen = 0
            for child in children:
                mine = [c for c in child.counts[measure] if area in areas(c[0], c[1])]
                seen += len(mine)
                if measure in OF_ROLL:
                    mine = [c for c in mine if c[1] in ROLLS]
                yes += min(1, len(mine)) if measure in ONCE else sum(c[2] for c in mine)
                of += sum(c[3] for c in mine)
            if measure in OF_ROLL:
                found[*area, measure] = (yes, roll)
            elif seen:
                found[*area, measure] = (yes, of)
        for measure in {name for child in children for name in child.waits}:
            days = sorted(w[2] for child in children for w in child.waits[measure]
                          if area in areas(w[0], w[1]))  # fmt: skip
            if days:
                found[*area, measure] = days
    return found


def by_sen(children: list[Child]) -> dict[tuple[str, str], tuple[int, int, float | None]]:
    """Numerator, denominator and relative rate by measure and SEN provision."""
    counts: dict[tuple[str, str], Count] = {}
    for measure in {name for child in children for name in child.counts} - {"absence"}:
        for sen in "NKE":
            yes = of = 0
            for child in (one for one in children if one.sen == sen):
                mine = child.counts[measure]
                if measure in OF_ROLL:
                    mine = [c for c in mine if c[1] in ROLLS]
                yes += min(1, len(mine)) if measure in ONCE else sum(c[2] for c in mine)
                of += sum(c[3] for c in mine)
            roll = sum(SEN[school][sen] for school in ROLLS)
            counts[measure, sen] = yes, roll if measure in OF_ROLL else of
    found = {}
    for (measure, sen), (yes, of) in counts.items():
        others = [both for (m, s), both in counts.items() if m == measure and s != sen]
        others_yes, others_of = sum(y for y, _ in others), sum(o for _, o in others)
        said = of and others_of and others_yes
        index = Fraction(yes, of) / Fraction(others_yes, others_of) if said else None
        found[measure, sen] = yes, of, None if index is None else float(index)
    return found
