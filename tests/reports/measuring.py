"""How a pupil is measured to be, about both ends of each stay that a teller has told of."""

from datetime import date
from random import Random

from tests.reports.teller import Teller

SCORES = (11, 12, 13, 14, 15, 16, 17, 18, 19, 20)  # about the edges of the bands


def measure(teller: Teller, chance: Random) -> None:
    """With a chance of its own, so that the rest of the story stays as it was."""
    days = [(type_, on) for _, type_, on in teller.told if type_.startswith("placement_")]
    for (type_, start), (following, end) in zip(days, [*days[1:], ("", date.max)], strict=True):
        if type_ != "placement_started" or following != "placement_ended":
            continue
        for _ in range(2):
            _measured_at_both_ends(teller, chance, start, end)


def _measured_at_both_ends(teller: Teller, chance: Random, start: date, end: date) -> None:
    instrument = chance.choice(("sdq_total", "sdq_total", "boxall_developmental", "other"))
    informant = chance.choice(("teacher", "parent", "self"))
    aimed = chance.choice((start, start, teller.near(end, -59, -60, -61)))
    by_stage = {
        "baseline": aimed, "interim": teller.near(start, 30),
        "exit": chance.choice((end, end, teller.near(aimed, 59, 60, 61))),
    }  # fmt: skip
    for stage, on in by_stage.items():
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            ref = _measured(teller, chance, on, stage, instrument, informant)
            if chance.random() < 0.1:
                teller.act("void", of=ref)


def _measured(
    teller: Teller, chance: Random, on: date, stage: str, instrument: str, informant: str
) -> str:
    if chance.random() < 0.1:
        informant = chance.choice(("teacher", "parent", "self"))
    return teller.send(
        "wellbeing_measured", on, stage=stage, instrument=instrument, informant=informant,
        score=chance.choice(SCORES) + (0 if instrument == "sdq_total" else chance.choice((0, 0.5))),
    )  # fmt: skip
