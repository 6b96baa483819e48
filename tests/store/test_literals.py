"""What is written into an array comes out of it."""

from datetime import date
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from ap_registry.store.database import Database
from ap_registry.store.literals import array_literal

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)))


def test_all_that_texts_and_bytes_may_hold(database: Database) -> None:
    with database.connection() as connection:

        @settings(max_examples=60)
        @given(st.lists(st.none() | TEXT), st.lists(st.none() | st.binary()))
        def read_back(texts: list[str | None], binaries: list[bytes | None]) -> None:
            row = connection.execute(
                "select %s::text[], %s::bytea[]", (array_literal(texts), array_literal(binaries))
            ).fetchone()
            assert row == (texts, binaries)

        read_back()


def test_the_others_are_as_they_are_written(database: Database) -> None:
    values = (UUID(int=7), None), (date(2026, 3, 2),), (1, -2)
    with database.connection() as connection:
        row = connection.execute(
            "select %s::uuid[], %s::date[], %s::int[]", tuple(map(array_literal, values))
        ).fetchone()
    assert row == tuple(map(list, values))
