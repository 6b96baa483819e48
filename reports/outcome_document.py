"""The outcome report as a document: a section for each measure, what stands beside it, notes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reports.charts import funnel_plot
from reports.document import Document, Drawing, Part, Section
from reports.outcome_tables import Tables, year
from reports.outcome_words import BENCHMARKS, COUNTED, EXCLUDED, MEASURE_NAMES, NOTES, titled
from reports.publishing.symbols import SYMBOLS
from reports.render import day_in_words, la_name, moment
from reports.trend_plot import trend_plot

FUNNEL_WORDS = (
    "Each point is a provider, by its letter in the table. Between the dashed lines (95 %) a rate"
    " is not different from the average; beyond the outer lines (99.8 %) chance very seldom"
    " brings it."
)


def document(report: Mapping[str, Any], names: Mapping[str, str]) -> Document:
    first, last = (_day(report[name]) for name in ("from", "to"))
    known_by = moment(datetime.fromisoformat(report["known_by"]))
    share = report["confirmed"]
    return Document(
        name=f"outcomes-{report['from']}-{report['to']}",
        title="Five outcomes of alternative provision",
        subtitle=f"{first} to {last}",
        lead=(
            f"As known on {known_by} in London. Definition {report['definition']}.",
            "A rate is the share of pupils counted for whom it went well. The range beside it is"
            " where the true rate very likely lies (95 %): with few pupils it is wide. Pupils"
            " still being watched (pending) or with too few registers (unknown) are not in the"
            " rate. Providers differ in whom they teach: this is no ranking.",
            f"{share['confirmed']} of {share['asked']} schools and providers have confirmed since"
            f" {_day(share['since'])} that they have told of all their pupils. What the others"
            " have not told is not counted here; it is not taken for nil.",
            *(_published() if report.get("published") else ()),
        ),
        sections=tuple(_Sections(report=report, names=names).all()),
        notes=(*NOTES, *((titled(code), said) for code, said in EXCLUDED.items())),
        known_by=report["known_by"],
        ledger=report["ledger"],
    )


def _published() -> Iterator[str]:
    yield (
        "This is the version for publication. Small numbers are kept back, and so are others from"
        " which they could be worked out: no child is to be known by a figure."
    )
    yield " ".join(f"{symbol}: {words}" for symbol, words in SYMBOLS.items())


def _day(text: str) -> str:
    return day_in_words(date.fromisoformat(text))


@dataclass(frozen=True, kw_only=True)
class _Sections:
    report: Mapping[str, Any]
    names: Mapping[str, str]

    def all(self) -> Iterator[Section]:
        tables = Tables(
            report=self.report, names=self.names,
            one_provider=self.report["asked"]["provider"] is not None,
        )  # fmt: skip
        yield Section(id="glance", title="At a glance", parts=(tables.glance(),))
        for measure, title in MEASURE_NAMES.items():
            yield Section(id=measure, title=title, parts=tuple(self._measure(tables, measure)))
        yield Section(
            id="wellbeing", title="Wellbeing",
            parts=("Beside the five outcomes, not a sixth.", *tables.wellbeing()),
        )  # fmt: skip
        yield Section(
            id="case_mix", title="Whom they teach",
            parts=("Rates are to be read with whom a provider teaches.", *tables.case_mix()),
        )  # fmt: skip
        yield Section(id="record_keeping", title="Record keeping", parts=(tables.keeping(),))

    def _measure(self, tables: Tables, measure: str) -> Iterator[Part]:
        yield COUNTED[measure]
        if not tables.of("rows", measure) and not tables.of("totals", measure):
            yield "Nobody to count in this period."
            return
        yield from self._funnel(tables, measure)
        yield tables.rows(measure)
        yield from _benchmarks(measure)
        yield from tables.beside(measure)
        if measure == "attendance":
            yield tables.absence()
        yield from self._trend(tables, measure)

    def _funnel(self, tables: Tables, measure: str) -> Iterator[Part]:
        compared = tables.of("comparison", measure)
        if not compared:
            return
        rows = {r["provider"]: r for r in tables.of("rows", measure) if "group" not in r}
        points = [
            {**rows[one["provider"]], "letter": tables.letters[one["provider"]],
             "title": self.names.get(one["provider"], one["provider"])}
            for one in compared
        ]  # fmt: skip
        mean, of = compared[0]["average"], self.report["average_of"]
        title = f"{MEASURE_NAMES[measure]}: each provider's rate against the number of pupils"
        whose = "all pupils counted" if of == "all" else f"pupils of {la_name(of, self.names)}"
        words = f"{FUNNEL_WORDS} The average is of {whose}: {100 * mean:.1f} %."
        yield Drawing(title=title, svg=funnel_plot(points, mean, title), words=words)

    def _trend(self, tables: Tables, measure: str) -> Iterator[Part]:
        rows = tables.of("trend", measure)
        if len({row["from"] for row in self.report["trend"]}) < 2:
            return
        told = [
            {**row, "label": year(row)}
            for row in rows
            if row.get("la") == "all" and row["denominator"]
        ]
        if len(told) > 1:
            title = f"{MEASURE_NAMES[measure]} over years, everybody counted here"
            yield Drawing(title=title, svg=trend_plot(told, title), words=_trend_words(told))
        yield from tables.trend(measure)


def _trend_words(told: list[dict[str, Any]]) -> str:
    said = ", ".join(f"{row['label']} {row['rate']:.1f} % of {row['denominator']}" for row in told)
    return (
        f"The rate in each year with its likely range: {said}. Where the ranges of two years"
        " overlap much, the difference may be chance."
    )


def _benchmarks(measure: str) -> Iterator[Part]:
    found = [one for one in BENCHMARKS if one.measure == measure]
    if found:
        told = "; ".join(f"{one.words} {one.value} % ({one.of})" for one in found)
        yield f"National figures, not of the same definition: {told}."
