"""The movements report as a document: who came and left, where pupils are, what is asked."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from reports.document import Amount, Document, Fact, Facts, Section
from reports.movements.drawings import months, paths
from reports.movements.tables import (
    current_table,
    flow_tables,
    grounds_table,
    length_table,
    link_table,
    movement_table,
    payer_table,
    provider_table,
    unregistered_table,
)
from reports.render import day_in_words, la_name, moment

Names = Mapping[str, str]
Report = Mapping[str, Any]


def document(report: Report, names: Names) -> Document:
    first, last = (day_in_words(date.fromisoformat(report[name])) for name in ("from", "to"))
    known_by = moment(datetime.fromisoformat(report["known_by"]))
    return Document(
        name=f"movements-{report['from']}-{report['to']}",
        title="Movements into and out of alternative provision",
        subtitle=f"{_whose(report, names)}, {first} to {last}",
        lead=(f"As known on {known_by} in London. {_said(report)}", _silent(report)),
        sections=tuple(_sections(report, names)),
        notes=NOTES,
        known_by=report["known_by"],
        ledger=report["ledger"],
    )


def _whose(report: Report, names: Names) -> str:
    asked = [names.get(one, one) for name in ("provider", "school") if (one := report[name])]
    if report["la"]:
        asked.append(la_name(report["la"], names))
    return ", ".join(asked) or "All LAs"


def _said(report: Report) -> str:
    held = report["balance"]
    return (
        f"{held['before']:,} placements were open before the period, {held['in']:,} began in it, "
        f"{held['out']:,} ended, and {held['after']:,} are open on the last day looked at."
    )


def _silent(report: Report) -> str:
    share = report["confirmed"]
    since = day_in_words(date.fromisoformat(share["since"]))
    return (
        f"{share['confirmed']} of {share['asked']} schools and providers have confirmed since "
        f"{since} that they have told all. What a silent one has not told is missing here."
    )


def _sections(report: Report, names: Names) -> Iterator[Section]:
    yield Section(id="asked", title="What councils are asked", parts=(_answers(report),))
    yield Section(
        id="flows",
        title="From where to where",
        parts=(
            "Each placement open on a day of the period: how it came about, the setting, and "
            "what came next.",
            *paths(report),
            link_table(report),
            *months(report),
        ),
    )
    yield Section(id="counted", title="In and out", parts=(*flow_tables(report, names),))
    yield Section(
        id="moved",
        title="All movements",
        parts=(movement_table(report), grounds_table(report)),
    )
    yield Section(id="lengths", title="How long", parts=(length_table(report, names),))
    yield Section(id="current", title="Where pupils are", parts=(current_table(report, names),))
    yield Section(
        id="spend",
        title="What it costs",
        parts=(provider_table(report), payer_table(report, names)),
    )
    yield Section(
        id="unregistered", title="Unregistered settings", parts=(unregistered_table(report),)
    )


def _answers(report: Report) -> Facts:
    found = report["questions"]
    on = day_in_words(date.fromisoformat(found["on"]))
    return Facts(
        items=(
            _of(f"Placements on {on}", found, "now"),
            _of("Placements in the period", found, "in_period"),
            _balance(report["balance"]),
            _days("Mean length of those that ended", found["mean_days"]),
            _days("Mean length so far of those open", found["mean_days_so_far"]),
            Fact("Spend in the period", _pounds(found), tuple(_parts(found))),
            Fact(
                "Agreed a week for what is open",
                f"£{found['weekly_now']:,.2f}",
                (Amount("total", found["weekly_now"], "pounds a week"),),
            ),
            ("Providers used", found["providers_in_period"]),
            Fact(
                "Of them not registered",
                f"{found['unregistered_providers']:,}, with "
                f"{found['unregistered_placements_now']:,} placements now and "
                f"{found['unregistered_pupils_in_period']:,} pupils in the period",
                (
                    Amount("", found["unregistered_providers"], "providers"),
                    Amount("now", found["unregistered_placements_now"], "placements"),
                    Amount("in the period", found["unregistered_pupils_in_period"], "pupils"),
                ),
            ),
            _days("Mean length of those there that ended", found["unregistered_mean_days"]),
        )
    )


def _of(term: str, found: Report, when: str) -> Fact:
    placements, pupils = found[f"placements_{when}"], found[f"pupils_{when}"]
    amounts = (Amount("", placements, "placements"), Amount("", pupils, "pupils"))
    return Fact(term, f"{placements:,}, of {pupils:,} pupils", amounts)


def _balance(held: Report) -> Fact:
    told = (
        ("open before", "before"),
        ("begun", "in"),
        ("ended", "out"),
        ("open at the end", "after"),
    )
    return Fact(
        "Open before, begun, ended, open at the end",
        ", ".join(f"{held[key]:,}" for _, key in told),
        tuple(Amount(of, held[key], "placements") for of, key in told),
    )


def _days(term: str, mean: float | None) -> Fact:
    said = "none" if mean is None else f"{mean:,.1f} calendar days"
    return Fact(term, said, (Amount("mean", mean, "calendar days"),))


def _parts(found: Report) -> Iterator[Amount]:
    """No pounds where no amount is known: nought would be a figure."""
    known = found["without_amount"] < found["placements_in_period"] or not found["without_amount"]
    for part in ("total", "education", "health", "social_care"):
        yield Amount(part.replace("_", " "), found[part] if known else None, "pounds")
    yield Amount("without an amount on record", found["without_amount"], "placements")


def _pounds(found: Report) -> str:
    missing = found["without_amount"]
    if missing and missing == found["placements_in_period"]:
        return f"not known: none of the {missing:,} placements has an amount on record"
    said = (
        f"£{found['total']:,.2f}: education £{found['education']:,.2f}, health "
        f"£{found['health']:,.2f}, social care £{found['social_care']:,.2f}"
    )
    return f"{said}; {missing:,} placements have no amount on record" if missing else said


NOTES = (
    ("Placement", "An AP placement. One recorded as an error never happened."),
    (
        "In, out",
        "Placements that began, or ended, in the period. School, year group, SEN provision and "
        "home LA are as on that day.",
    ),
    (
        "How it came about",
        "What the placement is said to arise from: the route of its referral, else the exclusion "
        "or direction itself. Not stated: nothing was named.",
    ),
    (
        "Home LA, school",
        "A report of one LA counts pupils who lived there when the placement ended, or on the "
        "last day looked at; one of a school those on its main roll then, and those whom it "
        "placed; it does not tell of exclusions elsewhere.",
    ),
    ("Days", "Calendar days, the first and the last included; holidays count."),
    (
        "Spend",
        "The amounts agreed a week; for each school day on which one held a fifth of it. The "
        "first amount holds from the start of the placement. Placements without an amount on "
        "record are counted, and cost nothing here.",
    ),
    (
        "Unregistered",
        "A setting that is neither a school (no URN) nor a registered training provider (no "
        "UKPRN). Full time here is ten sessions a week. Five pupils full time, or one with an "
        "EHC plan or looked after, make it a school that must register.",
    ),
    ("Exclusions", "Those that stand: not cancelled, reinstated or quashed."),
)
