"""A census file, child by child, beside what the registry holds."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO
from uuid import UUID

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.census_in.document import AP, SCHOOL, Child, Header, Setting
from ap_registry.census_in.tables import open_file
from ap_registry.happenings import Placement, RollSpell
from ap_registry.likeness import Details
from ap_registry.problems import near_as_json
from ap_registry.registry import Registry
from reports.census_compared import offers
from reports.census_compared.held import Held, hold
from reports.census_compared.told import Compared, Doubt, Row
from reports.census_compared.whom import perhaps, said_of
from reports.pupils import Known, sitting

_REGISTRATIONS = frozenset("CMSGFO")


def compare(
    registry: Registry, file: BinaryIO, caller: Caller = COMMAND_LINE, *,
    header: Header | None = None,
) -> Compared:  # fmt: skip
    """Nothing is recorded. Raise Unreadable for what is no census file, Refused for another's.

    ``header``: whose census and of when, where a table does not say it.
    """
    opened = open_file(file, header and _by_urn(registry, header))
    children = list(opened.children)
    with sitting(registry, caller, None) as seen:
        held = hold(seen, opened.header, children, hash_key=registry.hash_key())
        told = Compared(
            kind=opened.header.kind, organisation=held.organisation.id,
            name=held.organisation.name, year=opened.header.year, on=held.on,
            on_said=held.on_said, rows=len(children),
            placements=opened.header.kind == AP or any(c.placements for c in children),
            roll=opened.header.kind == SCHOOL and opened.of_roll,
        )  # fmt: skip
        meant = [(child, _meet(held, child, told)) for child in children]
        met = {key for _, keys in meant for key in keys}
        unclear = [child for child, keys in meant if child.problems and not keys]
        for key, known in held.known.items():
            if key not in met:
                _miss(held, known, unclear, told)
    return told


def _by_urn(registry: Registry, header: Header) -> Header:
    """As the rows of a table name a school."""
    if header.school is None:
        return header
    with registry.database.connection() as connection:
        found = registry.worlds.fresh(connection).organisation(header.school)
    return replace(header, school=found.id) if found else header


def _meet(held: Held, child: Child, told: Compared) -> Collection[UUID]:
    """One child; answers whom it is, or may be. One that cannot be read whole waits."""
    known = held.of(child)
    told.errors += child.problems
    if child.problems or known is None:
        if not child.problems:
            _stranger(held, child, told)
        return {known.key} if known else held.keys_of(held.maybe.get(child.row, ()))
    told.shown.add(known.id)
    before = len(told.differing), len(told.only_in_file), len(told.only_in_registry)
    _details(held, child, known, told)
    if told.roll:
        _roll(held, child, known, told)
    if told.placements:
        _placements(held, child, known, told)
    if before == (len(told.differing), len(told.only_in_file), len(told.only_in_registry)):
        told.same += 1
    return {known.key}


def _stranger(held: Held, child: Child, told: Compared) -> None:
    """A school's file has all its pupils: of those not known only who is at AP concerns us.

    Of one who may be on record a person decides first: until then nothing of it is offered.
    """
    near = held.maybe.get(child.row, ())
    if near:
        told.shown |= {one.pupil_id for one in near}
        told.doubts.append(Doubt(row=child.row, upn=child.upn, said=said_of(child), near=near))
        told.only_in_file.append({**_line(child, None, "pupil"), **near_as_json(near)})
        return
    if not (held.of_la or child.placements):
        told.not_followed += 1
        return
    told.only_in_file.append(_line(child, None, "pupil"))
    told.offers += offers.of_stranger(held, child)


def _line(child: Child | None, known: Known | None, what: str, **more: object) -> Row:
    upn = known.upn if known else child.upn if child else None
    return {
        "row": child.row if child else None, "pupil_id": str(known.id) if known else None,
        "upn": upn, "what": what, **more,
    }  # fmt: skip


def _details(held: Held, child: Child, known: Known, told: Compared) -> None:
    """What the file leaves blank is not compared, nor how a name is written in capitals."""
    changed = {}
    for name, theirs in child.details.items():
        ours = held.detail(known, name)
        if _plain(theirs) == _plain(ours):
            continue
        changed[name] = theirs
        told.differing.append(
            _line(child, known, "pupil", column=name, file=theirs, registry=ours or None)
        )
    if changed:
        told.offers.append(offers.details(held, known, changed))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _roll(held: Held, child: Child, known: Known, told: Compared) -> None:
    school = held.organisation.id
    spells = [s for s in known.pupil.rolls if s.school == school and s.occurred_on <= held.on]
    spell = max(spells, key=lambda s: s.occurred_on, default=None)
    on_roll = spell is not None and spell.holds(held.on)
    if spell is None or (not child.gone and not on_roll):
        more = {"at": school, "starts_on": _iso(child.starts_on)}
        told.only_in_file.append(_line(child, known, "roll", **more))
        told.offers += offers.rolls(held, child, known)
        return
    wrong = list(_roll_differs(child, spell))
    told.differing += [_line(child, known, "roll", at=school, **one) for one in wrong]
    if wrong:
        told.offers += offers.roll(held, child, known, spell)


def _roll_differs(child: Child, spell: RollSpell) -> Iterator[Row]:
    said = child.registration if child.registration in _REGISTRATIONS else None
    if said is not None and said != spell.registration and not child.gone:
        yield _differs("registration", said, spell.registration)
    if child.starts_on is not None and child.starts_on != spell.occurred_on:
        yield _differs("starts_on", child.starts_on, spell.occurred_on)
    if child.gone and child.ends_on is not None and child.ends_on != spell.until_on:
        yield _differs("ends_on", child.ends_on, spell.until_on)


def _differs(column: str, theirs: object, ours: object) -> Row:
    return {
        "column": column, "file": str(theirs), "registry": None if ours is None else str(ours),
    }  # fmt: skip


def _placements(held: Held, child: Child, known: Known, told: Compared) -> None:
    """Those at one setting belong together, the nearest in time first.

    One that somebody else commissioned is on record: it differs in that, and is not offered.
    """
    left, others = held.placements(known), held.of_others(known)
    for theirs in child.placements:
        ours = _nearest(held, theirs, left) or _nearest(held, theirs, others)
        at = theirs.urn or theirs.ukprn or theirs.setting_type
        if ours is None:
            more = {"at": at, "starts_on": _iso(theirs.starts_on)}
            told.only_in_file.append(_line(child, known, "placement", **more))
            told.offers.append(offers.placement(held, theirs, known=known))
            continue
        own = ours in left or ours.commissioner == held.organisation.id
        (left if ours in left else others).remove(ours)
        wrong = [] if own else [_differs("commissioner", held.organisation.id, ours.commissioner)]
        wrong += _placement_differs(held, theirs, ours)
        told.differing += [_line(child, known, "placement", at=at, **one) for one in wrong]
        if wrong and own:
            told.offers += offers.of_placement(held, known, theirs, ours)
    told.only_in_registry += [
        _ours(held, known, one) for one in held.owed(known) if one in left
    ]  # fmt: skip


def _nearest(held: Held, theirs: Setting, among: list[Placement]) -> Placement | None:
    alike = [one for one in among if _same_setting(held, theirs, one)]
    return min(alike, key=lambda one: _apart(theirs, one), default=None)


def _same_setting(held: Held, theirs: Setting, ours: Placement) -> bool:
    """By whichever of its numbers the file names it; where it names none, by the day of entry."""
    provider = held.seen.world.organisation(ours.provider)
    if theirs.urn:
        return theirs.urn == ours.provider
    if theirs.ukprn:
        return provider is not None and theirs.ukprn == provider.ukprn
    if theirs.setting_type:
        kind = ours.setting_type or (provider.setting_type if provider else None)
        return theirs.setting_type == kind
    return theirs.starts_on == ours.occurred_on


def _apart(theirs: Setting, ours: Placement) -> int:
    return abs((theirs.starts_on - ours.occurred_on).days) if theirs.starts_on else 0


def _placement_differs(held: Held, theirs: Setting, ours: Placement) -> Iterator[Row]:
    if theirs.starts_on is not None and theirs.starts_on != ours.occurred_on:
        yield _differs("starts_on", theirs.starts_on, ours.occurred_on)
    if theirs.ends_on is not None and theirs.ends_on != ours.ended_on:
        yield _differs("ends_on", theirs.ends_on, ours.ended_on)
    sessions = theirs.sessions_per_week
    if sessions is not None and sessions != ours.sessions_per_week:
        yield _differs("sessions_per_week", sessions, ours.sessions_per_week)
    code = held.codes.of("reason", ours.reason)
    if theirs.reason and code and theirs.reason != code:
        yield _differs("reason", theirs.reason, code)


def _missed(held: Held, known: Known, told: Compared) -> list[Row]:
    """Of a pupil whom the file does not have."""
    school = held.organisation.id
    found = [_ours(held, known, one) for one in held.owed(known)] if told.placements else []
    if told.roll and known.pupil.on_roll(school, held.on):
        found.append(_line(None, known, "roll", at=school))
    if found:
        told.shown.add(known.id)
    return found


def _miss(held: Held, known: Known, unclear: Sequence[Child], told: Compared) -> None:
    """While a row that could not be read may mean the pupil, nobody knows who is missing."""
    details = Details(
        given_name=held.detail(known, "given_name"), family_name=held.detail(known, "family_name")
    )
    whys = ((child.row, perhaps(child, details, known.upn)) for child in unclear)
    row, reasons = next(((row, why) for row, why in whys if why), (None, ()))
    missed = _missed(held, known, told)
    if row is None:
        told.only_in_registry += missed
    else:
        told.unclear += [{**one, "row": row, "reasons": list(reasons)} for one in missed]


def _ours(held: Held, known: Known, one: Placement) -> Row:
    return _line(None, known, "placement", at=one.provider, starts_on=_iso(one.occurred_on))


def _iso(day: object) -> str | None:
    return str(day) if day is not None else None
