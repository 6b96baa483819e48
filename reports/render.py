"""A report's object as JSON, a page of its own template, and days and instants in words."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from ap_registry.calendar import LONDON


def as_json(report: Mapping[str, Any]) -> bytes:
    """Two-space indent and a final newline."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def rendered(template: str, values: dict[str, Any]) -> bytes:
    environment = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(template).render(values).encode()


def day_in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def moment(at: datetime) -> str:
    """By the clocks of London."""
    local = at.astimezone(LONDON)
    return f"{day_in_words(local)}, {local:%H:%M}"


def la_name(la: str, names: Mapping[str, str]) -> str:
    return "All providers" if la == "all" else names.get(f"LA{la}", la)
