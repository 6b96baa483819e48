"""All that is sent of a made-up world, notices and weekly registers, by the moment it comes in."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from gzip import GzipFile
from heapq import merge
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from ap_registry.demo.area import area
from ap_registry.demo.life import DAY, Life
from ap_registry.demo.registers import weeks
from ap_registry.demo.stories import tell
from ap_registry.demo.terms import GO_LIVE, UNTIL_ON

PUPILS_A_RUN = 1_000  # in memory at once; more are sorted in runs on disk and merged
SETTLED = 0.8  # of the weeks with a code N are sent again with the reason found
SENT_AT = time(18, tzinfo=GO_LIVE.tzinfo)  # when no notice of the day is still to come
SUBMITTED = timedelta(weeks=4)  # registers come in every so often: one submission each


class Sent(msgspec.Struct, frozen=True, array_like=True):
    """One notice or one row of a weekly register, as it comes in; ``key`` orders a moment."""

    at: datetime
    key: str
    content: dict[str, Any]

    @property
    def is_register(self) -> bool:
        return "marks" in self.content


def order(sent: Sent) -> tuple[datetime, bool, str]:
    return sent.at, sent.is_register, sent.key


def stream(seed: int, las: Sequence[str], pupils: int) -> Iterator[Sent]:
    """Everything of all LAs in the order of its moments, in bounded memory."""
    parts = _parts(las, pupils)
    if len(parts) == 1:
        yield from _run(seed, *parts[0])
        return
    with TemporaryDirectory(prefix="ap-registry-demo-") as folder, ExitStack() as files:
        paths = [Path(folder) / str(n) for n in range(len(parts))]
        for path, (la, numbers) in zip(paths, parts, strict=True):
            with GzipFile(path, "wb", compresslevel=1) as file:
                file.writelines(
                    msgspec.json.encode(sent) + b"\n" for sent in _run(seed, la, numbers)
                )
        opened = [files.enter_context(GzipFile(path)) for path in paths]
        yield from merge(*map(_read, opened), key=order)


def runs(seed: int, las: Sequence[str], pupils: int) -> Iterator[list[Sent]]:
    """The same some pupils at a time: pupil after pupil, each in order."""
    for la, numbers in _parts(las, pupils):
        place = area(seed, la)
        yield [
            sent for n in numbers for sent in sorted(of_life(tell(place, n)), key=order)
        ]  # fmt: skip


def _parts(las: Sequence[str], pupils: int) -> list[tuple[str, range]]:
    return [
        (la, range(first, min(first + PUPILS_A_RUN, pupils)))
        for la in las
        for first in range(0, pupils, PUPILS_A_RUN)
    ]


def _read(file: GzipFile) -> Iterator[Sent]:
    decoder = msgspec.json.Decoder(Sent)
    return map(decoder.decode, file)


def _run(seed: int, la: str, numbers: range) -> list[Sent]:
    place = area(seed, la)
    found = (sent for number in numbers for sent in of_life(tell(place, number)))
    return sorted(found, key=order)


def of_life(life: Life) -> Iterator[Sent]:
    """What is sent of one pupil, in no order."""
    for moment, notice in life.notices:
        yield Sent(moment, str(notice["ref"]), notice)
    for monday, organisation, marks in weeks(life):
        row: dict[str, Any] = {
            "upn": life.upn,
            "organisation": organisation,
            "week": monday.isoformat(),
        }
        key = f"{organisation} {life.upn} {monday}"
        yield Sent(_sent_at(monday), key, row | {"marks": marks})
        again_at = _sent_at(monday + SUBMITTED)
        if "N" in marks.split() and life.rng.random() < SETTLED and monday + SUBMITTED <= UNTIL_ON:
            found = marks.replace("N", life.rng.choice("IOM"))
            yield Sent(again_at, key, row | {"marks": found})


def _sent_at(monday: date) -> datetime:
    """On the Friday that ends four weeks since go-live; all from before it on its evening."""
    period = (monday - GO_LIVE.date()) // SUBMITTED
    last_friday = GO_LIVE.date() + (period + 1) * SUBMITTED - 3 * DAY
    return datetime.combine(min(max(last_friday, GO_LIVE.date()), UNTIL_ON), SENT_AT)
