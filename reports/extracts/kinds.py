"""Returns, extracts and own reports: what each is asked and who reads it."""

from reports.kind import FORMATS, Kind, Option

KNOWN_BY = Option(name="known_by", kind="instant", help="Only what was recorded by then.")
SCHOOL = Option(name="school", kind="organisation", required=True, help="The school (URN).")
FROM = Option(name="from", kind="day", help="First day.")
TO = Option(name="to", kind="day", help="Last day; else today.", after="from")
LA = Option(name="la", kind="la", required=True, help="The LA (three digits).")
LA_READERS = frozenset({"la", "admin"})
SCHOOL_READERS = frozenset({"school", "la", "admin", "auditor"})

PLACEMENT_READERS = frozenset({"school", "provider", "la", "admin"})
_WHICH = (
    Option(name="upn", help="The pupil's UPN: its last placement."),
    Option(name="placement", help="Or the id of one placement."),
    Option(name="provider", kind="organisation", help="Only at this provider."),
)

EXTRACTS = (
    Kind(
        name="progress",
        title="Half-term report of a placement, for parents",
        about="One placement's half-term for the parents, in plain words.",
        options=(
            *_WHICH,
            Option(name="on", kind="day", help="A day of the half-term; else today."),
            KNOWN_BY,
        ),
        readers=PLACEMENT_READERS,
        module="reports.extracts.progress",
        to_caller=True,
    ),
    Kind(
        name="exit",
        title="Exit report of a placement",
        about="One placement at its end: the in-depth assessment, progress, awards, the return.",
        options=(*_WHICH, KNOWN_BY),
        readers=PLACEMENT_READERS,
        module="reports.extracts.exit",
        to_caller=True,
    ),
    Kind(
        name="school",
        title="Pupils elsewhere, part time and off roll",
        about="One school: who is off site, part time or off roll, why, checked and reviewed how.",
        options=(SCHOOL, FROM, TO, KNOWN_BY),
        readers=SCHOOL_READERS,
        module="reports.extracts.school",
        to_caller=True,
    ),
    Kind(
        name="census",
        title="AP census of an LA",
        about="The AP census: children whom an LA placed, checked, as XML or CSV for COLLECT.",
        options=(
            LA,
            Option(name="year", kind="whole", required=True, help="The year of census day."),
            KNOWN_BY,
        ),
        readers=LA_READERS,
        module="reports.extracts.census",
        formats=(*FORMATS, "xml"),
        to_caller=True,
    ),
)
