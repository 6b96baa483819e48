"""Whom a notice that names nobody may have meant: among the pupils whom its sender may see."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from ap_registry.errors import Near, Problem, Refused
from ap_registry.fields import BadValue, Day, Reading
from ap_registry.identifiers import BadIdentifier, parse_upn
from ap_registry.likeness import Details, compare, days_near
from ap_registry.notices import CATALOGUE
from ap_registry.receipts import Accepted, Repeated
from ap_registry.sent import Notice, Settings
from ap_registry.store import near
from ap_registry.store.database import Connection
from ap_registry.store.queries import Scope

LETTERS, DIGITS = "ABCDEFGHJKLMNPQRTUVWXYZ", "0123456789"
LENGTH = 13
SLIP = 90  # of 100: the UPN is one slip of the hand away
ONE_SLIP = "the UPN differs by one character or by two that changed places"
OFFERED = 5
ASKED_AT_ONCE = 20  # of one call: a file of nothing but strangers is not slowed down
_NAMES_NOBODY = frozenset({"unknown_pupil", "bad_check_letter", "bad_format"})
_REGISTERING = frozenset(f"/{name}" for name in CATALOGUE["pupil_registered"].fields)
_DAY = Day()
Found = Accepted | Repeated | Refused


def with_near(
    connection: Connection, notices: Sequence[Notice], outcomes: Iterable[Found],
    settings: Settings, others: Mapping[int, frozenset[UUID]],
) -> list[Found]:  # fmt: skip
    """What became of each notice; whoever was refused for a pupil not found is offered others.

    ``others``: by place in the call, pupils who were said not to be meant by it.
    """
    asked = 0
    told: list[Found] = []
    for place, (notice, found) in enumerate(zip(notices, outcomes, strict=True)):
        if isinstance(found, Refused) and asked < ASKED_AT_ONCE:
            asked += 1
            but = others.get(place, frozenset())
            told.append(_offered(connection, notice, found, settings, but))
        else:
            told.append(found)
    return told


def _offered(
    connection: Connection, notice: Notice, refused: Refused, settings: Settings,
    but: frozenset[UUID],
) -> Refused:  # fmt: skip
    """The refusal, with the ids of those near by, where it is the pupil that is not found.

    Looked for by what was sent alone: a pupil whom the sender may not see changes nothing in it.
    """
    for place, problem in enumerate(refused.problems):
        if _names_nobody(problem, notice):
            near_by = _near(connection, notice, settings)
            found = tuple(one for one in near_by if one.pupil_id not in but)[:OFFERED]
            if not found:
                return refused
            told = list(refused.problems)
            told[place] = replace(problem, near=found)
            return Refused(tuple(told))
    return refused


def _names_nobody(problem: Problem, notice: Notice) -> bool:
    """Fields of pupil_registered are only asked for where the pupil is not known."""
    asked = problem.code == "required" and problem.pointer in _REGISTERING
    return (problem.pointer == "/upn" and problem.code in _NAMES_NOBODY) or (
        asked and notice.get("type") != "pupil_registered"
    )


def _near(connection: Connection, notice: Notice, settings: Settings) -> tuple[Near, ...]:
    caller = settings.caller
    scope = Scope(organisations=caller.sees_for, everything=caller.sees_all, today=settings.today)
    slips = near.by_upns(connection, scope, sorted(one_edit_from(str(notice.get("upn") or ""))))
    found = {pupil: Near(pupil, SLIP, (ONE_SLIP,)) for pupil in slips}
    said = details(notice, settings)
    if said.date_of_birth is not None and said.family_name:
        for pupil, theirs in near.born_on(connection, scope, days_near(said.date_of_birth)):
            if alike := compare(said, theirs):
                reasons = (*((ONE_SLIP,) if pupil in found else ()), *alike.reasons)
                score = max(alike.score, SLIP if pupil in found else 0)
                found[pupil] = Near(pupil, score, reasons)
    return tuple(sorted(found.values(), key=lambda one: (-one.score, one.pupil_id)))


def details(notice: Notice, settings: Settings) -> Details:
    """What a notice says of a person, as far as it can be read."""
    given, family, sex = (str(notice.get(n) or "") for n in ("given_name", "family_name", "sex"))
    return Details(
        given_name=given, family_name=family, sex=sex.strip().upper() or None,
        date_of_birth=_born(notice, settings),
    )  # fmt: skip


def _born(notice: Notice, settings: Settings) -> date | None:
    reading = Reading(
        on=settings.today, organisation=lambda _name: None, from_file=settings.from_file
    )
    try:
        return _DAY.read(notice.get("date_of_birth"), reading)
    except BadValue:
        return None


def one_edit_from(text: str) -> frozenset[str]:
    """The UPNs that have the right check letter and differ by one slip of the hand.

    A slip: one character wrong, left out or too many, or two neighbours in the wrong order.
    """
    sent = text.strip().upper()
    return frozenset(upn for upn in _slips(sent) if upn != sent and _is_upn(upn))


def _slips(sent: str) -> Iterator[str]:
    every = LETTERS + DIGITS
    if len(sent) == LENGTH:
        for place in range(LENGTH):
            yield from (sent[:place] + c + sent[place + 1 :] for c in every)
            if place:
                yield sent[: place - 1] + sent[place] + sent[place - 1] + sent[place + 1 :]
    elif len(sent) == LENGTH - 1:
        for place in range(LENGTH):
            yield from (sent[:place] + c + sent[place:] for c in every)
    elif len(sent) == LENGTH + 1:
        yield from (sent[:place] + sent[place + 1 :] for place in range(LENGTH + 1))


def _is_upn(text: str) -> bool:
    try:
        return bool(parse_upn(text))
    except BadIdentifier:
        return False
