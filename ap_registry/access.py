"""Who calls, and what they may send and see (contract section 8)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ap_registry.notice import NoticeType

ROLES = (
    "school", "provider", "panel", "la", "health", "social_care", "parent", "admin", "auditor",
)  # fmt: skip
READ, SEND = SCOPES = ("read", "send")  # what a key may be made for
_SERVICES = {
    name: frozenset({name}) for name in ("school", "provider", "panel", "health", "social_care")
}
GIVES: Mapping[str, frozenset[str]] = {  # to colleagues, by an administrator of an organisation
    **_SERVICES, "la": frozenset({"la", "panel", "social_care"}), "admin": frozenset(ROLES),
}  # fmt: skip
SEES_ALL = frozenset({"admin"})
BY_ANOTHER = frozenset({"admin", "la"})
FAMILY = {
    "PARENT": "a parent, by their private link",
    "PUPIL": "the young person, by their private link",
}  # who sends through a link, where others name an organisation


def carers_of(authority: str) -> str:
    """As whom the virtual school and the social workers of an LA see: not all that the LA sees."""
    return f"{authority}/care"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An account, key or the command line, and the organisations it acts for.

    ``bears``: the one pupil whom the bearer of a private link sees; ``says_as``: PARENT or PUPIL.
    """

    actor: str
    role: str
    organisations: tuple[str, ...] = ()
    bears: UUID | None = None
    says_as: str | None = None

    @property
    def organisation(self) -> str | None:
        return self.organisations[0] if self.organisations else None

    @property
    def sees_for(self) -> tuple[str, ...]:
        """The organisations through which pupils are seen; a parent sees by contact alone."""
        if self.role == "social_care":
            return tuple(map(carers_of, self.organisations))
        return () if self.role == "parent" else self.organisations

    @property
    def sees_all(self) -> bool:
        return self.role in SEES_ALL


COMMAND_LINE = Caller(actor="command-line", role="admin")


def may_send(caller: Caller, kind: NoticeType) -> bool:  # type: ignore[type-arg]
    return caller.role == "admin" or caller.role in kind.senders


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How much of a pupil a caller sees: all, up to a last day, or nothing."""

    visible: bool
    until_on: date | None = None

    def covers(self, on: date) -> bool:
        return self.visible and (self.until_on is None or on <= self.until_on)


def sight(
    caller: Caller, rows: Iterable[tuple[str, date | None, date | None]], today: date
) -> Sight:
    """From (organisation, from, until) rows: open-ended or running is all, else the last day.

    What begins later shows nothing yet.
    """
    if caller.sees_all:
        return Sight(visible=True)
    ends = [
        until
        for organisation, start, until in rows
        if organisation in caller.sees_for and (start is None or start <= today)
    ]
    if not ends:
        return Sight(visible=False)
    if any(until is None or until >= today for until in ends):
        return Sight(visible=True)
    return Sight(visible=True, until_on=max(until for until in ends if until is not None))
