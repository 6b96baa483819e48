"""How parameters are written: what the document says of each is what is taken."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import WithJsonSchema

from reports.kind import Option

Schema = dict[str, Any]
_YEARS = "^(19|20|21)[0-9]{2}-"  # as reports/asking.py reads them
DAY: Schema = {"type": "string", "format": "date", "pattern": _YEARS}
INSTANT: Schema = {
    "anyOf": [{"type": "string", "format": "date-time", "pattern": _YEARS}, DAY],
    "description": "A bare date is the end of that day in London.",
}
TEXT: Schema = {"type": "string"}
LA_CODE: Schema = {"type": "string", "pattern": "^(LA)?[0-9]{3}$"}
_SCHEMAS: dict[str, Schema] = {
    "day": DAY,
    "instant": INSTANT,
    "la": LA_CODE,
    "flag": {"type": "boolean"},
}

Text = Annotated[str | None, WithJsonSchema(TEXT)]
Day = Annotated[str | None, WithJsonSchema(DAY)]
Instant = Annotated[str | None, WithJsonSchema(INSTANT)]
AsAt = Annotated[Instant, Query(description="As recorded by this instant.")]
On = Annotated[Day, Query(description="As effective on this day.")]


def schema_of(option: Option) -> Schema:
    """What an option of a report takes; it is not blank."""
    if option.kind == "choice":
        return {"type": "string", "enum": list(option.choices)}
    if option.kind == "whole":
        return {"type": "integer", "minimum": option.least, "maximum": option.most}
    return _SCHEMAS.get(option.kind, {**TEXT, "minLength": 1})
