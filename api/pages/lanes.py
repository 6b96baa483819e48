"""A pupil's time as a drawing: what ran when, and when each notice came to be known.

The list under it says the same in words; the drawing adds only sight.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup, escape

from ap_registry.calendar import LONDON
from api.pages.rendering import in_words

WIDTH, LEFT, LANE, TOP = 720, 130, 34, 30
MOST_DAYS = 3 * 366  # older than that is in the list alone
AHEAD = timedelta(days=14)
# Part of the pupil, its lane, where from and until, and what it says.
_SPELLS = (
    ("rolls", "On roll", "from", ("until",), "school"),
    ("exclusions", "Excluded", "occurred_on", ("ends_on", "occurred_on"), "kind"),
    ("directions", "Directed", "starts_on", ("ends_on",), "provider"),
    ("placements", "Placed", "starts_on", ("ended_on",), "provider"),
    ("outreach", "Outreach", "starts_on", ("ended_on",), "provider"),
    ("part_time", "Part time", "starts_on", ("ended_on",), "school"),
    ("reintegrations", "Reintegration", "started_on", ("ended_on",), "school"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    first: date
    last: date

    def x(self, day: date) -> float:
        days = (min(max(day, self.first), self.last) - self.first).days
        return LEFT + (WIDTH - LEFT - 10) * days / max((self.last - self.first).days, 1)


def drawing(pupil: Mapping[str, Any], names: Mapping[str, str], today: date) -> Markup:
    """SVG; nothing where no notice can be drawn."""
    notices = [(_day(n["occurred_on"]), _known(n["recorded_at"]), n) for n in pupil["timeline"]]
    if not notices:
        return Markup("")
    last = max(today + AHEAD, *(on for on, _, _ in notices))
    axis = Axis(first=max(min(on for on, _, _ in notices), last - timedelta(days=MOST_DAYS)),
                last=last)  # fmt: skip
    lanes = [(label, found) for label, found in _lanes(pupil, names, today) if found]
    height = TOP + LANE * (len(lanes) + 2) + 24
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" class="lanes">'
        "<title>What ran when, and when each notice was recorded</title>",
        *_months(axis, height),
        *_today(axis, today, height),
    ]
    for row, (label, found) in enumerate(lanes):
        parts += _bars(axis, label, found, TOP + LANE * row)
    parts += _notices(axis, notices, TOP + LANE * len(lanes))
    return Markup("".join(parts) + "</svg>")  # noqa: S704 - every text in it is escaped


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _known(text: str) -> date:
    return datetime.fromisoformat(text).astimezone(LONDON).date()


def _lanes(
    pupil: Mapping[str, Any], names: Mapping[str, str], today: date
) -> Iterator[tuple[str, list[tuple[date, date, str]]]]:
    for group, label, start, ends, says in _SPELLS:
        yield (
            label,
            [
                (
                    _day(one[start]),
                    _day(next((one[end] for end in ends if one[end]), str(today))),
                    names.get(one[says], str(one[says]).replace("_", " ")),
                )
                for one in pupil[group]
            ],
        )


def _months(axis: Axis, height: int) -> Iterator[str]:
    """The first of each month or, over a long time, of each term's first."""
    months = 1 if (axis.last - axis.first).days < 400 else 4
    day = date(axis.first.year, axis.first.month, 1)
    while day <= axis.last:
        if day >= axis.first and (day.month - 1) % months == 0:
            x = axis.x(day)
            yield f'<line class="grid" x1="{x:.0f}" x2="{x:.0f}" y1="22" y2="{height - 4}"/>'
            yield f'<text x="{x + 3:.0f}" y="16">{day:%b %y}</text>'
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _today(axis: Axis, today: date, height: int) -> Iterator[str]:
    x = axis.x(today)
    yield f'<line class="now" x1="{x:.0f}" x2="{x:.0f}" y1="22" y2="{height - 4}"/>'


def _bars(
    axis: Axis, label: str, found: Sequence[tuple[date, date, str]], top: int
) -> Iterator[str]:
    yield f'<text class="lane" x="0" y="{top + 20}">{label}</text>'
    for start, end, words in found:
        if end < axis.first:
            continue
        x, width = axis.x(start), max(axis.x(end) - axis.x(start), 4)
        told = escape(f"{words}: {in_words(start)} to {in_words(end)}")
        yield (
            f'<rect x="{x:.1f}" y="{top + 6}" width="{width:.1f}" height="20">'
            f"<title>{told}</title></rect>"
        )
        if width > 7 * len(words) + 8:
            yield f'<text class="in" x="{x + 5:.1f}" y="{top + 21}">{escape(words)}</text>'


def _notices(
    axis: Axis, notices: Sequence[tuple[date, date, Mapping[str, Any]]], top: int
) -> Iterator[str]:
    """A dot on the day it happened, a line to the day on which it was recorded."""
    yield f'<text class="lane" x="0" y="{top + 18}">Happened</text>'
    yield f'<text class="lane" x="0" y="{top + LANE + 18}">Recorded</text>'
    for on, known, item in notices:
        if on < axis.first:
            continue
        x, then = axis.x(on), axis.x(known)
        told = escape(f"{item['sentence']}: {in_words(on)}, recorded {in_words(known)}")
        yield (
            f'<g class="{item["status"]}"><title>{told}</title>'
            f'<line x1="{x:.1f}" x2="{then:.1f}" y1="{top + 14}" y2="{top + LANE + 14}"/>'
            f'<circle cx="{x:.1f}" cy="{top + 14}" r="5"/>'
            f'<circle cx="{then:.1f}" cy="{top + LANE + 14}" r="4"/></g>'
        )
