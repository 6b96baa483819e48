"""Letters of accounts: to their owners, and to one of a family for whom they made a link.

A link that opens an account is made as its letter is sent, and kept nowhere.
"""

from datetime import timedelta
from threading import Event
from uuid import UUID

import structlog

from ap_registry.installation import Installation
from ap_registry.settings import Settings
from ap_registry.store import access_links, family_links, report_files
from ap_registry.store.access_links import FAMILY_LINK, LASTS, REPORT_FAILED, Due
from jobs.channels import Channel, chosen
from jobs.faults import kind_and_place
from jobs.letters import MOST_ATTEMPTS, Failed, Letter, gave_up, next_attempt
from reports.kinds import KINDS

TOO_LATE = "it could not be sent while its link would have been good"
log = structlog.get_logger()
LEADS = {"recovery": "password", "invitation": "invitation"}  # the page of a link
_NOT_YOU = "If that was not you, tell the administrator of your organisation at once."
GONE = "the report is there no more, or not for them"
NO_LINK = "the link has ended"
SUBJECTS = {
    "family_link": "A private page for you",
    "report": "A report is ready",
    "report_failed": "A report could not be made",
    "recovery": "Choose a new password",
    "invitation": "Your account of AP Registry",
    "emergency": "A record was opened in an emergency",
    "ended_unused": "Your account of AP Registry has ended",
    "unused_soon": "Your account of AP Registry ends soon",
    "confirm_people": "Confirm who works with you",
    "password_changed": "Your password was changed",
    "second_factor_on": "You are asked for a code from now on",
    "second_factor_off": "You are asked for no code any more",
}
TEXTS = {
    "family_link": (
        "There is a private page for you from {organisation}. It says what schools and the"
        " council have told us, and you can write to them by it.\n\n"
        "Open it here:\n\n{link}\n\n"
        "You need a date of birth and a code. We tell you the code another way, not in this"
        " letter. Do not pass this letter on.\n\n"
        "Do you not know what this is? Then do nothing, and tell us."
    ),
    "report": (
        "A report that you or a colleague asked for is ready: {title}.\n\n"
        "Sign in, and it is here for thirty days:\n\n{link}\n\n"
        "It is not sent by mail, so that only those who may read it do."
    ),
    "report_failed": (
        "A report that you or a colleague asked for could not be made: {title}.\n\n"
        "What went wrong: {why}.\n\n"
        "Sign in to see what was asked, change it where that is at fault, and ask again:\n\n{link}"
    ),
    "recovery": (
        "Somebody, most likely you, asked for a new password for AP Registry.\n\n"
        "Choose it here. The link works once, and for an hour:\n\n{link}\n\n"
        "If you did not ask, do nothing: your password stays as it is."
    ),
    "invitation": (
        "An administrator of {organisation} has made an account of AP Registry for you, the"
        " register of pupils in alternative provision.\n\n"
        "Say who you are and choose a password here. The link works once, and for a week:\n\n"
        "{link}\n\n"
        "If you did not expect this, do nothing: without a password nobody can use the account."
    ),
    "unused_soon": (
        "Nobody has signed in to your account of AP Registry for a long time. It ends in two weeks"
        " or less. To keep it, sign in:\n\n{site}/sign-in\n\n"
        "If you do not need it any more, do nothing."
    ),
    "confirm_people": (
        "Nobody at {organisation} has confirmed for some months who may sign in to AP Registry."
        " Look through the list, end the accounts of those who have left, and confirm it:\n\n"
        "{site}/colleagues"
    ),
    "ended_unused": (
        "Nobody has signed in to your account of AP Registry for a long time, and it has ended."
        " If you still need it, an administrator of {organisation} can invite you again."
    ),
    "emergency": (
        "{owner} of {organisation} has opened a pupil's record in an emergency, and gave the reason"
        " in writing. The record can be read for an hour, then it is closed again.\n\n"
        "See whose record, and why, in AP Registry:\n\n{site}/emergency\n\n"
        "If there was no emergency, tell your data protection officer at once."
    ),
    "password_changed": f"The password of your account of AP Registry was changed. {_NOT_YOU}",
    "second_factor_on": (
        "Your account of AP Registry asks for a code from a phone from now on, each time that"
        f" somebody signs in. {_NOT_YOU}"
    ),
    "second_factor_off": (
        f"Your account of AP Registry asks for no code from a phone any more. {_NOT_YOU}"
    ),
}

