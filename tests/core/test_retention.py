"""Retention: on which day a record need not be kept any more, and that nothing goes by itself."""

from datetime import date

import pytest

from ap_registry.adjusting import Wanted, adjust
from ap_registry.erasing import hold
from ap_registry.errors import Refused
from ap_registry.registry import Registry
from ap_registry.retention import Over, carry_out, preview
from ap_registry.store import acts, who
from tests.world import PUPIL, SCHOOL, register_pupil, send_register, upn

RULE, NEEDS, REGISTER = "retention.pupil-record", "retention.sen-record", "retention.register"


def due(registry: Registry, on: str) -> list[str]:
    """Rules by which a pupil's record goes on a day."""
    return [one.rule for one in preview(registry, date.fromisoformat(on))]


@pytest.mark.parametrize(("on", "rules"), [("2036-02-02", []), ("2036-02-03", [RULE])])
def test_a_record_goes_on_the_twenty_fifth_birthday(
    registry: Registry, on: str, rules: list[str]
) -> None:
    register_pupil(registry, date_of_birth="2011-02-03", sen_provision="N")
    assert due(registry, on) == rules


@pytest.mark.parametrize(("on", "rules"), [("2042-02-02", []), ("2042-02-03", [NEEDS])])
@pytest.mark.parametrize("provision", ["K", "E"])
def test_with_special_needs_it_goes_six_years_later(
    registry: Registry, provision: str, on: str, rules: list[str]
) -> None:
    register_pupil(registry, date_of_birth="2011-02-03", sen_provision=provision)
    assert due(registry, on) == rules


@pytest.mark.parametrize(("on", "rules"), [("2032-03-05", []), ("2032-03-06", [REGISTER])])
def test_six_years_after_the_last_register_at_the_earliest(
    registry: Registry, on: str, rules: list[str]
) -> None:
    register_pupil(registry, date_of_birth="2004-02-03", sen_provision="N")
    send_register(registry, f"upn,organisation,week,marks\n{PUPIL},{SCHOOL},2026-03-02,{'/ ' * 10}")
    assert due(registry, on) == rules


def test_who_was_born_on_29_february_has_a_birthday_on_1_march(registry: Registry) -> None:
    register_pupil(registry, date_of_birth="2012-02-29", sen_provision="N")
    assert [due(registry, on) for on in ("2037-02-28", "2037-03-01")] == [[], [RULE]]


def test_an_la_sets_its_own_period(registry: Registry) -> None:
    register_pupil(registry, date_of_birth="2000-11-01", sen_provision="N")
    assert due(registry, "2026-11-20") == [RULE]
    adjust(registry, Wanted(la="LA856", rule=RULE, value="30", from_on=date(2026, 1, 1),
                            reason="Schedule of the LA"))  # fmt: skip
    assert due(registry, "2026-11-20") == []


@pytest.fixture
def three(registry: Registry) -> Registry:
    """One whose period is over, one who is held besides, one who is young."""
    for number, born in ((41, "2000-01-05"), (42, "2000-01-06"), (43, "2011-02-03")):
        register_pupil(
            registry, upn=upn(number), date_of_birth=born, sen_provision="N", given_name="Zelda"
        )
    hold(registry, upn(42), "Claim before the tribunal")
    return registry


ON = date(2026, 11, 20)


def test_the_preview_says_who_goes_and_who_is_held_and_changes_nothing(three: Registry) -> None:
    with three.database.connection() as connection:
        first, second = (who.pupil_of_upn(connection, upn(number)) for number in (41, 42))
    assert first is not None
    assert second is not None
    over = [
        Over(pupil_id=first, due_on=date(2025, 1, 5), rule=RULE, held=False),
        Over(pupil_id=second, due_on=date(2025, 1, 6), rule=RULE, held=True),
    ]
    assert preview(three, ON) == over
    assert preview(three, ON) == over


def test_carrying_it_out_erases_all_but_the_held(three: Registry) -> None:
    told = carry_out(three, ON, "decided by the data protection officer")
    assert (told["erased"], [one["rule"] for one in told["held"]]) == (1, [RULE])
    with three.database.connection() as connection:
        known = [who.pupil_of_upn(connection, upn(number)) for number in (41, 42, 43)]
        reasons = [one.reason for one in acts.erasures(connection)]
    assert [one is not None for one in known] == [False, True, True]
    assert reasons == [f"{RULE}: decided by the data protection officer"]


def test_nobody_is_erased_before_the_day(three: Registry) -> None:
    with pytest.raises(Refused) as refused:
        carry_out(three, date(2036, 2, 3), "too soon")
    assert [problem.code for problem in refused.value.problems] == ["future_date"]
