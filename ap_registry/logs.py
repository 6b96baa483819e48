"""Logs: one JSON object a line on stderr. They carry ids, rules and kinds of errors, no person."""

import sys

import structlog


def to_stderr() -> None:
    """For processes that stay: standard output is for data."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
