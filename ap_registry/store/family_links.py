"""Private links of families: made once, opened by a second check, and ended.

A link is good for as long as family-link.lasts says. Five wrong answers to the second check lock it
for good: whoever made it makes another. An opened link stays open in that browser for half an hour
idle, two hours in all.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

from ap_registry.access import Caller
from ap_registry.store import passwords
from ap_registry.store.database import Connection
from ap_registry.store.kept_forms import LASTS as FORMS_LAST
from ap_registry.store.tokens import hash_of, new_token

ACTOR = "family:"  # and the link's id: whoever bears it
MOST_FAILURES = 5
IDLE_FOR = timedelta(minutes=30)
OPEN_FOR = timedelta(hours=2)
REMEMBERED_FOR = OPEN_FOR + FORMS_LAST
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_LONG = 8  # letters of a code: 40 bits, of which five tries are allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """``reader``: parent or pupil. ``contact``: the notice that recorded the parent."""

    id: UUID
    pupil_id: UUID
    shown_as: UUID
    contact: UUID | None
    guarded: bool
    organisation: str
    role: str
    created_at: datetime
    until_at: datetime
    ended_at: datetime | None
    opened_at: datetime | None
    failures: int

    @property
    def reader(self) -> str:
        return "pupil" if self.contact is None else "parent"

    @property
    def locked(self) -> bool:
        return self.failures >= MOST_FAILURES

    def runs(self, at: datetime) -> bool:
        return self.ended_at is None and not self.locked and at < self.until_at

    @property
    def caller(self) -> Caller:
        """Whoever bears the link: sees this one pupil, and sends as parent or pupil."""
        return Caller(
            actor=f"{ACTOR}{self.id}", role="parent", organisations=(self.organisation,),
            bears=self.pupil_id, says_as=self.reader.upper(),
        )  # fmt: skip


_COLUMNS: LiteralString = (
    "id, pupil_id, shown_as, contact, guarded, organisation, role, created_at, until_at, ended_at,"
    " opened_at, failures"
)


def _link(row: tuple[Any, ...]) -> Link:
    return Link(**dict(zip(_COLUMNS.split(", "), row, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Told once, and kept nowhere: the link's token, and the code that goes another way."""

    id: UUID
    token: str
    code: str
    until_at: datetime


def make(
    connection: Connection, pupil_id: UUID, *, shown_as: UUID, contact: UUID | None,
    guarded: bool, by: Caller, account: UUID, at: datetime, lasts: timedelta,
) -> Made:  # fmt: skip
    """A new link; those before for the same person, through the same organisation, end."""
    connection.execute(
        "update family_link set ended_at = %s where pupil_id = %s and organisation = %s"
        " and contact is not distinct from %s and ended_at is null",
        (at, pupil_id, by.organisation, contact),
    )
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LONG))
    made = Made(id=uuid4(), token=new_token(), code=f"{code[:4]}-{code[4:]}",
                until_at=at + lasts)  # fmt: skip
    connection.execute(
        "insert into family_link (id, token_hash, code_hash, pupil_id, shown_as, contact, guarded,"
        " organisation, role, made_by, created_at, until_at, failures)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0)",
        (made.id, hash_of(made.token), passwords.hashed_code(code), pupil_id, shown_as, contact,
         guarded, by.organisation, by.role, account, at, made.until_at),
    )  # fmt: skip
    return made


def renewed(connection: Connection, link: UUID, *, at: datetime) -> str | None:
    """A token for a letter, in place of the one before; None where the link runs no more."""
    token = new_token()
    done = connection.execute(
        "update family_link set token_hash = %s where id = %s and ended_at is null"
        " and failures < %s and until_at > %s",
        (hash_of(token), link, MOST_FAILURES, at),
    )
    return token if done.rowcount else None


def of_token(connection: Connection, token: str) -> Link | None:
    row = connection.execute(
        "select " + _COLUMNS + " from family_link where token_hash = %s", (hash_of(token),)
    ).fetchone()
    return _link(row) if row else None


def of_pupil(connection: Connection, pupil_id: UUID, organisations: list[str]) -> list[Link]:
    """Made through these organisations, the latest first."""
    rows = connection.execute(
        "select " + _COLUMNS + " from family_link where pupil_id = %s and organisation = any(%s)"
        " order by created_at desc, id",
        (pupil_id, organisations),
    )
    return [_link(row) for row in rows]


