"""A merged pupil's registers count as one pupil's, whichever UPN they named."""

from datetime import date, datetime, timedelta

from ap_registry.calendar import Calendars
from ap_registry.registry import Registry
from ap_registry.store import who
from reports.command import outcomes
from reports.facts import World
from reports.loading import load
from reports.scope import Scope
from tests.world import PRU, PUPIL, notify, register_pupil, send_register, upn

TWIN = upn(2)
EMPTY = World(organisations={}, calendars=Calendars(), today=date(2026, 11, 20))


def marks(registry: Registry, at: datetime | None = None) -> list[tuple[date, str]]:
    """The marks of the kept pupil's register at the PRU."""
    with registry.database.connection() as connection:
        instant = registry.closed(connection, at)
        pupil = who.pupil_of_upn(connection, PUPIL)
        assert pupil is not None
        scope = Scope.of(date(2026, 9, 1), date(2027, 8, 31), at=instant, provider=None, la=None)
        (facts,) = load(connection, EMPTY, scope, [pupil])
    return list(facts.registers[PRU].each(date(2026, 10, 1), date(2026, 11, 30)))


def test_registers_of_both_upns_are_one(registry: Registry) -> None:
    for number in (PUPIL, TWIN):
        register_pupil(registry, upn=number)
    send_register(
        registry,
        f"""upn,organisation,week,marks
{PUPIL},{PRU},2026-11-02,N N - - - - - - - -
{TWIN},{PRU},2026-11-02,O O O - - - - - - -
{TWIN},{PRU},2026-10-26,O - - - - - - - - -
""",
    )
    with registry.database.connection() as connection:
        before = registry.closed(connection)
    notify(registry, "pupils_merged", "2026-11-19", other_upn=TWIN, reason="One", by="LA856")
    monday, tuesday = date(2026, 11, 2), date(2026, 11, 3)
    own = [(monday, "N"), (monday, "N")]
    assert marks(registry) == [(date(2026, 10, 26), "O"), *own, (tuesday, "O")]
    assert marks(registry, before) == own
    notify(registry, "merge_undone", "2026-11-19", other_upn=TWIN, reason="Two", by="LA856")
    assert marks(registry) == own


def test_a_leaver_is_found_by_registers_under_the_other_upn(registry: Registry) -> None:
    for number in (PUPIL, TWIN):
        register_pupil(registry, upn=number, date_of_birth="2010-03-01")
    weeks = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(12)]
    rows = [f"{TWIN},{PRU},{week},{' '.join('N' * 10)}" for week in weeks]
    send_register(registry, "\n".join(["upn,organisation,week,marks", *rows]))
    notify(registry, "pupils_merged", "2026-11-19", other_upn=TWIN, reason="One", by="LA856")
    found, _ = outcomes(
        registry, from_on=date(2025, 9, 1), to_on=date(2026, 8, 31), known_by=None, la="856"
    )
    cohort = [row for row in found["rows"] if row["measure"] == "attainment"]
    assert [(row["provider"], row["denominator"]) for row in cohort] == [(PRU, 1)]
