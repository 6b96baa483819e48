"""CATALOGUE: the one list of what can be notified."""

from collections.abc import Mapping
from typing import Any

from ap_registry.notice import Clock, NoticeType
from ap_registry.notices import (
    attainment,
    destinations,
    exclusions,
    ledger_acts,
    outreach,
    placements,
    reintegration,
    roll,
)

_PARTS = (
    roll,
    exclusions,
    placements,
    reintegration,
    outreach,
    attainment,
    destinations,
    ledger_acts,
)

CATALOGUE: Mapping[str, NoticeType[Any]] = {
    kind.name: kind for part in _PARTS for kind in part.TYPES
}
BY_ALIAS: Mapping[str, NoticeType[Any]] = {kind.alias: kind for kind in CATALOGUE.values()}
CLOCKS: tuple[Clock, ...] = tuple(clock for part in _PARTS for clock in part.CLOCKS)
