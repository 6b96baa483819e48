"""What a census file and the registry say otherwise, as lists that a person goes through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from ap_registry.errors import Near
from ap_registry.ingest.results import RowError
from ap_registry.likeness import Details
from ap_registry.templates import Column, as_csv, columns

Row = dict[str, Any]
_ENVELOPE = ("type", "upn", "pupil_id", "occurred_on", "by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A child whom no UPN names, what the file says of it, and who may be meant."""

    row: int
    upn: str | None
    said: Details
    near: Sequence[Near]


@dataclass(slots=True, kw_only=True)
class Compared:
    """``offers``: notices that would bring the registry in line with the file; what the file does
    not say of them is left blank. Nothing of them is recorded until a person sends them.

    ``not_followed``: pupils of a school's file whom the registry does not know and who are at no
    AP: it has no pupil but those who move. ``placements``, ``roll``: whether the file tells of any.
    ``on_said``: whether the file or its sender said ``on``, or it was taken by default.
    ``unclear``: what the file lacks of those whom a row means perhaps that could not be read.
    ``doubts``: those of ``only_in_file`` who may be on record; of these nothing is offered.
    """

    kind: str
    organisation: str
    name: str
    year: int | None
    on: date
    on_said: bool = True
    placements: bool = True
    roll: bool = False
    rows: int = 0
    same: int = 0
    not_followed: int = 0
    only_in_file: list[Row] = field(default_factory=list)
    only_in_registry: list[Row] = field(default_factory=list)
    unclear: list[Row] = field(default_factory=list)
    differing: list[Row] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    offers: list[Row] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    shown: set[UUID] = field(default_factory=set)

    @property
    def ok(self) -> bool:
        return not (self.only_in_file or self.only_in_registry or self.differing or self.errors)

    def as_json(self) -> Row:
        return {
            "ok": self.ok, "kind": self.kind, "organisation": self.organisation,
            "year": self.year, "on": self.on.isoformat(), "on_said": self.on_said,
            "placements": self.placements,
            "rows": self.rows, "same": self.same, "not_followed": self.not_followed,
            "only_in_file": self.only_in_file, "only_in_registry": self.only_in_registry,
            "unclear": self.unclear, "differing": self.differing,
            "errors": [error.as_json() for error in self.errors],
            "offers": self.offers,
        }  # fmt: skip

    def sentences(self) -> list[tuple[int | None, str]]:
        """Row of the file and words; what is only here has no row."""
        found: list[tuple[int | None, str]] = [
            (one["row"], f"{_of(one)}: in the file only{_perhaps(one)}")
            for one in self.only_in_file
        ]
        found += [
            (one["row"], f"{_of(one)}: {one['column']} is {one['file'] or 'blank'} in the file,"
             f" {one['registry'] or 'blank'} in the registry")
            for one in self.differing
        ]  # fmt: skip
        found += [(error.row, error.detail) for error in self.errors]
        found += [
            (one["row"], f"{_of(one)}: in the registry; perhaps meant by this row, which could not"
             f" be read: {', '.join(one['reasons'])}")
            for one in self.unclear
        ]  # fmt: skip
        found.sort(key=lambda line: line[0] or 0)
        ours = ((None, f"{_of(one)}: in the registry only") for one in self.only_in_registry)
        return [*found, *ours]


def _perhaps(one: Mapping[str, Any]) -> str:
    """Those on record who may be meant: a person decides."""
    return "".join(
        f"; perhaps the pupil {near['pupil_id']}: {', '.join(near['reasons'])}"
        for near in one.get("candidates", ())
    )


def _of(one: Mapping[str, Any]) -> str:
    who = one["upn"] or one["pupil_id"] or "a pupil without UPN"
    what = {"pupil": "pupil", "placement": "placement", "roll": "on the roll"}[one["what"]]
    at = f" at {one['at']}" if one.get("at") else ""
    since = f" from {one['starts_on']}" if one.get("starts_on") else ""
    return f"{who}, {what}{at}{since}"


def offered_columns(offers: list[Row]) -> list[Column]:
    """Those that an offer fills in, and those that its type needs and the file cannot say."""
    types = dict.fromkeys(one["type"] for one in offers)
    described = {one.name: one for type_ in types for one in columns(type_)}
    needed = {one.name for type_ in types for one in columns(type_) if one.required}
    used = {name for offer in offers for name, value in offer.items() if value is not None}
    names = [name for name in _ENVELOPE if name in used | {"type", "occurred_on"}]
    names += [
        name for name in (*described, *sorted(used - described.keys()))
        if name not in _ENVELOPE and name in used | needed
    ]  # fmt: skip
    blank = Column(name="", required=False, words="")
    return [_named(described.get(name, blank), name, types) for name in names]


def _named(column: Column, name: str, types: Mapping[str, None]) -> Column:
    words = f"one of {', '.join(types)}" if name == "type" else column.words
    return Column(
        name=name, required=name == "type", words=words, choices=column.choices,
        several=column.several,
    )  # fmt: skip


def offered(offers: list[Row], format: str) -> bytes:
    """The notices to look through, fill in and send, as CSV or XLSX."""
    described = offered_columns(offers)
    if format == "xlsx":
        from ap_registry.template_books import book

        return book(described, offers)
    return as_csv([one.name for one in described], offers)
