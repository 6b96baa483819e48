"""A second factor: codes of an app (TOTP, RFC 6238), and ten that stand in for a lost phone."""

import secrets
from datetime import datetime
from uuid import UUID

import pyotp

from ap_registry.errors import Problem, Refused
from ap_registry.seals import Seals
from ap_registry.store.database import Connection
from ap_registry.store.tokens import hash_of

STEP_SECONDS = 30
ISSUER = "AP Registry"
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_LONG = 16  # letters of a recovery code: 79 bits
WRONG = Problem("/code", "bad_format", "this is not the code that the app shows now")


def sealed_for(account: UUID) -> str:
    return f"second-factor/{account}"


def begin(connection: Connection, account: UUID, *, at: datetime, seals: Seals) -> str:
    """A secret for the app, the same until its first code was right."""
    made = seals.seal(sealed_for(account), pyotp.random_base32().encode()).decode()
    connection.execute(
        "insert into second_factor (account, secret, created_at, confirmed_at, last_step)"
        " values (%s, %s, %s, null, 0) on conflict (account) do nothing",
        (account, made, at),
    )
    row = connection.execute(
        "select secret, confirmed_at from second_factor where account = %s", (account,)
    ).fetchone()
    assert row is not None
    if row[1] is not None:
        raise Refused((Problem("", "already_registered", "this account asks for codes already"),))
    return _opened(seals, account, row[0])


def _opened(seals: Seals, account: UUID, held: str) -> str:
    return seals.open(sealed_for(account), held.encode()).decode()


def address_for_app(secret: str, email: str) -> str:
    """What the app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def confirm(
    connection: Connection, account: UUID, code: str, *, at: datetime, seals: Seals
) -> list[str]:
    """Ask for codes from now on; answers the recovery codes, which are kept nowhere."""
    if not _take(connection, account, code, at=at, confirmed=False, seals=seals):
        raise Refused((WRONG,))
    connection.execute(
        "update second_factor set confirmed_at = %s where account = %s", (at, account)
    )
    return new_recovery_codes(connection, account)


def is_right(
    connection: Connection, account: UUID, code: str, *, at: datetime, seals: Seals
) -> bool:
    """Whether it is a code of the app, or a recovery code not used before; either is used up."""
    given = "".join(code.split()).replace("-", "").lower()
    if given.isdecimal():
        return _take(connection, account, given, at=at, confirmed=True, seals=seals)
    done = connection.execute(
        "update recovery_code set used_at = %s where account = %s and code_hash = %s"
        " and used_at is null",
        (at, account, hash_of(given)),
    )
    return done.rowcount == 1


def _take(
    connection: Connection, account: UUID, code: str, *, at: datetime, confirmed: bool,
    seals: Seals,
) -> bool:  # fmt: skip
    """One step early or late is allowed for; none that was taken before, nor an earlier one."""
    row = connection.execute(
        "select secret from second_factor where account = %s and (confirmed_at is not null) = %s",
        (account, confirmed),
    ).fetchone()
    if row is None:
        return False
    now = int(at.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(_opened(seals, account, row[0]))
    given = "".join(code.split())
    for step in (now - 1, now, now + 1):
        if secrets.compare_digest(app.generate_otp(step).encode(), given.encode()):
            done = connection.execute(
                "update second_factor set last_step = %s where account = %s and last_step < %s",
                (step, account, step),
            )
            return done.rowcount == 1
    return False


def new_recovery_codes(connection: Connection, account: UUID) -> list[str]:
    """Ten new ones; those before are good for nothing."""
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_LONG)) for _ in range(RECOVERY_CODES)]
    connection.execute("delete from recovery_code where account = %s", (account,))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into recovery_code (account, code_hash) values (%s, %s)",
            [(account, hash_of(code)) for code in codes],
        )
    return ["-".join(code[at : at + 4] for at in range(0, _LONG, 4)) for code in codes]


def codes_left(connection: Connection, account: UUID) -> int:
    row = connection.execute(
        "select count(*) from recovery_code where account = %s and used_at is null", (account,)
    ).fetchone()
    return int(row[0]) if row else 0


def remove(connection: Connection, account: UUID) -> bool:
    """Ask for no code any more; whether it did."""
    connection.execute("delete from recovery_code where account = %s", (account,))
    done = connection.execute("delete from second_factor where account = %s", (account,))
    return done.rowcount == 1
