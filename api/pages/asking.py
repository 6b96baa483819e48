"""A notice that a person is filling in: its questions, whom it is about, what is in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ap_registry import unknown_names
from ap_registry.access import may_send
from ap_registry.disclosure import disclosed
from ap_registry.errors import Near, NotFound, Problem, Refused
from ap_registry.near import ONE_SLIP, SLIP, one_edit_from
from ap_registry.notice import NoticeType
from ap_registry.notices import CATALOGUE
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import queries
from ap_registry.store.near import by_upns
from ap_registry.store.sessions import SignedIn
from api.deps import find_pupil, scope_of
from api.opened import Reader
from api.pages import forms, steps
from api.pages.naming import settled
from api.pages.naming_notices import chosen
from api.pages.whom import found_by_name
from api.pages.words import TITLES


def kind_of(name: str) -> NoticeType[Any]:
    kind = CATALOGUE.get(name)
    if kind is None:
        raise NotFound((Problem("", "not_found", "there is no such notice"),))
    return kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A notice that a person is filling in; ``values``: what is known of it so far."""

    registry: Registry
    person: SignedIn
    opened: Reader
    kind: NoticeType[Any]
    fields: Sequence[forms.Input]
    values: Mapping[str, str]

    @property
    def steps(self) -> tuple[steps.Step, ...]:
        return steps.steps(self.fields)

    @property
    def title(self) -> str:
        return TITLES[self.kind.name][0]


def begin(
    registry: Registry, person: SignedIn, opened: Reader, name: str, values: Mapping[str, str]
) -> Asking:
    """Organisations by name become numbers or a choice; of notices there is a choice too."""
    kind = kind_of(name)
    fields, values = settled(
        registry, forms.inputs(kind, registry.today()), values, person.caller.organisation
    )
    fields, values = found_by_name(registry, person, opened, kind, fields, values)
    fields, values = chosen(registry, person, opened, kind, fields, values)
    return Asking(
        registry=registry, person=person, opened=opened, kind=kind, fields=fields, values=values
    )


def stranger(asking: Asking) -> Refused | None:
    """A pupil whom the person does not see is unknown, but to a notice that makes it its own."""
    refused = tried(asking)
    told = {problem.pointer for problem in refused.problems} if refused else set()
    upn = asking.values.get("upn", "")
    if "/upn" in told or not upn or asking.kind.relates or asking.kind.name == "pupil_registered":
        return refused
    try:
        find_pupil(asking.registry, asking.person.caller, upn)
    except NotFound:
        with asking.registry.database.connection() as connection:
            scope = scope_of(asking.person.caller, asking.registry.today())
            slips = by_upns(connection, scope, sorted(one_edit_from(upn)))
        meant = tuple(Near(one, SLIP, (ONE_SLIP,)) for one in slips)
        return Refused((Problem("/upn", "unknown_pupil", "no such pupil is known", near=meant),))
    return refused


def tried(asking: Asking) -> Refused | None:
    """Why it would be refused as it is; nothing is saved."""
    notice = forms.notice_of(asking.kind.name, asking.values)
    try:
        asking.registry.record(notice, asking.person.caller, from_file=True, dry_run=True)
    except Refused as refused:
        return refused
    return None


def note_unknown(asking: Asking, refused: Refused) -> None:
    """Whoever adds organisations learns of one that is missing, though nothing has been sent."""
    notice = forms.notice_of(asking.kind.name, asking.values)
    with asking.registry.database.connection() as connection:
        unknown_names.note_unknown(
            connection, [notice], [refused], asking.person.caller, at=asking.registry.now()
        )


def pupil(asking: Asking) -> str:
    """The name, where the person sees the pupil: so that it is the right one."""
    upn = asking.values.get("upn", "")
    if not upn:
        return ""
    try:
        pupil_id, _ = find_pupil(asking.registry, asking.person.caller, upn)
    except NotFound:
        return ""
    asking.opened.at_once(asking.person.caller, pupil_id)
    return next(iter(names(asking, {pupil_id}).values()), "")


def exclusions_of(asking: Asking) -> Sequence[Mapping[str, Any]]:
    """Of the pupil, as far as the person is shown them."""
    try:
        pupil_id, seen = find_pupil(
            asking.registry, asking.person.caller, asking.values.get("upn", "")
        )
    except NotFound:
        return ()
    asking.opened.at_once(asking.person.caller, pupil_id)
    found = read_pupil(asking.registry, pupil_id, on=seen.until_on, last=seen.until_on)
    shown: Sequence[Mapping[str, Any]] = disclosed(found, asking.person.caller)["exclusions"]
    return shown


def names(asking: Asking, pupils: set[UUID]) -> dict[str, str]:
    with asking.registry.database.connection() as connection:
        scope = scope_of(asking.person.caller, asking.registry.today())
        return queries.names(connection, scope, pupils)


def registers(asking: Asking, refused: Refused | None) -> bool:
    """Is the pupil unknown, and may the person register it?"""
    unknown = any(one.code == "unknown_pupil" for one in (refused.problems if refused else ()))
    return unknown and may_send(asking.person.caller, CATALOGUE["pupil_registered"])


def near(asking: Asking, refused: Refused | None) -> dict[str, tuple[str, str]]:
    """Pupils who may be meant, by id: name and why; all are such as the person sees anyway."""
    found = [one for problem in (refused.problems if refused else ()) for one in problem.near]
    if not found:
        return {}
    asking.opened.at_once(asking.person.caller, *(one.pupil_id for one in found))
    known = names(asking, {one.pupil_id for one in found})
    return {
        id_: (known[id_], "; ".join(one.reasons))
        for one in found
        if (id_ := str(one.pupil_id)) in known
    }
