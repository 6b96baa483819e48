"""Browser sessions: one row each, whose token changes while it is used, and which end by time.

An hour idle or twelve in all ends a session. Its token changes every quarter of an hour; the one
before is good for another minute, for what the browser had asked meanwhile. Whoever sends it later
has it from somebody else, or gave it away: the session ends for both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.calendar import london_today
from ap_registry.store import known_browsers, passwords
from ap_registry.store.accounts import address_of
from ap_registry.store.database import Connection
from ap_registry.store.kept_forms import LASTS as FORMS_LAST
from ap_registry.store.succession import acting_for
from ap_registry.store.tokens import hash_of, new_token

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
IDLE_FOR = timedelta(hours=1)
SESSION_FOR = timedelta(hours=12)
REMEMBERED_FOR = SESSION_FOR + FORMS_LAST  # whose form comes too late is known by it
CODE_WITHIN = timedelta(minutes=10)  # of the password
CHANGED_EVERY = timedelta(minutes=15)
OVERLAP = timedelta(minutes=1)
LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person in a browser session; ``csrf`` must come back with every form.

    ``token``: what the browser must send from now on, where that has changed. ``second_factor``:
    whether the account asks for a code. ``administers``: the people of its organisation.
    """

    caller: Caller
    account: UUID
    name: str
    csrf: str
    token: str | None = None
    second_factor: bool = False
    administers: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        """The organisation of the account, without those whose place it took."""
        return self.caller.organisations[:1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A new session; ``half``: a code from the person's app is still owed."""

    account: UUID
    token: str
    half: bool


def sign_in(
    connection: Connection, *, email: str, password: str, at: datetime, agent: str = "",
    known: Callable[[UUID], bool] = lambda _account: False,
) -> Begun | None:  # fmt: skip
    """None where they do not match; five failures lock the account for a quarter of an hour.

    ``known``: whether it is a browser in which somebody has come in to the account before: whoever
    tries its passwords elsewhere does not keep its owner out.
    """
    row = connection.execute(
        "select a.id, a.password_hash, a.locked_until > %s and a.locked_until is not null,"
        " a.failures, f.confirmed_at is not null from account a"
        " left join second_factor f on f.account = a.id where a.email = %s and not a.disabled"
        " and (a.last_on is null or a.last_on >= %s)",
        (at, address_of(email), london_today(at)),
    ).fetchone()
    account, stored, locked, failures, half = row or (None, None, False, 0, False)
    right = passwords.matches(stored, password)
    if account is None:
        return None
    if locked and (failures >= known_browsers.MOST_FAILURES or not known(account)):
        return None
    if not right:
        count_failure(connection, account, at=at)
        return None
    if locked or not half:
        clear_failures(connection, account)
    return Begun(
        account=account, token=begin(connection, account, at=at, half=half, agent=agent), half=half
    )


def begin(
    connection: Connection, account: UUID, *, at: datetime, half: bool = False, agent: str = ""
) -> str:
    """Sign an account in; its token is answered once. Sessions that ended long ago go."""
    connection.execute("delete from web_session where created_at < %s", (at - REMEMBERED_FOR,))
    connection.execute(
        "update account set used_on = %s where id = %s and not %s",
        (london_today(at), account, half),
    )
    token = new_token()
    connection.execute(
        "insert into web_session (token_hash, account, created_at, seen_at, csrf, changed_at, half,"
        " agent) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            hash_of(token), account, at, at, new_token(), at, half,
            agent.replace("\x00", "")[:LONGEST_AGENT],
        ),
    )  # fmt: skip
    return token


def count_failure(connection: Connection, account: UUID, *, at: datetime) -> bool:
    """A wrong password or code; whether that locked the account. Codes owed are owed no more."""
    row = connection.execute(
        "update account set failures = failures + 1, locked_until = case"
        " when failures + 1 >= %s then %s::timestamptz end where id = %s"
        " returning locked_until is not null",
        (MOST_FAILURES, at + LOCKED_FOR, account),
    ).fetchone()
    locked = bool(row and row[0])
    if locked:
        connection.execute("delete from web_session where account = %s and half", (account,))
    return locked


def clear_failures(connection: Connection, account: UUID) -> None:
    connection.execute(
        "update account set failures = 0, locked_until = null where id = %s", (account,)
    )


_SEEN: LiteralString = """
update web_session s set seen_at = case when %(watching)s then s.seen_at else %(at)s end
  from account a left join second_factor f on f.account = a.id
 where {which} and a.id = s.account and not a.disabled and s.half = %(half)s
   and (a.last_on is null or a.last_on >= %(today)s)
   and s.seen_at > %(idle)s and s.created_at > %(oldest)s
   and (not s.half or a.locked_until is null or a.locked_until <= %(at)s)
returning a.id, a.role, a.organisation, a.name, s.csrf, f.confirmed_at is not null,
          a.administers, s.changed_at is null or s.changed_at <= %(due)s
"""
_BY_TOKEN: LiteralString = _SEEN.format(which="s.token_hash = %(token)s")
_BY_PREVIOUS: LiteralString = _SEEN.format(
    which="s.previous_hash = %(token)s and s.changed_at > %(overlap)s"
)


