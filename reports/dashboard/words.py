"""Groups of pupils in words."""

from collections.abc import Mapping

GROUPS: Mapping[str, str] = {
    "sen_provision": "SEN provision",
    "free_school_meals": "Free school meals",
    "ethnicity": "Ethnicity",
    "nc_year": "Year group",
    "sex": "Sex",
    "looked_after": "Looked after",
    "social_worker": "Social worker",
    "young_carer": "Young carer",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "sen_provision": {"N": "none", "K": "SEN support", "E": "EHC plan"},
    "free_school_meals": {"true": "eligible", "false": "not eligible"},
    "sex": {"F": "female", "M": "male"},
    "young_carer": {"true": "yes", "false": "no"},
    "social_worker": {"cin": "child in need", "cp": "child protection plan"},
}


def value_in_words(by: str, value: str) -> str:
    if by == "nc_year" and value.isdigit():
        return f"Year {value}"
    return _WORDS.get(by, {}).get(value, value.replace("_", " "))
