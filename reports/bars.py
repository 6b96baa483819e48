"""Bars as an SVG, each under its name and with its number: the same bytes for the same figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup, escape

WIDTH, RIGHT = 480, 90  # room for a number in letters of 17 px, as on a phone
LINE, THICK, GAP = 20, 14, 8
LETTERS, FEW = 42, 10  # of a line, as they are on a phone; of names that stand beside their bars
BESIDE = 115  # where bars begin then
CLASSES = ("first", "second")  # told apart without colour: filled and not


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """``words`` stand at its end; ``low`` and ``high``: a range about it."""

    value: float
    words: str
    low: float | None = None
    high: float | None = None


def bars(rows: Sequence[tuple[str, Sequence[Bar]]], title: str) -> Markup:
    """Each row has a name and one or two bars; nothing without rows."""
    if not rows:
        return Markup("")
    most = max((bar.high or bar.value for _, found in rows for bar in found), default=0) or 1
    beside = all(len(name) <= FEW for name, _ in rows)
    x = BESIDE if beside else 1
    parts, y = [], 4.0
    for name, found in rows:
        for number, line in enumerate(wrap(name, LETTERS)):
            at = y + 13 + LINE * number
            parts.append(f'<text class="letter" x="0" y="{at:.1f}">{escape(line)}</text>')
        y += 0 if beside else LINE * len(wrap(name, LETTERS))
        for number, bar in enumerate(found):
            parts += _bar(bar, CLASSES[number], x=x, y=y, scale=(WIDTH - RIGHT - x) / most)
            y += THICK + 4
        y += GAP
    head = (
        f'<svg viewBox="0 0 {WIDTH} {y:.0f}" role="img" class="plot" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
    )
    return Markup(head + "".join(parts) + "</svg>")  # noqa: S704 - every text above is escaped


def _bar(bar: Bar, name: str, *, x: float, y: float, scale: float) -> Iterator[str]:
    end = x + bar.value * scale
    long = max(end - x, 1)
    yield f'<rect class="{name}" x="{x}" y="{y:.1f}" width="{long:.1f}" height="{THICK}"/>'
    if bar.low is not None and bar.high is not None:
        low, end = x + bar.low * scale, x + bar.high * scale
        middle = y + THICK / 2
        yield (
            f'<path class="reach" d="M{low:.1f},{middle:.1f} H{end:.1f} M{low:.1f},{y + 2:.1f} '
            f'V{y + THICK - 2:.1f} M{end:.1f},{y + 2:.1f} V{y + THICK - 2:.1f}"/>'
        )
    yield f'<text x="{end + 6:.1f}" y="{y + 12:.1f}">{escape(bar.words)}</text>'