def signed_in(
    connection: Connection, token: str, *, at: datetime, watching: bool = False
) -> SignedIn | None:
    """Whose session it is; None where it is nobody's, over, or a code is still owed.

    ``watching``: nobody did anything, a page that is open asked by itself; it goes idle all the
    same, and its token stays.
    """
    hashed = hash_of(token)
    values = {
        "at": at, "token": hashed, "half": False, "idle": at - IDLE_FOR,
        "oldest": at - SESSION_FOR, "due": at - CHANGED_EVERY, "overlap": at - OVERLAP,
        "today": london_today(at), "watching": watching,
    }  # fmt: skip
    row = connection.execute(_BY_TOKEN, values).fetchone()
    if row is not None:
        token_ = _changed(connection, hashed, at) if row[-1] and not watching else None
        return _signed_in(connection, row, token_, at)
    row = connection.execute(_BY_PREVIOUS, values).fetchone()
    if row is None:
        connection.execute("delete from web_session where previous_hash = %s", (hashed,))
        return None
    return _signed_in(connection, row, None, at)


def over(connection: Connection, token: str, csrf: str) -> UUID | None:
    """Whose session this was, of which a form comes too late."""
    row = connection.execute(
        "select a.id from web_session s join account a on a.id = s.account"
        " where %(token)s in (s.token_hash, s.previous_hash) and s.csrf = %(csrf)s and not s.half"
        " and not a.disabled",
        {"token": hash_of(token), "csrf": csrf},
    ).fetchone()
    return row[0] if row else None


def half_signed_in(connection: Connection, token: str, *, at: datetime) -> SignedIn | None:
    """Who has given the right password, and owes a code."""
    values = {
        "at": at, "token": hash_of(token), "half": True, "idle": at - CODE_WITHIN,
        "oldest": at - CODE_WITHIN, "due": at, "overlap": at, "today": london_today(at),
        "watching": False,
    }  # fmt: skip
    row = connection.execute(_BY_TOKEN, values).fetchone()
    return None if row is None else _signed_in(connection, row, None, at)


def _signed_in(
    connection: Connection, row: tuple[object, ...], token: str | None, at: datetime
) -> SignedIn:
    account, role, organisation, name, csrf, second_factor, administers, _due = row
    assert isinstance(account, UUID)
    caller = Caller(
        actor=f"account:{account}", role=str(role),
        organisations=acting_for(connection, str(role), [str(organisation)], london_today(at)),
    )  # fmt: skip
    return SignedIn(
        caller=caller, account=account, name=str(name), csrf=str(csrf), token=token,
        second_factor=bool(second_factor), administers=bool(administers),
    )  # fmt: skip


def _changed(connection: Connection, hashed: bytes, at: datetime) -> str | None:
    """The token that follows; None where another request was quicker."""
    token = new_token()
    done = connection.execute(
        "update web_session set token_hash = %s, previous_hash = token_hash, changed_at = %s"
        " where token_hash = %s",
        (hash_of(token), at, hashed),
    )
    return token if done.rowcount else None


def end_others(connection: Connection, account: UUID, token: str, *, at: datetime) -> str | None:
    """Leave this session alone, and what its browser sends from now on; None where another request
    was quicker."""
    hashed = hash_of(token)
    connection.execute(
        "delete from web_session where account = %(account)s and %(token)s <> token_hash"
        " and previous_hash is distinct from %(token)s",
        {"account": account, "token": hashed},
    )
    return _changed(connection, hashed, at)


def sign_out(connection: Connection, token: str) -> None:
    connection.execute(
        "delete from web_session where %(token)s in (token_hash, previous_hash)",
        {"token": hash_of(token)},
    )


def sign_out_everywhere(connection: Connection, account: UUID) -> int:
    """End every session of an account; answer how many."""
    done = connection.execute("delete from web_session where account = %s", (account,))
    return done.rowcount


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Where an account is signed in, as its owner sees it."""

    agent: str
    created_at: datetime
    seen_at: datetime


def sessions_of(connection: Connection, account: UUID, *, at: datetime) -> list[Session]:
    """Those that have not ended, the last used first."""
    rows = connection.execute(
        "select agent, created_at, seen_at from web_session where account = %s and not half"
        " and seen_at > %s and created_at > %s order by seen_at desc, created_at desc",
        (account, at - IDLE_FOR, at - SESSION_FOR),
    )
    return [Session(agent=agent, created_at=made, seen_at=seen) for agent, made, seen in rows]
