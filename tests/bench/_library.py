"""The yardstick: an aggregate of the PyPI library ``eventsourcing`` on the same server."""

from urllib.parse import urlsplit
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event


class Pupil(Aggregate):
    def __init__(self, name: str) -> None:
        self.name = name
        self.suspended = 0

    @event("Suspended")
    def suspend(self, on: str, reason: str, sessions: int) -> None:
        self.suspended += sessions


def application(url: str) -> Application[UUID]:
    parts = urlsplit(url)
    return Application(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": parts.path[1:],
            "POSTGRES_HOST": parts.hostname or "",
            "POSTGRES_PORT": str(parts.port),
            "POSTGRES_USER": parts.username or "",
            "POSTGRES_PASSWORD": parts.password or "",
        }
    )


def start(application: Application[UUID]) -> UUID:
    """A pupil with a history as long as ours."""
    pupil = Pupil(name="Ann Example")
    for _ in range(7):
        pupil.suspend("2025-09-01", "PP", 4)
    application.save(pupil)
    return pupil.id
