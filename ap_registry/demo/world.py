"""The registers of invented organisations, terms and closures, in the small forms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ap_registry.demo.area import area, authority_row, neighbour_of, urn
from ap_registry.demo.terms import term_rows


@dataclass(frozen=True)
class DemoWorld:
    """Rows of contract section 5, each a mapping of column to text."""

    organisations: tuple[dict[str, str], ...]
    terms: tuple[dict[str, str], ...]
    closures: tuple[dict[str, str], ...]


def world(seed: int, las: Sequence[str] = ("856",), scale: float = 1.0) -> DemoWorld:
    """``scale`` multiplies the secondary schools of an LA; pass the same to the notices."""
    areas = [area(seed, la, scale) for la in las]
    outside = sorted({neighbour_of(la) for la in las} - set(las))
    organisations = [row for one in areas for row in one.rows]
    organisations += [row for la in outside for row in _outside(seed, la, scale)]
    return DemoWorld(
        organisations=tuple(organisations),
        terms=tuple(row for la in (*las, *outside) for row in term_rows(f"LA{la}")),
        closures=tuple(
            {"organisation": school, "date": day.isoformat(), "reason": "INSET"}
            for one in areas
            for school, days in one.closures.items()
            for day in days
        ),
    )


def _outside(seed: int, la: str, scale: float) -> Iterator[dict[str, str]]:
    """A neighbouring LA to which a pupil moves: itself and its first school."""
    rows = {row["id"]: row for row in area(seed, la, scale).rows}
    yield authority_row(la, rows[f"LA{la}"]["name"].split(" ")[0])
    yield rows[urn(la, 0)] | {"trust": ""}
