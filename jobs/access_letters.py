"""Letters about people's own accounts: a link is made as its letter is sent, and kept nowhere."""

from datetime import timedelta
from threading import Event

from ap_registry.installation import Installation
from ap_registry.store import access_links
from ap_registry.store.access_links import LASTS, Due
from jobs.channels import chosen
from jobs.faults import kind_and_place
from jobs.letters import Failed, Letter

_NOT_YOU = "If that was not you, tell the administrator of your organisation at once."
SUBJECTS = {
    "recovery": "Choose a new password",
    "invitation": "You can sign in to AP Registry",
    "password_changed": "Your password was changed",
    "second_factor_on": "You are asked for a code from now on",
    "second_factor_off": "You are asked for no code any more",
}
TEXTS = {
    "recovery": (
        "Somebody, most likely you, asked for a new password for AP Registry.\n\n"
        "Choose it here. The link works once, and for an hour:\n\n{link}\n\n"
        "If you did not ask, do nothing: your password stays as it is."
    ),
    "invitation": (
        "You have been given an account of AP Registry, where schools, alternative provision and"
        " local authorities keep what happens to pupils outside their school.\n\n"
        "Choose a password here. The link works once, and for seven days:\n\n{link}"
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
        letter = _letter(found, due)
        try:
            channel.send(letter)
        except Failed as failed:
            _settle(found, due, failed.why if failed.for_good else None)
        except Exception as error:  # nobody expected it; the others go all the same
            _settle(found, due, kind_and_place(error))
        else:
            sent += 1
            with found.database.connection() as connection:
                access_links.settle_letter(connection, due.id, at=found.registry.now())
    return sent


def _settle(found: Installation, due: Due, failed: str | None) -> None:
    if failed is not None:
        with found.database.connection() as connection:
            access_links.settle_letter(connection, due.id, failed=failed)


def _letter(found: Installation, due: Due) -> Letter:
    now, link = found.registry.now(), ""
    if due.what in LASTS:
        with found.database.connection() as connection, connection.transaction():
            token = access_links.make_link(connection, due.account, due.what, at=now)
        link = f"{found.settings.site}/password/{token}"
    words = TEXTS[due.what].format(link=link)
    return Letter(
        id=due.id, to=due.email, subject=SUBJECTS[due.what],
        text=f"Dear {due.name},\n\n{words}\n", at=now, again=due.again,
    )  # fmt: skip
