"""What is answered, as JSON Schema: for the OpenAPI document, which tests hold to the truth."""

from typing import Any

from ap_registry.notices import CATALOGUE

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
ID: Schema = {"type": "string", "format": "uuid"}
DAY: Schema = {"type": "string", "format": "date"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
OBJECT: Schema = {"type": "object"}
OBJECTS: Schema = {"type": "array", "items": {"type": "object"}}


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def record(**properties: Schema) -> Schema:
    """An object with all of these; keys may be added (contract section 8)."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def page(items: Schema, cursor: Schema = TEXT) -> Schema:
    return record(items=array(items), next=maybe(cursor))


def answers(schema: Schema, status: int = 200, description: str = "Done") -> dict[Any, Any]:
    """For ``responses=`` of a route."""
    content = {"application/json": {"schema": schema}}
    return {status: {"description": description, "content": content}}


EVENT = record(
    id=ID, type=TEXT, pupil_id=ID, upn=maybe(TEXT), version=WHOLE, occurred_on=DAY,
    recorded_at=INSTANT, by=TEXT, ref=maybe(TEXT),
)  # fmt: skip
FOLLOW_UP = record(
    id=ID, kind=TEXT, pupil_id=maybe(ID), upn=maybe(TEXT), owner=TEXT, opened_on=DAY, due_on=DAY,
    status={"enum": ["open", "overdue", "done", "lapsed"]}, closed_on=maybe(DAY), opened_by=ID,
    closed_by=maybe(ID), how=maybe(TEXT), rule=TEXT, source=TEXT, statutory={"type": "boolean"},
    calendar=maybe(TEXT),
)  # fmt: skip
FLAG = record(rule=TEXT, detail=TEXT, source=TEXT)
RECEIPT = record(
    event=EVENT,
    follow_ups=record(opened=array(FOLLOW_UP), closed=array(FOLLOW_UP), moved=array(FOLLOW_UP)),
    flags=array(FLAG),
)
RESULT = record(status=WHOLE, result={"enum": ["created", "unchanged", "duplicate", "refused"]})
TAKEN = {"anyOf": [RECEIPT, array(RECEIPT), array(RESULT)]}
TIMELINE = page(
    record(
        id=ID, type={"enum": sorted(CATALOGUE)}, version=WHOLE, seq=maybe(WHOLE), occurred_on=DAY,
        recorded_at=INSTANT, by=TEXT, ref=maybe(TEXT), data={"type": "object"},
        status={"enum": ["effective", "corrected", "void"]}, changes=OBJECTS, sentence=TEXT,
    )
)  # fmt: skip
PUPIL = record(
    id=ID, upn=maybe(TEXT), former_upns=array(TEXT), version=WHOLE,
    **{name: {} for name in CATALOGUE["pupil_registered"].fields},
    rolls=OBJECTS, exclusions=OBJECTS, referrals=OBJECTS, directions=OBJECTS, placements=OBJECTS,
    outreach=OBJECTS, reintegrations=OBJECTS, managed_moves=OBJECTS, part_time=OBJECTS,
    fair_access=OBJECTS, suspended_sessions_this_year=maybe(WHOLE), flags=OBJECTS,
)  # fmt: skip
PUPILS = page(
    record(
        id=ID, upn=maybe(TEXT), given_name=maybe(TEXT), family_name=maybe(TEXT),
        date_of_birth=maybe(DAY),
    )
)  # fmt: skip
PLACEMENTS = page(
    record(
        id=ID, pupil_id=ID, upn=maybe(TEXT), provider=TEXT, commissioner=TEXT, reason=maybe(TEXT),
        starts_on=DAY, ends_on=DAY, ended_on=maybe(DAY), end_reason=maybe(TEXT),
        sessions_per_week=WHOLE,
    )
)  # fmt: skip
ORGANISATION = record(
    id=TEXT, kind=TEXT, name=TEXT, la=maybe(TEXT), las=array(TEXT), trust=maybe(TEXT),
    ukprn=maybe(TEXT), laestab=maybe(TEXT), type_code=maybe(TEXT), setting_type=maybe(TEXT),
    opened_on=maybe(DAY), closed_on=maybe(DAY), predecessors=array(TEXT),
)  # fmt: skip
ORGANISATIONS = page(ORGANISATION)
EVENTS = record(
    items=array(
        record(
            seq=WHOLE, id=ID, type=TEXT, version=WHOLE, pupil_id=ID, occurred_on=DAY,
            recorded_at=INSTANT, by=TEXT, ref=maybe(TEXT),
        )
    ),
    next=maybe(WHOLE), until=WHOLE,
)  # fmt: skip
HEAD = record(size=WHOLE, root=TEXT, signed_at=INSTANT, key_id=maybe(TEXT), signature=maybe(TEXT))
KEYS = record(
    items=array(
        record(key_id=TEXT, public_key=TEXT, until=maybe(INSTANT), **{"from": INSTANT},
               signature=TEXT, ended=maybe({"type": "object"}))
    )
)  # fmt: skip
INCLUSION = record(event=ID, digest=TEXT, leaf_index=WHOLE, size=WHOLE, leaf=TEXT, path=array(TEXT))
CONSISTENCY = record(to=WHOLE, path=array(TEXT), **{"from": WHOLE})
ERRORS = array(record(row=WHOLE, column=TEXT, code=TEXT, detail=TEXT))
IMPORTED = record(
    rows=WHOLE, created=WHOLE, unchanged=WHOLE, duplicate=WHOLE, refused=WHOLE,
    errors=ERRORS, receipts=OBJECTS,
    marks=WHOLE, follow_ups=record(opened=array(FOLLOW_UP), closed=array(FOLLOW_UP)),
)  # fmt: skip
CLOCK = record(
    follow_up=ID, kind=TEXT, rule=TEXT, source=TEXT, calendar=maybe(TEXT), due_on=DAY,
    days=array(record(date=DAY, counted={"type": "boolean"}, n=maybe(WHOLE), why=TEXT)),
)  # fmt: skip
OUTCOMES = record(
    definition=TEXT, **{"from": DAY, "to": DAY}, known_by=INSTANT, ledger={"type": "object"},
    rows=OBJECTS, totals=OBJECTS, secondary=OBJECTS,
    confirmed=record(confirmed=WHOLE, asked=WHOLE, since=DAY),
)  # fmt: skip
RESTATEMENT = record(
    definition=TEXT, **{"from": INSTANT, "to": INSTANT}, period_from=DAY, period_to=DAY,
    cells=array(
        record(
            table={"enum": ["rows", "totals", "secondary"]}, key={"type": "object"}, column=TEXT,
            before={}, after={}, because=array(ID),
        )
    ),
    wellbeing=OBJECTS,
)  # fmt: skip
