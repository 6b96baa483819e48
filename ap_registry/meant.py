"""Whom a notice means by a decision of its organisation, where it names nobody by itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ap_registry.likeness import Details, plain
from ap_registry.near import details
from ap_registry.notices import CATALOGUE
from ap_registry.sent import Notice, Settings, registers
from ap_registry.store import matching
from ap_registry.store.database import Connection
from ap_registry.store.digest import keyed

SAME, DIFFERENT, OPEN = "same", "different", "open"
_NAMING = frozenset({"given_name", "family_name", "date_of_birth", "sex"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """By place in the call: the pupil who is meant, and those who were said not to be."""

    same: Mapping[int, UUID] = field(default_factory=dict)
    different: Mapping[int, frozenset[UUID]] = field(default_factory=dict)


NOBODY = Meant()


def digest_of_sent(key: bytes, upn: str, said: Details) -> bytes:
    """What is sent of somebody, whatever its capitals and accents; guessing it needs the key."""
    born = said.date_of_birth.isoformat() if said.date_of_birth else ""
    names = plain(said.given_name), plain(said.family_name)
    return keyed(key, "sent", upn.strip().upper(), *names, born)


def meant(
    connection: Connection, notices: Sequence[Notice], known: Collection[str], settings: Settings
) -> Meant:
    """``known``: UPNs of pupils on record; a notice that has one of them or an id needs no help."""
    asked = {
        place: digest_of_sent(settings.hash_key, _upn(notice), details(notice, settings))
        for place, notice in enumerate(notices)
        if _names_nobody(notice, known)
    }
    if not asked:
        return NOBODY
    found = matching.sent_before(connection, set(asked.values()))
    same: dict[int, UUID] = {}
    different: dict[int, frozenset[UUID]] = {}
    for place, sent in asked.items():
        for digest, organisation, pupil, decision in found:
            if digest != sent or not _own(organisation, notices[place], settings):
                continue
            if decision == SAME:
                same[place] = pupil
            elif decision == DIFFERENT:
                different[place] = different.get(place, frozenset()) | {pupil}
    return Meant(same=same, different=different)


def as_meant(notice: Notice, pupil: UUID) -> Notice:
    """The same notice, naming the pupil by id; what only said who is meant has done its work."""
    kind = CATALOGUE.get(str(notice.get("type")))
    naming = {"upn"}
    if kind is not None and not registers(notice, kind):
        naming |= _NAMING - kind.fields.keys()
    said = {name: value for name, value in notice.items() if name not in naming}
    return {**said, "pupil_id": str(pupil)}


def _upn(notice: Notice) -> str:
    return str(notice.get("upn") or "")


def _names_nobody(notice: Notice, known: Collection[str]) -> bool:
    upn = _upn(notice).strip().upper()
    if upn:
        return upn not in known
    return notice.get("pupil_id") in (None, "") and bool(notice.get("family_name"))


def _own(organisation: str | None, notice: Notice, settings: Settings) -> bool:
    """An organisation's decisions are about what it sends itself."""
    caller = settings.caller
    if not caller.sees_all:
        return organisation in caller.organisations
    said = (notice.get(name) for name in ("by", "school", "provider"))
    return organisation in {str(one) for one in said if one}
