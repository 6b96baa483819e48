"""What an LA has decided about how the registry works for it, from a day on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

VALUES: Mapping[str, tuple[str, ...]] = {
    "notices": ("registry", "off"),  # what schools owe the LA counts as delivered when filed
    "lists": ("on", "off"),  # schools and providers confirm their lists by each half-term
    "words": ("alternative_provision", "complementary_provision"),  # what families read
    "health": ("on", "off"),  # health partners are told of placements, on a lawful basis
}
NEEDS_BASIS = frozenset({("health", "on")})  # no law asks for it: UK GDPR arts 6 and 9 must


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """``from_on``: the first day on which it holds; ``basis``: by what law it may."""

    organisation: str
    name: str
    from_on: date
    value: str
    basis: str | None = None


Arrangements = Mapping[tuple[str, str], tuple[Arrangement, ...]]


def by_name(found: Iterable[Arrangement]) -> Arrangements:
    """Of each LA and name, by the day from which they hold."""
    listed: dict[tuple[str, str], list[Arrangement]] = {}
    for one in found:
        listed.setdefault((one.organisation, one.name), []).append(one)
    return {key: tuple(sorted(those, key=lambda a: a.from_on)) for key, those in listed.items()}


def in_force(found: Arrangements, organisation: str, name: str, on: date) -> Arrangement | None:
    """The one that holds on a day; None where nothing has been decided by then."""
    begun = [one for one in found.get((organisation, name), ()) if one.from_on <= on]
    return begun[-1] if begun else None
