"""Invented pupils: numbers with a right check letter, names from no register, a first record."""

from datetime import date, timedelta
from random import Random
from typing import Any

from ap_registry.calendar import academic_year
from ap_registry.demo.area import Area
from ap_registry.demo.facts import ETHNICITY, SEN_NEED, SEN_PROVISION, draw
from ap_registry.demo.life import DAY, Life
from ap_registry.demo.terms import GO_LIVE
from ap_registry.identifiers import check_letter

SPREAD = 40  # establishment numbers 4001–4040, with 1,000 serials each
STEADY = 0.04  # absent: well within what any outcome asks
BACK_DAYS = 100  # school days of registers before what set a placement off
_GIVEN = (
    "Aldwin", "Brisa", "Corvin", "Dalia", "Eskil", "Fennel", "Garrick", "Hesper", "Ilka", "Jory",
    "Kestra", "Lorcan", "Merrin", "Neven", "Orla", "Perrin", "Quill", "Rowan", "Senna", "Tamsin",
    "Ulric", "Vesper", "Wren", "Xanthe", "Yestin", "Zephyr",
)  # fmt: skip
_FAMILY = (
    "Applethorn", "Birdlip", "Candlewick", "Duckworthy", "Elderbark", "Foxglove", "Gallowhill",
    "Honeybourne", "Inkpen", "Jackdaw", "Kettleby", "Lampwright", "Moonraker", "Nettlefold",
    "Oatcake", "Pennywhistle", "Quillfeather", "Ravenscar", "Saltmarsh", "Thimblethorpe",
    "Underhedge", "Vinegar", "Wickersham", "Yarrowby",
)  # fmt: skip


def upn_of(la: str, number: int) -> str:
    """The UPN of the number-th pupil of an LA, whatever the seed."""
    if number >= SPREAD * 1000:
        raise ValueError(f"at most {SPREAD * 1000} pupils in one LA")
    body = f"{la}{4001 + number % SPREAD}{14 + number % 5}{number // SPREAD:03d}"
    return check_letter(body) + body


def unborn(area: Area, number: int) -> Life:
    """The number-th pupil of an LA before anything is told of them."""
    rng = Random(f"{area.seed}/{area.la}/{number}")
    return Life(area=area, rng=rng, number=number, upn=upn_of(area.la, number))


def make_known(life: Life, *, year_group: int, trigger: date, before: float) -> None:
    """Register the pupil and open the school's register, 100 school days before the trigger.

    Where that lies before go-live the first notices come at go-live, and the registers of the
    months before are sent in then. ``year_group`` is that on the day of the trigger.
    """
    rng = life.rng
    life.born_year = academic_year(trigger) - year_group - 5
    back_on = life.before(trigger, BACK_DAYS)
    on = max(back_on, GO_LIVE.date())
    joined = min(date(academic_year(back_on), 9, 4), back_on)
    ref = life.note("pupil_registered", on, life.school, late=0, **_details(life, on))
    life.known_at = life.moments[ref]
    life.note(
        "joined_roll", joined, life.school, late=(on - max(joined, GO_LIVE.date())).days,
        school=life.school, registration="C",
    )  # fmt: skip
    life.attend(life.school, back_on, before)
    if rng.random() < 0.04:
        life.note("pupil_details_changed", on + 60 * DAY, life.school, social_worker="cin")


def _details(life: Life, on: date) -> dict[str, Any]:
    rng = life.rng
    life.sen_provision = draw(rng, SEN_PROVISION)
    born = date(life.born_year, 9, 1) + timedelta(days=rng.randrange(365))
    found: dict[str, Any] = {
        "given_name": rng.choice(_GIVEN),
        "family_name": rng.choice(_FAMILY),
        "date_of_birth": born,
        "sex": "M" if rng.random() < 0.68 else "F",
        "home_la": life.area.la,
        "sen_provision": life.sen_provision,
        "free_school_meals": rng.random() < 0.56,
        "ethnicity": draw(rng, ETHNICITY),
        "first_language": "ENG",
        "nc_year": str(life.year_group(on)),
    }
    if life.sen_provision != "N":
        found["sen_need"] = draw(rng, SEN_NEED)
    if rng.random() < 0.05:
        found |= {"looked_after": "current", "care_la": life.area.la}
    return found | {"social_worker": draw(rng, {"none": 80, "cin": 15, "cp": 5})}


def pick_school(area: Area, rng: Random, year_group: int) -> str:
    return rng.choice(area.secondaries if year_group > 6 else area.primaries)
