"""Which reports there are: from a line here follow its command, its HTTP route and its page."""

from collections.abc import Mapping

from reports.extracts.kinds import EXTRACTS
from reports.kind import FORMATS, FROM, KNOWN_BY, TO, Asked, Kind, Made, Option, OptionKind
from reports.outcome_words import MEASURE_NAMES

__all__ = ["FORMATS", "KINDS", "OUTCOME_READERS", "Asked", "Kind", "Made", "Option", "OptionKind"]

PROVIDER = Option(name="provider", kind="organisation", help="Only this provider.")
LA = Option(name="la", kind="la", help="Only this LA (three digits).")
OUTCOME_READERS = frozenset({"la", "panel", "provider", "admin", "auditor"})

_KINDS = (
    Kind(
        name="outcomes",
        title="Five outcomes",
        about="The five AP outcomes by provider and LA.",
        options=(
            FROM,
            TO,
            KNOWN_BY,
            PROVIDER,
            LA,
            Option(
                name="years",
                kind="whole",
                least=1,
                most=10,
                help="Years in the trend, this one too (3; of all LAs 1).",
            ),
            Option(
                name="publish",
                kind="flag",
                help="For publication: small numbers kept back, in the shape of DfE data.",
            ),
        ),
        readers=OUTCOME_READERS,
        module="reports.command",
    ),
    Kind(
        name="dashboard",
        title="Inclusion dashboard",
        about="Exclusions, attendance, AP, duties in time, EHC, health: by area and by group.",
        options=(
            FROM,
            TO,
            KNOWN_BY,
            LA,
            Option(name="trust", kind="organisation", help="Only this trust's schools."),
            Option(name="icb", kind="organisation", help="Only the LAs that this ICB serves."),
            Option(name="publish", kind="flag", help="Hide small numbers, to be published."),
        ),
        readers=frozenset({"la", "panel", "health", "admin", "auditor"}),
        module="reports.dashboard.report",
    ),
    Kind(
        name="behind",
        title="Who is behind a figure of the five outcomes",
        about="The pupils and events behind a figure, and the rule that put each in or out.",
        options=(
            Option(
                name="measure",
                kind="choice",
                required=True,
                help="The outcome.",
                choices=(*MEASURE_NAMES, "wellbeing", "case_mix", "record_keeping"),
            ),
            Option(
                name="figure",
                help="numerator, denominator, pending, unknown, excluded, excluded:REASON, or the"
                " name of a figure beside it (everybody looked at); of record_keeping: voids or"
                " late.",
            ),
            Option(
                name="group",
                kind="choice",
                choices=("medical",),
                help="The rows of pupils placed for their health.",
            ),
            FROM,
            TO,
            KNOWN_BY,
            PROVIDER,
            LA,
        ),
        readers=OUTCOME_READERS,
        module="reports.behind",
        to_caller=True,
    ),
    Kind(
        name="restatement",
        title="What has changed in the five outcomes",
        about="Which figures of the five outcomes have changed, and which notices changed them.",
        options=(
            Option(name="from", kind="instant", required=True, help="Known by this instant …"),
            Option(name="to", kind="instant", help="… and by this one; else now.", after="from"),
            Option(name="period_from", kind="day", help="First day of the period."),
            Option(
                name="period_to", kind="day", help="Last day of the period.", after="period_from"
            ),
            PROVIDER,
            LA,
        ),
        readers=OUTCOME_READERS,
        module="reports.restated",
    ),
    Kind(
        name="movements",
        title="Movements into and out of alternative provision",
        about="Who came, who left, how long they stay, where they are now, what it costs.",
        options=(
            FROM,
            TO,
            KNOWN_BY,
            PROVIDER,
            LA,
            Option(name="school", kind="organisation", help="Only this school's pupils."),
        ),
        readers=OUTCOME_READERS | {"school"},
        module="reports.movements.report",
    ),
    Kind(
        name="panel",
        title="Fair access panel",
        about="The pack for a meeting of the fair access panel.",
        options=(
            LA,
            Option(name="on", kind="day", help="Day of the meeting; else today."),
            KNOWN_BY,
        ),
        readers=frozenset({"la", "panel", "admin"}),
        module="reports.panel.pack",
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (*_KINDS, *EXTRACTS)}
