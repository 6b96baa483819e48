"""One invented LA as the stories see it: its schools, providers, services, and their calendars."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from random import Random

from ap_registry.calendar import Calendars, SchoolCalendar
from ap_registry.demo.terms import BLOCKS, inset_days

SECONDARIES, PRIMARIES, MOST = 18, 4, 60
_FIRST = (
    "Harrow", "Wynd", "Elder", "Thistle", "Marl", "Quarry", "Fenn", "Larks", "Amber", "Bracken",
    "Copper", "Dunlin", "Foss", "Gorse", "Heron", "Ivel", "Juniper", "Kestrel", "Linnet", "Mallow",
)  # fmt: skip
_SECOND = ("mere", "wick", "combe", "gate", "hollow", "stone", "brook", "field", "moor", "holt")
_COLUMNS = (
    "id", "kind", "name", "la", "las", "trust", "ukprn", "type_code", "setting_type",
    "subcontractor_of", "opened_on", "closed_on", "email",
)  # fmt: skip


@dataclass(frozen=True)
class Area:
    """``unregistered`` is by setting: ``ukprn`` or the setting type of the AP census."""

    seed: int
    la: str
    secondaries: tuple[str, ...]
    primaries: tuple[str, ...]
    specials: tuple[str, ...]
    pru: str
    academies: tuple[str, ...]
    unregistered: Mapping[str, tuple[str, ...]]
    service: str
    college: str
    neighbour: str
    neighbour_school: str
    rows: tuple[dict[str, str], ...]

    @property
    def authority(self) -> str:
        return f"LA{self.la}"

    @property
    def state_ap(self) -> tuple[str, ...]:
        return (self.pru, *self.academies)

    @cached_property
    def closures(self) -> Mapping[str, tuple[date, ...]]:
        schools = (*self.secondaries, *self.primaries, *self.specials, *self.state_ap)
        return {school: tuple(inset_days(self.seed, school)) for school in schools}

    @cached_property
    def calendars(self) -> Calendars:
        return Calendars(
            terms={self.authority: BLOCKS},
            closures={
                school: dict.fromkeys(days, "INSET") for school, days in self.closures.items()
            },
            la_of={row["id"]: self.authority for row in self.rows},
        )

    def calendar(self, organisation: str) -> SchoolCalendar:
        """An organisation of another LA has the LA's: all invented LAs keep the same terms."""
        known = organisation if organisation in self.calendars.la_of else self.authority
        return self.calendars.of(known)

    def provider_for(self, rng: Random, setting: str) -> str:
        if setting != "urn":
            return rng.choice(self.unregistered[setting])
        return rng.choices(self.state_ap, [3, 4, 4][: len(self.state_ap)])[0]


def neighbour_of(la: str) -> str:
    return "857" if la != "857" else "855"


def urn(la: str, number: int) -> str:
    """From 916000 on no establishment has a URN: these are plainly invented."""
    return str(900_000 + int(la) * 80 + number)


@lru_cache(maxsize=4)
def area(seed: int, la: str, scale: float) -> Area:
    secondaries = [urn(la, n) for n in range(min(MOST, max(8, round(SECONDARIES * scale))))]
    ids = {
        "primaries": [urn(la, MOST + n) for n in range(PRIMARIES)],
        "specials": [urn(la, 65), urn(la, 66)],
        "academies": [urn(la, 71), urn(la, 72)],
    }
    unregistered = {
        "OTH": (f"AP-{la}1", f"AP-{la}2"),
        "OOT": (f"AP-{la}3",),
        "ukprn": (f"AP-{la}4",),
        "WBP": (f"AP-{la}5",),
        "NFE": (f"AP-{la}6",),
    }
    return Area(
        seed=seed,
        la=la,
        secondaries=tuple(secondaries),
        primaries=tuple(ids["primaries"]),
        specials=tuple(ids["specials"]),
        pru=urn(la, 70),
        academies=tuple(ids["academies"]),
        unregistered=unregistered,
        service=f"SVC-{la}1",
        college=urn(la, 75),
        neighbour=neighbour_of(la),
        neighbour_school=urn(neighbour_of(la), 0),
        rows=tuple(_rows(seed, la, secondaries, ids)),
    )


def _rows(
    seed: int, la: str, secondaries: list[str], ids: Mapping[str, list[str]]
) -> list[dict[str, str]]:
    rng = Random(f"{seed}/{la}/names")
    names = [first + second for first in _FIRST for second in _SECOND]
    rng.shuffle(names)
    town = names.pop()
    trust = f"T-{la}01"

    def school(urn_: str, title: str, type_code: str, **more: str) -> dict[str, str]:
        kind = "provider" if type_code in ("14", "38", "42") else "school"
        name = f"{names.pop()} {title}"
        return row(id=urn_, kind=kind, name=name, la=la, type_code=type_code, **more)

    rows = [
        authority_row(la, town),
        row(id=f"ICB-Z{la}", kind="health", name=f"{town} Invented Care Board", la=la, las=la),
        row(id=trust, kind="trust", name=f"{town} Learning Trust", la=la),
    ]
    for n, one in enumerate(secondaries):
        code = ("34", "28", "01", "05", "34", "02")[n % 6]
        title = "Academy" if code in ("28", "34") else "School"
        rows.append(school(one, title, code, trust=trust if code == "28" else ""))
    rows += [school(one, "Primary School", "01") for one in ids["primaries"]]
    rows += [school(ids["specials"][0], "Special School", "07")]
    rows += [school(ids["specials"][1], "Special Academy", "44")]
    rows += [school(urn(la, 70), "Pupil Referral Unit", "14")]
    rows += [school(ids["academies"][0], "AP Free School", "38")]
    rows += [school(ids["academies"][1], "AP Academy", "42", trust=trust)]
    rows += [school(urn(la, 75), "College", "18")]
    return rows + _unregistered(la, names)


def _unregistered(la: str, names: list[str]) -> list[dict[str, str]]:
    titles = (
        ("Workshops", "OTH"), ("Riding Centre", "OTH"), ("Tutors", "OOT"),
        ("Skills Hub", ""), ("Garage Project", "WBP"), ("Trade College", "NFE"),
    )  # fmt: skip
    rows = [
        row(
            id=f"AP-{la}{n}",
            kind="provider",
            name=f"{names.pop()} {title}",
            la=la,
            setting_type=setting,
            ukprn="" if setting else f"19{la}001",
        )
        for n, (title, setting) in enumerate(titles, 1)
    ]
    name = f"{names.pop()} Inclusion Outreach Service"
    return [*rows, row(id=f"SVC-{la}1", kind="service", name=name, la=la)]


def authority_row(la: str, town: str) -> dict[str, str]:
    return row(id=f"LA{la}", kind="la", name=f"{town} Council (made up, code {la})", la=la)


def row(**values: str) -> dict[str, str]:
    return {column: values.get(column, "") for column in _COLUMNS}
