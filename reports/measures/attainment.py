"""O4 Academic attainment, with a focus on English and maths; and the cohort of O5 (outcomes.md)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ap_registry.calendar import academic_year, census_day
from reports.facts import Facts, Row, open_on
from reports.measures.episode import (
    EXCLUDED,
    FAILED,
    PENDING,
    SUCCESS,
    Count,
    Episode,
    Part,
    Period,
    Secondary,
    Yes,
)  # fmt: skip

MEASURE = "attainment"
LEAST_SESSIONS = 120
YEAR_11 = 11
ENGLISH = frozenset({"english_language", "english_literature", "english"})
MATHS = frozenset({"maths"})
GRADES = tuple(str(n) for n in range(1, 10))
LADDER = ("E1", "E2", "E3", "1", "2", "3", "4", "5", "6", "7", "8")
Enough = Callable[[Row], bool]
PROGRESS_POINTS = 5
PROGRESS_DAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """A pupil of the cohort at one provider. ``census`` puts them in it."""

    facts: Facts
    provider: str
    census: date
    year: int

    @property
    def la(self) -> str | None:
        return self.facts.home_la(self.census)


def register_years(year: int) -> tuple[date, date]:
    """Years 10 and 11 of those in Year 11 in the academic year that begins in ``year``."""
    return date(year - 1, 9, 1), date(year + 1, 8, 31)


def leaves(facts: Facts, period: Period) -> bool:
    """In Year 11 on a census day that has come."""
    census = census_day(academic_year(period.to_on))
    return period.today >= census and facts.year_group(census) == YEAR_11


def cohort(facts: Facts, period: Period) -> Iterator[Leaver]:
    """Year 11 on census day, and placed there that day or on its register for 120 sessions."""
    if not leaves(facts, period):
        return
    year = academic_year(period.to_on)
    census = census_day(year)
    placed = {p.provider for p in facts.placements if open_on(p, census)}
    registers = {name for name in facts.registers if facts.world.is_ap_provider(name)}
    first, last = register_years(year)
    for provider in sorted(placed | registers):
        if provider in placed or facts.possible_at(provider, first, last) >= LEAST_SESSIONS:
            yield Leaver(facts=facts, provider=provider, census=census, year=year)


def excluded(leaver: Leaver, matures: date) -> str | None:
    """Died up to maturity, or left England from census day to it."""
    facts = leaver.facts
    ended = [*facts.placements, *facts.outreach]
    if any(e.end_reason == "died" and e.ended_on <= matures for e in ended) or any(
        r.ground == "k" and r.until_on <= matures for r in facts.rows("roll")
    ):
        return "died"
    if any(
        e.end_reason == "left_england" and leaver.census <= e.ended_on <= matures for e in ended
    ):
        return "left_england"
    return None


def episodes(facts: Facts, period: Period) -> Iterator[Episode]:
    for leaver in cohort(facts, period):
        matures = date(leaver.year + 1, 8, 31)
        reason = excluded(leaver, matures)
        secondary: tuple[Secondary, ...] = ()
        if reason is not None:
            place = EXCLUDED
        elif matures > period.today:
            place, reason = PENDING, "not_over"
        else:
            results = [r for r in facts.rows("result") if r.occurred_on <= matures]
            both = _both(results, _level_1)
            place = SUCCESS if both else FAILED
            reason = "both_subjects" if both else "not_both_subjects"
            secondary = tuple(_beside(leaver, results, matures))
        yield Episode(
            measure=MEASURE,
            provider=leaver.provider,
            la=leaver.la,
            place=place,
            reason=reason,
            once=str(facts.pupil_id),
            secondary=secondary,
            since=register_years(leaver.year)[0],
            until=matures,
        )


def _both(results: list[Row], enough: Enough) -> bool:
    """English (language, literature or English) and maths each reach it."""
    return all(
        any(r.subject in subjects and enough(r) for r in results) for subjects in (ENGLISH, MATHS)
    )


def _level_1(result: Row) -> bool:
    if result.qualification == "gcse":
        return result.grade in GRADES
    return result.qualification == "functional_skills" and result.grade in {"L1", "L2"}


def _gcse_from(least: int) -> Enough:
    return lambda r: r.qualification == "gcse" and r.grade in GRADES and int(r.grade) >= least


def _entry(result: Row) -> bool:
    found = award_level(result)
    known = result.qualification in {"gcse", "functional_skills", "entry_level"}
    return known and found is not None


def award_level(result: Row) -> int | None:
    """Place on the ladder Entry 1 … Level 8; None where nothing was achieved."""
    grade = result.grade
    if grade == "U":
        return None
    if result.qualification == "gcse":
        if grade not in GRADES:
            return None
        return LADDER.index("2") if int(grade) >= 4 else LADDER.index("1")
    if result.qualification in {"functional_skills", "entry_level"}:
        return level_place(grade)
    return level_place(result.level)


def level_place(level: str | None) -> int | None:
    """``L1``, ``1`` and ``Level 1`` are one; E1–E3 are Entry 1–3."""
    text = (level or "").upper().replace("LEVEL", "").replace("ENTRY", "E").replace(" ", "")
    text = text.removeprefix("L")
    return LADDER.index(text) if text in LADDER else None


def _beside(leaver: Leaver, results: list[Row], matures: date) -> Iterator[Secondary]:
    facts = leaver.facts
    yield _share(leaver)
    yield Yes("gcse_9_4", _both(results, _gcse_from(4)))
    yield Yes("gcse_9_5", _both(results, _gcse_from(5)))
    yield Yes(
        "vocational", any(r.qualification == "vocational" and r.grade != "U" for r in results)
    )
    yield Yes("entry_level", _both(results, _entry))
    targets = [t for t in facts.rows("target") if t.occurred_on <= date(leaver.year, 12, 31)]
    if targets:
        yield Yes("right_attainment", all(_met(t, results) for t in targets))
    else:
        yield Count("without_target")
    for subject in ("english", "maths"):
        progressed = _progress(leaver, subject, matures)
        if progressed is not None:
            yield Yes(f"progress_{subject}", progressed)


def _share(leaver: Leaver) -> Part:
    """Possible sessions on the provider's own register over all AP providers', Years 10 and 11."""
    facts, (first, last) = leaver.facts, register_years(leaver.year)
    at = {
        name: facts.possible_at(name, first, last)
        for name in facts.registers
        if facts.world.is_ap_provider(name)
    }
    return Part("share", at.get(leaver.provider, 0), sum(at.values()), in_totals=False)


def _met(target: Row, results: list[Row]) -> bool:
    return any(
        r.qualification == target.qualification
        and r.subject == target.subject
        and _reaches(r, target.level)
        for r in results
    )


def _reaches(award: Row, level: str) -> bool:
    """A GCSE is at Level 1 or 2: what is aimed higher, 3 to 9, is meant as a grade."""
    if award.qualification == "gcse" and level in GRADES[2:]:
        return award.grade in GRADES and int(award.grade) >= int(level)
    wanted, found = level_place(level), award_level(award)
    return wanted is not None and found is not None and found >= wanted


def _progress(leaver: Leaver, subject: str, matures: date) -> bool | None:
    """First baseline to last exit of one instrument, 60 school days apart; None without both."""
    calendar = leaver.facts.calendar(leaver.census)
    found: Mapping[str, list[Row]] = {"baseline": [], "exit": []}
    for assessment in leaver.facts.rows("assessment"):
        if assessment.subject == subject and assessment.occurred_on <= matures:
            found.get(assessment.stage, []).append(assessment)
    pairs = [
        (before, after)
        for before in found["baseline"]
        for after in found["exit"]
        if before.instrument == after.instrument
        and (sixtieth := calendar.nth_after(before.occurred_on, PROGRESS_DAYS)) is not None
        and after.occurred_on >= sixtieth
    ]
    if not pairs:
        return None
    before, after = min(pairs, key=lambda p: (p[0].occurred_on, -p[1].occurred_on.toordinal()))
    return bool(after.standard_score - before.standard_score >= PROGRESS_POINTS)
