"""Tables to fill in, one a type of notice: its columns, an example, and how cells are written."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ap_registry import census_codes
from ap_registry.fields import Code, Day, Kind, Listed, Number, Text, UpnKind, Whole, YesNo
from ap_registry.ingest.results import safe
from ap_registry.meanings import MEANINGS
from ap_registry.notices import CATALOGUE

FORMATS = ("csv", "xlsx")
_EXAMPLES = "data/example_life.jsonl"
_CODES = "\n".join(
    f"LA856,{field},{word},," for field, words in census_codes.FIELDS.items() for word in words
)
# Small files that are no notices, by the word of their import: header and rows of example.
SMALL: Mapping[str, tuple[str, str]] = {
    "organisations": ("id,kind,name,la,las,trust,ukprn,laestab,type_code,setting_type,"
                      "subcontractor_of,opened_on,closed_on,email,predecessors",
                      "AP-0001,provider,Second Gear,856,,,,,,OTH,,,,office@gear.example,"),
    "terms": ("organisation,starts_on,ends_on", "LA856,2026-08-26,2026-10-16"),
    "closures": ("organisation,date,reason,removed", "100001,2026-11-24,snow,"),
    "people": ("organisation,duty,name,email,deputy_name,deputy_email,phone,hours",
               "100001,exclusions,A. Example,a@alder.example,,,01632 960001,Monday to Friday"),
    "headcounts": ("organisation,as_at,by,value,pupils,places", "100001,2026-01-15,all,,640,700"),
    "providers": ("provider,as_at,checks_confirmed_on,checks_changed_on,standards_checked_on,"
                  "qa_visit_on,qa_words,teachers,qualified_teachers,places",
                  "100007,2026-01-15,2026-01-12,,,2025-11-20,Calm and well led,14,11,60"),
    "areas": ("la_code,ons_code,la_name,region,operational_from",
              "856,E06000016,Leicester,East Midlands,2009-01-01"),
    "nccis": ("upn,activity,occurred_on,organisation,by,ref,note",
              "Z856400120001,210 School sixth form,2026-09-01,100001,,,"),
    "codes": ("organisation,field,word,dfe_code,from_on", _CODES),
    "attendance": ("upn,organisation,week,marks",
                   "Z856400120001,100001,2026-03-02,/ \\ / \\ N N / \\ - -"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``choices``: code and meaning, where a cell takes one of a set; ``several`` by ``;``."""

    name: str
    required: bool
    words: str
    choices: tuple[tuple[str, str], ...] = ()
    several: bool = False


@cache
def examples() -> tuple[Mapping[str, Any], ...]:
    """One invented life with every type of notice, in the order in which it happened."""
    text = files("ap_registry").joinpath(_EXAMPLES).read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines())


def columns(type_: str) -> tuple[Column, ...]:
    """The envelope first, then required fields, then optional ones."""
    kind = CATALOGUE[type_]
    fields = [
        _column(name, spec.kind, required=spec.required) for name, spec in kind.fields.items()
    ]
    return (
        Column(name="type", required=True, words=f"always {type_}"),
        _column("upn", UpnKind(), required=True),
        _column("occurred_on", Day(), required=True),
        Column(name="by", required=False, words="the organisation that notifies; default: yours"),
        *sorted(fields, key=lambda one: not one.required),
        Column(name="ref", required=False, words="your own reference, unique for you"),
        Column(name="note", required=False, words="free words, private"),
    )


def _column(name: str, kind: Kind, *, required: bool) -> Column:
    inner = kind.of if isinstance(kind, Listed) else kind
    choices: tuple[tuple[str, str], ...] = ()
    if isinstance(inner, Code):
        meant = MEANINGS.get(name, {})
        choices = tuple((code, meant.get(code, code.replace("_", " "))) for code in inner.codes)
    elif isinstance(inner, YesNo):
        choices = (("true", "yes"), ("false", "no"))
    words = _words(inner)
    if isinstance(kind, Listed):
        words = f"{words}; several separated by ;"
    return Column(
        name=name, required=required, words=words, choices=choices, several=kind is not inner
    )


def _words(kind: Kind) -> str:
    if isinstance(kind, Day):
        return "a date such as 2026-03-31 or 31/3/2026"
    if isinstance(kind, Whole):
        return f"a whole number from {kind.low} to {kind.high}"
    if isinstance(kind, Number):
        return "a number"
    if isinstance(kind, Code | YesNo):
        return "one of the codes"
    if isinstance(kind, UpnKind):
        return "13 characters"
    return (
        "words, private"
        if isinstance(kind, Text) and kind.private
        else _PLAIN.get(type(kind).__name__, "words")
    )


_PLAIN = {
    "Organisation": "a URN, LAESTAB or number such as AP-0001",
    "Reference": "the id or ref of an earlier notice; left out: the only open one",
    "LaCode": "three digits of a local authority",
    "Destination": "an organisation, or a place in words",
    "FieldsOf": 'JSON such as {"ends_on": "2026-03-31"}',
    "EventId": "an id as the lists show it",
}


def cell(value: object) -> str:
    """As a notice's value stands in a cell; what a spreadsheet would take for a formula marked."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return safe(";".join(map(str, value)))
    if isinstance(value, dict):
        return safe(json.dumps(value, ensure_ascii=False))
    return safe(str(value))


def example_rows(type_: str) -> list[Mapping[str, Any]]:
    return [one for one in examples() if one["type"] == type_]


def as_csv(header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """With a byte order mark, so that Excel reads it as UTF-8."""
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\r\n")
    written.writerow(header)
    written.writerows([cell(row.get(name)) for name in header] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def on_record(type_: str, rows: Sequence[Mapping[str, Any]], format: str) -> bytes:
    """Notices on record to be changed and sent back: as the template, with ``row_id`` first."""
    from ap_registry.template_books import book

    words = "leave it as it is: it says which notice the row is"
    mine = (one for one in columns(type_) if one.name != "note")
    described = (Column(name="row_id", required=True, words=words), *mine)
    if format == "csv":
        return as_csv([one.name for one in described], rows)
    return book(described, rows)


def small(name: str) -> tuple[list[str], list[dict[str, str]]]:
    header, rows = SMALL[name]
    names = header.split(",")
    return names, [dict(zip(names, row.split(","), strict=True)) for row in rows.splitlines()]


def template(name: str, format: str, *, empty: bool = False) -> bytes:
    """Of a type of notice or a small file, as CSV or XLSX; ``empty``: without the example."""
    from ap_registry.template_books import book

    if name in SMALL:
        header, rows = small(name)
        described = tuple(Column(name=one, required=False, words="") for one in header)
    else:
        described, rows = columns(name), example_rows(name)[:1]  # type: ignore[assignment]
    given: Sequence[Mapping[str, Any]] = [] if empty else rows
    if format == "csv":
        return as_csv([one.name for one in described], given)
    return book(described, given)
