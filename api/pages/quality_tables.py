"""The tables of the data-quality inbox, as a page shows them and as files."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ap_registry.matching import Pair
from ap_registry.notice import World
from ap_registry.quality import Inbox
from ap_registry.store.matching import Person
from api.pages.flag_words import Clashes
from api.pages.rendering import capfirst, in_words
from api.pages.tables import Cell, Table, pupil_cell

Named = Callable[[str], str]


def namer(world: World) -> Named:
    def name(organisation: str) -> str:
        found = world.organisation(organisation)
        return found.name if found else organisation

    return name


def tables(
    inbox: Inbox, found: Sequence[Clashes], names: Mapping[str, str], named: Named
) -> dict[str, Table]:
    """By the name that a file is asked for by; all but the pairs, which a page shows otherwise."""
    return {
        "clashes": _clashes(found, names),
        "unknown": _unknown(inbox.unknown, named),
        "closed": _closed(inbox.closed, named),
    }


def pairs_table(found: Sequence[Pair], named: Named) -> Table:
    return Table(
        name="pupils-who-may-be-one", caption="Pupils who may be one, the likeliest first",
        empty="No two pupils look like one.",
        columns=("Alike, of 100", "Why", "To be kept", "Born", "Other", "Other born", "Schools"),
        rows=[
            (
                Cell(text=str(pair.likeness.score)),
                Cell(text=capfirst("; ".join(pair.likeness.reasons))),
                *_person(pair.kept),
                *_person(pair.other),
                Cell(text="; ".join(named(s) for s in (*pair.kept.schools, *pair.other.schools))),
            )
            for pair in found
        ],
    )  # fmt: skip


def _person(one: Person) -> tuple[Cell, Cell]:
    name = f"{one.details.given_name or ''} {one.details.family_name}"
    return (
        pupil_cell(str(one.id), name.strip(), one.upn),
        Cell(text=in_words(one.details.date_of_birth)),
    )


def _clashes(found: Sequence[Clashes], names: Mapping[str, str]) -> Table:
    return Table(
        name="records-that-contradict", caption="Records that contradict themselves", empty="None.",
        columns=("Pupil", "What is wrong"),
        rows=[
            (
                pupil_cell(one.pupil_id, names.get(one.pupil_id, ""), one.upn),
                Cell(text=capfirst(one.words) + (
                    f", and {one.more} more like it" if one.more else ""
                )),
            )
            for one in found
        ],
    )  # fmt: skip


def _unknown(found: Sequence[Mapping[str, Any]], named: Named) -> Table:
    return Table(
        name="organisations-unknown", caption="Organisations that nobody has added", empty="None.",
        columns=("Number sent", "By", "Times", "Last"),
        rows=[
            (
                Cell(text=one["name"]),
                Cell(text=named(one["by"]) if one["by"] else "not said"),
                Cell(text=str(one["times"])),
                Cell(text=in_words(one["last_at"].date())),
            )
            for one in found
        ],
    )  # fmt: skip


def _closed(found: Sequence[Mapping[str, Any]], named: Named) -> Table:
    return Table(
        name="organisations-closed", caption="Closed organisations with pupils", empty="None.",
        columns=("Organisation", "Closed", "Pupils still there", "Its place was taken by"),
        rows=[
            (
                Cell(text=one["name"], more=one["organisation"]),
                Cell(text=in_words(one["closed_on"])),
                Cell(text=str(one["pupils"])),
                Cell(text=", ".join(map(named, one["successors"])) or "nobody on record"),
            )
            for one in found
        ],
    )  # fmt: skip
