"""The LAs, trusts and ICBs of a dashboard: who lies where, and what is asked about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, NamedTuple

from ap_registry.store.database import Connection
from reports.scope import HELD

_KNOWN: LiteralString = (
    f"select id, kind, name, la, las, trust from organisation where {HELD} order by id"
)
SCHOOLS = frozenset({"school", "provider"})
Area = tuple[str, str]  # all, la, trust or icb, and which
ALL: Area = ("all", "all")


class Known(NamedTuple):
    """As the organisation table has it."""

    id: str
    kind: str
    name: str
    la: str | None
    las: Sequence[str] | None
    trust: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """All organisations by id, the ICBs of each LA, and the LA, trust and ICB asked about."""

    known: Mapping[str, Known]
    icbs: Mapping[str, tuple[str, ...]]
    la: str | None = None
    trust: str | None = None
    icb: str | None = None

    def of(self, la: str | None, school: str | None) -> list[Area]:
        """Those of a pupil or school within what is asked; none where it is outside of it."""
        trust = self.trust_of(school)
        icbs = self.icbs.get(la or "", ())
        if self.la not in {None, la} or self.trust not in {None, trust}:
            return []
        if self.icb is not None and self.icb not in icbs:
            return []
        found: list[Area] = [ALL]
        if la:
            found.append(("la", la))
        if trust:
            found.append(("trust", trust))
        return [*found, *(("icb", icb) for icb in icbs)]

    def trust_of(self, school: str | None) -> str | None:
        found = self.known.get(school or "")
        return found.trust if found else None

    def la_of(self, school: str) -> str | None:
        found = self.known.get(school)
        return found.la if found else None

    def las(self) -> list[str]:
        """Whose pupils may count; empty where only a trust is asked about, or everything."""
        if self.la:
            return [self.la]
        return sorted(la for la, icbs in self.icbs.items() if self.icb in icbs)

    def schools(self) -> list[str]:
        """Schools and providers within what is asked."""
        return [
            one.id for one in self.known.values()
            if one.kind in SCHOOLS and self.of(one.la, one.id)
        ]  # fmt: skip

    @property
    def narrow(self) -> bool:
        return bool(self.la or self.trust or self.icb)

    def name(self, area: Area) -> str:
        kind, value = area
        found = self.known.get(f"LA{value}" if kind == "la" else value)
        return found.name if found else "All" if kind == "all" else value


def areas(
    connection: Connection, at: datetime, *, la: str | None, trust: str | None, icb: str | None
) -> Areas:
    rows = connection.execute(_KNOWN, {"at": at}).fetchall()
    known = {row[0]: Known(*row) for row in rows}
    icbs: dict[str, tuple[str, ...]] = {}
    for one in known.values():
        if one.kind == "health":
            for served in {*(one.las or ()), *([one.la] if one.la else [])}:
                icbs[served] = (*icbs.get(served, ()), one.id)
    return Areas(known=known, icbs=icbs, la=la, trust=trust, icb=icb)
