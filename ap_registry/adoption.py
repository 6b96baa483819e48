"""After an adoption no output links the pupil to a UPN that went before (domain.md 4.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ap_registry.history import Recorded
from ap_registry.pupil import Pupil

REMOVED = "(removed)"
_NAMES = ("new_upn", "other_upn")


def forgotten(recorded: Iterable[Recorded], first_upn: str | None, pupil: Pupil) -> frozenset[str]:
    """Every UPN that the record has ever held and that names the pupil no more."""
    found = {first_upn} if first_upn else set()
    for event in recorded:
        fields = event.values.get("fields")
        for values in (event.values, fields if isinstance(fields, dict) else {}):
            found |= {str(values[name]) for name in _NAMES if values.get(name)}
    return frozenset(found) - set(pupil.upns)


def scrubbed(value: Any, upns: frozenset[str]) -> Any:
    """The same with these UPNs taken out, wherever they stand: a ref or a note may hold one."""
    if isinstance(value, str):
        for upn in upns:
            value = value.replace(upn, REMOVED)
        return value
    if isinstance(value, dict):
        return {name: scrubbed(one, upns) for name, one in value.items()}
    if isinstance(value, list):
        return [scrubbed(one, upns) for one in value]
    return value


def unnamed(recorded: Iterable[Recorded], upns: frozenset[str]) -> tuple[Recorded, ...]:
    """The record without these UPNs in any text; by what it was known, and when, still holds."""
    return tuple(
        replace(
            event, ref=scrubbed(event.ref, upns), note=scrubbed(event.note, upns),
            values=_texts(event.values, upns),
        )
        for event in recorded
    )  # fmt: skip


def _texts(values: Mapping[str, Any], upns: frozenset[str]) -> dict[str, Any]:
    return {
        name: value if name in _NAMES
        else _texts(value, upns) if name == "fields" and isinstance(value, Mapping)
        else scrubbed(value, upns)
        for name, value in values.items()
    }  # fmt: skip
