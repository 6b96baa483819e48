"""What families have written lately: a list for schools, and one for local authorities."""

from collections.abc import Mapping
from dataclasses import replace

from api.pages.provider_lists import Form, Row, Work

_FEELINGS = ("very unhappy", "unhappy", "in between", "happy", "very happy")


def _what(row: Row) -> str:
    """The words themselves stand on the pupil's timeline, where it is opened."""
    said = "Words with a request" if row["asks"] else "What they think"
    return f"{said}: {_FEELINGS[row['feeling'] - 1]}" if row["feeling"] else said


def _nothing(row: Row, own: str) -> tuple[Form, ...]:
    return ()


_SCHOOLS = Work(
    role="school", title="What families have written",
    help="By their private links in the last four weeks. Open the pupil to read the words.",
    columns=("Pupil", "Who", "Day", "What"),
    empty="No family has written in the last four weeks. Give one a private link from the pupil’s"
    " timeline.",
    forms=_nothing, what=_what,
)  # fmt: skip
OF_FAMILIES: Mapping[str, Work] = {
    "families": _SCHOOLS,
    "family-words": replace(_SCHOOLS, role="la"),
}
