"""An organisation: school, provider, LA, health partner, support service or trust."""

from dataclasses import dataclass
from datetime import date

from ap_registry import codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """``la`` is the three digits of the LA in which it lies; for an LA, its own.

    ``predecessors``: whose place it took; several organisations may have taken one's (a split).
    """

    id: str
    kind: str
    name: str
    la: str | None = None
    las: tuple[str, ...] = ()
    trust: str | None = None
    ukprn: str | None = None
    laestab: str | None = None
    type_code: str | None = None
    setting_type: str | None = None
    subcontractor_of: str | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    email: str | None = None
    predecessors: tuple[str, ...] = ()

    @property
    def senders(self) -> frozenset[str]:
        """Who may send its census and say whom it means: itself, and the LA in which it lies."""
        return frozenset({self.id, *((f"LA{self.la}",) if self.la else ())})

    @property
    def is_school(self) -> bool:
        return self.kind == "school"

    @property
    def is_ap_provider(self) -> bool:
        return codes.is_ap_provider(self.kind, self.type_code)

    @property
    def is_mainstream_or_special(self) -> bool:
        return codes.is_mainstream_or_special(self.kind, self.type_code)

    @property
    def is_unregistered(self) -> bool:
        """Neither a school (URN) nor a registered training provider (UKPRN): nobody inspects it."""
        is_urn = self.id.isdigit() and len(self.id) == 6
        return not (is_urn or self.type_code or self.ukprn)

    @property
    def la_code(self) -> str | None:
        return self.id.removeprefix("LA") if self.kind == "la" else self.la
