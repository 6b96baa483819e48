"""What a notice type is: its fields, what refuses it, what it flags, how it changes the pupil."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar, get_type_hints
from uuid import UUID

import msgspec

from ap_registry import adjustments
from ap_registry.adjustments import Adjustments, Number
from ap_registry.arrangements import Arrangements
from ap_registry.calendar import Calendars
from ap_registry.errors import Problem
from ap_registry.fields import BadValue, Kind, Reading, Reference
from ap_registry.happenings import Happening
from ap_registry.organisations import Organisation
from ap_registry.provider_checks import Checked, hold_on
from ap_registry.pupil import Pupil
from ap_registry.rules import RuleUnknown, rule


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of one notice type besides the envelope."""


F = TypeVar("F", bound=Facts)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    name: str
    kind: Kind
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[F]):
    """One notice as it stands: corrections applied. ``status``: effective, corrected or void."""

    id: UUID
    type: str
    version: int
    occurred_on: date
    recorded_at: datetime
    by: str
    ref: str | None
    facts: F
    status: str = "effective"
    note: str | None = None

    @property
    def stem(self) -> dict[str, Any]:
        """What every happening shares: its event, day, version, sender and ref."""
        return {
            "id": self.id,
            "occurred_on": self.occurred_on,
            "version": self.version,
            "by": self.by,
            "ref": self.ref,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is known besides the pupil: organisations, calendars, what LAs have arranged and set.

    ``version`` names which.
    """

    organisation: Callable[[str], Organisation | None]
    calendars: Calendars
    health_partners: Mapping[str, str] = field(default_factory=dict)
    arrangements: Arrangements = field(default_factory=dict)
    adjustments: Adjustments = field(default_factory=dict)
    checks: Mapping[str, tuple[Checked, ...]] = field(default_factory=dict)
    organisations: tuple[Organisation, ...] = ()
    version: str = ""

    def keeps_register(self, organisation: str) -> bool:
        """A school, mainstream, special or AP: it has an admission register."""
        found = self.organisation(organisation)
        return found is not None and (found.is_school or found.type_code is not None)

    def health_partner(self, la: str) -> str | None:
        """Who speaks for health in an LA (three digits); None where nobody is on record."""
        return self.health_partners.get(la)

    def number(self, rule_id: str, on: date, *, of: str | None) -> int:
        """The number of a rule that day, in its own unit, as the LA of whoever owes has set it."""
        value = self.value(rule_id, on, of=of)
        if not isinstance(value, int):
            raise RuleUnknown(f"{rule_id} has no number")
        return value

    def value(self, rule_id: str, on: date, *, of: str | None) -> Number | None:
        """As ``number``, but also a time of day, as text."""
        if not self.adjustments:
            return rule(rule_id, on).value
        return adjustments.value(self.adjustments, f"LA{self.la_of(of)}", rule_id, on)

    def staff_checked(self, provider: str, on: date) -> bool:
        """Whether the provider's own confirmation of its staff checks holds that day."""
        return hold_on(self.checks.get(provider, ()), on)

    def la_of(self, organisation: str | None) -> str | None:
        """The three digits of the LA in which an organisation lies."""
        found = self.organisation(organisation) if organisation else None
        return found.la_code if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """What should not have happened, by a rule and its source."""

    event: UUID
    rule: str
    detail: str
    source: str
    on: date
    mend: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Generic[F]):
    """One notice in its place: ``before`` it in effective order, and ``pupil`` after everything."""

    entry: Entry[F]
    before: Pupil
    pupil: Pupil
    world: World

    @property
    def facts(self) -> F:
        return self.entry.facts

    @property
    def on(self) -> date:
        return self.entry.occurred_on

    def flag(self, rule_id: str, detail: str, *, mend: str | None = None) -> Flag:
        """``mend``: who can put it right; nobody is asked to mend what they sent themselves."""
        return Flag(
            event=self.entry.id,
            rule=rule_id,
            detail=detail,
            source=source(rule_id, self.on),
            on=self.on,
            mend=None if mend == self.entry.by else mend,
        )

    def home_la(self) -> str | None:
        """The pupil's home LA as an organisation."""
        code = self.pupil.home_la(self.on)
        return f"LA{code}" if code else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A duty: who owes what by when, and how it ended. ``outcome`` done or lapsed once closed.

    ``clock_on`` (default: ``opened_on``) is the day from which it is counted, ``counts_start``
    whether that day may itself be day 1. ``key``: the id of what registers opened; others have
    theirs from kind and opening event.
    """

    kind: str
    owner: str
    opened_on: date
    due_on: date
    opened_by: UUID
    rule: str
    calendar: str | None = None
    closed_on: date | None = None
    closed_by: UUID | None = None
    outcome: str | None = None
    how: str | None = None
    clock_on: date | None = None
    counts_start: bool = False
    key: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What starts follow-ups of some kinds and what stops them, as a pure function of the pupil."""

    kinds: tuple[str, ...]
    derive: Callable[[Pupil, World], Iterable[FollowUp]]


