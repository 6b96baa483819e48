"""A rate over years as SVG: a point for each year, its likely range, and its value beside it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

WIDTH, HEIGHT = 480, 240
LEFT, RIGHT, TOP, BOTTOM = 60, 40, 24, 44
CAP = 6  # half the width of a whisker's end


def trend_plot(rows: Sequence[Mapping[str, Any]], title: str) -> Markup:
    """``rows``: ``label``, ``rate``, ``low``, ``high`` in per cent, the earliest first."""
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" class="plot" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>',
        *_axis(),
    ]
    path = " ".join(f"{_x(n, len(rows)):.1f},{_y(row['rate']):.1f}" for n, row in enumerate(rows))
    parts.append(f'<polyline class="mean" points="{path}"/>')
    for number, row in enumerate(rows):
        parts += _year(_x(number, len(rows)), row)
    return Markup("".join(parts) + "</svg>")  # noqa: S704 - every text above is escaped


def _x(number: int, count: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (number + 0.5) / count


def _y(percent: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - percent / 100)


def _year(x: float, row: Mapping[str, Any]) -> Iterator[str]:
    y, low, high = _y(row["rate"]), _y(row["low"]), _y(row["high"])
    yield f'<polyline class="limit998" points="{x:.1f},{low:.1f} {x:.1f},{high:.1f}"/>'
    for end in (low, high):
        yield f'<polyline class="limit998" points="{x - CAP:.1f},{end:.1f} {x + CAP},{end:.1f}"/>'
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    yield f'<text class="letter" x="{x + 9:.1f}" y="{y - 5:.1f}">{row["rate"]:.1f} %</text>'
    yield (
        f'<text x="{x:.1f}" y="{HEIGHT - 22}" text-anchor="middle">{escape(row["label"])}</text>'
    )


def _axis() -> Iterator[str]:
    for percent in (0, 25, 50, 75, 100):
        y = _y(percent)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>'
