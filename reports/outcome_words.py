"""The five outcomes in plain words: measures, the figures beside them, reasons, benchmarks."""

from collections.abc import Mapping
from dataclasses import dataclass

MEASURE_NAMES = {
    "outreach": "Effective outreach support",
    "attendance": "Improved attendance",
    "reintegration": "Reintegration",
    "attainment": "English and maths at Level 1 or above",
    "post_16": "Successful post-16 transition",
}
COUNTED = {
    "outreach": "Outreach that ended in the period. It went well where for 60 school days the pupil"
    " stayed on the roll of a mainstream or special school, was in school for more than half of the"
    " sessions, and was not suspended, excluded, moved or placed in AP.",
    "attendance": "Placements whose 60th school day lies in the period. It went well where the"
    " pupil was in for 5 percentage points more of the sessions than in as many school days before,"
    " or for 90 % of them both before and after.",
    "reintegration": "Placements that ended in the period. It went well where the pupil was back in"
    " a mainstream or special school within 10 school days, and stayed for 60.",
    "attainment": "Pupils in Year 11. It went well where the pupil reached Level 1 or above in"
    " both English and maths: GCSE 9–1, or Functional Skills Level 1 or 2.",
    "post_16": "Pupils who left Year 11. It went well where the pupil was in education, training,"
    " an apprenticeship or work from October to March. Those of whom nothing is known count as"
    " having failed.",
}
FIGURES = {
    "core": "Went well, suspensions set aside",
    "outreach_overdue_open": "Outreach open for more than 120 school days",
    "early_end": "Ended within 15 school days and not for the better",
    "mean_change": "Mean change in attendance, percentage points",
    "median_change": "Median change in attendance, percentage points",
    "left_persistent": "Were persistently absent (10 %) and no longer are",
    "left_severe": "Were severely absent (50 %) and no longer are",
    "gap_days": "School days from what led to the placement to its start, median",
    "c2_adjusted": "Improved, part-time timetables (C2) left out",
    "sessions_a_week_before": "Sessions attended a week before, median",
    "sessions_a_week_after": "Sessions attended a week after, median",
    "overall_absence": "Sessions missed, of those possible",
    "authorised_absence": "Sessions missed with leave",
    "unauthorised_absence": "Sessions missed without leave",
    "persistent_absence": "Pupils who missed 10 % or more",
    "severe_absence": "Pupils who missed 50 % or more",
    "returned": "Back in school within 10 school days",
    "assessment_shared": "Assessment shared with the school by the return",
    "median_days": "School days in placement, median",
    "by_planned_end": "Ended by the first planned end",
    "by_start": "Of placements begun in the period: back and settled in 190 school days",
    "unanswered": "Not returned and the school sent nothing",
    "overdue_open": "Open more than 20 school days past the planned end",
    "under_review": "Failed by an exclusion that is still under review",
    "share": "Sessions here, of those at all AP providers in Years 10 and 11",
    "gcse_9_4": "English and maths at GCSE 9–4",
    "gcse_9_5": "English and maths at GCSE 9–5",
    "vocational": "A vocational award",
    "entry_level": "English and maths at Entry 1–3 or better",
    "right_attainment": "Met every target agreed for them",
    "without_target": "Pupils without an agreed target",
    "progress_english": "Progress in English of 5 points or more",
    "progress_maths": "Progress in maths of 5 points or more",
    "offer": "Had an offer by 30 September",
    "november": "Taking part on 1 November",
    "neet_december": "Not in education, employment or training on 31 December",
    "neet_march": "Not in education, employment or training on 31 March",
    "sdq_total": "Strengths and difficulties (SDQ): in a better band",
    "boxall_developmental": "Boxall, developmental strands: mean change",
    "boxall_diagnostic": "Boxall, diagnostic profile: mean change",
    "self_regulation": "Self-regulation: mean change",
    "other": "Another instrument: mean change",
}
EXCLUDED = {
    "cover": "Short cover for a suspension, under 15 school days.",
    "died": "The pupil died.",
    "in_placement": "Was in an AP placement when the outreach began.",
    "left_england": "The pupil left England.",
    "long_term": "Placed for the long term by an EHC plan.",
    "medical": "Placed for health reasons: in rows of their own.",
    "moved": "Moved to another area, and it is known where.",
    "no_baseline": "Fewer than 30 possible sessions before.",
    "not_on_roll": "Was on no school's roll when the outreach began.",
    "post_16": "In Year 12 or above.",
    "short_hospital": "In hospital education for under 15 school days.",
    "still_placed": "Went on to, or was in, another placement: the last one counts.",
    "too_few_sessions": "Fewer than 5 sessions of outreach.",
    "too_short": "In placement for under 15 school days, or under 30 possible sessions.",
    "year_11_leaver": "Left Year 11: counted under the fifth outcome.",
}
CASE_MIX = {
    "reason": "Why placed",
    "year_group": "Year group",
    "sen_provision": "SEN provision",
    "length": "School days in placement",
}
_SEN = {"N": "none", "K": "SEN support", "E": "EHC plan"}
NOTES = (
    ("Rate", "Of those counted, the share for whom it went well, in per cent."),
    ("Likely range", "The Wilson 95 % interval: where the true rate very likely lies. With few"
     " pupils it is wide."),
    ("Pending", "The time over which a pupil is watched is not over. Not in the rate."),
    ("Unknown", "Too few registers to tell. Not in the rate; in the fifth outcome unknown pupils"
     " stay in it."),
    ("Not counted", "Left out for a reason of the definition; each reason is listed."),
    ("Coverage", "Of those who could be counted, the share with registers enough. Under 0.8:"
     " too few registers, and the rate should not be leant on."),
    ("Average", "The rate of all providers' pupils together, over the same pupils."),
    ("In words", "Compared with the average by a funnel plot: within the 95 % limits a rate is not"
     " different from the average."),
    ("No ranking", "Providers teach different pupils. Rates in different places of a list say"
     " nothing of who does better."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A DfE figure, as domain reference section 3 quotes it; not of the same definition as ours.

    ``beside``: the figure of ours that it may be read beside, None the rate itself.
    """

    measure: str
    beside: str | None
    words: str
    value: float
    of: str


_ABSENCE = "England's state-funded AP schools, autumn and spring 2022/23"
_LEAVERS = "2020/21 leavers, provisional, by the DfE's own definition"
BENCHMARKS = (
    Benchmark(measure="attendance", beside="overall_absence", words="Sessions missed", value=40.7,
              of=_ABSENCE),
    Benchmark(measure="attendance", beside="persistent_absence", value=81.2, of=_ABSENCE,
              words="Pupils who missed 10 % or more"),
    Benchmark(measure="attendance", beside="severe_absence", value=37.5, of=_ABSENCE,
              words="Pupils who missed 50 % or more"),
    Benchmark(measure="post_16", beside=None, value=58.8, of=_LEAVERS,
              words="Sustained destination, state-funded AP"),
    Benchmark(measure="post_16", beside=None, value=67.0, of=_LEAVERS,
              words="Sustained destination, all AP"),
)  # fmt: skip


def figure(name: str) -> str:
    """A secondary figure in plain words."""
    if name in FIGURES:
        return FIGURES[name]
    for start, words in (("not_returned_", "Not returned; ended as "), ("went_", "Ended as ")):
        if name.startswith(start):
            return words + plain(name.removeprefix(start))
    return titled(name)


def plain(code: str) -> str:
    return code.replace("_", " ").replace("england", "England")


def titled(code: str) -> str:
    """As ``plain``, where a line begins."""
    words = plain(code)
    return words[:1].upper() + words[1:]


def case(by: str, value: str) -> str:
    """A value of the case mix in words."""
    if by == "sen_provision":
        return _SEN.get(value, value)
    return f"Year {value}" if by == "year_group" and value.isdigit() else plain(value)


def letter(number: int) -> str:
    """A … Z, AA … after them: a number would look like a rank."""
    head = letter(number // 26 - 1) if number >= 26 else ""
    return head + chr(ord("A") + number % 26)


def reasons(excluded: Mapping[str, object]) -> str:
    return "; ".join(f"{plain(reason)} {n}" for reason, n in excluded.items()) or "none"
