"""What sort of setting a placement is in, and whether anybody has registered it."""

from collections.abc import Mapping

from ap_registry import codes
from ap_registry.organisations import Organisation
from reports.facts import Row

# GIAS types (domain reference 4.3)
_BY_TYPE: Mapping[str, str] = {
    "14": "pru", "42": "ap_academy", "43": "ap_academy", "38": "ap_free_school",
    "11": "independent_school", "10": "special_school", "18": "further_education",
}  # fmt: skip
SETTINGS: Mapping[str, str] = {
    "pru": "PRU",
    "ap_academy": "AP academy",
    "ap_free_school": "AP free school",
    "special_school": "special school",
    "mainstream_school": "mainstream school",
    "independent_school": "independent school",
    "further_education": "FE college",
    "registered_provider": "provider with a UKPRN",
    "NFE": "non-maintained FE",
    "OOT": "one-on-one tuition",
    "OTH": "other unregistered",
    "WBP": "work-based",
    "unregistered": "unregistered, kind not said",
}


def setting(provider: Organisation | None, placement: Row) -> str:
    """A code of SETTINGS: the GIAS type, else what is said of it; ``not_stated`` if nothing is."""
    if provider is not None:
        gias = (provider.type_code or "").lstrip("0")
        if gias in _BY_TYPE:
            return _BY_TYPE[gias]
        if provider.is_mainstream_or_special:
            return "special_school" if gias in codes.SPECIAL_TYPES else "mainstream_school"
    said = placement.setting_type or (provider.setting_type if provider else None)
    if said:
        return str(said)
    if provider is not None and provider.ukprn:
        return "registered_provider"
    return "unregistered" if is_unregistered(provider) else "not_stated"


def is_unregistered(provider: Organisation | None) -> bool:
    """Whom nobody knows, nobody inspects."""
    return provider is None or provider.is_unregistered
