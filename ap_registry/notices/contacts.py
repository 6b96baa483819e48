"""Parents and other contacts: who they are to the pupil, and who may see the record."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from ap_registry.fields import Day, Name, Text, YesNo
from ap_registry.happenings import Contact
from ap_registry.notice import Entry, Facts, NoticeType
from ap_registry.pupil import Pupil

Line = Annotated[str, Text(private=True, at_most=200)]


class Recorded(Facts, frozen=True, kw_only=True):
    """``may_see``: this person may read the pupil's record here."""

    name: Annotated[str, Name()]
    relation: Annotated[str, Text(at_most=100)]
    parental_responsibility: Annotated[bool, YesNo()]
    may_see: Annotated[bool, YesNo()] = False
    email: Line | None = None
    phone: Line | None = None
    address: Annotated[str, Text(private=True, at_most=1_000)] | None = None
    language: Annotated[str, Text(at_most=20)] | None = None
    ended_on: Annotated[date, Day(past=True)] | None = None


def _apply(pupil: Pupil, entry: Entry[Recorded]) -> Pupil:
    """The same name and relation again is the same contact, put right."""
    facts = entry.facts
    contact = Contact(
        **entry.stem,
        name=facts.name,
        relation=facts.relation,
        parental_responsibility=facts.parental_responsibility,
        may_see=facts.may_see,
        email=facts.email,
        phone=facts.phone,
        address=facts.address,
        language=facts.language,
        ended_on=facts.ended_on,
    )
    others = tuple(
        c for c in pupil.contacts if (c.name, c.relation) != (contact.name, contact.relation)
    )
    return replace(pupil, contacts=(*others, contact))


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="contact_recorded",
        facts=Recorded,
        sentence="A contact was recorded ({relation})",
        apply=_apply,
        senders=frozenset({"school", "la"}),
    ),
)
CLOCKS = ()
