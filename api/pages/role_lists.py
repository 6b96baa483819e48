"""Every list of work by its name, and the names of each role's."""

from collections.abc import Mapping

from api.pages.family_lists import OF_FAMILIES
from api.pages.partner_lists import OF_CARE, OF_HEALTH
from api.pages.provider_lists import OF_PROVIDERS, Work

WORK: Mapping[str, Work] = {**OF_PROVIDERS, **OF_HEALTH, **OF_CARE, **OF_FAMILIES}
OF_ROLE: Mapping[str, tuple[str, ...]] = {
    role: tuple(name for name, work in WORK.items() if work.role == role)
    for role in ("provider", "health", "social_care", "school", "la")
}
WAITING: Mapping[str, tuple[str, ...]] = {
    role: tuple(name for name in names if WORK[name].waits) for role, names in OF_ROLE.items()
}
