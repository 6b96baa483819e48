"""What a summary list says: in words for people, and as a table for programs."""

from collections.abc import Iterator

from reports.document import Cell, Column, Document, Fact, Facts, Table
from reports.writing.cells import in_words

_COLUMNS = (
    Column(key="section", title="Section"),
    Column(key="fact", title="Said of"),
    Column(key="of", title="What"),
    Column(key="value", title="Value", kind="value"),
    Column(key="unit", title="Unit"),
    Column(key="words", title="In words"),
)
_SAID = _COLUMNS[3]


def lines(facts: Facts) -> list[tuple[str, str]]:
    """Terms, and what is said of each in words."""
    return [(one.term, in_words(one.said, _SAID)) for one in _facts(facts)]


def facts_table(document: Document) -> Table | None:
    """One row for each number, date or text of all summary lists; None where there is no list."""
    rows = [
        {"section": section.title, **row}
        for section in document.sections
        for part in section.parts
        if isinstance(part, Facts)
        for one in _facts(part)
        for row in _rows(one)
    ]
    if not rows:
        return None
    return Table(id="facts", caption="What is said in short", columns=_COLUMNS, rows=rows)


def _facts(facts: Facts) -> Iterator[Fact]:
    return (Fact(*item) for item in facts.items)


def _rows(one: Fact) -> Iterator[dict[str, Cell]]:
    if not one.amounts:
        yield {"fact": one.term, "value": one.said}
    for amount in one.amounts:
        yield {"fact": one.term, **amount._asdict(), "words": in_words(one.said, _SAID)}
