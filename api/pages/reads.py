"""Who has opened records: the auditor's page."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from ap_registry.store.reads import Asked
from api.deps import TheRegistry, instant_of
from api.pages.rendering import Person, page
from api.v1.reads import as_json, ids_of, seen

router = APIRouter()
SHOWN = 200


@router.get("/reads")
def reads(
    registry: TheRegistry,
    person: Person,
    pupil: Annotated[str, Query(max_length=40)] = "",
    from_: Annotated[str, Query(alias="from", max_length=40)] = "",
    to: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The latest first; of one pupil, or of a time."""
    with registry.database.connection() as connection:
        asked = Asked(
            pupils=ids_of(connection, pupil or None),
            from_at=instant_of(from_ or None, "from"),
            to_at=instant_of(to or None, "to"),
        )
        found = seen(connection, person.caller, asked, limit=SHOWN + 1)
    return page(
        registry, "reads.html", person, items=[as_json(one) for one in found[:SHOWN]],
        more=len(found) > SHOWN, upn=pupil, from_=from_, to=to,
    )  # fmt: skip
