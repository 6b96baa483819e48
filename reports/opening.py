"""From a number of the outcome report to the query for the pupils and events behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

Row = Mapping[str, Any]
Opens = Mapping[str, str]
HEADLINE = {
    "rate": "denominator", "numerator": "numerator", "denominator": "denominator",
    "pending": "pending", "unknown": "unknown", "excluded": "excluded",
}  # fmt: skip
BESIDE = ("numerator", "denominator", "share", "value")


@dataclass(frozen=True, slots=True)
class Opening:
    """Of one report: as known by its instant, of its period, kept to what it was kept to."""

    report: Mapping[str, Any]

    def headline(self, row: Row) -> Opens:
        """Nothing opens where nothing was counted, nor what is published."""
        return (
            {}
            if self._published
            else {
                column: self._query(row, row["measure"], figure)
                for column, figure in HEADLINE.items()
                if row.get(figure)
            }
        )

    def figure(self, row: Row, measure: str) -> Opens:
        query = self._query(row, measure, row["name"])
        return {} if self._published else dict.fromkeys(BESIDE, query)

    def absence(self, row: Row) -> Opens:
        query = self._query(row, "attendance", row["name"])
        return {} if self._published else {row["name"]: query}

    def case(self, row: Row) -> Opens:
        query = self._query(row, "case_mix", f"{row['by']}:{row['case']}")
        names = ("numerator", "share", row.get("provider", ""))
        return {} if self._published else dict.fromkeys(names, query)

    def keeping(self, row: Row) -> Opens:
        if self._published:
            return {}
        of = {"ended_error": "case_mix", "voids": "record_keeping", "late": "record_keeping"}
        return {name: self._query(row, measure, name) for name, measure in of.items() if row[name]}

    @property
    def _published(self) -> bool:
        return bool(self.report.get("published"))

    def _query(self, row: Row, measure: str, figure: str) -> str:
        asked = self.report["asked"]
        la = row.get("la")
        values = {
            "measure": measure,
            "figure": figure,
            "group": row.get("group"),
            "from": row.get("from", self.report["from"]),
            "to": row.get("to", self.report["to"]),
            "known_by": self.report["known_by"],
            "provider": row.get("provider") or asked["provider"],
            "la": asked["la"] if la in {None, "all"} else la,
        }
        return urlencode({name: value for name, value in values.items() if value})
