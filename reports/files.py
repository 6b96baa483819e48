"""A report in a format: by its own writer where it has one, else from its document."""

from collections.abc import Mapping

from reports.kind import Made
from reports.render import as_json
from reports.writing import written
from reports.writing.page import as_page

BEHIND = "/reports/behind"

MEDIA: Mapping[str, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "html": "text/html",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
}


def page_of(made: Made) -> bytes:
    """As our own pages show it: where a number opens to what is behind it, it is a link."""
    if "html" in made.own:
        return made.own["html"]()
    return as_page(made.document(), opens_at=BEHIND)


def file_of(made: Made, format: str) -> bytes:
    """``format``: one of its kind's."""
    if format in made.own:
        return made.own[format]()
    return as_json(made.object) if format == "json" else written(made.document(), format)
