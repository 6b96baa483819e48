"""A half-term for the parents: true, complete, and in words that a child of ten can read."""

import csv
import re
from io import StringIO
from typing import Any

import pytest

from ap_registry.registry import Registry
from reports.asking import asked_of
from reports.document import Facts
from reports.files import file_of
from reports.kinds import KINDS
from reports.writing.facts import lines
from tests.extracts.conftest import AskedOf, KeyOf
from tests.reports.telling import Telling
from tests.world import GARAGE, OTHER, PRU, SCHOOL, upn

OCTOBER = {"on": "2026-10-16"}
NOT_THEIRS = re.compile(r"\b(Bridge PRU|Alder School|NGRT|Ann|\d+ [A-Z]\w+ \d{4})\b")


def said(area: Registry, **given: str) -> list[str]:
    """Every sentence of the report, in its order."""
    kind = KINDS["progress"]
    document = kind.read(area, asked_of(kind, {"upn": upn(1), **given})).document()
    words = [*document.lead]
    for section in document.sections:
        for part in section.parts:
            if isinstance(part, Facts):
                words += [f"{term}: {value}" for term, value in lines(part)]
            else:
                assert isinstance(part, str)
                words.append(part)
    return words


@pytest.mark.parametrize("name", ["progress", "exit"])
def test_no_report_says_a_upn_from_before_an_adoption(registry: Registry, name: str) -> None:
    told = Telling(registry)
    told.tell(
        "off_site_direction", "2026-09-01", by=SCHOOL, school=SCHOOL, provider=PRU, ref="D-1",
        starts_on="2026-09-07", ends_on="2026-12-18", sessions_per_week=10,
        objectives=[f"Come every day ({told.upn})"], parent_notified_on="2026-09-01",
    )  # fmt: skip
    placed = told.placed("2026-09-07", arising_from="D-1", ends_on="2026-12-18")
    old = told.upn
    told.tell("upn_changed", "2026-10-01", new_upn=upn(2), reason="adopted", by=SCHOOL)
    made = KINDS[name].read(registry, asked_of(KINDS[name], {"placement": placed}))
    goals = [goal["goal"] for goal in made.object["goals"]]
    assert goals == ["Come every day ((removed))"]
    assert old not in file_of(made, "html").decode()


def test_a_half_term_says_how_often_the_child_came(area: Registry) -> None:
    words = said(area, **OCTOBER)
    # 20 half days from 7 September and 10 missed from the 21st: 200 of 300
    assert "The register has 30 half days. Ann came for 20. That is 67 in every 100." in words
    assert (
        "Ann missed 10 half days. For 10 of them there was no good reason, or nobody told us why."
        in words
    )


def test_the_next_one_is_set_beside_it(area: Registry) -> None:
    words = said(area)
    assert "The register has 10 half days. Ann came for 10. That is 100 in every 100." in words
    assert "In the half term before, it was 67 in every 100." in words
    assert "In English, Ann got 88.5. At the start it was 84." in words


def test_goals_and_meetings_are_as_agreed(area: Registry) -> None:
    words = said(area, **OCTOBER)
    for one in (
        "Come every day: Going well",
        "Read at age level: Needs more work",
        "We met on 12 October 2026. These people came: a parent, the school.",
        "We agreed that it will go on.",
        "The next meeting must be held by 18 December 2026.",
        "The plan is that it ends on 18 December 2026.",
    ):
        assert one in words


def test_what_the_child_does_not_want_a_parent_to_have_is_left_out(area: Registry) -> None:
    words = said(area, **OCTOBER)
    assert ("Ann said: “I like the workshop”" in words, "Ann felt happy." in words) == (True, True)
    assert not any("Home is loud" in one for one in words)


def test_nor_what_it_does_not_want_its_school_to_have_whoever_makes_it(key_of: KeyOf) -> None:
    asked = {"upn": upn(9), "on": "2026-05-22"}
    told = {
        role: key_of(role, organisation).get("/reports/progress", params=asked).text
        for role, organisation in (("school", SCHOOL), ("provider", PRU))
    }
    assert {role: "Not school" in text for role, text in told.items()} == {
        "school": False, "provider": False,
    }  # fmt: skip


def test_a_child_of_ten_can_read_it(area: Registry) -> None:
    """Flesch-Kincaid: school grade 5 or less is an age of ten to eleven; and no long sentence."""
    text = " ".join(NOT_THEIRS.sub("Sam", one) for one in said(area, **OCTOBER) + said(area))
    sentences = [s.split() for s in re.split(r"[.?!:]\s", text) if s.strip()]
    words = [re.sub(r"[^a-z]", "", w.lower()) for s in sentences for w in s]
    words = [w for w in words if w]
    syllables = sum(map(spoken, words))
    grade = 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
    assert (grade <= 5, max(map(len, sentences)) <= 20) == (True, True), grade


