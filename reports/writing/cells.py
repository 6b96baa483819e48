"""A cell in the words of a page or PDF; in files for programs it keeps its type."""

from datetime import date

from reports.document import Cell, Column
from reports.render import day_in_words

NUMBERS = frozenset({"integer", "decimal", "hundredths", "rate", "share", "money"})


def in_words(value: Cell, column: Column) -> str:
    """A symbol in place of a number, such as ``c``, stays as it is."""
    if value is None:
        return "–"
    if isinstance(value, date):
        return day_in_words(value)
    if isinstance(value, str):
        return value
    if column.kind in {"integer", "value"}:
        return f"{value:,}"
    if column.kind not in NUMBERS:
        return str(value)
    if column.kind == "hundredths":
        return f"{value:,.2f}"
    if column.kind == "share":
        return f"{value:.3f}"
    if column.kind == "money":
        return f"£{value:,.2f}"
    return f"{value:,.1f}" + (" %" if column.kind == "rate" else "")
