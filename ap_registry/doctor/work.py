"""Does the worker keep up, and what could it not do."""

from datetime import UTC, datetime, timedelta

from ap_registry import embedded
from ap_registry.doctor.wrong import Wrong
from ap_registry.settings import Settings
from ap_registry.store.database import connect
from ap_registry.store.jobs import JobState, job_states

PATIENCE = timedelta(minutes=15)  # then somebody should look
HOURLY = {"organisations": timedelta(hours=2)}


def messages(found: embedded.Servers, settings: Settings) -> str:
    """What failed, and what should have gone by now where a channel is named."""
    now = settings.clock or datetime.now(UTC)
    with connect(found.database_url) as connection:
        row = connection.execute(
            "select (select count(*) from outbox where message is null and sent_at is null"
            "           and failed is null and lapsed_at is null)"
            "     + count(*) filter (where sent_at is null and failed is null"
            "                          and lapsed_at is null),"
            "       count(*) filter (where failed = 'the organisation has no address'),"
            "       count(*) filter (where failed <> 'the organisation has no address')"
            "       + (select count(*) from outbox where message is null and failed is not null),"
            "       (select min(send_after) from outbox where message is null and sent_at is null"
            "           and failed is null and lapsed_at is null and send_after <= %(late)s)"
            "  from message",
            {"late": now - PATIENCE},
        ).fetchone()
    waiting, homeless, failed, late = row or (0, 0, 0, None)
    if failed:
        raise Wrong(
            f"{failed} messages could not be sent",
            "`ap-registry deliveries --failed` lists them; their follow-ups stay on the due list.",
        )
    if late and (settings.channel or settings.smtp_url):
        raise Wrong(
            f"a message that was due at {late:%Y-%m-%d %H:%M} UTC has not gone",
            "Run `ap-registry worker`; where one runs, read its log.",
        )
    unaddressed = f", {homeless} for organisations without an email" if homeless else ""
    return f"{waiting} to send when due{unaddressed}"


def worker(found: embedded.Servers, settings: Settings) -> str:
    """The night's work is a row: two nights without one and no worker runs."""
    with connect(found.database_url) as connection:
        row = connection.execute(
            "select max(finished_at), max(finished_at) > clock_timestamp() - interval '2 days'"
            "  from job_run where name = 'nightly'"
        ).fetchone()
    last, lately = row or (None, None)
    if lately:
        return f"did the night's work at {last:%Y-%m-%d %H:%M} UTC"
    if settings.environment == "production":
        raise Wrong("no worker has done the night's work for two days", "Run `ap-registry worker`.")
    return "no worker of late: reminders and the nightly sweep need `ap-registry worker`"


def jobs(found: embedded.Servers, settings: Settings) -> str:
    """Each job begins at least once a minute; what it has not done is tried again."""
    with connect(found.database_url) as connection:
        states = job_states(connection)
    for one in states:
        if one.failures:
            raise Wrong(
                f"{one.name} has failed {one.failures} times, at {one.failed_at:%Y-%m-%d %H:%M} UTC"
                f" by {one.error}",
                "Read the worker's log; what was not done is in the database and tried again.",
            )
        if settings.environment == "production" and _late(one):
            raise Wrong(f"{one.name} {_when(one)}", "Run `ap-registry worker`.")
    return ", ".join(f"{one.name} {_when(one)}" for one in states) or "no worker has run here yet"


def _late(one: JobState) -> bool:
    patience = HOURLY.get(one.name, PATIENCE)
    return one.seconds is None or one.seconds > patience.total_seconds()


def _when(one: JobState) -> str:
    if one.seconds is None:
        return "has never ended well"
    unit, length = ("s", 1) if one.seconds < 120 else ("min", 60)
    return f"ended well {one.seconds / length:.0f} {unit} ago"


def sequencer(found: embedded.Servers, settings: Settings) -> str:
    """Commands sequence what they read; the web waits for whoever does it each second."""
    with connect(found.database_url) as connection:
        row = connection.execute(
            "select count(*), min(written_at), min(written_at) < clock_timestamp() - %s"
            "  from unsequenced",
            (PATIENCE,),
        ).fetchone()
    waiting, since, late = row or (0, None, False)
    if late and settings.environment == "production":
        raise Wrong(
            f"{waiting} events wait for their place since {since:%Y-%m-%d %H:%M} UTC",
            "Run `ap-registry worker`; where one runs, read its log.",
        )
    return f"{waiting} events wait for their place in the order"
