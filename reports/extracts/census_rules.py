"""What is wrong with a census return before DfE says so: errors to mend, queries to look at.

``seen``: the rule stands in a guide or code list that was seen; else it is recalled.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ap_registry.codes import SEN_NEED, SETTING_TYPE
from ap_registry.identifiers import BadIdentifier, parse_upn

Row = Mapping[str, Any]
YOUNGEST, OLDEST = 2, 18  # AP census guide, scope: aged 2 to 18
BY_AN_LA = frozenset({
    "ehc_plan", "permanent_exclusion", "mental_health", "physical_health", "pregnancy",
    "no_school_place", "other",
})  # fmt: skip
HEALTH = frozenset({"mental_health", "physical_health"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """``wrong`` says in words what is wrong with a child's row, or nothing."""

    rule: str
    item: str
    severity: str
    seen: bool
    wrong: Callable[[Row, Row], str | None]


def findings(found: Row) -> Iterator[Row]:
    """Of each child in the order of the return; errors before queries."""
    upns = Counter(child["upn"] for child in found["children"] if child["upn"])
    for child in found["children"]:
        for check in CHECKS:
            words = check.wrong(child, found)
            if words:
                yield _finding(check, child, words)
        if upns[child["upn"]] > 1:
            yield _finding(_TWICE, child, "the same UPN stands on two children")


def _finding(check: Check, child: Row, words: str) -> Row:
    return {
        "pupil_id": child["pupil_id"],
        "upn": child["upn"],
        "name": child["name"],
        "severity": check.severity,
        "item": check.item,
        "rule": check.rule,
        "detail": words,
        "seen": check.seen,
    }


def _missing(item: str, words: str) -> Callable[[Row, Row], str | None]:
    return lambda child, _found: None if child[item] else words


def _upn(child: Row, _found: Row) -> str | None:
    if child["upn"] is None:
        return None
    try:
        parse_upn(child["upn"])
    except BadIdentifier as bad:
        return str(bad)
    return None


def _age(child: Row, found: Row) -> str | None:
    """On 31 August before the census."""
    if child["date_of_birth"] is None:
        return None
    born = date.fromisoformat(child["date_of_birth"])
    age = found["year"] - 1 - born.year - ((born.month, born.day) > (8, 31))
    if YOUNGEST <= age <= OLDEST:
        return None
    return f"aged {age} on 31 August {found['year'] - 1}: the census has children of 2 to 18"


def _need(child: Row, _found: Row) -> str | None:
    if child["sen_provision"] not in {"K", "E"} or child["sen_need"]:
        return None
    return "a child with SEN support or an EHC plan has a primary type of need"


def _unassessed(child: Row, _found: Row) -> str | None:
    if child["sen_need"] == "NSA" and child["sen_provision"] != "K":
        return f"NSA ({SEN_NEED.label('NSA')}) is for SEN support only"
    return None


def _needless(child: Row, _found: Row) -> str | None:
    if child["sen_need"] and child["sen_provision"] == "N":
        return "a type of need is named, but no SEN provision"
    return None


def _setting(child: Row, _found: Row) -> str | None:
    named = [name for name in ("urn", "ukprn", "setting_type") if child[name]]
    if len(named) == 1:
        return None
    return "give a URN, or a UKPRN, or the type of setting: exactly one of them"


def _ukprn(child: Row, _found: Row) -> str | None:
    number = child["ukprn"]
    if number is None or (len(number) == 8 and number.isdigit() and number[0] == "1"):
        return None
    return f"{number} is no UKPRN: eight digits, the first a 1"


def _setting_type(child: Row, _found: Row) -> str | None:
    if child["setting_type"] is None or child["setting_type"] in SETTING_TYPE:
        return None
    return "the type of setting must be one of " + ", ".join(SETTING_TYPE)


def _reason_code(child: Row, _found: Row) -> str | None:
    if child["reason_code"]:
        return None
    return (
        f"no DfE code is given for the reason {child['reason']}:"
        " fill in the table (ap-registry template codes) and import it"
    )


def _attendance_code(child: Row, _found: Row) -> str | None:
    if child["attendance_code"]:
        return None
    return (
        f"no DfE code is given for attendance {child['attendance']}:"
        " fill in the table (ap-registry template codes) and import it"
    )


def _reason(child: Row, _found: Row) -> str | None:
    if child["reason"] in BY_AN_LA:
        return None
    return f"{child['reason']} is a reason of schools, not one of those of an LA"


def _exclusion_first(child: Row, _found: Row) -> str | None:
    if child["excluded_before"] and child["reason"] in HEALTH:
        return "permanently excluded in the year before: that is the reason, not the health need"
    return None


def _postcode(child: Row, _found: Row) -> str | None:
    """Of an address that is there."""
    return "the address has no postcode" if child["address"] and not child["postcode"] else None


def _dates(child: Row, _found: Row) -> str | None:
    if child["leaving_date"] and child["leaving_date"] < child["entry_date"]:
        return "the leaving date is before the entry date"
    return None


def _sessions(child: Row, _found: Row) -> str | None:
    if 1 <= child["sessions_per_week"] <= 10:
        return None
    return "sessions a week must be from 1 to 10"


def _check(
    rule: str, item: str, wrong: Callable[[Row, Row], str | None], *, query: bool = False,
    seen: bool = False,
) -> Check:  # fmt: skip
    severity = "query" if query else "error"
    return Check(rule=f"census.{rule}", item=item, severity=severity, seen=seen, wrong=wrong)


_TWICE = _check("upn-twice", "UPN", lambda _child, _found: None)
CHECKS = (
    _check("upn", "UPN", _upn, seen=True),
    _check("surname", "Surname", _missing("surname", "the surname is missing")),
    _check("forename", "Forename", _missing("forename", "the forename is missing")),
    _check("born", "DOB", _missing("date_of_birth", "the date of birth is missing")),
    _check("age", "DOB", _age, seen=True),
    _check("sex", "Sex", _missing("sex", "the sex is missing"), seen=True),
    _check("sen-provision", "SENprovision", _missing("sen_provision", "SEN provision is missing")),
    _check("sen-nsa", "SENtype", _unassessed, seen=True),
    _check("sen-none", "SENtype", _needless),
    _check("setting", "URN", _setting, seen=True),
    _check("ukprn", "UKPRN", _ukprn, seen=True),
    _check("setting-type", "SettingType", _setting_type, seen=True),
    _check("reason-code", "PrimaryReason", _reason_code, seen=True),
    _check("attendance-code", "AttendancePattern", _attendance_code),
    _check("dates", "LeavingDate", _dates, seen=True),
    _check("sessions", "SessionsPerWeek", _sessions, seen=True),
    _check("no-upn", "UPN", _missing("upn", "no UPN: the LA may allocate one"), query=True),
    _check(
        "ethnicity", "Ethnicity", _missing("ethnicity", "the ethnicity is missing"), query=True
    ),
    _check("sen-need", "SENtype", _need, query=True),
    _check(
        "address", "Address",
        _missing("address", "no address of a contact with parental responsibility"), query=True,
    ),
    _check("postcode", "PostCode", _postcode, query=True),
    _check("reason", "PrimaryReason", _reason, query=True, seen=True),
    _check("exclusion-first", "PrimaryReason", _exclusion_first, query=True, seen=True),
)  # fmt: skip
