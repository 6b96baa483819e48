"""Subject access: all that is held, what a reader may have of it, and what was withheld."""

from collections.abc import Iterator
from typing import Any

import pytest

from ap_registry import embedded
from ap_registry.erasing import erase, hold
from ap_registry.errors import NotFound, Refused
from ap_registry.exporting import Withheld, export
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from tests.acceptance.test_framework_every_notice import notices
from tests.conftest import fresh_database
from tests.world import PRU, PUPIL, SCHOOL, load_world, notify, register_pupil, send_register, upn

LIVED, TWIN = upn(41), upn(42)
Told = dict[str, Any]


@pytest.fixture(scope="module")
def life(servers: embedded.Servers) -> Iterator[Registry]:
    """One life with every field of every notice filled."""
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        registry = Registry(database)
        load_world(registry)
        for notice in notices("export", LIVED, TWIN):
            registry.record(notice)
        send_register(
            registry,
            f"upn,organisation,week,marks\n{LIVED},{SCHOOL},2025-09-08,/ \\ / \\ O O C1 C1 / \\\n",
        )
        yield registry
        database.close()


def texts(value: Any) -> Iterator[str]:
    """Every text in it."""
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


def of_type(told: Told, name: str) -> list[Told]:
    return [item for item in told["timeline"] if item["type"] == name]


def test_all_that_was_sent_is_in_it(life: Registry) -> None:
    told = set(texts(export(life, LIVED)))
    sent = {
        text
        for notice in notices("export", LIVED, TWIN)
        for name, value in notice.items()
        if notice["upn"] == LIVED and name not in {"type", "fields"}
        for text in texts(value)
        if not text.startswith("export-") or name == "ref"
    }
    assert sent - told == set()


def test_registers_are_in_it_code_by_code(life: Registry) -> None:
    assert export(life, LIVED)["registers"] == [
        {"organisation": SCHOOL, "week": "2025-09-08", "marks": "/ \\ / \\ O O C1 C1 / \\"}
    ]


def test_who_could_read_it_is_in_it(life: Registry) -> None:
    told = export(life, LIVED)
    assert {SCHOOL, PRU, "LA856"} <= {one["organisation"] for one in told["seen_by"]}


@pytest.mark.parametrize(("reader", "has"), [(None, 1), ("pupil", 1), ("parent", 0)])
def test_a_parent_does_not_read_what_the_pupil_keeps_from_parents(
    life: Registry, reader: str | None, has: int
) -> None:
    assert len(of_type(export(life, LIVED, reader=reader), "view_recorded")) == has


@pytest.mark.parametrize(("reader", "address"), [(None, "1 Made-Up Lane"), ("pupil", None),
                                                 ("parent", None)])  # fmt: skip
def test_where_other_people_live_is_for_the_officer_alone(
    life: Registry, reader: str | None, address: str | None
) -> None:
    told = export(life, LIVED, reader=reader)
    assert [one["address"] for one in told["contacts"]] == [address]
    assert ("1 Made-Up Lane" in set(texts(told))) is (address is not None)


@pytest.fixture
def suspended(registry: Registry) -> Registry:
    register_pupil(registry)
    notify(registry, "suspension", "2026-03-02", school=SCHOOL, sessions=4, ends_on="2026-03-03",
           reasons=["PP"], note="words of a witness", ref="S")  # fmt: skip
    notify(registry, "notified", "2026-03-02", by=SCHOOL, of="S", to="parent", about="decision",
           method="email")  # fmt: skip
    return registry


def suspension_of(registry: Registry) -> str:
    (item,) = of_type(export(registry, PUPIL), "suspension")
    found: str = item["id"]
    return found


def test_what_is_withheld_is_listed_with_its_reason_and_without_its_content(
    suspended: Registry,
) -> None:
    event = suspension_of(suspended)
    why = "Another child's words (DPA 2018 sch. 2 para. 16)"
    told = export(suspended, PUPIL, withheld=[Withheld(event=event, reason=why)])
    assert told["withheld"] == [{"event": event, "reason": why}]
    told["exports"], told["withheld"] = [], []
    assert event not in set(texts(told))
    assert "words of a witness" not in set(texts(told))
    assert {item["type"] for item in told["timeline"]} == {"pupil_registered", "joined_roll"}


def test_an_export_and_what_it_withheld_go_on_record(suspended: Registry) -> None:
    event = suspension_of(suspended)
    export(suspended, PUPIL, reader="parent", withheld=[Withheld(event=event, reason="A witness")])
    first, second = export(suspended, PUPIL)["exports"]
    assert (first["for"], first["withheld"]) == (None, [])
    assert (second["for"], second["withheld"]) == ("parent", {event: "A witness"})


def test_a_family_reads_nothing_of_what_was_withheld_from_another(suspended: Registry) -> None:
    withheld = Withheld(event=suspension_of(suspended), reason="The father must not know where")
    export(suspended, PUPIL, reader="parent", withheld=[withheld])
    assert export(suspended, PUPIL, reader="parent")["exports"] == []
    told = export(suspended, PUPIL, reader="pupil")["exports"]
    assert [set(one) for one in told] == [{"at", "by"}] * 3
    assert "The father must not know where" not in set(texts(told))


@pytest.mark.parametrize(
    ("event", "reason", "refused"),
    [(None, " ", "required"), ("0b8f4f0e-64a3-4d0c-9a57-3d1f1b0c6e21", "A witness", "not_found")],
)
def test_only_what_is_there_is_withheld_and_with_a_reason(
    suspended: Registry, event: str | None, reason: str, refused: str
) -> None:
    withheld = Withheld(event=event or suspension_of(suspended), reason=reason)
    with pytest.raises(Refused) as found:
        export(suspended, PUPIL, withheld=[withheld])
    assert [problem.code for problem in found.value.problems] == [refused]


def test_a_hold_is_for_the_officer_alone(suspended: Registry) -> None:
    hold(suspended, PUPIL, "Claim before the tribunal")
    assert [one["reason"] for one in export(suspended, PUPIL)["holds"]] == [
        "Claim before the tribunal"
    ]
    assert export(suspended, PUPIL, reader="parent")["holds"] == []


def test_an_adopted_pupil_is_exported_without_a_trace_of_the_old_upn(suspended: Registry) -> None:
    notify(suspended, "upn_changed", "2026-04-01", by="LA856", new_upn=LIVED, reason="adopted")
    with pytest.raises(NotFound):
        export(suspended, PUPIL)
    assert [text for text in texts(export(suspended, LIVED)) if PUPIL in text] == []


def test_an_erased_pupil_has_nothing_to_export(suspended: Registry) -> None:
    export(suspended, PUPIL)
    erase(suspended, PUPIL, "Retention period over")
    with pytest.raises(NotFound):
        export(suspended, PUPIL)
