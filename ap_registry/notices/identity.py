"""By which unique pupil number a pupil is known (DfE guide to UPNs; domain.md 4.1)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from ap_registry.codes import upn_la_known
from ap_registry.errors import Problem
from ap_registry.fields import Code, EventId, Text, UpnKind
from ap_registry.identifiers import Upn, is_temporary, upn_la
from ap_registry.notice import Case, Entry, Facts, Flag, NoticeType
from ap_registry.pupil import Pupil

ADOPTED = "adopted"
REASONS = ("permanent_issued", "allocated_in_error", ADOPTED)


class UpnChanged(Facts, frozen=True, kw_only=True):
    new_upn: Annotated[str, UpnKind()]
    reason: Annotated[str, Code(codes=REASONS)]


class Merge(Facts, frozen=True, kw_only=True):
    """Which pupil is named is kept beside the facts, as the event's ``other``.

    By ``other_upn``, or of a pupil without a UPN by ``other_pupil_id``.
    """

    other_upn: Annotated[str, UpnKind()] | None = None
    other_pupil_id: Annotated[UUID, EventId(private=True)] | None = None
    reason: Annotated[str, Text(private=True)]


def _refuse(case: Case[UpnChanged]) -> Iterator[Problem]:
    facts = case.facts
    if facts.new_upn == case.before.upn:
        yield Problem("/new_upn", "already_registered", "new_upn is this pupil's UPN already")
    if facts.reason == "permanent_issued" and is_temporary(Upn(facts.new_upn)):
        yield Problem("/new_upn", "bad_format", "new_upn: a permanent UPN ends with a digit")


def _flags(case: Case[UpnChanged]) -> Iterator[Flag]:
    erased = case.facts.new_upn is None
    if not erased and not upn_la_known(upn_la(Upn(case.facts.new_upn))):
        yield case.flag("upn.unknown-la", "characters 2 to 4 of the new UPN are no LA's code")


def _apply(pupil: Pupil, entry: Entry[UpnChanged]) -> Pupil:
    """A former UPN still finds the pupil; of an adopted one nothing that went before is kept.

    Of a merged pupil the kept UPN is shown, whatever becomes of the other.
    """
    facts = entry.facts
    if facts.new_upn is None:  # erased
        return pupil
    if facts.reason == ADOPTED:
        return replace(pupil, upn=facts.new_upn, former_upns=(), adopted_by=entry.id)
    if entry.id in pupil.beside:
        others = dict.fromkeys((*pupil.former_upns, facts.new_upn))
        return replace(pupil, former_upns=tuple(upn for upn in others if upn != pupil.upn))
    former = (*pupil.former_upns, *([pupil.upn] if pupil.upn else []))
    return replace(
        pupil,
        upn=facts.new_upn,
        former_upns=tuple(upn for upn in dict.fromkeys(former) if upn != facts.new_upn),
    )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="upn_changed",
        facts=UpnChanged,
        sentence="The UPN changed ({reason})",
        refuse=_refuse,
        flags=_flags,
        apply=_apply,
        senders=frozenset({"school", "la"}),
    ),
    NoticeType(
        name="pupils_merged",
        facts=Merge,
        sentence="Two records of this pupil were merged",
        senders=frozenset({"la"}),
    ),
    NoticeType(
        name="merge_undone",
        facts=Merge,
        sentence="A merge of two records was undone",
        senders=frozenset({"la"}),
    ),
)
CLOCKS = ()
