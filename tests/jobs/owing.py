"""Many who are owed to be told at eight in the morning of Friday 20 November 2026."""

from typing import Any

from ap_registry.registry import Registry
from tests.world import PERSON, SCHOOL, send_register, take_organisations, upn


def owe_reasons(registry: Registry, number: int) -> list[str]:
    """Providers, each with a code N of last Friday: its reason is owed today. Pupils by id."""
    places = [f"AP-{n:04}" for n in range(1, number + 1)]
    listed = "".join(f"{p},provider,Place,856,{p.lower()}@ap.example\n" for p in places)
    take_organisations(registry, "id,kind,name,la,email\n" + listed)
    pupils = [upn(n) for n in range(number)]
    shared: dict[str, Any] = {"occurred_on": "2026-09-01", "by": SCHOOL}
    notices = [
        notice
        for one in pupils
        for notice in (
            {"type": "pupil_registered", "upn": one, **shared, **PERSON},
            {"type": "joined_roll", "upn": one, **shared, "school": SCHOOL, "registration": "C"},
        )
    ]
    outcomes = registry.record_many(notices)
    rows = "".join(
        f"{one},{place},2026-11-13,AM,N\n" for one, place in zip(pupils, places, strict=True)
    )
    send_register(registry, "upn,organisation,date,session,code\n" + rows)
    return [str(one.receipt["event"]["pupil_id"]) for one in outcomes[::2] if one.receipt]
