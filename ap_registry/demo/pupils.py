"""One made-up pupil: notices in the order in which they were sent, and what the registers say."""

import random
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ap_registry.demo.places import Places, school_days
from ap_registry.identifiers import check_letter

FIRST = ("Asha", "Ben", "Cerys", "Dev", "Ella", "Femi", "Grace", "Hamza", "Isla", "Jay", "Kira",
         "Leo", "Maya", "Noah", "Orla", "Petra", "Reece", "Sana", "Tom", "Yusuf")  # fmt: skip
LAST = ("Ashdown", "Birch", "Calder", "Dunmore", "Eastwell", "Fenwick", "Garrow", "Holloway",
        "Inkpen", "Jessop", "Kettle", "Lorimer", "Marlow", "Nettle", "Oakes",
        "Penrose")  # fmt: skip
DAYS = school_days()
LAST_DAY = date(2026, 11, 20)
Notice = dict[str, Any]


@dataclass(slots=True)
class Spell:
    """A stretch of a register: who marks, from when until when, and the chance of attendance."""

    organisation: str
    from_on: date
    until_on: date
    attends: float
    present: str = ""  # a code that stands for every session instead (B, D, E)


@dataclass
class Story:
    """A pupil while the story is told. ``sent`` pairs each notice with the moment it came in."""

    rng: random.Random
    places: Places
    number: int
    upn: str
    school: str
    birth_year: int
    sent: list[tuple[datetime, Notice]] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)

    def tell(
        self, type_: str, on: date, by: str, *, late_days: int | None = None, **facts: Any
    ) -> str:
        """Send a notice, mostly the same day; never before what it names. Answer its ref."""
        ref = f"{self.upn[-6:]}-{len(self.sent) + 1}"
        late = late_days if late_days is not None else self.rng.choices((0, 1, 4), (85, 11, 4))[0]
        minute = self.rng.randrange(9 * 60, 16 * 60)
        moment = datetime.combine(on, time(minute // 60, minute % 60), UTC)
        moment += timedelta(days=late)
        if self.sent:
            moment = max(moment, self.sent[-1][0] + timedelta(minutes=1))
        if moment.date() > LAST_DAY:
            return ref
        notice = {"type": type_, "upn": self.upn, "occurred_on": on.isoformat(), "by": by}
        values = {k: v.isoformat() if isinstance(v, date) else v for k, v in facts.items()}
        self.sent.append((moment, {**notice, "ref": ref, **values}))
        return ref

    def mark(self, organisation: str, from_on: date, until_on: date, attends: float,
             present: str = "") -> None:  # fmt: skip
        if until_on >= from_on:
            self.spells.append(Spell(organisation, from_on, until_on, attends, present))


def day(on: date, after: int = 0) -> date:
    """The school day on or after, moved by some school days."""
    return DAYS[max(0, min(len(DAYS) - 1, bisect_left(DAYS, on) + after))]


def pupil(seed: int, places: Places, number: int) -> Story:
    """The same seed, LA and number make the same pupil, however many there are."""
    rng = random.Random(f"{seed}/{places.la}/{number}")
    body = f"{places.la}{4000 + number % 900:04d}{17 + number % 4:02d}{number % 1000:03d}"
    story = Story(
        rng=rng,
        places=places,
        number=number,
        upn=check_letter(body) + body,
        school=rng.choice(places.mainstream),
        birth_year=rng.choice((2008, 2009, 2009, 2010, 2011, 2012)),
    )
    _register(story)
    tell = CASES[number] if number < len(CASES) else rng.choices(*_MIX)[0]
    tell(story, _start(rng))
    return story


def _start(rng: random.Random) -> date:
    """When it begins: from autumn 2024 until spring 2026, on a school day."""
    return day(date(2024, 9, 16), rng.randrange(0, 300))


def _register(story: Story) -> None:
    rng = story.rng
    born = date(story.birth_year, 9, 1) + timedelta(days=rng.randrange(0, 364))
    on = date(2024, 9, 3)
    story.tell(
        "pupil_registered", on, story.school, late_days=0,
        given_name=rng.choice(FIRST), family_name=rng.choice(LAST), date_of_birth=born,
        sex=rng.choice("FM"), home_la=story.places.la,
        sen_provision=rng.choices("NKE", (30, 52, 18))[0],
        free_school_meals=rng.random() < 0.55,
    )  # fmt: skip
    story.tell("joined_roll", on, story.school, late_days=0, school=story.school, registration="C")


def _suspend(story: Story, on: date, days: int) -> str:
    return story.tell(
        "suspension", on, story.school, school=story.school, sessions=2 * days,
        ends_on=day(on, days - 1),
        reasons=[story.rng.choices(("DB", "PP", "VA", "DM"), (51, 20, 20, 9))[0]],
    )  # fmt: skip


def _place(story: Story, on: date, provider: str, length: int, *, reason: str, intent: str,
           arising_from: str | None, sessions: int = 10) -> tuple[str, date]:  # fmt: skip
    """Start and end (planned) of a placement; its ref and the planned end."""
    by_la = reason in {"permanent_exclusion", "no_school_place"}
    commissioner = f"LA{story.places.la}" if by_la else story.school
    planned = day(on, length - 1)
    facts: Notice = {"arising_from": arising_from} if arising_from else {}
    ref = story.tell(
        "placement_started", on, provider, late_days=0, provider=provider,
        commissioner=commissioner, reason=reason, ends_on=planned, sessions_per_week=sessions,
        intent=intent, **({"checks_confirmed_on": on} if story.rng.random() < 0.9 else {}), **facts,
    )  # fmt: skip
    return ref, planned


def _return(story: Story, placement: str, end: date, *, gap: int, holds: bool, silent: bool = False,
            school: str | None = None) -> None:  # fmt: skip
    """Planned, assessed, returned; reviewed or broken down."""
    school, rng = school or story.school, story.rng
    back = day(end + timedelta(days=1), gap)
    story.tell("reintegration_planned", day(end, -8), story.places.pru, placement=placement,
               school=school, returns_on=back, lead="Head of year")  # fmt: skip
    if rng.random() < 0.75:
        story.tell("assessment_shared", day(end, -5), story.places.pru, placement=placement,
                   school=school, learning="Reads well", triggers="Unstructured time",
                   needs="SEMH", recommendations="Mentor each morning")  # fmt: skip
    reason = "returned_to_main_school" if school == story.school else "new_mainstream"
    story.tell("placement_ended", end, story.places.pru, placement=placement, end_reason=reason)
    if silent:
        return
    begun = story.tell("reintegration_started", back, school, school=school, placement=placement)
    story.mark(school, back, day(back, 75), 0.83 if holds else 0.45)
    if holds:
        for rung in (10, 30):
            story.tell("review_held", day(back, rung), school, of=begun,
                       attended=["parent", "pupil", "school"])  # fmt: skip
        story.tell("reintegration_ended", day(back, 61), school, reintegration=begun,
                   outcome="settled")  # fmt: skip
    else:
        story.tell("reintegration_ended", day(back, 25), school, reintegration=begun,
                   outcome="broke_down", reason="Could not settle")  # fmt: skip


def suspended_only(story: Story, start: date) -> None:
    for n in range(story.rng.randrange(1, 4)):
        _suspend(story, day(start, 12 * n), story.rng.randrange(1, 4))
    story.mark(story.school, day(start, -40), day(start, 60), 0.85)


def outreach(story: Story, start: date) -> None:
    """Support in school; mostly it holds, sometimes a suspension or a placement follows."""
    rng, places = story.rng, story.places
    provider = rng.choice((places.service, places.pru, places.academies[0]))
    story.mark(story.school, day(start, -60), day(start, 125), rng.choice((0.93, 0.88, 0.72)))
    ref = story.tell("outreach_started", start, provider, provider=provider, school=story.school,
                     focus="Self-regulation")  # fmt: skip
    for n in range(rng.choice((4, 6, 7, 8))):
        delivered = rng.random() < 0.9
        story.tell("outreach_session", day(start, 3 + 5 * n), provider, outreach=ref, minutes=60,
                   delivered=delivered, why_not=None if delivered else "Absent")  # fmt: skip
    end = day(start, 45)
    story.tell("outreach_ended", end, provider, outreach=ref, end_reason="completed")
    if rng.random() < 0.25:
        _suspend(story, day(end, rng.randrange(3, 50)), 2)


def directed(story: Story, start: date) -> None:
    """An off-site direction to AP and back to school: behaviour, the commonest reason."""
    rng, places = story.rng, story.places
    provider = rng.choice((*places.state_ap, *places.unregistered[:2]))
    length = rng.choice((30, 45, 60, 75))
    end = day(start, length - 1)
    _suspend(story, day(start, -15), 3)
    direction = story.tell(
        "off_site_direction", day(start, -6), story.school, school=story.school, provider=provider,
        starts_on=start, ends_on=end, sessions_per_week=10, objectives=["Attend", "Regulate"],
        parent_notified_on=day(start, -6 if rng.random() < 0.9 else -1),
    )  # fmt: skip
    placement, _ = _place(story, start, provider, length, reason="behaviour", intent="return",
                          arising_from=direction)  # fmt: skip
    story.mark(story.school, day(start, -100), day(start, -1), rng.choice((0.5, 0.62, 0.78)))
    story.mark(provider, start, end, rng.choice((0.6, 0.72, 0.86)))
    story.mark(story.school, start, end, 1.0, "D" if provider in places.state_ap else "B")
    for n in range(1, length // 30 + 1):
        story.tell("review_held", day(start, 30 * n), story.school, of=placement,
                   attended=["parent", "school", "provider"], outcome="continue")  # fmt: skip
    _return(story, placement, end, gap=rng.choice((0, 1, 2, 8, 14)), holds=rng.random() < 0.68)


def excluded(story: Story, start: date) -> None:
    """Permanently excluded; the LA places at the PRU; a new school or Year 11 there."""
    rng, places = story.rng, story.places
    _suspend(story, day(start, -20), 5)
    exclusion = story.tell("permanent_exclusion", start, story.school, school=story.school,
                           reasons=["PA"])  # fmt: skip
    story.tell("notified", day(start, 1), story.school, of=exclusion, to="governors",
               about="decision", method="email")  # fmt: skip
    begins = day(start, rng.choice((4, 5, 5, 7)))
    provider = rng.choice(places.state_ap)
    length = rng.choice((50, 90, 120))
    placement, planned = _place(story, begins, provider, length, reason="permanent_exclusion",
                                intent="return", arising_from=exclusion)  # fmt: skip
    story.mark(story.school, day(start, -100), day(start, -1), rng.choice((0.55, 0.7)))
    story.mark(story.school, start, day(begins, -1), 0.0, "E")
    story.mark(provider, begins, planned, rng.choice((0.55, 0.7, 0.85)))
    story.tell("governors_decision", day(start, 12), story.school, exclusion=exclusion,
               decision="upheld")  # fmt: skip
    left = day(start, 30)
    story.tell("left_roll", left, story.school, school=story.school, ground="o")
    new = rng.choice([s for s in places.mainstream if s != story.school])
    if rng.random() < 0.7:
        story.tell("joined_roll", day(planned, 1), new, school=new, registration="C")
        _return(story, placement, planned, gap=1, holds=rng.random() < 0.6, school=new)
    else:
        story.tell("placement_ended", planned, provider, placement=placement, end_reason="ehe")


def medical(story: Story, start: date) -> None:
    """Mental or physical health: reported as its own rows."""
    rng, provider = story.rng, story.places.unregistered[3]
    length = rng.choice((12, 60, 70))
    reason = rng.choices(("mental_health", "physical_health"), (9, 1))[0]
    placement, end = _place(story, start, provider, length, reason=reason, intent="return",
                            arising_from=None, sessions=6)  # fmt: skip
    story.mark(story.school, day(start, -80), day(start, -1), 0.4)
    story.mark(provider, start, end, 0.85)
    _return(story, placement, end, gap=1, holds=rng.random() < 0.75)


def leaver(story: Story, _start: date) -> None:
    """Year 11 in AP: targets, assessments, results, and what comes after."""
    rng, places = story.rng, story.places
    story.birth_year = rng.choice((2008, 2009))
    year = story.birth_year + 16  # the academic year of Year 11
    _details_of_leaver(story)
    begins = day(date(year, 9, 16) if year > 2024 else date(2024, 10, 7), rng.randrange(0, 20))
    provider = rng.choice((*places.state_ap, places.unregistered[0]))
    placement, _ = _place(story, begins, provider, 165, reason=rng.choice(("behaviour", "other")),
                          intent="transition", arising_from=None)  # fmt: skip
    summer = day(date(year + 1, 7, 10))
    story.mark(story.school, day(begins, -30), day(begins, -1), 0.6)
    story.mark(provider, begins, summer, rng.choice((0.6, 0.75, 0.88)))
    story.tell("target_agreed", day(begins, 10), provider, qualification="functional_skills",
               subject="maths", level="1")  # fmt: skip
    for subject in ("english", "maths"):
        base = rng.randrange(70, 95)
        story.tell("assessment_recorded", day(begins, 5), provider, subject=subject,
                   instrument="reading-age-a", standard_score=base, stage="baseline")  # fmt: skip
        story.tell("assessment_recorded", day(begins, 120), provider, subject=subject,
                   instrument="reading-age-a", standard_score=base + rng.randrange(-3, 13),
                   stage="exit")  # fmt: skip
    _results(story, provider, date(year + 1, 8, 20))
    story.tell("placement_ended", summer, provider, placement=placement, end_reason="post_16")
    _destinations(story, provider, year)


def _details_of_leaver(story: Story) -> None:
    born = date(story.birth_year, 9, 1) + timedelta(days=story.rng.randrange(0, 364))
    story.sent[0][1]["date_of_birth"] = born.isoformat()


def _results(story: Story, provider: str, on: date) -> None:
    rng = story.rng
    able = rng.random()
    for subject in ("english_language", "maths"):
        if able > 0.75:
            story.tell("result_awarded", on, provider, qualification="gcse", subject=subject,
                       grade=str(rng.randrange(2, 6)), provider=provider)  # fmt: skip
        elif able > 0.25:
            story.tell("result_awarded", on, provider, qualification="functional_skills",
                       subject="english" if subject != "maths" else subject,
                       grade=rng.choice(("L1", "L1", "E3")), provider=provider)  # fmt: skip
    if rng.random() < 0.4:
        story.tell("result_awarded", on, provider, qualification="vocational",
                   subject="construction", grade="Pass", level="1", provider=provider)  # fmt: skip


def _destinations(story: Story, provider: str, year: int) -> None:
    rng = story.rng
    story.tell("offer_recorded", date(year + 1, 9, 12), provider, activity="230")
    if rng.random() < 0.08:
        return  # nobody found out
    kind = rng.choices(("230", "310", "450", "619"), (50, 12, 20, 18))[0]
    drops = rng.random() < 0.3
    for n, (y, m) in enumerate([(year + 1, 10), (year + 1, 11), (year + 1, 12), (year + 2, 1),
                                (year + 2, 2), (year + 2, 3)]):  # fmt: skip
        activity = "619" if drops and n > 2 else kind
        story.tell("destination_recorded", date(y, m, 20), provider, activity=activity)


def stepped_up(story: Story, start: date) -> None:
    """Into AP on the very day that outreach ends."""
    provider = story.places.pru
    ref = story.tell("outreach_started", start, provider, provider=provider, school=story.school,
                     focus="Attendance")  # fmt: skip
    end = day(start, 20)
    story.mark(story.school, day(start, -60), day(end, -1), 0.7)
    story.tell("outreach_ended", end, provider, outreach=ref, end_reason="stepped_up")
    placement, planned = _place(story, end, provider, 60, reason="behaviour", intent="return",
                                arising_from=None)  # fmt: skip
    story.mark(provider, end, planned, 0.8)
    _return(story, placement, planned, gap=0, holds=True)


def package(story: Story, start: date) -> None:
    """Two providers at once, each for part of the week."""
    first, second = story.places.unregistered[:2]
    a, end = _place(story, start, first, 60, reason="behaviour", intent="return",
                    arising_from=None, sessions=6)  # fmt: skip
    b, _ = _place(story, start, second, 60, reason="behaviour", intent="return",
                  arising_from=None, sessions=6)  # fmt: skip
    story.mark(story.school, day(start, -80), day(start, -1), 0.6)
    story.mark(first, start, end, 0.8)
    story.mark(second, start, end, 0.6)
    story.tell("placement_ended", end, second, placement=b, end_reason="returned_to_main_school")
    _return(story, a, end, gap=1, holds=True)


def present_on_paper(story: Story, start: date) -> None:
    """B at school against absences at the provider."""
    provider = story.places.unregistered[1]
    placement, end = _place(story, start, provider, 60, reason="behaviour", intent="return",
                            arising_from=None)  # fmt: skip
    story.mark(story.school, day(start, -80), day(start, -1), 0.6)
    story.mark(story.school, start, end, 1.0, "B")
    story.mark(provider, start, end, 0.3)
    _return(story, placement, end, gap=2, holds=False)


def silent_school(story: Story, start: date) -> None:
    """After the placement the school sends neither notice nor mark."""
    provider = story.places.pru
    placement, end = _place(story, start, provider, 50, reason="behaviour", intent="return",
                            arising_from=None)  # fmt: skip
    story.mark(story.school, day(start, -80), day(start, -1), 0.7)
    story.mark(provider, start, end, 0.75)
    _return(story, placement, end, gap=1, holds=True, silent=True)


def corrected_late(story: Story, start: date) -> None:
    """Last year's suspension was six days, not three: found out in 2026."""
    ref = _suspend(story, start, 3)
    story.mark(story.school, day(start, -60), day(start, 60), 0.8)
    story.tell("correction", date(2026, 6, 8), story.school, late_days=0, of=ref,
               fields={"sessions": 12, "ends_on": day(start, 5).isoformat()},
               reason="The letter to the parents says six days")  # fmt: skip


def cancelled(story: Story, start: date) -> None:
    """A permanent exclusion taken back before the governors met."""
    exclusion = story.tell("permanent_exclusion", start, story.school, school=story.school,
                           reasons=["VA"])  # fmt: skip
    story.mark(story.school, day(start, -60), day(start, 60), 0.85)
    story.tell("exclusion_cancelled", day(start, 5), story.school, exclusion=exclusion,
               reason="New evidence")  # fmt: skip


def quashed(story: Story, start: date) -> None:
    """Upheld by governors, quashed by the independent panel."""
    exclusion = story.tell("permanent_exclusion", start, story.school, school=story.school,
                           reasons=["PP"])  # fmt: skip
    placement, end = _place(story, day(start, 5), story.places.pru, 40,
                            reason="permanent_exclusion", intent="return",
                            arising_from=exclusion)  # fmt: skip
    story.mark(story.school, day(start, -80), day(start, -1), 0.8)
    story.mark(story.places.pru, day(start, 5), end, 0.8)
    story.tell("governors_decision", day(start, 10), story.school, exclusion=exclusion,
               decision="upheld")  # fmt: skip
    story.tell("review_decision", day(start, 35), story.school, exclusion=exclusion,
               decision="quashed")  # fmt: skip
    _return(story, placement, end, gap=1, holds=True)


def ends_with_summer(story: Story, _start: date) -> None:
    """The sixty days run on into autumn."""
    end = date(2025, 7, 21)
    start = day(end, -59)
    placement, _ = _place(story, start, story.places.academies[0], 60, reason="behaviour",
                          intent="return", arising_from=None)  # fmt: skip
    story.mark(story.school, day(start, -80), day(start, -1), 0.6)
    story.mark(story.places.academies[0], start, end, 0.85)
    _return(story, placement, end, gap=1, holds=True)


def entered_in_error(story: Story, start: date) -> None:
    """A placement that never was, and a suspension taken back."""
    placement, _ = _place(story, start, story.places.academies[1], 40, reason="other",
                          intent="return", arising_from=None)  # fmt: skip
    story.tell("placement_ended", day(start, 2), story.places.academies[1], placement=placement,
               end_reason="error")  # fmt: skip
    ref = _suspend(story, day(start, 10), 2)
    story.tell("void", day(start, 14), story.school, of=ref, reason="Another pupil was meant")
    story.mark(story.school, day(start, -40), day(start, 60), 0.9)


def weeks_late(story: Story, start: date) -> None:
    """Everything is told five weeks after it happened."""
    placement, end = _place(story, start, story.places.pru, 45, reason="behaviour",
                            intent="return", arising_from=None)  # fmt: skip
    story.mark(story.school, day(start, -80), day(start, -1), 0.6)
    story.mark(story.places.pru, start, end, 0.8)
    story.tell("review_held", day(start, 15), story.school, late_days=35, of=placement,
               attended=["school"])  # fmt: skip
    _return(story, placement, end, gap=2, holds=True)


def moved_la(story: Story, start: date) -> None:
    """To another LA in the middle of a placement."""
    placement, end = _place(story, start, story.places.pru, 60, reason="behaviour",
                            intent="return", arising_from=None)  # fmt: skip
    story.mark(story.school, day(start, -80), day(start, -1), 0.6)
    story.mark(story.places.pru, start, end, 0.8)
    story.tell("pupil_details_changed", day(start, 20), story.school, home_la="857")
    _return(story, placement, end, gap=2, holds=True)


def left_england(story: Story, start: date) -> None:
    placement, end = _place(story, start, story.places.academies[0], 40, reason="behaviour",
                            intent="return", arising_from=None)  # fmt: skip
    story.mark(story.places.academies[0], start, end, 0.8)
    story.tell("placement_ended", end, story.places.academies[0], placement=placement,
               end_reason="left_england")  # fmt: skip


Telling = Callable[[Story, date], None]
CASES: tuple[Telling, ...] = (
    stepped_up, package, present_on_paper, silent_school, corrected_late, cancelled, quashed,
    ends_with_summer, entered_in_error, weeks_late, moved_la, left_england,
)  # fmt: skip
_MIX: tuple[tuple[Telling, ...], tuple[int, ...]] = (
    (directed, excluded, medical, leaver, outreach, suspended_only),
    (30, 10, 9, 24, 20, 7),
)
_ABSENCES = ("O", "I", "U", "N", "M", "C")
_WEIGHTS = (44, 34, 10, 3, 6, 3)


def registers(story: Story) -> Iterator[Mapping[str, str]]:
    """Weekly rows of every register that marks the pupil."""
    rng = random.Random(f"{story.upn}/registers")
    by_week: dict[tuple[str, date], list[str]] = {}
    for spell in story.spells:
        last = min(spell.until_on, LAST_DAY)
        for on in DAYS[bisect_left(DAYS, spell.from_on) :]:
            if on > last:
                break
            monday = on - timedelta(days=on.weekday())
            cells = by_week.setdefault((spell.organisation, monday), ["-"] * 10)
            for half, code in enumerate(_day(rng, spell)):
                cells[2 * on.weekday() + half] = code
    for (organisation, monday), cells in by_week.items():
        yield {
            "upn": story.upn,
            "organisation": organisation,
            "week": monday.isoformat(),
            "marks": " ".join(cells),
        }


def _day(rng: random.Random, spell: Spell) -> tuple[str, str]:
    if spell.present:
        return spell.present, spell.present
    if rng.random() < spell.attends:
        return ("L" if rng.random() < 0.05 else "/"), "\\"
    code = rng.choices(_ABSENCES, _WEIGHTS)[0]
    return code, code
