"""One invented pupil: what is told of them, when it is recorded, and how they attended."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from ap_registry.calendar import SchoolCalendar, academic_year
from ap_registry.demo.area import Area
from ap_registry.demo.facts import draw
from ap_registry.demo.terms import GO_LIVE, PRESENT, UNTIL_ON

DAY = timedelta(days=1)
WATCH_DAYS = 75  # O3 looks at ten and sixty school days after an end
LATE_DAYS: Mapping[int, int] = {0: 870, 1: 40, 2: 25, 4: 25, 9: 20, 20: 12, 38: 8}


@dataclass(frozen=True, slots=True)
class Span:
    """How a register of one organisation is marked over a stretch of days.

    ``fixed`` writes one code throughout (E, D, B …; ``-`` where nothing is sent); ``mirror`` writes
    ``present`` where that provider marks present and the provider's absence code elsewhere.
    ``sessions_per_week`` under ten covers the first days of each week only.
    """

    organisation: str
    from_on: date
    until_on: date = UNTIL_ON
    absence: float = 0.0
    _: KW_ONLY
    fixed: str = ""
    mirror: str = ""
    present: str = ""
    sessions_per_week: int = 10
    weight: Mapping[str, int] | None = None


@dataclass(kw_only=True)
class Life:
    """A story under construction; what would be recorded after the present is not told."""

    area: Area
    rng: Random
    number: int
    upn: str
    school: str = ""
    on_roll: bool = True
    born_year: int = 0
    sen_provision: str = "K"
    watched_until: date = date.min
    known_at: datetime = datetime.min.replace(tzinfo=UTC)
    notices: list[tuple[datetime, dict[str, object]]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    moments: dict[str, datetime] = field(default_factory=dict)

    def note(
        self,
        type_: str,
        on: date,
        by: str,
        /,
        *,
        late: int | None = None,
        after: str = "",
        **fields: object,
    ) -> str:
        """Tell a notice and return its ref; ``after`` is a ref it must not be recorded before.

        A field that is None is left out. ``late`` in days; None leaves it to chance.
        """
        ref = f"{self.area.la}-{self.number:05d}-{len(self.moments) + 1:03d}"
        named = [after, *(v for v in fields.values() if isinstance(v, str))]
        floor = max([self.known_at, *(self.moments[n] for n in named if n in self.moments)])
        moment = self._moment(on, late)
        if moment <= floor:
            moment = floor + timedelta(minutes=1 + self.rng.randrange(9))
        self.moments[ref] = moment
        if moment <= PRESENT:
            written = {k: _written(v) for k, v in fields.items() if v is not None}
            head = {"type": type_, "upn": self.upn, "occurred_on": on.isoformat(), "by": by}
            self.notices.append((moment, {**head, "ref": ref, **written}))
        return ref

    def _moment(self, on: date, late: int | None) -> datetime:
        """Between 09:00 and 17:00 on the day, or some days later; nothing before go-live."""
        days = draw(self.rng, LATE_DAYS) if late is None else late
        day = max(on, GO_LIVE.date()) + days * DAY
        clock = time(9 + self.rng.randrange(8), self.rng.randrange(60), tzinfo=UTC)
        return datetime.combine(day, clock)

    @property
    def calendar(self) -> SchoolCalendar:
        return self.area.calendar(self.school)

    def after(self, day: date, n: int) -> date:
        """The n-th school day after; as many weekdays where the terms do not reach."""
        return self.calendar.due_after(day, n)[0]

    def before(self, day: date, n: int) -> date:
        """The n-th school day before; the first one loaded where they do not reach back."""
        first = self.calendar.first_loaded or day
        return self.calendar.nth_before(day, n) or first

    def school_day(self, day: date) -> date:
        """This day, or the next school day."""
        return self.after(day - DAY, 1)

    def watch(self, day: date) -> None:
        """Registers are wanted until 75 school days after this day, or after a later one."""
        self.watched_until = max(self.watched_until, self.after(day, WATCH_DAYS))

    def year_group(self, day: date) -> int:
        return academic_year(day) - self.born_year - 5

    def mark(self, span: Span) -> None:
        """Lay a span over the earlier ones of that organisation."""
        self.spans.append(span)

    def silence(self, organisation: str, from_on: date, until_on: date = UNTIL_ON) -> None:
        """No mark of that organisation from that day."""
        self.spans.append(Span(organisation, from_on, until_on, fixed="-"))

    def attend(
        self, organisation: str, from_on: date, absence: float, until_on: date = UNTIL_ON
    ) -> None:
        """Marked as national figures have it, away for that share of the sessions."""
        self.spans.append(Span(organisation, from_on, until_on, absence))


def _written(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_written(one) for one in value]
    return value
