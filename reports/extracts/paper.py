"""What every extract's document has alike."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from reports.document import Column, Document, Section, Table
from reports.extracts.words import dated
from reports.render import day_in_words

Row = Mapping[str, Any]
PUPIL = (
    Column(key="name", title="Pupil"),
    Column(key="upn", title="UPN", kind="code"),
    Column(key="year_group", title="Year", kind="integer"),
)


def paper(
    found: Row, *, name: str, title: str, sections: Sequence[Section], subtitle: str | None = None,
    lead: Sequence[str] = (), notes: Sequence[tuple[str, str]] = (), names_pupils: bool = True,
) -> Document:  # fmt: skip
    """``found`` has ``known_by`` and ``ledger``, and its ``period`` where no subtitle is given."""
    return Document(
        name=name, title=title, subtitle=subtitle or period(found), lead=lead, sections=sections,
        notes=notes, known_by=found["known_by"], ledger=found["ledger"], names_pupils=names_pupils,
    )  # fmt: skip


def period(found: Row) -> str:
    first, last = (date.fromisoformat(found["period"][end]) for end in ("from", "to"))
    return f"{day_in_words(first)} to {day_in_words(last)}"


def day(text: str | None) -> str:
    return day_in_words(date.fromisoformat(text)) if text else "–"


def columns(**titles: str | tuple[str, str]) -> tuple[Column, ...]:
    """By key its title, or title and kind."""
    return tuple(
        Column(key=key, title=said) if isinstance(said, str)
        else Column(key=key, title=said[0], kind=said[1])  # type: ignore[arg-type]
        for key, said in titles.items()
    )  # fmt: skip


def table(
    id: str, caption: str, heads: Sequence[Column], rows: Iterable[Row], empty: str = "None."
) -> Table:
    """Cells of a ``date`` column that are ISO texts become days."""
    days = [column.key for column in heads if column.kind == "date"]
    return Table(
        id=id, caption=caption, columns=heads, rows=[dated(row, *days) for row in rows],
        empty=empty,
    )  # fmt: skip
