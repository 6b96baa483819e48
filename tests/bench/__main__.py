"""``python -m tests.bench [PART …]``: run parts, print each ratio beside its goal.

A part is a module of this folder with ``run()``; a new one is found by being there.
"""

import argparse
import pkgutil
import time
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from traceback import print_exc

from tests.bench import BenchRow

PARTS = tuple(
    sorted(
        module.name
        for module in pkgutil.iter_modules([str(Path(__file__).parent)])
        if not module.name.startswith("_")
    )
)
HEADER = ("", "name", "ratio", "goal", "absolute")


def rows(part: str) -> Iterable[BenchRow]:
    """The rows of one part; none where the module only serves the others."""
    run = getattr(import_module(f"tests.bench.{part}"), "run", None)
    found: Iterable[BenchRow] = run() if run else ()
    return found


def table(found: Iterable[BenchRow]) -> Iterator[str]:
    """Lines of equal columns; a ratio under its goal is marked ``SLOW`` and fails nothing."""
    cells = [HEADER, *map(_cells, found)]
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    for mark, name, ratio, goal, absolute in cells:
        yield (
            f"{mark:<{widths[0]}}  {name:<{widths[1]}}  {ratio:>{widths[2]}}"
            f"  {goal:>{widths[3]}}  {absolute}"
        )


def _cells(row: BenchRow) -> tuple[str, str, str, str, str]:
    mark = "ok" if row.ratio >= row.goal else "SLOW"
    return mark, row.name, f"{row.ratio:.2f}", f"{row.goal:.2f}", row.absolute


def main(arguments: list[str] | None = None) -> int:
    """1 only where a part broke: how fast it was fails nothing on a shared machine."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("part", nargs="*", metavar="PART", help=f"all, or of: {', '.join(PARTS)}")
    wanted = parser.parse_args(arguments).part or PARTS
    if unknown := sorted(set(wanted) - set(PARTS)):
        parser.error(f"no such part: {', '.join(unknown)}; there are: {', '.join(PARTS)}")
    measured: list[BenchRow] = []
    broken: list[str] = []
    for part in wanted:
        start = time.perf_counter()
        try:
            measured += rows(part)
        except Exception:
            print_exc()
            broken.append(part)
        print(f"{part}: {time.perf_counter() - start:.0f} s", flush=True)
    print(*table(measured), sep="\n")
    if broken:
        print(f"broken: {', '.join(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
