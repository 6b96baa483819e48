"""Drawings as SVG: the same bytes for the same figures, no fonts or files from elsewhere."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from reports.statistics import Z95, Z998, funnel

WIDTH, HEIGHT = 480, 300  # narrow, so that the letters can be read on a phone
LEFT, RIGHT, TOP, BOTTOM = 60, 142, 24, 44  # room for letters of 17 px, as on a phone
LABEL_GAP = 18.0
_STEPS = tuple(n * 10**power for power in range(7) for n in (1, 2, 5))


def funnel_plot(rows: Sequence[dict[str, Any]], mean: float | None, title: str) -> Markup:
    """Rates by denominator with 95 % and 99.8 % limits about the mean; nothing without rows.

    Each point bears the ``letter`` of its row in the table beside the drawing; points of one place
    bear theirs together.
    """
    if not rows or mean is None:
        return Markup("")
    most = max(row["denominator"] for row in rows) * 1.1 + 1
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" class="plot" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>',
        *_axes(most),
        _line([(1.0, mean), (most, mean)], most, "mean"),
        *_limits(mean, most, Z95, "limit95"),
        *_limits(mean, most, Z998, "limit998"),
        *_labels(mean, most),
    ]
    letters: dict[tuple[int, float], list[str]] = {}
    for row in rows:
        x, y = _x(row["denominator"], most), _y(row["rate"] / 100)
        letters.setdefault((row["denominator"], row["rate"]), []).append(row["letter"])
        words = f"{row['title']}: {row['numerator']} of {row['denominator']} ({row['rate']} %)"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"><title>{escape(words)}</title></circle>'
        )
    for (size, rate), named in letters.items():
        x, y = _x(size, most) + 8, _y(rate / 100) - 5
        parts.append(f'<text class="letter" x="{x:.1f}" y="{y:.1f}">{", ".join(named)}</text>')
    return Markup("".join(parts) + "</svg>")  # noqa: S704 - every text above is escaped


def _x(n: float, most: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * n / most


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def _line(points: Sequence[tuple[float, float]], most: float, name: str) -> str:
    path = " ".join(f"{_x(n, most):.1f},{_y(share):.1f}" for n, share in points)
    return f'<polyline class="{name}" points="{path}"/>'


def _limits(mean: float, most: float, z: Decimal, name: str) -> Iterator[str]:
    sizes = [1 + (most - 1) * step / 40 for step in range(41)]
    both = [(n, funnel(mean, n, z)) for n in sizes]
    yield _line([(n, low) for n, (low, _) in both], most, name)
    yield _line([(n, high) for n, (_, high) in both], most, name)


def _labels(mean: float, most: float) -> Iterator[str]:
    """What each line is, beside its right end, where no point lies."""
    _, high = funnel(mean, most, Z95)
    low, _ = funnel(mean, most, Z998)
    lines = ((high, "95 % (dashed)"), (mean, f"average {mean * 100:.1f} %"), (low, "99.8 %"))
    above = TOP - LABEL_GAP
    for share, words in lines:
        above = max(_y(share) + 4, above + LABEL_GAP)
        yield f'<text class="label" x="{WIDTH - RIGHT + 5}" y="{above:.1f}">{words}</text>'


def _axes(most: float) -> Iterator[str]:
    for percent in (0, 25, 50, 75, 100):
        y = _y(percent / 100)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>'
    step = next(n for n in _STEPS if most / n <= 6)
    for n in range(0, int(most) + 1, step):
        yield f'<text x="{_x(n, most):.1f}" y="{HEIGHT - 26}" text-anchor="middle">{n}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle:.1f}" y="{HEIGHT - 6}" text-anchor="middle">pupils counted</text>'
