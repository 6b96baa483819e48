"""Organisations and terms of a made-up local authority."""

from dataclasses import dataclass
from datetime import date, timedelta

from ap_registry import codes
from ap_registry.calendar import is_bank_holiday

SCHOOLS = (
    "Alder Vale Academy", "Brook Lane School", "Castle Hill Academy", "Dale End School",
    "Elmfield Academy", "Fairwater School", "Grange Park Academy", "Heathcote School",
    "Ivy Bank Academy", "Juniper School", "Kestrel Academy", "Larkfield School",
    "Millbrook Academy", "Northgate School", "Orchard Rise Academy", "Priory Fields School",
    "Quarry Hill Academy", "Riverside School", "Stonebridge Academy", "Thornton School",
)  # fmt: skip
SPECIAL = ("The Willows Special School", "Beacon Special Academy")
UNREGISTERED = ("Green Shoots Farm", "Second Gear Motors", "Studio Nine", "Harbour Tuition")
YEARS = range(2023, 2027)


@dataclass(frozen=True, slots=True)
class Places:
    """Ids of one local authority's organisations."""

    la: str
    mainstream: tuple[str, ...]
    special: tuple[str, ...]
    pru: str
    academies: tuple[str, ...]
    unregistered: tuple[str, ...]
    service: str

    @property
    def state_ap(self) -> tuple[str, ...]:
        return (self.pru, *self.academies)


def places(la: str, number: int) -> Places:
    """The ids do not depend on the seed: each LA has a block of its own."""
    first = 500_000 + number * 40
    return Places(
        la=la,
        mainstream=tuple(str(first + n) for n in range(len(SCHOOLS))),
        special=tuple(str(first + 20 + n) for n in range(len(SPECIAL))),
        pru=str(first + 30),
        academies=(str(first + 31), str(first + 32)),
        unregistered=tuple(f"AP-{la}{n}" for n in range(1, len(UNREGISTERED) + 1)),
        service=f"SVC-{la}1",
    )


Row = dict[str, str]


def organisations(found: Places) -> list[Row]:
    """Rows of the small form (contract section 5)."""
    la = found.la
    name = codes.LA_CODES.get(la, f"LA {la}")

    def row(key: str, kind: str, title: str, type_code: str = "", setting: str = "") -> Row:
        return {
            "id": key, "kind": kind, "name": title, "la": la, "type_code": type_code,
            "setting_type": setting, "email": f"office@{key.lower()}.example",
        }  # fmt: skip

    rows = [row(f"LA{la}", "la", name)]
    rows += [row(k, "school", t, "34") for k, t in zip(found.mainstream, SCHOOLS, strict=True)]
    rows += [row(k, "school", t, "7") for k, t in zip(found.special, SPECIAL, strict=True)]
    rows.append(row(found.pru, "provider", "Bridge Pupil Referral Unit", "14"))
    rows.append(row(found.academies[0], "provider", "Horizon AP Academy", "42"))
    rows.append(row(found.academies[1], "provider", "Compass AP Free School", "38"))
    rows += [
        row(k, "provider", t, "", "OTH")
        for k, t in zip(found.unregistered, UNREGISTERED, strict=True)
    ]
    rows.append(row(found.service, "service", "Inclusion Support Service"))
    rows.append(row(f"ICB-{la}", "health", "School Nursing Team"))
    return rows


_BLOCKS = (
    ((9, 2), (10, 24)), ((11, 3), (12, 19)), ((1, 5), (2, 13)), ((2, 23), (4, 2)),
    ((4, 20), (5, 22)), ((6, 1), (7, 21)),
)  # fmt: skip


def blocks(year: int) -> list[tuple[date, date]]:
    """Six blocks of an academic year, moved to whole weeks."""
    found = []
    for (month, day), (end_month, end_day) in _BLOCKS:
        start = date(year if month >= 9 else year + 1, month, day)
        end = date(year if end_month >= 9 else year + 1, end_month, end_day)
        while start.weekday() > 4:
            start += timedelta(days=1)
        while end.weekday() > 4:
            end -= timedelta(days=1)
        found.append((start, end))
    return found


def terms(found: Places) -> list[Row]:
    return [
        {
            "organisation": f"LA{found.la}",
            "starts_on": start.isoformat(),
            "ends_on": end.isoformat(),
        }
        for year in YEARS
        for start, end in blocks(year)
    ]


def closures(found: Places) -> list[Row]:
    """A training day for each mainstream school on the first day of each spring term."""
    return [
        {
            "organisation": school,
            "date": blocks(year)[2][0].isoformat(),
            "reason": "INSET",
        }
        for school in found.mainstream
        for year in YEARS
    ]


def school_days() -> list[date]:
    """Every day open to pupils in the LA, all years."""
    days = []
    for year in YEARS:
        for start, end in blocks(year):
            span = (end - start).days + 1
            for n in range(span):
                day = start + timedelta(days=n)
                if day.weekday() < 5 and not is_bank_holiday(day):
                    days.append(day)
    return days
