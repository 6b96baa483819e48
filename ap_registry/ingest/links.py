"""Who took whose place: the links between establishments as GIAS publishes them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ap_registry.ingest.results import BadRow, ImportResult, RowError
from ap_registry.ingest.spreadsheets import Row
from ap_registry.organisations import Organisation

COLUMNS = ("urn", "linkurn", "linktype")
_URN = re.compile(r"[0-9]{6}")
Take = Callable[[Organisation], bool]


def are_links(row: object) -> bool:
    return isinstance(row, dict) and all(name in row for name in COLUMNS)


def take_links(
    rows: Iterable[Row], present: dict[str, Organisation], take: Take,
    progress: Callable[[int], None],
) -> ImportResult:  # fmt: skip
    """Each successor gets its predecessors; a link is often said from both ends.

    ``more``: links of other kinds (sixth form centres, expansions), and those of establishments
    that are not on record: both leave all as it was.
    """
    result = ImportResult(more={"other_kinds": 0, "not_on_record": 0})
    for number, row in rows:
        result.rows += 1
        progress(number)
        try:
            link = _link(row)
        except BadRow as bad:
            result.refuse(RowError.bad(number, bad))
            continue
        if link is None or not set(link) <= present.keys():
            result.more["other_kinds" if link is None else "not_on_record"] += 1
            result.unchanged += 1
            continue
        before, after = link
        found = present[after]
        line = tuple(sorted({*found.predecessors, before}))
        if take(replace(found, predecessors=line)):
            result.created += 1
        else:
            result.unchanged += 1
    return result


def _link(row: object) -> tuple[str, str] | None:
    """Predecessor and successor; None where neither took the other's place."""
    if isinstance(row, BadRow):
        raise row
    assert isinstance(row, dict)
    one, other = (_urn(row, name) for name in ("urn", "linkurn"))
    kind = str(row.get("linktype") or "").strip().lower()
    if one == other:
        raise BadRow("linkurn", "bad_format", "LinkURN must be another establishment")
    if kind.startswith("predecessor"):
        return other, one
    if kind.startswith("successor"):
        return one, other
    return None


def _urn(row: dict[str, object], name: str) -> str:
    text = str(row.get(name) or "").strip()
    if not _URN.fullmatch(text):
        raise BadRow(name, "bad_format" if text else "required", f"{name} must be six digits")
    return text


def looked_at(rows: Iterator[Row]) -> tuple[bool, Iterator[Row]]:
    """Whether these are rows of links, and the rows again."""
    first = next(rows, None)

    def again() -> Iterator[Row]:
        if first is not None:
            yield first
        yield from rows

    return first is not None and are_links(first[1]), again()
