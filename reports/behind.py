"""Who is behind a figure of the five outcomes, by which rule, and the events it rests on."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.registry import Registry
from reports.behind_document import document
from reports.behind_notices import KEEPING, event, in_order, kept
from reports.kind import Asked, Made
from reports.loading import load
from reports.measures.episode import Count, Episode, Number, Part, Place, Secondary, Yes
from reports.outcome_rules import PLACES, SOURCES, rule
from reports.outcomes import BESIDE, DEFINITION, MEASURES, chosen_once
from reports.pupils import Known, Sitting, read_pupils, sitting
from reports.scope import Scope, gather, period_of

MOST = 200  # pupils in one answer: whoever asks for England's narrows it
ALL = "all"
_COUNTED = frozenset({Place.SUCCESS, Place.FAILED})
HEADLINES: Mapping[str, frozenset[Place]] = {
    "numerator": frozenset({Place.SUCCESS}),
    "denominator": _COUNTED,
    "rate": _COUNTED,
    "pending": frozenset({Place.PENDING}),
    "excluded": frozenset({Place.EXCLUDED}),
    ALL: frozenset(Place),
}
_ROLL = frozenset({"joined_roll", "left_roll"})
_MOVES = frozenset(
    {"suspension", "permanent_exclusion", "exclusion_cancelled", "governors_decision",
     "review_decision", "placement_started", "placement_changed", "placement_ended",
     "off_site_direction", "managed_move"}
)  # fmt: skip
_TYPES: Mapping[str, frozenset[str]] = {
    "outreach": _ROLL | _MOVES | {"outreach_started", "outreach_session", "outreach_ended"},
    "attendance": _MOVES,
    "reintegration": _ROLL
    | _MOVES
    | {"reintegration_started", "reintegration_ended", "assessment_shared"},
    "attainment": frozenset({"result_awarded", "target_agreed", "assessment_recorded"}),
    "post_16": frozenset({"offer_recorded", "destination_recorded"}),
    "wellbeing": frozenset({"wellbeing_measured"}),
    "case_mix": frozenset({"placement_started", "placement_changed", "placement_ended"}),
}
Found = tuple[UUID, Episode]


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it: of those whom the caller may see."""
    period = period_of(asked["from"], asked["to"], registry.today())
    with sitting(registry, caller, asked["known_by"]) as seat:
        scope = Scope.of(*period, at=seat.at, provider=asked["provider"], la=asked["la"])
        if asked["measure"] == KEEPING:
            number, items = kept(seat, scope, asked["figure"])
        else:
            number, items = _counted(seat, scope, asked)
    object_ = {
        "definition": DEFINITION, "from": str(period[0]), "to": str(period[1]),
        "known_by": seat.known_by, "ledger": seat.head, "measure": asked["measure"],
        "figure": asked["figure"] or ALL, "group": asked["group"], "provider": asked["provider"],
        "la": asked["la"], "episodes": number, "not_shown": number - len(items),
        "items": items,
    }  # fmt: skip
    said = {name: object_[name] for name in object_ if name not in {"items", "from", "to"}}
    return Made(
        object=object_,
        document=partial(document, object_, seat.name),
        said={**said, "period": {"from": object_["from"], "to": object_["to"]}},
        pupils=[UUID(item["pupil_id"]) for item in items],
    )


def _counted(seat: Sitting, scope: Scope, asked: Asked) -> tuple[int, list[dict[str, Any]]]:
    """How many episodes are in the figure, and those of pupils whom the caller sees."""
    found = list(_found(seat, scope, asked))
    pupils = list(dict.fromkeys(pupil for pupil, _ in found))
    seen = {one.key: one for one in read_pupils(seat, pupils[:MOST], on=seat.said_on)}
    return len(found), [
        _item(seat, scope, episode, known=seen[pupil], asked=asked)
        for pupil, episode in found
        if pupil in seen and seen[pupil].day >= _decided_on(scope, episode)
    ]


def _found(seat: Sitting, scope: Scope, asked: Asked) -> Iterator[Found]:
    """Episodes in the figure, as the report counts them, by pupil."""
    world, pupils = gather(seat.connection, scope)
    for facts in load(seat.connection, world, scope, pupils):
        episodes = [
            episode
            for part in (*MEASURES, *BESIDE)
            if asked["measure"] == part.MEASURE
            for episode in part.episodes(facts, scope.period)
            if scope.provider in {None, episode.provider} and scope.la in {None, episode.la}
        ]
        if scope.provider is None:
            episodes = chosen_once(episodes)
        for episode in episodes:
            if _in_figure(episode, asked["figure"] or ALL, asked["group"]):
                yield facts.pupil_id, episode


def _in_figure(episode: Episode, figure: str, group: str | None) -> bool:
    """``excluded:REASON`` is one reason; any other name is one of a figure beside the measure."""
    if _part(episode, figure) is not None:
        return episode.group is None
    if episode.place is None or episode.group != group:
        return False
    if figure == "unknown":
        return episode.place is Place.UNKNOWN or episode.counts_unknown
    name, _, reason = figure.partition(":")
    return episode.place in HEADLINES.get(name, ()) and reason in {"", episode.reason}


def _part(episode: Episode, figure: str) -> Secondary | None:
    return next((part for part in episode.secondary if part.name == figure), None)


def _decided_on(scope: Scope, episode: Episode) -> date:
    """The last day that it looks at, so far as that has come."""
    return min(episode.until or scope.period.to_on, scope.period.today)


def _item(
    seat: Sitting, scope: Scope, episode: Episode, *, known: Known, asked: Asked
) -> dict[str, Any]:
    part = _part(episode, asked["figure"] or ALL)
    since, until = episode.since or scope.period.from_on, _decided_on(scope, episode)
    return {
        "pupil_id": str(known.id),
        "upn": known.upn,
        "name": known.name,
        "provider": episode.provider,
        "la": episode.la,
        "place": episode.place,
        "counts_as": PLACES[episode.place] if episode.place else "beside the measure",
        "rule": f"{asked['measure']}.{episode.reason}" if episode.reason else None,
        "because": rule(episode.measure, episode.place, episode.reason),
        "source": f"Definition {DEFINITION}, {SOURCES[episode.measure]}",
        "value": None if part is None else _value(part),
        "from": str(since),
        "until": str(until),
        "subject": episode.subject and str(episode.subject),
        "events": list(_events(seat, known, episode, since=since, until=until)),
    }


def _value(part: Secondary) -> str:
    match part:
        case Yes(achieved=achieved):
            return "yes" if achieved else "no"
        case Part(numerator=numerator, denominator=denominator):
            return f"{numerator} of {denominator}"
        case Number(value=(numerator, denominator)):
            return f"{numerator / denominator:.1f}"
        case Count(number=number):
            return str(number)


def _events(
    seat: Sitting, known: Known, episode: Episode, *, since: date, until: date
) -> Iterator[dict[str, Any]]:
    """Those of the kinds that the measure looks at, in its days; joins and leaves before them."""
    for entry in in_order(known):
        told = entry.type in _TYPES[episode.measure] and (
            since <= entry.occurred_on <= until
            or (entry.type in _ROLL and entry.occurred_on < since)
        )
        if told or entry.id == episode.subject:
            yield event(seat, entry)
