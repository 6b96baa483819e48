"""How many of those whom a report rests on have said that their lists are whole."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from ap_registry.calendar import london_today
from ap_registry.store.confirmations import share_confirmed
from ap_registry.store.database import Connection

# Lists are confirmed by each half-term: the last one of a year ends weeks before the year does.
BEFORE_THE_END = timedelta(days=92)


def confirmed(
    connection: Connection, report: Mapping[str, Any], at: datetime, *, provider: str | None
) -> dict[str, Any]:
    """Of the schools and providers in the LAs of the totals, or of the one provider.

    A confirmation from the last three months of the period on says that all had been told by then.
    """
    las = {row["la"] for row in report["totals"]} - {"all"} if provider is None else set()
    only = {row["provider"] for row in report["rows"]} if provider is None else {provider}
    since = date.fromisoformat(report["to"]) - BEFORE_THE_END
    share = share_confirmed(
        connection, las=las, only=only, on=london_today(at), since=since, as_at=at
    )
    return {"confirmed": share.confirmed, "asked": share.asked, "since": since.isoformat()}
