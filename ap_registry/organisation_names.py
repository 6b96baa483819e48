"""Which organisation people mean who type its name, with slips, or any of its numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ap_registry.codes import LA_CODES
from ap_registry.identifiers import BadIdentifier, la_id, laestab, parse_organisation_id
from ap_registry.likeness import words_of
from ap_registry.notice import World
from ap_registry.organisations import Organisation
from ap_registry.searching import likenesses

MOST = 20  # are offered: whoever gets more has typed too little
AREA = "area"  # the role of a field that takes any LA of England, on record or not
PROVIDER = "provider"  # of a field that takes any, of which those who give AP are offered
_AREAS = {
    f"LA{code}": Organisation(id=f"LA{code}", kind="la", name=name, la=code)
    for code, name in LA_CODES.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """``sure``: the one that nothing else comes near; else those who ``may`` be meant, if any."""

    sure: Organisation | None = None
    may: Sequence[Organisation] = ()
    more: bool = False


def meant(text: str, world: World, *, role: str = "", la: str | None = None) -> Meant:
    """By number; by the whole name; by how the words of a name begin; at last by what is alike.

    ``role``: as of the field that is asked (school, provider, la, area, or any). Those in ``la``
    first. As a provider a school is meant by its whole name, or where no provider is like it.
    """
    if numbered := _by_number(text, world, role):
        return Meant(sure=numbered)
    words = words_of(text)
    held = tuple(_AREAS.values()) if role == AREA else world.organisations
    open_to = [one for one in held if fits(one, role)]
    every = held if role == PROVIDER else open_to
    if not words or not every:
        return Meant()
    whole = [one for one in every if words_of(one.name) == words]
    if len(whole) == 1:
        return Meant(sure=whole[0])
    begun = whole or [one for one in open_to if _begins(words, words_of(one.name))]
    if len(begun) == 1:
        return Meant(sure=begun[0])
    found = _offered(begun, la) if begun else _alike(words, open_to, la)
    return found if found.may else _alike(words, every, la)


def fits(one: Organisation, role: str) -> bool:
    """Whether a field of this role takes it."""
    if role == "school":
        return one.is_school or one.is_ap_provider
    if role == PROVIDER:
        return one.is_ap_provider or one.kind == "service"
    if role in {"trust", "health"}:
        return one.kind == role
    return one.kind == "la" if role in {"la", AREA} else True


def _by_number(text: str, world: World, role: str) -> Organisation | None:
    if role == AREA:
        return _AREAS.get(la_id(text))
    try:
        found = world.organisation(laestab(text) or parse_organisation_id(text))
    except BadIdentifier:
        ukprn = text.strip()
        found = next((o for o in world.organisations if o.ukprn and o.ukprn == ukprn), None)
    return found if found is not None and (role == PROVIDER or fits(found, role)) else None


def _begins(words: Iterable[str], parts: Sequence[str]) -> bool:
    return all(any(part.startswith(word) for part in parts) for word in words)


def _alike(words: Sequence[str], held: Sequence[Organisation], la: str | None) -> Meant:
    if not held:
        return Meant()
    return _offered([held[n] for n, _ in likenesses(words, [one.name for one in held])], la)


def _offered(found: Sequence[Organisation], la: str | None) -> Meant:
    listed = sorted(found, key=lambda one: (one.la_code != la, one.name, one.id))
    return Meant(may=tuple(listed[:MOST]), more=len(listed) > MOST)
