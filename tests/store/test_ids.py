"""Ids of many pupils as one parameter."""

from uuid import UUID, uuid4

import pytest

from ap_registry.registry import Registry
from ap_registry.store.ids import Ids


@pytest.mark.parametrize("pupils", [[], [uuid4()], [uuid4() for _ in range(1_000)]])
def test_the_database_reads_each_id_in_its_place(registry: Registry, pupils: list[UUID]) -> None:
    with registry.database.connection() as connection:
        row = connection.execute("select %(pupils)b", {"pupils": Ids.of(pupils)}).fetchone()
    assert row == (pupils,)
