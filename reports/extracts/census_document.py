"""The AP census for the officer who sends it: what to put right first, then whom it has."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from reports.document import Column, Document, Facts, Section, Table
from reports.extracts.words import REASONS, dated
from reports.render import day_in_words

_FINDINGS = (
    Column(key="name", title="Child"),
    Column(key="upn", title="UPN", kind="code"),
    Column(key="severity", title="Kind"),
    Column(key="item", title="Item"),
    Column(key="detail", title="What is wrong"),
    Column(key="stands", title="The rule was"),
)
_CHILDREN = (
    Column(key="name", title="Child"),
    Column(key="upn", title="UPN", kind="code"),
    Column(key="sen", title="SEN"),
    Column(key="provider_name", title="Setting"),
    Column(key="by", title="Identified by", kind="code"),
    Column(key="reason_words", title="Reason"),
    Column(key="entry_date", title="Entry", kind="date"),
    Column(key="leaving_date", title="Leaving", kind="date"),
    Column(key="sessions_per_week", title="Sessions a week", kind="integer"),
)
_LEFT_OUT = (
    Column(key="name", title="Child"),
    Column(key="upn", title="UPN", kind="code"),
    Column(key="provider_name", title="School"),
)
_CODES = (
    Column(key="word", title="The registry's word"),
    Column(key="field", title="Item"),
    Column(key="dfe_code", title="DfE's code", kind="code"),
)
_NOTES = (
    ("Whom it has", "Children of 2 to 18 whom the LA placed or pays for and who are at no state AP"
     " school, with the placement of census day or else the last that ended in the year: after"
     " the last census day, up to this one."),
    ("Error, query", "An error is to be put right before the return is sent. A query may be right,"
     " and is looked at. A rule that is only recalled may differ from DfE's."),
    ("Setting", "A URN, or a UKPRN, or the type of setting."),
    ("Reason", "Why the placement was commissioned, not the child's need: a permanent exclusion"
     " comes before a health need."),
    ("File", "DfE's specification in force was not at hand: the names of items in the XML are those"
     " that were seen or recalled. Try the file in COLLECT before the window closes; the CSV has"
     " the same items."),
)  # fmt: skip


def document(found: Mapping[str, Any]) -> Document:
    day = date.fromisoformat(found["reference_date"])
    return Document(
        name=f"ap-census-{found['la']}-{found['year']}",
        title=f"AP census {found['year']}: {found['name']}",
        subtitle=f"Census day {day_in_words(day)}",
        lead=tuple(_lead(found, day)),
        sections=(
            Section(id="return", title="The return", parts=(_counts(found),)),
            Section(id="findings", title="What to put right", parts=(_findings(found),)),
            Section(id="children", title="Children", parts=(_children(found),)),
            Section(id="left_out", title="Left out", parts=(_left_out(found),)),
            Section(id="codes", title="DfE's codes", parts=(_codes(found),)),
        ),
        notes=_NOTES,
        known_by=found["known_by"],
        ledger=found["ledger"],
        names_pupils=True,
    )


def _lead(found: Mapping[str, Any], day: date) -> list[str]:
    lead = []
    known_on = date.fromisoformat(found["known_on"])
    if day > known_on:
        lead.append(
            f"Census day is yet to come: this is how things stand on {day_in_words(known_on)}."
        )
    if found["unseen"]:
        lead.append(
            f"Not in it: {found['unseen']} whom the LA placed, and whose record has been erased or"
            " is not open to it."
        )
    return lead


def _counts(found: Mapping[str, Any]) -> Facts:
    kinds = [one["severity"] for one in found["findings"]]
    at = {name: sum(bool(c[name]) for c in found["children"]) for name in _SETTINGS}
    return Facts(
        items=(
            ("Children", len(found["children"])),
            *((words, at[name]) for name, words in _SETTINGS.items()),
            ("Errors", kinds.count("error")),
            ("Queries", kinds.count("query")),
        )
    )


_SETTINGS = {
    "urn": "Named by a URN",
    "ukprn": "Named by a UKPRN",
    "setting_type": "Named by the type of setting",
}


def _findings(found: Mapping[str, Any]) -> Table:
    rows = [
        {**one, "severity": one["severity"].capitalize(), "stands": _stands(one)}
        for one in sorted(found["findings"], key=lambda one: one["severity"])
    ]
    return Table(
        id="findings", caption="Errors and queries", columns=_FINDINGS, rows=rows,
        empty="Nothing was found.",
    )  # fmt: skip


def _stands(one: Mapping[str, Any]) -> str:
    return "seen in a guide" if one["seen"] else "recalled"


def _children(found: Mapping[str, Any]) -> Table:
    rows = [
        {
            **dated(child, "entry_date", "leaving_date"),
            "sen": " ".join(filter(None, (child["sen_provision"], child["sen_need"]))),
            "by": child["urn"] or child["ukprn"] or child["setting_type"] or "",
            "reason_words": REASONS[child["reason"]],
        }
        for child in found["children"]
    ]
    return Table(
        id="children", caption="Children in the return", columns=_CHILDREN, rows=rows,
        empty="The LA placed nobody in the year.",
    )  # fmt: skip


def _left_out(found: Mapping[str, Any]) -> Table:
    return Table(
        id="left_out", caption="At a state AP school, which returns them itself",
        columns=_LEFT_OUT, rows=found["left_out"], empty="Nobody.",
    )  # fmt: skip


def _codes(found: Mapping[str, Any]) -> Table:
    rows = [
        {**one, "word": one["word"].replace("_", " ").capitalize(),
         "dfe_code": one["dfe_code"] or "not given"}
        for one in found["codes"]
    ]  # fmt: skip
    return Table(id="codes", caption="The LA's table", columns=_CODES, rows=rows)
