"""The demo's mother and child: one contact on record, links that open each time it is served."""

from ap_registry.demo.family import invite
from ap_registry.registry import Registry
from ap_registry.store import family_links
from tests.browser.conftest import FRIDAY
from tests.world import PRU, SCHOOL, load_world, notify, register_pupil


def test_a_mother_gets_a_new_link_each_time_and_is_recorded_once(
    empty_registry: Registry,
) -> None:
    registry = empty_registry
    registry.clock = FRIDAY
    load_world(registry)
    assert invite(registry) == ()
    register_pupil(registry)
    notify(registry, "placement_started", "2026-09-07", commissioner=SCHOOL, provider=PRU,
           reason="behaviour", intent="return", ends_on="2027-02-12", sessions_per_week=4,
           by=SCHOOL)  # fmt: skip
    (before, child), (after, _again) = invite(registry), invite(registry)
    with registry.database.connection() as connection:
        contacts = connection.execute(
            "select count(*) from event where type = 'contact_recorded.v1'"
        ).fetchone()
        link = family_links.of_token(connection, after.token)
        ended = family_links.of_token(connection, before.token)
        assert link is not None
        left = family_links.try_code(connection, link.id, after.code, born_right=True)
        own = family_links.of_token(connection, child.token)
    assert contacts == (1,)
    assert (left, link.runs(FRIDAY), ended and ended.runs(FRIDAY)) == (None, True, False)
    assert (child.who, own and own.reader) == ("the young person", "pupil")
    assert str(after.born) == "2011-02-03"
