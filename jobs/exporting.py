"""Once a day the signed head of the ledger goes to a folder outside the database."""

from threading import Event

from ap_registry.installation import Installation
from ap_registry.reading import newest_head
from ap_registry.store.exporting import export_into, export_of


def export_daily(found: Installation, _stopping: Event | None = None) -> bool:
    """True where today's export was written here and now; nothing where no folder is named."""
    folder, today = found.settings.ledger_export, found.registry.today()
    if folder is None or export_of(folder, today).exists():
        return False
    with found.database.connection() as connection:
        export_into(connection, folder, newest_head(found.registry, connection), today)
    return True
