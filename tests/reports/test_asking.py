"""What a report is asked, read from words; and kept to what the caller may have."""

from datetime import UTC, date, datetime

import pytest

from ap_registry.access import Caller
from ap_registry.errors import Refused
from reports.asking import asked_of, narrowed
from reports.kinds import Kind, Option

KIND = Kind(
    name="sample",
    title="Sample",
    about="A sample.",
    options=(
        Option(name="on", kind="day", required=True, help="Day."),
        Option(name="until", kind="day", after="on", help="Last day."),
        Option(name="known_by", kind="instant", help="Known by."),
        Option(name="la", kind="la", help="LA."),
        Option(name="school", kind="organisation", help="School."),
        Option(name="year", kind="whole", help="Year."),
        Option(name="publish", kind="flag", help="To be published."),
        Option(name="by", kind="choice", choices=("month", "term"), help="By."),
    ),
    readers=frozenset({"la", "school", "health", "auditor", "admin"}),
    module="tests",
)
NOTHING = dict.fromkeys(option.name for option in KIND.options)


def test_every_option_is_read_as_its_kind() -> None:
    given = {
        "on": "2025-03-30", "until": "2025-03-30", "known_by": "2025-03-30", "la": "la856",
        "school": " 100001 ", "year": "2025", "publish": "yes", "by": "term",
    }  # fmt: skip
    assert asked_of(KIND, given) == {
        "on": date(2025, 3, 30),
        "until": date(2025, 3, 30),
        "known_by": datetime(2025, 3, 30, 22, 59, 59, 999999, tzinfo=UTC),
        "la": "856",
        "school": "100001",
        "year": 2025,
        "publish": True,
        "by": "term",
    }


def test_blanks_are_not_given() -> None:
    asked = asked_of(KIND, {"on": "2025-03-31", "la": " ", "publish": ""})
    assert asked == {**NOTHING, "on": date(2025, 3, 31), "publish": False}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [("/on", "required")]),
        ({"on": "31/03/2025"}, [("/on", "bad_format")]),
        ({"on": "2025-03-31", "until": "2025-03-30"}, [("/until", "end_before_start")]),
        (
            {"on": "2025-03-31", "year": "-1", "by": "week"},
            [("/year", "bad_format"), ("/by", "bad_format")],
        ),
        ({"on": "2025-03-31", "publish": "perhaps"}, [("/publish", "bad_format")]),
        ({"on": "2025-03-31", "known_by": "9999-12-31"}, [("/known_by", "bad_format")]),
    ],
)  # fmt: skip
def test_all_that_is_wrong_is_named(given: dict[str, str], expected: list[tuple[str, str]]) -> None:
    with pytest.raises(Refused) as refused:
        asked_of(KIND, given)
    assert [(one.pointer, one.code) for one in refused.value.problems] == expected


def caller(role: str, *organisations: str) -> Caller:
    return Caller(actor="test", role=role, organisations=organisations)


@pytest.mark.parametrize(
    ("who", "asked", "kept_to"),
    [
        (caller("admin"), {"la": "857"}, {"la": "857"}),
        (caller("school", "100001"), {"la": "857"}, {"la": "857", "school": "100001"}),
        (caller("la", "LA856"), {"school": "100001"}, {"la": "856", "school": "100001"}),
        (caller("la", "LA857", "LA856"), {}, {"la": "857"}),
        (caller("la", "LA857", "LA856"), {"la": "857"}, {"la": "857"}),
        (caller("auditor", "100001"), {"school": "100001"}, {"school": "100001"}),
    ],
)  # fmt: skip
def test_a_report_is_kept_to_the_callers_own(
    who: Caller, asked: dict[str, str], kept_to: dict[str, str]
) -> None:
    assert narrowed(KIND, who, {**NOTHING, **asked}) == {**NOTHING, **kept_to}


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        (caller("parent"), {}),
        (caller("school", "100001"), {"school": "100002"}),
        (caller("school"), {}),
        (caller("la", "LA856"), {"la": "857"}),
        (caller("auditor", "100001"), {}),
        (caller("auditor", "100001"), {"school": "100002"}),
        (caller("health", "ICB-QK1"), {}),
    ],
)  # fmt: skip
def test_what_is_not_the_callers_is_forbidden(who: Caller, asked: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        narrowed(KIND, who, {**NOTHING, **asked})
    assert refused.value.status == 403
