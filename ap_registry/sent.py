"""One notice as sent, read field by field: every problem is found, and no history is looked up."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

from ap_registry.access import Caller
from ap_registry.errors import Problem, Refused
from ap_registry.fields import BadValue, Day, Organisation, Reading
from ap_registry.notice import NoticeType, World
from ap_registry.notices import CATALOGUE
from ap_registry.store.projections import birth_year
from ap_registry.written_names import says_nothing

ENVELOPE = frozenset({"type", "upn", "pupil_id", "occurred_on", "by", "ref", "note"})
WHERE_LISTED = "docs/framework.md and GET /api/v1/framework list them"
Notice = Mapping[str, Any]
_DAY = Day()
_BY = Organisation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the notices of one call are to be taken."""

    caller: Caller
    today: date
    hash_key: bytes
    from_file: bool = False
    amend: str | None = None
    if_match: int | None = None

    def reading(self, on: date, world: World) -> Reading:
        return Reading(
            on=on, organisation=world.organisation, from_file=self.from_file, today=self.today
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A notice as read: everything but what it means for its pupil."""

    kind: NoticeType[Any]
    values: Mapping[str, object]
    occurred_on: date
    registering: Mapping[str, object]
    by: str | None = None
    ref: str | None = None
    note: str | None = None

    def beside(self, name: str, values: Mapping[str, object]) -> "Sent":
        """What comes with a first notice: the same day and notifier."""
        return replace(
            self, kind=CATALOGUE[name], values=values, registering={}, ref=None, note=None
        )

    def left_out(self, values: Mapping[str, object], today: date) -> dict[str, object]:
        """Days that, not said, are the day recorded (``decided_on``)."""
        return {
            name: today
            for name, spec in self.kind.fields.items()
            if getattr(spec.kind, "default_today", False) and name not in values
        }


def refused(pointer: str, code: str, detail: str) -> Refused:
    return Refused((Problem(pointer, code, detail),))


def kind_of(notice: Notice) -> NoticeType[Any]:
    name = notice.get("type")
    if name in (None, ""):
        raise refused("/type", "required", "type is needed")
    kind = CATALOGUE.get(str(name).strip())
    if kind is None:
        near = get_close_matches(str(name).strip().lower(), CATALOGUE, n=1)
        meant = f": did you mean {near[0]}?" if near else "."
        words = f"type is none of the {len(CATALOGUE)} types of notice{meant} {WHERE_LISTED}"
        raise refused("/type", "unknown_type", words)
    return kind


def names_by_id(notice: Notice) -> bool:
    return notice.get("upn") in (None, "") and notice.get("pupil_id") not in (None, "")


def registers(notice: Notice, kind: NoticeType[Any]) -> bool:
    """Whether a notice carries what registers a pupil."""
    if kind.name in {"pupil_registered", "pupil_details_changed"}:
        return False
    needed = {n for n, spec in CATALOGUE["pupil_registered"].fields.items() if spec.required}
    return all(notice.get(name) not in (None, "") for name in needed)


def tries_to_register(notice: Notice, kind: NoticeType[Any]) -> bool:
    """Whether it carries any such field: for an unknown pupil the others are then needed."""
    if kind.name in {"pupil_registered", "pupil_details_changed"}:
        return False
    fields = CATALOGUE["pupil_registered"].fields.keys() - kind.fields.keys()
    return any(notice.get(name) not in (None, "") for name in fields)


def read_notice(
    notice: Notice, kind: NoticeType[Any], settings: Settings, world: World, *, known: bool
) -> Sent:
    """Read every field; raise Refused with all that is wrong. ``known``: the pupil is."""
    problems: list[Problem] = []
    occurred_on = read_day(notice, kind, settings, world, problems=problems)
    reading = settings.reading(occurred_on, world)
    by = _organisation(notice, reading, problems)
    first = registers(notice, kind) or (not known and tries_to_register(notice, kind))
    problems += _unknown(notice, kind, first)
    values, found = kind.read(notice, reading)
    problems += found
    registering: dict[str, object] = {}
    if first:
        registering, found = CATALOGUE["pupil_registered"].read(notice, reading)
        problems += [p for p in found if p not in problems]
    texts = {name: read_text(notice.get(name), name, problems) for name in ("ref", "note")}
    if settings.from_file and texts["ref"] and says_nothing(texts["ref"]):
        problems.append(Problem("/ref", "bad_format", "ref: leave it blank where there is none"))
    if problems:
        problems += kind.backwards({**values, **_read_days(problems, occurred_on)})
        raise Refused(tuple(problems))
    return Sent(
        kind=kind,
        values=values,
        registering=registering,
        occurred_on=occurred_on,
        by=by,
        ref=texts["ref"],
        note=texts["note"],
    )


@contextmanager
def told_beside(
    notice: Notice, kind: NoticeType[Any], settings: Settings, world: World
) -> Iterator[None]:
    """Whoever names nobody rightly, and is refused within, hears of the other fields too."""
    try:
        yield
    except Refused as nameless:
        try:
            read_notice(notice, kind, settings, world, known=False)
        except Refused as more:
            raise Refused((*nameless.problems, *more.problems)) from None
        raise


def _read_days(problems: Iterable[Problem], occurred_on: date) -> dict[str, date]:
    """The day on which it occurred, where it could be read."""
    wrong = {one.code for one in problems if one.pointer == "/occurred_on"}
    return {} if wrong - {"future_date"} else {"occurred_on": occurred_on}


def read_day(
    notice: Notice, kind: NoticeType[Any], settings: Settings, world: World, *,
    problems: list[Problem],
) -> date:  # fmt: skip
    """The day on which it occurred; today where that cannot be read."""
    value = notice.get("occurred_on")
    today = settings.today
    if value in (None, ""):
        problems.append(Problem("/occurred_on", "required", "occurred_on is needed"))
        return today
    try:
        occurred_on = _DAY.read(value, settings.reading(today, world))
    except BadValue as bad:
        problems.append(Problem("/occurred_on", bad.code, f"occurred_on {bad.detail}"))
        return today
    if occurred_on > today + timedelta(days=kind.ahead_days):
        ahead = f" by more than {kind.ahead_days} days" if kind.ahead_days else ""
        problems.append(
            Problem("/occurred_on", "future_date", f"occurred_on must not be in the future{ahead}")
        )
    return occurred_on


def _organisation(notice: Notice, reading: Reading, problems: list[Problem]) -> str | None:
    value = notice.get("by")
    if value in (None, ""):
        return None
    try:
        return _BY.read(value, reading)
    except BadValue as bad:
        problems.append(Problem("/by", bad.code, f"by: {bad.detail}"))
        return None


def _unknown(notice: Notice, kind: NoticeType[Any], first: bool) -> list[Problem]:
    extra = CATALOGUE["pupil_registered"].fields.keys() if first else frozenset()
    return [
        Problem(f"/{name}", "unknown_field", f"{kind.name} has no field {name}{_meant(name, kind)}")
        for name, value in notice.items()
        if value not in (None, "")
        and name not in ENVELOPE
        and name not in kind.fields
        and name not in extra
    ]


def _meant(name: str, kind: NoticeType[Any]) -> str:
    near = get_close_matches(str(name), kind.fields, n=1, cutoff=0.75)
    return f": did you mean {near[0]}?" if near else ""


def read_text(value: object, name: str, problems: list[Problem]) -> str | None:
    if value in (None, ""):
        return None
    text = str(value).strip() if isinstance(value, str | int) else ""
    if not text or len(text) > (200 if name == "ref" else 20_000):
        problems.append(Problem(f"/{name}", "bad_format", f"{name} must be text of fair length"))
        return None
    return text


def birth_year_of(values: Mapping[str, object]) -> int | None:
    """From the date of birth that a notice states or puts right."""
    fields = values.get("fields")
    born = (fields if isinstance(fields, Mapping) else values).get("date_of_birth")
    if isinstance(born, str):
        born = date.fromisoformat(born)
    return birth_year(born) if isinstance(born, date) else None
