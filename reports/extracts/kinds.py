"""Returns, extracts and own reports: what each is asked and who reads it."""

from reports.kind import FORMATS, FROM, KNOWN_BY, Kind, Option

SCHOOL = Option(name="school", kind="organisation", required=True, help="The school (URN).")
ON = Option(name="on", kind="day", help="The day; else today.")
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
            Option(
                name="year",
                kind="whole",
                least=2010,
                most=2100,
                required=True,
                help="The year of census day.",
            ),
            KNOWN_BY,
        ),
        readers=LA_READERS,
        module="reports.extracts.census",
        formats=(*FORMATS, "xml"),
        to_caller=True,
    ),
    Kind(
        name="school-arranged",
        title="AP arranged by schools",
        about="Placements that schools arranged, as the school census asks, with what is wrong.",
        options=(
            Option(name="school", kind="organisation", help="One school (URN), or …"),
            Option(name="la", kind="la", help="… all of an LA (three digits)."),
            FROM,
            TO,
            KNOWN_BY,
        ),
        readers=frozenset({"school", "la", "admin"}),
        module="reports.extracts.school_arranged",
        to_caller=True,
        extract=True,
    ),
    Kind(
        name="children-not-in-school",
        title="Children not in school",
        about="Children of an LA who are on no roll, educated elsewhere by arrangement, part time.",
        options=(LA, ON, KNOWN_BY),
        readers=LA_READERS,
        module="reports.extracts.not_in_school",
        to_caller=True,
        extract=True,
    ),
    Kind(
        name="governors",
        title="Suspensions and exclusions, for governors",
        about="What a head tells the governors each term: every suspension and exclusion.",
        options=(SCHOOL, FROM, TO, KNOWN_BY),
        readers=SCHOOL_READERS,
        module="reports.extracts.governors",
        to_caller=True,
        extract=True,
    ),
    Kind(
        name="attendance-return",
        title="Monthly attendance return",
        about="A school's monthly return to its LA: absent ten days, sick fifteen, often absent.",
        options=(
            SCHOOL,
            Option(name="month", kind="day", help="A day of the month; else the last one over."),
            KNOWN_BY,
        ),
        readers=SCHOOL_READERS,
        module="reports.extracts.attendance_return",
        to_caller=True,
        extract=True,
    ),
    Kind(
        name="penalty-notice",
        title="Evidence for a penalty notice",
        about="One pupil's unauthorised sessions in ten school weeks, and what was offered.",
        options=(Option(name="upn", required=True, help="The pupil's UPN."), ON, KNOWN_BY),
        readers=frozenset({"school", "la", "admin"}),
        module="reports.extracts.penalty_notice",
        to_caller=True,
        extract=True,
    ),
    Kind(
        name="targeting-support",
        title="Targeting support meeting",
        about="The pack for a school's termly meeting with its LA: who misses school.",
        options=(SCHOOL, FROM, TO, KNOWN_BY),
        readers=SCHOOL_READERS,
        module="reports.extracts.targeting_support",
        to_caller=True,
        extract=True,
    ),
    Kind(
        name="provider-quality",
        title="Quality of AP providers",
        about="What is known of each provider's checks, visits, teachers and pupils.",
        options=(
            Option(name="la", kind="la", help="Providers of one LA (three digits)."),
            Option(name="provider", kind="organisation", help="One provider."),
            ON,
            KNOWN_BY,
        ),
        readers=frozenset({"la", "provider", "admin"}),
        module="reports.extracts.provider_quality",
        to_caller=True,
        extract=True,
    ),
)
