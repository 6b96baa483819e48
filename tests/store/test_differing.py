"""Each cell that is not what the ledger makes is named, and nothing is changed."""

from collections.abc import Iterator
from typing import Any

import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from ap_registry.store.differing import differences
from tests.world import PUPIL, register_pupil


@pytest.fixture
def owner(urls: embedded.Servers) -> Iterator[Database]:
    found = Database(urls.database_owner_url)
    yield found
    found.close()


@pytest.fixture
def pupil(registry: Registry, owner: Database) -> str:
    register_pupil(registry)
    with owner.connection() as connection:
        row = connection.execute(
            "select pupil_id::text from upn_claim where upn = %s", (PUPIL,)
        ).fetchone()
    assert row is not None
    return str(row[0])


def found(owner: Database, *statements: str, limit: int = 100) -> list[dict[str, Any]]:
    with owner.connection() as connection:
        for statement in statements:
            connection.execute(statement)
    return differences(owner, limit=limit)[1].items


def brief(items: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (one["table"], one["pupil_id"], one["problem"], one["column"], one["held"], one["derived"])
        for one in items
    ]


def test_nothing_differs_where_nothing_was_spoilt(pupil: str, owner: Database) -> None:
    told, listed = differences(owner, limit=100)
    assert (told.same, listed.items, told.events > 2) == (True, [], True)


def test_a_changed_cell_is_named_with_what_is_held_and_what_is_right(
    pupil: str, owner: Database
) -> None:
    spoilt = found(owner, "update roll set registration = 'S', school = '100002'")
    assert brief(spoilt) == [
        ("roll", pupil, "different", "school", "100002", "100001"),
        ("roll", pupil, "different", "registration", "S", "C"),
    ]


def test_a_row_that_is_missing_or_made_up_is_named_whole(pupil: str, owner: Database) -> None:
    spoilt = found(
        owner,
        "update roll set key = '00000000-0000-4000-8000-000000000000'",
    )
    assert [(one["problem"], one["column"]) for one in spoilt] == [
        ("unexpected", None), ("missing", None),
    ]  # fmt: skip
    assert spoilt[0]["key"]["key"] == "00000000-0000-4000-8000-000000000000"
    assert (spoilt[0]["held"]["school"], spoilt[1]["derived"]["school"]) == ("100001", "100001")


def test_reference_rows_are_compared_too(pupil: str, owner: Database) -> None:
    spoilt = found(owner, "update organisation set name = 'Elm' where id = '100001'")
    assert brief(spoilt) == [("organisation", None, "different", "name", "Elm", "Alder School")]


def test_all_are_counted_and_only_so_many_named(pupil: str, owner: Database) -> None:
    with owner.connection() as connection:
        connection.execute("update organisation set name = 'Elm'")
    told, listed = differences(owner, limit=2)
    assert (told.same, listed.number, len(listed.items)) == (False, 9, 2)
