"""How a number of placements divides from stage to stage, as an SVG: bands between labelled bars.

The same bytes for the same figures. Each bar bears its name and number, so that nothing hangs on
colour; letters have room to grow on a phone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

WIDTH, HEIGHT, TOP = 480, 300, 24
STARTS = (122, 234, 352)  # where the bars of each stage stand; names beside them
THICK, GAP, LINE = 8, 10, 18
LETTERS = 12  # of a line of a name
MOST = 6  # bars of a stage; what is fewer goes into the last
OTHER = "other"
Path = tuple[tuple[str, str, str], int]


@dataclass(slots=True, kw_only=True)
class Bar:
    """``taken``: how much of it bands have taken, on the left and on the right."""

    name: str
    count: int
    x: float
    y: float
    height: float
    taken: list[float] = field(default_factory=lambda: [0.0, 0.0])


def alluvial(
    paths: Sequence[Path], heads: tuple[str, str, str], names: Mapping[str, str], title: str
) -> Markup:
    """``paths``: the code at each of three stages, and how many; ``names`` of codes, ``heads``."""
    if not paths:
        return Markup("")
    kept = _fewer(paths)
    scale = HEIGHT / sum(count for _, count in kept)
    stages = [_bars(kept, stage, names, scale) for stage in range(3)]
    height = max(bar.y + bar.height for bars in stages for bar in bars.values()) + LINE
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" class="plot" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>',
        *(part for stage in (0, 1) for part in _bands(kept, stages, stage, scale)),
        *(part for stage in range(3) for part in _labelled(stages[stage], stage, heads[stage])),
    ]
    return Markup("".join(parts) + "</svg>")  # noqa: S704 - every text above is escaped


def _fewer(paths: Sequence[Path]) -> list[Path]:
    """At each stage the commonest; all others as one."""
    kept = []
    for stage in range(3):
        counts: Counter[str] = Counter()
        for codes, count in paths:
            counts[codes[stage]] += count
        order = sorted(counts, key=lambda code: (-counts[code], code))
        kept.append(set(order if len(order) <= MOST else order[: MOST - 1]))
    merged: Counter[tuple[str, str, str]] = Counter()
    for (a, b, c), count in paths:
        one, two, three = (
            code if code in kept[stage] else OTHER for stage, code in enumerate((a, b, c))
        )
        merged[one, two, three] += count
    return sorted(merged.items())


def _bars(
    paths: Sequence[Path], stage: int, names: Mapping[str, str], scale: float
) -> dict[str, Bar]:
    counts: Counter[str] = Counter()
    for codes, count in paths:
        counts[codes[stage]] += count
    found, y = {}, TOP + 8.0
    for code in sorted(counts, key=lambda code: (code == OTHER, -counts[code], code)):
        name = names.get(code, code.replace("_", " "))
        height = counts[code] * scale
        found[code] = Bar(name=name, count=counts[code], x=STARTS[stage], y=y, height=height)
        y += max(height, LINE * len(_lines(name, counts[code]))) + GAP
    return found


def _lines(name: str, count: int) -> list[str]:
    """A name in short lines, and its number."""
    lines = [""]
    for word in name.replace("-", "- ").split():
        glue = "" if not lines[-1] or lines[-1].endswith("-") else " "
        if len(lines[-1]) + len(glue) + len(word) > LETTERS and lines[-1]:
            lines.append(word)
        else:
            lines[-1] += glue + word
    return [*lines, f"{count:,}"]


def _bands(
    paths: Sequence[Path], stages: Sequence[Mapping[str, Bar]], stage: int, scale: float
) -> Iterator[str]:
    """From the bars of one stage to those of the next, in the order of both."""
    between: Counter[tuple[str, str]] = Counter()
    for codes, count in paths:
        between[codes[stage], codes[stage + 1]] += count
    sources, targets = stages[stage], stages[stage + 1]
    rows, columns = list(sources), list(targets)
    for source, target in sorted(
        between, key=lambda pair: (rows.index(pair[0]), columns.index(pair[1]))
    ):
        count = between[source, target]
        left, right, thick = sources[source], targets[target], count * scale
        x0, x1 = left.x + THICK, right.x
        y0, y1 = left.y + left.taken[1], right.y + right.taken[0]
        left.taken[1] += thick
        right.taken[0] += thick
        middle = (x0 + x1) / 2
        shade = "odd" if rows.index(source) % 2 else "even"
        yield (
            f'<path class="band {shade}" d="M{x0:.1f},{y0:.1f} C{middle:.1f},{y0:.1f} '
            f"{middle:.1f},{y1:.1f} {x1:.1f},{y1:.1f} V{y1 + thick:.1f} C{middle:.1f},"
            f'{y1 + thick:.1f} {middle:.1f},{y0 + thick:.1f} {x0:.1f},{y0 + thick:.1f} Z">'
            f"<title>{escape(f'{left.name} – {right.name}: {count:,}')}</title></path>"
        )


def _labelled(bars: Mapping[str, Bar], stage: int, head: str) -> Iterator[str]:
    first = stage == 0
    x = STARTS[stage] - 6 if first else STARTS[stage] + THICK + 5
    anchor = ' text-anchor="end"' if first else ""
    yield f'<text class="letter" x="{x}" y="14"{anchor}>{escape(head)}</text>'
    for bar in bars.values():
        yield (
            f'<rect class="node" x="{bar.x}" y="{bar.y:.1f}" width="{THICK}" '
            f'height="{max(bar.height, 1):.1f}"/>'
        )
        for number, line in enumerate(_lines(bar.name, bar.count)):
            y = bar.y + 12 + LINE * number
            yield f'<text class="over" x="{x}" y="{y:.1f}"{anchor}>{escape(line)}</text>'
