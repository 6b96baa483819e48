"""Instants as they are written."""

from datetime import UTC, datetime


def instant(at: datetime) -> str:
    """UTC with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
