"""National shares that the made-up data keeps to, each with its source; the rest is assumption."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")

# DfE, "Special educational needs in England 2022/23", school-arranged AP placements, England:
# pupils by placement reason and setting (data/ees-ap/spc_school_ap_placement.csv).
SETTINGS = ("urn", "ukprn", "NFE", "OOT", "OTH", "WBP")
PLACEMENTS_2022_23: Mapping[str, tuple[int, ...]] = {
    "behaviour": (7274, 997, 187, 1000, 3747, 520),
    "other": (2375, 458, 124, 596, 1641, 250),
    "mental_health": (2182, 362, 21, 861, 971, 85),
    "physical_health": (354, 44, 1, 91, 69, 2),
    "permanent_exclusion": (216, 7, 2, 10, 12, 2),
    "suspension": (92, 3, 1, 10, 9, 1),
}

# DfE, "Pupil absence in schools in England", state AP schools, autumn and spring 2022/23:
# sessions by reason (data/ees-ap/4_absence_2term_pru.csv). E comes from exclusions, not from here.
ABSENCE_2022_23: Mapping[str, int] = {
    "I": 357_933,
    "M": 36_054,
    "C": 2_881,
    "C2": 635_787,
    "G": 15_071,
    "U": 47_402,
    "O": 852_598,
    "N": 16_426,
}
OVERALL_ABSENCE = 0.407  # 2,101,715 of 5,157,635 sessions, the same file

# Share of the disruptive-behaviour group {DB, LD, CB} in all reasons given, 2023/24 (domain 5.2).
DISRUPTIVE_OF_SUSPENSIONS = 0.51
DISRUPTIVE_OF_PERMANENT = 0.39
DISRUPTIVE: Mapping[str, int] = {"DB": 60, "LD": 15, "CB": 25}
# Assumed, for want of a stored table: how the other reasons divide.
OTHER_SUSPENSION: Mapping[str, int] = {
    "VA": 28, "PP": 27, "VP": 8, "PA": 6, "DM": 5, "VR": 6, "DR": 5, "OW": 4, "BU": 2, "RA": 3,
    "TH": 2, "MP": 2, "LG": 1, "MB": 1,
}  # fmt: skip
OTHER_PERMANENT: Mapping[str, int] = {
    "PP": 26, "PA": 20, "VA": 14, "OW": 14, "DR": 14, "BW": 4, "VP": 4, "SM": 2, "DM": 2,
}  # fmt: skip
SUSPENDED_DAYS: Mapping[int, int] = {1: 46, 2: 25, 3: 13, 4: 5, 5: 8, 6: 1, 8: 1, 10: 1}

SEN_PROVISION: Mapping[str, int] = {"K": 56, "E": 26, "N": 18}
SEN_NEED: Mapping[str, int] = {"SEMH": 66, "SLCN": 10, "MLD": 8, "SPLD": 7, "ASD": 9}
ETHNICITY: Mapping[str, int] = {
    "WBRI": 62, "WOTH": 6, "MWBC": 7, "BCRB": 4, "BAFR": 6, "AIND": 6, "APKN": 4, "WIRT": 1,
    "NOBT": 4,
}  # fmt: skip

END_REASON: Mapping[str, int] = {
    "returned_to_main_school": 62,
    "new_mainstream": 8,
    "breakdown": 9,
    "other_ap": 7,
    "parental_withdrawal": 4,
    "special_school": 4,
    "ehe": 3,
    "cme": 2,
    "custody": 1,
}


def draw(rng: Random, weights: Mapping[T, int]) -> T:
    """One of the keys, by weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def setting(rng: Random, reason: str) -> str:
    return rng.choices(SETTINGS, PLACEMENTS_2022_23[reason])[0]


def placement_reason(rng: Random) -> str:
    """Why a school arranges AP."""
    return draw(rng, {reason: sum(row) for reason, row in PLACEMENTS_2022_23.items()})


def exclusion_reasons(rng: Random, *, permanent: bool = False) -> Sequence[str]:
    """One to three, each disruptive in the national share."""
    share = DISRUPTIVE_OF_PERMANENT if permanent else DISRUPTIVE_OF_SUSPENSIONS
    others = OTHER_PERMANENT if permanent else OTHER_SUSPENSION
    found: list[str] = []
    for _ in range(draw(rng, {1: 82, 2: 14, 3: 4})):
        reason = draw(rng, DISRUPTIVE if rng.random() < share else others)
        if reason not in found:
            found.append(reason)
    return found


def between(rng: Random, first: date, last: date) -> date:
    """A day from the first to the last, both possible."""
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def reported_absence(rng: Random) -> float:
    """About the national level of state AP schools, wide apart from pupil to pupil."""
    return min(0.85, max(0.08, rng.gauss(OVERALL_ABSENCE, 0.17)))


def better(rng: Random, before: float) -> float:
    """Absence afterwards: better for two in three, much the same or worse for the others."""
    change = rng.uniform(0.08, 0.32) if rng.random() < 0.67 else rng.uniform(-0.12, 0.04)
    return min(0.9, max(0.04, before - change))
