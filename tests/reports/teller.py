"""One pupil's story at random, dated about the boundaries of the definition."""

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.reports.oracle.days import Calendar, calendar_of
from tests.reports.oracle.facts import Block, Facts
from tests.reports.places import (
    COLLEGE,
    GARAGE,
    LA_TERMS,
    PROVIDERS,
    PRU,
    SCHOOLS,
    SERVICE,
    SLICES,
    WEEK,
    World,
    blocks,
    organisations,
    upn,
)


def la_calendar() -> Calendar:
    facts = Facts(organisations=organisations())
    facts.blocks = [
        Block(recorded_at=SLICES[0], organisation="LA856", starts_on=first, ends_on=last)
        for first, last in blocks(LA_TERMS["LA856"])
    ]
    return calendar_of(facts, "LA856")


CALENDAR = la_calendar()
PRESENT = ["/", "\\", "L"]
MIXED = (
    *PRESENT, "B", "K", "P", "C", "C2", "C2", "E", "I", "M", "N", "O", "U", "D", "Y4", "Q", "Z",
    "#", "X", "-",
)  # fmt: skip


class Teller:
    """Tells one pupil's story."""

    def __init__(self, world: World, chance: Random, number: int) -> None:
        self.world, self.chance, self.upn, self.number = world, chance, upn(number), number
        self.slices: dict[str, int] = {}
        self.told: list[tuple[str, str, date]] = []
        self.school = chance.choice(SCHOOLS)

    def pick(self, *options: Any) -> Any:
        return self.chance.choice(options)

    def odds(self, share: float) -> bool:
        return self.chance.random() < share

    def near(self, day: date, *counts: int) -> date:
        """A date about that many school days away: on it, beside it, or in the gap."""
        n = self.pick(*counts) + self.pick(0, 0, 0, 0, 1, -1)
        days = CALENDAR.days
        place = sum(d < day for d in days) + n
        found = days[max(0, min(place, len(days) - 1))]
        return found + timedelta(days=self.pick(0, 0, 0, 0, 0, 1, -1, 2))

    def send(self, type_: str, on: date, **fields: Any) -> str:
        """Record it on its day's slice or later, and after whatever it names."""
        ref = f"{self.number}-{len(self.slices)}"
        named = [v for v in fields.values() if isinstance(v, str)]
        ahead = max((self.slices.get(v, 0) for v in named), default=0)
        first = next((n for n, at in enumerate(SLICES) if at.date() >= on), len(SLICES) - 1)
        at = max(ahead, first)
        if self.odds(0.15):
            at = min(at + self.chance.randint(1, 2), len(SLICES) - 1)
        self.slices[ref] = at
        self.told.append((ref, type_, on))
        notice = {"type": type_, "upn": self.upn, "occurred_on": on.isoformat(), "ref": ref,
                  "by": "LA856", **fields}  # fmt: skip
        self.world.notices.setdefault(SLICES[at], []).append(notice)
        return ref

    def tell(self) -> None:
        self.registered()
        start = self.near(date(2025, 1, 6), *range(0, 240, 7))
        for _ in range(self.pick(1, 1, 2, 3)):
            if self.odds(0.3):
                start = self.outreach(start)
            start = self.placement(start)
        if self.odds(0.5):
            self.after_year_11()
        self.second_thoughts()
        self.corrected_registers()

    def registered(self) -> None:
        born = date(self.pick(2008, 2009, 2009, 2009, 2010, 2010, 2011, 2013), 9, 1)
        born -= timedelta(days=self.pick(1, 0, 90, 300))
        on = self.pick(date(2023, 9, 4), date(2024, 9, 2), date(2025, 1, 6))
        self.slices_first(
            "pupil_registered", on, given_name="A", family_name="B", sex="F",
            date_of_birth=born.isoformat(), home_la=self.pick("856", "856", "857"),
            sen_provision=self.pick("N", "K", "E"),
            **({"nc_year": self.pick("9", "10", "11", "X", "R")} if self.odds(0.2) else {}),
        )  # fmt: skip
        if self.odds(0.93):
            self.send("joined_roll", on, school=self.school, registration=self.pick("C", "M", "S"))
        for _ in range(self.pick(0, 0, 1, 2)):
            self.detail(self.near(date(2025, 3, 1), *range(0, 300, 13)))
        if self.odds(0.3):
            self.moved_school(self.near(date(2025, 3, 1), *range(0, 300, 13)))

    def slices_first(self, type_: str, on: date, **fields: Any) -> None:
        ref = self.send(type_, on, **fields)
        at = self.slices[ref]
        if at:
            sent = self.world.notices[SLICES[at]].pop()
            self.world.notices.setdefault(SLICES[0], []).append(sent)
            self.slices[ref] = 0

    def detail(self, on: date) -> None:
        change = self.pick(
            {"home_la": self.pick("856", "857")},
            {"sen_provision": self.pick("N", "K", "E")},
            {"nc_year": str(self.pick(9, 10, 11, 12))},
            {"date_of_birth": date(self.pick(2009, 2010), self.pick(8, 9), 1).isoformat()},
        )
        self.send("pupil_details_changed", on, **change)

    def moved_school(self, on: date) -> None:
        target = self.pick(*SCHOOLS, PRU, COLLEGE)
        if self.odds(0.7):
            self.send("left_roll", on, school=self.school, ground=self.pick("a", "f", "k", "o"))
        if self.odds(0.8):
            self.send(
                "joined_roll", on + timedelta(days=self.pick(0, 0, 1, 9)), school=target,
                registration=self.pick("C", "M", "M", "S"),
            )  # fmt: skip
            self.school = target

    def cause(self, start: date) -> str | None:
        """What led to a placement: dated about the edge of the 60 school days before it."""
        day = self.near(start, -1, 0, -5, -20, -59, -60, -61, 3)
        kind = self.pick("suspension", "lunchtime", "permanent_exclusion", "off_site_direction",
                         "managed_move")  # fmt: skip
        if kind in {"suspension", "lunchtime"}:
            ref = self.send(
                "suspension", day, school=self.school, sessions=4, kind=kind, reasons=["PP"],
                ends_on=(day + timedelta(days=self.pick(0, 4))).isoformat(),
            )  # fmt: skip
        elif kind == "permanent_exclusion":
            ref = self.send(kind, day, school=self.school, reasons=["PP"])
        elif kind == "managed_move":
            other = self.pick(*(s for s in SCHOOLS if s != self.school))
            return self.send(kind, day, from_school=self.school, to_school=other)
        else:
            ref = self.send(
                kind, day, school=self.school, provider=PRU, starts_on=start.isoformat(),
                ends_on=(start + WEEK * 20).isoformat(), sessions_per_week=10,
                objectives=["Attend"], parent_notified_on=day.isoformat(),
            )  # fmt: skip
        if kind != "off_site_direction" and self.odds(0.4):
            self.decided(ref, day)
        if self.odds(0.35):
            about = {"about": ref} if self.odds(0.8) else {}
            return self.send(
                "referral", day + timedelta(days=self.pick(0, 1, 3)), route="other",
                objectives=["Attend"], **about,
            )  # fmt: skip
        return ref

    def decided(self, exclusion: str, day: date) -> None:
        for _ in range(self.pick(1, 1, 2, 3)):
            day += timedelta(days=self.pick(0, 3, 10, 40))
            kind = self.pick("cancel", "upheld", "reinstated", "quashed", "upheld", "review")
            if kind == "cancel":
                self.send("exclusion_cancelled", day, exclusion=exclusion, reason="New facts")
            elif kind in {"quashed", "review"}:
                decision = "quashed" if kind == "quashed" else self.pick("upheld", "reconsider")
                self.send("review_decision", day, exclusion=exclusion, decision=decision)
            else:
                self.send("governors_decision", day, exclusion=exclusion, decision=kind)

    def placement(self, start: date) -> date:
        fields: dict[str, Any] = {}
        if self.odds(0.7) and (cause := self.cause(start)) and self.odds(0.6):
            fields["arising_from"] = cause
        provider = self.pick(*PROVIDERS)
        ref = self.send(
            "placement_started", start, provider=provider, commissioner=self.school,
            reason=self.pick("behaviour", "behaviour", "permanent_exclusion", "suspension",
                             "mental_health", "physical_health"),
            intent=self.pick("return", "return", "transition", "long_term"),
            ends_on=self.near(start + WEEK, 0, 40, 60).isoformat(), sessions_per_week=10, **fields,
        )  # fmt: skip
        self.around(start, provider)
        if self.odds(0.12):
            return self.near(start, 5, 30, 61)
        end = max(start, self.near(start, 0, 5, 13, 14, 14, 15, 40, 59, 60, 61, 80))
        self.ended(ref, end)
        if self.odds(0.15):
            self.placement_changed(ref, end)
        self.afterwards(ref, start, end)
        return self.near(end, -3, 0, 4, 5, 6, 10, 20, 64, 69, 70, 71)

    def placement_changed(self, ref: str, day: date) -> None:
        self.send("placement_changed", day, placement=ref, ends_on=(day + WEEK).isoformat())

    def ended(self, ref: str, end: date) -> None:
        reason = self.pick(
            "returned_to_main_school", "returned_to_main_school", "breakdown", "other_ap",
            "moved_area", "special_school", "post_16", "ehe", "died", "left_england", "error",
            "parental_withdrawal", "custody",
        )  # fmt: skip
        where = self.pick({}, {"destination": "857"}, {"destination": "100004"},
                          {"destination": "somewhere north"}, {"destination": "LA857"})  # fmt: skip
        self.send("placement_ended", end, placement=ref, end_reason=reason,
                  **(where if reason == "moved_area" or self.odds(0.2) else {}))  # fmt: skip

    def afterwards(self, placement: str, start: date, end: date) -> None:
        """The way back: about days 0, 10 and 11 after the end, and what undoes it until 70."""
        if self.odds(0.2):
            self.send("assessment_shared", self.near(end, -3, 0, 9), placement=placement,
                      school=self.school, learning="x", triggers="x", needs="x",
                      recommendations="x")  # fmt: skip
        if self.odds(0.5):
            day = self.pick(self.near(start, 0, 3), self.near(end, -5, 0, 1, 9, 10, 11, 12))
            named = {"placement": placement} if self.odds(0.3) else {}
            back = self.send(
                "reintegration_started", max(day, date(2025, 1, 1)), **named,
                school=self.pick(self.school, *SCHOOLS, PRU),
            )  # fmt: skip
            if self.odds(0.4):
                self.send(
                    "reintegration_ended", self.near(max(day, end), -2, 0, 1, 30, 59, 60, 61, 71),
                    reintegration=back, outcome=self.pick("broke_down", "broke_down", "settled"),
                )  # fmt: skip
        if self.odds(0.3):
            self.moved_school(self.near(end, -6, 0, 5, 9, 10, 11, 60, 61))
        if self.odds(0.3):
            again = self.send("permanent_exclusion", self.near(end, 0, 1, 30, 59, 60, 61, 70, 71),
                              school=self.school, reasons=["PP"])  # fmt: skip
            if self.odds(0.5):
                self.decided(again, self.told[-1][2])

    def outreach(self, start: date) -> date:
        ref = self.send("outreach_started", start, school=self.school, focus="Calm",
                        provider=self.pick(SERVICE, PRU, GARAGE, "100003"))  # fmt: skip
        end = max(start, self.near(start, 5, 20, 40))
        for _ in range(self.pick(3, 4, 5, 5, 6, 7)):
            self.send("outreach_session", min(end, start + timedelta(days=self.pick(0, 1, 8))),
                      outreach=ref, minutes=60, delivered=self.odds(0.95))  # fmt: skip
        self.around(start, self.school)
        if self.odds(0.1):
            return end
        self.send(
            "outreach_ended", end, outreach=ref,
            end_reason=self.pick("completed", "completed", "completed", "disengaged", "stepped_up",
                                 "died", "left_england", "error"),
        )  # fmt: skip
        if self.odds(0.35):
            day = self.near(end, 0, 1, 59, 60, 61)
            self.send("suspension", day, school=self.school, sessions=2, reasons=["PP"],
                      ends_on=day.isoformat(),
                      kind=self.pick("suspension", "lunchtime"))  # fmt: skip
            if self.odds(0.3):
                self.decided(self.told[-1][0], day)
        if self.odds(0.15):
            self.moved_school(self.near(end, 0, 59, 60, 61))
        return self.near(end, 0, 1, 3, 58, 59, 60, 61, 62)

    def around(self, start: date, provider: str) -> None:
        """Registers about a start: of the school, of the provider, or of both at once."""
        for organisation in {self.school, provider, self.pick(*SCHOOLS, *PROVIDERS)}:
            if self.odds(0.25):
                continue
            first = self.near(start, -70, -60, -31, -15, 0, 0)
            self.register(organisation, first, self.pick(5, 15, 28, 29, 30, 31, 60, 119, 120, 121,
                                                         240, 240))  # fmt: skip
            if self.odds(0.5):
                self.register(organisation, self.near(start, 20, 61, 80, 100),
                              self.pick(29, 30, 31, 60, 130))  # fmt: skip

    def register(self, organisation: str, first: date, sessions: int) -> None:
        """That many marks in a row from that day, a week a row."""
        goal = self.pick(0.3, 0.5, 0.5, 0.85, 0.9, 0.95, 1.0)
        marks: dict[date, list[str]] = {}
        day, left = first, sessions
        while left > 0:
            if day.weekday() < 5:
                week = marks.setdefault(day - timedelta(days=day.weekday()), ["-"] * 10)
                for half in (0, 1):
                    if left > 0:
                        week[2 * day.weekday() + half] = self.code(goal)
                        left -= 1
            day += timedelta(days=1)
        for week, codes in marks.items():
            self.week(organisation, week, codes)

    def code(self, goal: float) -> str:
        if self.odds(0.08):
            return str(self.chance.choice(MIXED))
        return str(self.pick(*PRESENT, "B") if self.odds(goal) else self.pick("O", "I", "N", "C2"))

    def week(self, organisation: str, week: date, codes: list[str], late: int = 0) -> None:
        friday = week + timedelta(days=4)
        at = next((n for n, t in enumerate(SLICES) if t.date() >= friday), None)
        if at is None:
            return
        at = min(at + late + (self.odds(0.05) and 1), len(SLICES) - 1)
        rows = self.world.registers.setdefault(SLICES[at], [])
        rows.append((self.upn, organisation, week, " ".join(codes)))

    def corrected_registers(self) -> None:
        """A later word on some weeks: other marks, ``Z`` to take one back, ``-`` for no word."""
        sent = [row for rows in self.world.registers.values() for row in rows if row[0] == self.upn]
        for _, organisation, week, codes in self.chance.sample(sent, min(len(sent), 4)):
            changed = [self.pick(c, c, c, "-", "Z", "O", "/") for c in codes.split()]
            self.week(organisation, week, changed, late=self.pick(0, 1, 2))

    def after_year_11(self) -> None:
        for _ in range(self.pick(0, 2, 3, 4)):
            subject = self.pick("english_language", "english_literature", "english", "maths",
                                "maths", "art")  # fmt: skip
            kind, grade = self.pick(
                ("gcse", self.pick("1", "3", "4", "5", "U")),
                ("functional_skills", self.pick("L1", "L2", "E3", "U")),
                ("entry_level", self.pick("E1", "E3", "U")), ("vocational", "Pass"),
            )  # fmt: skip
            on = self.pick(
                date(2025, 8, 21), date(2025, 8, 31), date(2025, 9, 1), date(2026, 8, 20)
            )
            level = {"level": "2"} if kind == "vocational" else {}
            self.send(
                "result_awarded", on, qualification=kind, subject=subject, grade=grade, **level
            )
        self.destinations(self.pick(2025, 2025, 2026))
        self.aims()

    def destinations(self, year: int) -> None:
        main = self.pick("310", "310", "330", "220", "410", "540", "820")
        day = date(year, 8, 31) + timedelta(days=self.pick(0, 1, 30, 60))
        while day < date(2026, 11, 15) and self.odds(0.9):
            activity = main if self.odds(0.8) else self.pick("310", "330", "250", "810", "619")
            self.send("destination_recorded", day, activity=activity)
            day += timedelta(days=self.pick(28, 30, 31, 61, 90, 119, 120, 121))
        if self.odds(0.4):
            day = date(year + 1, self.pick(2, 3, 3), self.pick(1, 28))
            if day < date(2026, 11, 15):
                self.send("destination_recorded", day, activity=main)
        if self.odds(0.5):
            self.send("offer_recorded", date(year, 9, self.pick(29, 30)), activity="220")

    def aims(self) -> None:
        for _ in range(self.pick(0, 1, 2)):
            on = self.pick(date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31))
            kind, level = self.pick(("gcse", "1"), ("gcse", "2"), ("functional_skills", "L1"),
                                    ("entry_level", "E3"), ("vocational", "2"))  # fmt: skip
            self.send("target_agreed", on, qualification=kind, level=level,
                      subject=self.pick("maths", "english", "art"))  # fmt: skip
        first = self.near(date(2025, 1, 6), 0, 20, 40)
        for stage, on in (("baseline", first), ("exit", self.near(first, 59, 60, 61))):
            if self.odds(0.7):
                self.send("assessment_recorded", on, subject="maths", stage=stage,
                          instrument=self.pick("NGRT", "NGRT", "PTM"),
                          standard_score=self.pick(80, 84, 85, 89.5, 90))  # fmt: skip

    def second_thoughts(self) -> None:
        """Corrections, voids, and voids of those."""
        for _ in range(self.pick(0, 1, 2, 3, 4)):
            ref, type_, on = self.chance.choice(self.told[1:] or self.told)
            if type_ == "void":
                self.act("void", of=ref)
            elif self.odds(0.35) and type_ != "pupil_registered":
                self.act("void", of=ref)
                if self.odds(0.4):
                    self.act("void", of=self.told[-1][0])
                    if self.odds(0.3):
                        self.act("void", of=self.told[-1][0])
            elif type_ != "correction":
                self.act("correction", of=ref, fields=self.right(type_, on))
                if self.odds(0.25):
                    self.act("void", of=self.told[-1][0])

    def act(self, type_: str, **fields: Any) -> None:
        of = self.slices[fields["of"]]
        on = SLICES[of].date() + timedelta(days=self.pick(0, 0, 60))
        self.send(type_, min(on, SLICES[-1].date()), reason="Mistake", **fields)

    def right(self, type_: str, on: date) -> dict[str, Any]:
        days = self.pick(-7, -1) if type_.endswith("_started") else self.pick(-7, -1, 1, 3)
        moved = {"occurred_on": (on + timedelta(days=days)).isoformat()}
        options: dict[str, list[dict[str, Any]]] = {
            "pupil_registered": [{"home_la": "857"}, {"date_of_birth": "2009-08-31"},
                                 {"date_of_birth": "2009-09-01", "nc_year": "11"}],
            "pupil_details_changed": [{"home_la": "856"}, {"nc_year": "11"}],
            "joined_roll": [{"registration": "S"}, {"registration": "C"}, {"school": "100002"}],
            "left_roll": [{"ground": "k"}],
            "placement_started": [{"reason": "behaviour"}, {"reason": "mental_health"},
                                  {"intent": "long_term"}, {"provider": PRU},
                                  {"arising_from": None}],
            "placement_ended": [{"end_reason": "error"}, {"end_reason": "breakdown"},
                                {"end_reason": "died"}],
            "suspension": [{"kind": "lunchtime"}, {"kind": "suspension"}],
            "outreach_session": [{"delivered": False}],
            "outreach_ended": [{"end_reason": "completed"}, {"end_reason": "error"}],
            "reintegration_ended": [{"outcome": "settled"}, {"outcome": "broke_down"}],
            "governors_decision": [{"decision": "upheld"}, {"decision": "reinstated"}],
            "result_awarded": [{"grade": "U"}],
            "destination_recorded": [{"activity": "310"}],
        }  # fmt: skip
        chosen = self.chance.choice([moved, *options.get(type_, [])])
        return {**chosen, **(moved if self.odds(0.1) else {})}
