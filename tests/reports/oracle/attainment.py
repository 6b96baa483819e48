"""O4: academic attainment, with a focus on English and maths."""

from datetime import date

from tests.reports.oracle.leavers import Leaver
from tests.reports.oracle.story import Fact

ENGLISH = {"english_language", "english_literature", "english"}
MATHS = {"maths"}


def outcome(leaver: Leaver, today: date) -> str:
    reason = leaver.excluded(leaver.ends_on)
    if reason:
        return reason
    if leaver.ends_on > today:
        return "pending"
    return "success" if both(leaver, level_1) else "failed"


def awards(leaver: Leaver) -> list[Fact]:
    return [f for f in leaver.pupil.story.of("result_awarded") if f.on <= leaver.ends_on]


def both(leaver: Leaver, test: object) -> bool:
    assert callable(test)
    return all(
        any(f["subject"] in subjects and test(f) for f in awards(leaver))
        for subjects in (ENGLISH, MATHS)
    )


def gcse(award: Fact, lowest: int) -> bool:
    return (
        award["qualification"] == "gcse"
        and str(award["grade"]).isdigit()
        and int(award["grade"]) >= lowest
    )


def level_1(award: Fact) -> bool:
    return gcse(award, 1) or (
        award["qualification"] == "functional_skills" and award["grade"] in {"L1", "L2"}
    )


def entry_1(award: Fact) -> bool:
    return level_1(award) or (
        award["qualification"] in {"functional_skills", "entry_level"}
        and award["grade"] in {"E1", "E2", "E3"}
    )
