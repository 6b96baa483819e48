"""Instants and days as they are written."""

from datetime import UTC, date, datetime


def instant(at: datetime) -> str:
    """UTC with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def iso(day: date | None) -> str | None:
    """Of a day that may not be known."""
    return day.isoformat() if day else None
