"""CATALOGUE: the one list of what can be notified."""

from collections.abc import Mapping
from typing import Any

from ap_registry.notice import Clock, NoticeType
from ap_registry.notices import (
    actions,
    attainment,
    contacts,
    destinations,
    ehc,
    exclusion_decisions,
    exclusion_notices,
    exclusion_reviews,
    exclusions,
    fair_access,
    funding,
    health,
    identity,
    ledger_acts,
    notified,
    off_site,
    outreach,
    part_time,
    placements,
    referrals,
    register_returns,
    reintegration,
    return_watch,
    returns,
    reviews,
    roll,
    sixth_day_education,
    transitions,
    voice,
)

_PARTS = (
    roll,
    identity,
    exclusions,
    exclusion_decisions,
    notified,
    sixth_day_education,
    referrals,
    off_site,
    placements,
    reviews,
    reintegration,
    return_watch,
    outreach,
    attainment,
    destinations,
    actions,
    ehc,
    fair_access,
    funding,
    health,
    part_time,
    voice,
    exclusion_notices,
    exclusion_reviews,
    returns,
    register_returns,
    transitions,
    contacts,
    ledger_acts,
)

CATALOGUE: Mapping[str, NoticeType[Any]] = {
    kind.name: kind for part in _PARTS for kind in part.TYPES
}
BY_ALIAS: Mapping[str, NoticeType[Any]] = {kind.alias: kind for kind in CATALOGUE.values()}
CLOCKS: tuple[Clock, ...] = tuple(clock for part in _PARTS for clock in part.CLOCKS)
