"""The Office for National Statistics' codes of an LA and of its region, as open data has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ap_registry.arrangements import Arrangements, in_force

LA_CODE, REGION = "area.new_la_code", "area.region_code"  # arrangements of an LA
ONS_CODE = re.compile(r"E\d{8}")
ONS_FROM = date(2009, 1, 1)  # the first day of the nine-character codes
REGIONS: Mapping[str, str] = {  # ONS, Register of Geographic Codes: regions of England
    "E12000001": "North East",
    "E12000002": "North West",
    "E12000003": "Yorkshire and The Humber",
    "E12000004": "East Midlands",
    "E12000005": "West Midlands",
    "E12000006": "East of England",
    "E12000007": "London",
    "E12000008": "South East",
    "E12000009": "South West",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """None where nobody has told it."""

    new_la_code: str | None = None
    region_code: str | None = None

    @property
    def region_name(self) -> str | None:
        return REGIONS.get(self.region_code or "")


def area_of(arrangements: Arrangements, la: str, on: date) -> Area:
    """As it stood on a day; ``la``: three digits."""
    told = {name: in_force(arrangements, f"LA{la}", name, on) for name in (LA_CODE, REGION)}
    code, region = (one.value if one else None for one in told.values())
    return Area(new_la_code=code, region_code=region)