WITHOUT_PASSWORDS = {
    "invitation": (
        "An administrator of {organisation} has made an account of AP Registry for you, the"
        " register of pupils in alternative provision.\n\n"
        "Sign in here with {elsewhere}, by this address and for this organisation:\n\n{link}\n\n"
        "If you did not expect this, do nothing."
    ),
}


def send_access_letters(found: Installation, stopping: Event | None = None) -> int:
    """Send all that is due, where there is a way to people's addresses; answer how many."""
    channel = chosen(found.settings)
    if channel is None or not channel.addressed:
        return 0
    lease, sent = timedelta(seconds=3 * found.settings.smtp_timeout), 0
    while not (stopping and stopping.is_set()):
        with found.database.connection() as connection:
            due = access_links.claim_letter(connection, lease)
        if due is None:
            break
        if not _over(found, due):
            sent += _send(found, channel, due)
    return sent


def _over(found: Installation, due: Due) -> bool:
    """Claimed too often, by workers that died of it; or of no use to anybody by now."""
    lasts = LASTS.get(due.what)
    if due.attempts > MOST_ATTEMPTS:
        _fail(found, due, gave_up())
    elif lasts and found.registry.now() - due.created_at > lasts:
        _fail(found, due, TOO_LATE)
    else:
        return False
    return True


def _send(found: Installation, channel: Channel, due: Due) -> bool:
    try:
        channel.send(_letter(found, due))
    except Failed as failed:
        _settle_failure(found, due, failed)
        return False
    except Exception as error:  # nobody expected it; the others go all the same
        _settle_failure(found, due, Failed(kind_and_place(error), for_good=False))
        return False
    with found.database.connection() as connection:
        access_links.sent_letter(connection, due, found.registry.now())
    return True


def _settle_failure(found: Installation, due: Due, failed: Failed) -> None:
    wait = next_attempt(due.attempts)
    if failed.for_good or wait is None:
        _fail(found, due, failed.why if failed.for_good else gave_up(failed.why))
        return
    with found.database.connection() as connection:
        access_links.put_off_letter(connection, due, wait)
    log.warning("letter_not_sent", letter=str(due.id), attempts=due.attempts, why=failed.why)


def _fail(found: Installation, due: Due, why: str) -> None:
    with found.database.connection() as connection:
        access_links.fail_letter(connection, due, why)
    log.error("letter_failed", letter=str(due.id), attempts=due.attempts, why=why)


def _text(settings: Settings, what: str) -> str:
    return WITHOUT_PASSWORDS.get(what, TEXTS[what]) if settings.oidc_only else TEXTS[what]


def _letter(found: Installation, due: Due) -> Letter:
    words = _text(found.settings, due.what).format(
        **_said(found, due), organisation=due.organisation, owner=due.owner,
        site=found.settings.site, elsewhere=found.settings.oidc_name,
    )  # fmt: skip
    return Letter(
        id=due.id, to=due.email, subject=SUBJECTS[due.what],
        text=f"Dear {due.name},\n\n{words}\n", at=found.registry.now(), again=due.attempts > 1,
    )  # fmt: skip


def _said(found: Installation, due: Due) -> dict[str, str]:
    """Raise Failed for good where what it is about is gone, or its reader's account has ended."""
    if due.what in LASTS and found.settings.oidc_only:
        return {"link": f"{found.settings.site}/sign-in"}
    if due.what in LASTS:
        with found.database.connection() as connection, connection.transaction():
            at = found.registry.now()
            token = access_links.make_link(connection, due.account, due.what, at=at)
        return {"link": f"{found.settings.site}/{LEADS[due.what]}/{token}"}
    if due.about is None:
        return {}
    if due.what == FAMILY_LINK:
        return {"link": f"{found.settings.site}/family/link/{_family_token(found, due.about)}"}
    with found.database.connection() as connection:
        today = found.registry.today()
        failed = due.what == REPORT_FAILED
        told = report_files.told(connection, due.about, due.account, today, failed=failed)
    if told is None:
        raise Failed(GONE, for_good=True)
    kind, why = told
    return {
        "title": KINDS[kind].title, "link": f"{found.settings.site}/reports/files/{due.about}",
        "why": why[:1].upper() + why[1:].rstrip("."),
    }  # fmt: skip


def _family_token(found: Installation, link: UUID) -> str:
    """Made as the letter goes, and of no use without the code: that was told another way."""
    with found.database.connection() as connection:
        token = family_links.renewed(connection, link, at=found.registry.now())
    if token is None:
        raise Failed(NO_LINK, for_good=True)
    return token