def of_pupils(connection: Connection, pupils: Iterable[UUID]) -> list[Link]:
    """Whoever made them, ended ones too."""
    rows = connection.execute(
        "select " + _COLUMNS + " from family_link where pupil_id = any(%s) order by id",
        (list(pupils),),
    )
    return [_link(row) for row in rows]


_SENT: LiteralString = """
select e.id, l.contact
  from event e
  join family_link l on l.id = case when starts_with(e.actor, %(link)s)
                                    then substr(e.actor, length(%(link)s) + 1)::uuid end
 where e.id = any(%(events)s) and l.contact is not null
"""


def senders(connection: Connection, events: Iterable[UUID]) -> dict[UUID, UUID]:
    """Of notices that parents sent by a link: the notice that recorded the parent."""
    return dict(connection.execute(_SENT, {"link": ACTOR, "events": list(events)}).fetchall())


def end(
    connection: Connection, link: UUID, pupil_id: UUID, organisations: list[str], *, at: datetime
) -> bool:
    """One of these organisations' own; whether it ran. Where it is open, it closes."""
    done = connection.execute(
        "update family_link set ended_at = %s where id = %s and pupil_id = %s"
        " and organisation = any(%s) and ended_at is null",
        (at, link, pupil_id, organisations),
    )
    if done.rowcount:
        connection.execute("delete from family_session where link = %s", (link,))
    return done.rowcount == 1


def try_code(connection: Connection, link: UUID, code: str, *, born_right: bool) -> int | None:
    """None where code and date of birth are right; else how many tries are left.

    A try counts before it is looked at, so that many at once are no more than five.
    """
    row = connection.execute(
        "update family_link set failures = failures + 1 where id = %s and failures < %s"
        " returning code_hash, failures",
        (link, MOST_FAILURES),
    ).fetchone()
    if row is None:
        return 0
    given = "".join(letter for letter in code.lower() if letter.isalnum())
    if passwords.matches(row[0], given) and born_right:
        connection.execute("update family_link set failures = 0 where id = %s", (link,))
        return None
    return MOST_FAILURES - int(row[1])


def begin(connection: Connection, link: UUID, *, language: str, at: datetime) -> str:
    """The link is open in this browser; the cookie's token is answered once."""
    connection.execute("delete from family_session where created_at < %s", (at - REMEMBERED_FOR,))
    connection.execute(
        "update family_link set opened_at = coalesce(opened_at, %s) where id = %s", (at, link)
    )
    token = new_token()
    connection.execute(
        "insert into family_session (token_hash, link, csrf, language, created_at, seen_at)"
        " values (%s, %s, %s, %s, %s, %s)",
        (hash_of(token), link, new_token(), language, at, at),
    )
    return token


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """``csrf`` must come back with every form."""

    link: Link
    csrf: str
    language: str


_SEEN: LiteralString = """
update family_session s set seen_at = %(at)s, language = coalesce(%(language)s, s.language)
  from family_link l
 where s.token_hash = %(token)s and l.id = s.link and s.seen_at > %(idle)s
   and s.created_at > %(oldest)s
returning s.csrf, s.language, l.token_hash
"""


def opened(
    connection: Connection, token: str, *, at: datetime, language: str | None = None
) -> Opened | None:
    """Whose browser it is, from now on in this language; None where it has been shut."""
    row = connection.execute(
        _SEEN,
        {"at": at, "token": hash_of(token), "language": language, "idle": at - IDLE_FOR,
         "oldest": at - OPEN_FOR},
    ).fetchone()  # fmt: skip
    if row is None:
        return None
    found = connection.execute(
        "select " + _COLUMNS + " from family_link where token_hash = %s", (row[2],)
    ).fetchone()
    assert found is not None
    return Opened(link=_link(found), csrf=row[0], language=row[1])


def over(connection: Connection, token: str, csrf: str) -> UUID | None:
    """The link that was open in this browser, where a form comes too late."""
    row = connection.execute(
        "select link from family_session where token_hash = %s and csrf = %s",
        (hash_of(token), csrf),
    ).fetchone()
    return row[0] if row else None


def shut(connection: Connection, token: str) -> None:
    connection.execute("delete from family_session where token_hash = %s", (hash_of(token),))