def spoken(word: str) -> int:
    """Its syllables: groups of vowels, less a silent e."""
    groups = len(re.findall(r"[aeiouy]+", word))
    return max(1, groups - (word.endswith("e") and not word.endswith("le") and groups > 1))


@pytest.mark.parametrize(
    ("role", "organisation", "status"),
    [
        ("provider", PRU, 200), ("school", SCHOOL, 200), ("la", "LA856", 200),
        ("provider", GARAGE, 404), ("school", OTHER, 404), ("la", "LA857", 404),
    ],
)  # fmt: skip
def test_whoever_does_not_see_the_pupil_is_told_nothing(
    key_of: KeyOf, role: str, organisation: str, status: int
) -> None:
    client = key_of(role, organisation)
    unseen, unknown = (client.get("/reports/progress", params={"upn": upn(n)}) for n in (1, 77))
    assert unseen.status_code == status
    if status == 404:
        assert unseen.content == unknown.content


def test_one_must_be_named(key_of: KeyOf) -> None:
    answer = key_of("provider", PRU).get("/reports/progress")
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/upn", "required")]


def test_the_exit_report_has_the_assessment_and_what_was_measured(asked: AskedOf) -> None:
    found: dict[str, Any] = asked("exit", upn=upn(9))
    assert found["assessment"] == {
        "shared_on": "2026-05-18", "school_name": "Alder School", "learning": "By doing",
        "triggers": "Noise", "needs": "A quiet place", "recommendations": "Start small",
    }  # fmt: skip
    assert found["goals"] == [{"goal": "Work in a group", "progress": "met"}]
    # 30 attended, 10 ill: 300 of 400
    assert (found["attendance"]["rate"], found["attendance"]["authorised"]) == (75.0, 10)
    (sdq,) = found["measures"]
    assert (sdq["baseline"], sdq["exit"], sdq["change"]) == (21, 14, -7)
    assert [(r["subject"], r["grade"]) for r in found["results"]] == [("maths", "L1")]
    assert [v["words"] for v in found["views"]] == ["She is calmer"]
    # terms of LA856: 2 to 27 March is 20 days; 13 April to 22 May is 30 less May Day
    assert (found["school_days"], found["end_reason"]) == (49, "returned_to_main_school")
    assert found["plan"]["lead"] == "Mr Bell"


def in_csv(area: Registry, name: str) -> list[dict[str, str]]:
    kind = KINDS[name]
    file = file_of(kind.read(area, asked_of(kind, {"upn": upn(9)})), "csv")
    return list(csv.DictReader(StringIO(file.decode("utf-8-sig"))))


def test_the_exit_report_has_all_it_says_in_csv(area: Registry) -> None:
    rows = in_csv(area, "exit")
    facts = {(r["fact"], r["of"]): (r["value"], r["unit"]) for r in rows if r["table"] == "facts"}
    assert facts["School days", ""] == ("49", "")
    assert facts["From", ""] == ("2026-03-02", "")
    assert facts["Attended", "rate"] == ("75.0", "per cent")
    assert facts["What makes it hard", ""] == ("Noise", "")
    assert facts["Work in a group", ""] == ("Met", "")
    assert facts["Led by", ""] == ("Mr Bell", "")
    assert [r["words"] for r in rows if r["table"] == "views"] == ["She is calmer"]
    assert len([r for r in rows if r["table"] == "reviews"]) == int(facts["Reviews held", ""][0])


def test_the_progress_report_has_what_its_sentences_rest_on_in_csv(
    area: Registry, asked: AskedOf
) -> None:
    rows = in_csv(area, "progress")
    found: dict[str, Any] = asked("progress", upn=upn(9))
    now = next(r for r in rows if r["table"] == "attendance")
    assert [now[key] for key in ("possible", "attended", "late")] == [
        str(found["attendance"][key]) for key in ("possible", "attended", "late")
    ]
    (placement,) = (r for r in rows if r["table"] == "placement")
    assert placement["starts_on"] == "2026-03-02"
    assert [r["words"] for r in rows if r["table"] == "views"] == [
        view["words"] for view in found["views"]
    ]


@pytest.mark.parametrize("name", ["progress", "exit"])
@pytest.mark.parametrize("format", ["html", "pdf", "xlsx", "csv"])
def test_each_is_written_in_each_format(area: Registry, name: str, format: str) -> None:
    kind = KINDS[name]
    assert file_of(kind.read(area, asked_of(kind, {"upn": upn(9)})), format)
