"""Registries for practice: only there the clock may be said."""

from ap_registry.store.database import connect


def for_practice(owner_url: str) -> str:
    """The same address; before anything is recorded there."""
    with connect(owner_url) as connection:
        connection.execute(
            "insert into setting (name, value) values ('clock', 'set') on conflict do nothing"
        )
    return owner_url
