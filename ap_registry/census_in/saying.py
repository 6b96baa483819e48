"""What a census file says of one child, by field, as values; what cannot be read is named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ap_registry.census_in.document import Child, Setting
from ap_registry.fields import BadValue, Day, Kind, Reading, Whole
from ap_registry.identifiers import BadIdentifier, parse_upn
from ap_registry.ingest.results import BadRow, RowError
from ap_registry.notices import CATALOGUE

OLDEST, LATEST, BORN_FROM = 2000, 2100, 1900
_READING = Reading(on=date.max, organisation=lambda _name: None, from_file=True)
_DAY, _SESSIONS = Day(), Whole(low=1, high=10)
_REGISTERED = CATALOGUE["pupil_registered"].fields
_DETAILS = ("sex", "ethnicity", "first_language", "nc_year", "sen_provision", "sen_need")
_NAMES = {"given_name": "forename", "family_name": "surname"}
_WORDS = ("urn", "ukprn", "setting_type", "reason", "attendance")
OF_CHILD = (
    *_DETAILS, *_NAMES.values(), "upn", "born_on", "registration", "starts_on", "ends_on"
)  # fmt: skip
OF_SETTING = ("starts_on", "ends_on", *_WORDS, "sessions_per_week")
Texts = Mapping[str, str]


def child_of(row: int, texts: Texts, settings: Sequence[Texts], *, gone: bool = False) -> Child:
    """``texts``: by OF_CHILD; ``settings``: one for each placement, by OF_SETTING."""
    said = _Said(texts)
    placements = [(_Said(one), one) for one in settings]
    return Child(
        row=row,
        upn=said.upn(),
        upn_as_written=texts.get("upn", ""),
        details=dict(said.details()),
        registration=texts.get("registration", "").upper() or None,
        starts_on=said.day("starts_on"),
        ends_on=said.day("ends_on"),
        gone=gone,
        placements=tuple(_setting(one, by_name) for one, by_name in placements),
        problems=tuple(
            RowError.bad(row, bad)
            for one in (said, *(one for one, _ in placements))
            for bad in one.problems
        ),
    )


def _setting(said: "_Said", texts: Texts) -> Setting:
    return Setting(
        starts_on=said.day("starts_on"), ends_on=said.day("ends_on"),
        sessions_per_week=said.value("sessions_per_week", _SESSIONS),
        **{name: texts.get(name) for name in _WORDS},
    )  # fmt: skip


def day_of(name: str, text: str) -> date:
    """Raise BadRow for one that is none, or of a year that no census tells of."""
    found: date = _read(name, text, _DAY)
    if not BORN_FROM <= found.year <= LATEST:
        words = f"{name} must be a day of the years {BORN_FROM} to {LATEST}"
        raise BadRow(name, "bad_format", words)
    return found


def _read(name: str, text: str, kind: Kind) -> Any:
    try:
        return kind.read(text, _READING)
    except BadValue as bad:
        raise BadRow(name, bad.code, f"{name} {bad.detail}") from None


@dataclass(frozen=True, slots=True)
class _Said:
    """``problems``: of all that was asked for, what could not be read; it is answered as None."""

    texts: Texts
    problems: list[BadRow] = field(default_factory=list)

    def upn(self) -> str | None:
        try:
            return parse_upn(self.texts["upn"]) if "upn" in self.texts else None
        except BadIdentifier as bad:
            self.problems.append(BadRow("upn", bad.code, str(bad)))
            return None

    def details(self) -> Iterator[tuple[str, str]]:
        """In the fields and codes of a notice."""
        for name in (*_NAMES, "date_of_birth", *_DETAILS):
            found = (
                self.day("born_on", "date_of_birth")
                if name == "date_of_birth"
                else self.value(_NAMES.get(name, name), _REGISTERED[name].kind, name)
            )
            if found is not None:
                yield name, str(found)

    def day(self, name: str, named: str = "") -> date | None:
        try:
            return day_of(named or name, self.texts[name]) if name in self.texts else None
        except BadRow as bad:
            self.problems.append(bad)
            return None

    def value(self, name: str, kind: Kind, named: str = "") -> Any:
        """None where nothing is said, too."""
        if name not in self.texts:
            return None
        text = self.texts[name]
        text = text.lstrip("0") or text if name == "nc_year" else text
        try:
            return _read(named or name, text, kind)
        except BadRow as bad:
            self.problems.append(bad)
            return None