def ending(by: Happening | None, outcome: str = "done") -> dict[str, Any]:
    """How a follow-up was closed by what happened; open still where nothing did."""
    if by is None:
        return {"closed_on": None, "closed_by": None, "outcome": None}
    return {"closed_on": by.occurred_on, "closed_by": by.id, "outcome": outcome}


def nothing(_case: Case[Any]) -> Iterator[Any]:
    return iter(())


def unchanged(pupil: Pupil, _entry: Entry[Any]) -> Pupil:
    return pupil


@dataclass(frozen=True, kw_only=True)
class NoticeType(Generic[F]):
    """One part of the framework. The alias stored in the ledger is ``name.vN``, never a class.

    ``ordered``: pairs of days of which the first must not be before the second.
    """

    name: str
    facts: type[F]
    sentence: str
    refuse: Callable[[Case[F]], Iterator[Problem]] = nothing
    flags: Callable[[Case[F]], Iterator[Flag]] = nothing
    apply: Callable[[Pupil, Entry[F]], Pupil] = unchanged
    senders: frozenset[str] = frozenset({"la"})
    relates: bool = False
    ahead_days: int = 0
    version: int = 1
    ordered: tuple[tuple[str, str], ...] = ()

    @cached_property
    def alias(self) -> str:
        return f"{self.name}.v{self.version}"

    @cached_property
    def fields(self) -> Mapping[str, FieldSpec]:
        hints = get_type_hints(self.facts, include_extras=True)
        return {
            field.encode_name: FieldSpec(
                name=field.encode_name,
                kind=(kind := _kind_of(hints[field.name])),
                required=field.required and not getattr(kind, "default_open", False),
            )
            for field in msgspec.structs.fields(self.facts)
        }

    @cached_property
    def references(self) -> Mapping[str, Reference]:
        """The fields that name an earlier event."""
        return {n: s.kind for n, s in self.fields.items() if isinstance(s.kind, Reference)}

    @cached_property
    def optional(self) -> frozenset[str]:
        """Fields that have no value where none was given: a correction may take theirs away."""
        return frozenset(
            f.encode_name for f in msgspec.structs.fields(self.facts) if f.default is None
        )

    @cached_property
    def subjects(self) -> frozenset[str]:
        """References that every such notice has: what it is about."""
        required = {f.encode_name for f in msgspec.structs.fields(self.facts) if f.required}
        return frozenset(self.references) & required

    @cached_property
    def private_fields(self) -> frozenset[str]:
        return frozenset(name for name, spec in self.fields.items() if spec.kind.private)

    @cached_property
    def _never_missing(self) -> frozenset[str]:
        """Private fields that every such notice has, until its pupil is erased."""
        required = (f.encode_name for f in msgspec.structs.fields(self.facts) if f.required)
        return self.private_fields.intersection(required)

    @cached_property
    def _erased_facts(self) -> type[F]:
        """The same facts with None for each private field that was required."""
        hints = get_type_hints(self.facts)
        named = [
            (f.name, hints[f.name] | None, msgspec.field(default=None, name=f.encode_name))
            for f in msgspec.structs.fields(self.facts)
            if f.encode_name in self._never_missing
        ]
        made: Any = msgspec.defstruct(
            self.facts.__name__, named, bases=(self.facts,), frozen=True, kw_only=True
        )
        return made  # type: ignore[no-any-return]

    def backwards(self, days: Mapping[str, object]) -> Iterator[Problem]:
        """Of ``ordered`` (the later, the earlier) each day that lies before its earlier one."""
        for later, earlier in self.ordered:
            first, last = days.get(earlier), days.get(later)
            if isinstance(first, date) and isinstance(last, date) and last < first:
                words = f"{later} must not be before {earlier}"
                yield Problem(f"/{later}", "end_before_start", words)

    def read(
        self, raw: Mapping[str, object], reading: Reading
    ) -> tuple[dict[str, object], list[Problem]]:
        """Read the fields one by one; every problem is listed, not only the first."""
        values: dict[str, object] = {}
        problems: list[Problem] = []
        for name, spec in self.fields.items():
            value = raw.get(name)
            if value is None or value == "" or value == []:
                if spec.required:
                    problems.append(Problem(f"/{name}", "required", f"{name} is needed"))
                continue
            try:
                values[name] = spec.kind.read(value, reading)
            except BadValue as bad:
                problems.append(
                    Problem(f"/{name}", bad.code, f"{name} {bad.detail}", bad.rule)
                    if not bad.detail.startswith(name)
                    else Problem(f"/{name}", bad.code, bad.detail, bad.rule)
                )
        return values, problems

    def build(self, values: Mapping[str, object]) -> F:
        """Facts from values as read, or as stored (dates and ids as text); of an erased pupil
        with what was not private."""
        if self._never_missing <= values.keys():
            return msgspec.convert(values, self.facts)
        return msgspec.convert(values, self._erased_facts)


def _kind_of(hint: Any) -> Kind:
    """The Kind in an annotation, also under ``| None``."""
    for candidate in (hint, *getattr(hint, "__args__", ())):
        for extra in getattr(candidate, "__metadata__", ()):
            if isinstance(extra, Kind):
                return extra
    raise TypeError(f"a field of a notice has no kind: {hint}")


def source(rule_id: str, on: date) -> str:
    return rule(rule_id, on).source
