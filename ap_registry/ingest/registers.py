"""Rows of a register, weekly or single, read into packed weeks; bad ones say why."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from ap_registry import codes
from ap_registry.fields import BadValue, Day, Reading
from ap_registry.identifiers import BadIdentifier, laestab, parse_upn
from ap_registry.ingest.results import BadRow
from ap_registry.notice import World

WEEKLY = ("upn", "organisation", "week", "marks")
SINGLE = ("upn", "organisation", "date", "session", "code")
EMPTY = codes.NO_MARK * 10
REMEMBERED = 20_000  # different weeks of marks, and pupils: what a file repeats is judged once
_DAY = Day()
_READING = Reading(on=date.min, organisation=lambda _name: None, from_file=True)
_SESSIONS = {"MORNING": "AM", "AFTERNOON": "PM", "A": "AM", "P": "PM", "1": "AM", "2": "PM"}
Key = tuple[str, str, date]
Allowed = Callable[[str], bool]


def merge(old: str, new: str) -> str:
    """The later mark stands; ``-`` never erases."""
    if codes.NO_MARK not in new:
        return new
    return "".join(o if n == codes.NO_MARK else n for o, n in zip(old, new, strict=True))


class Reader:
    """Reads rows of either form; ``allowed``: whose registers the caller may send."""

    def __init__(self, world: World, today: date, allowed: Allowed) -> None:
        self.world = world
        self.today = today
        self.allowed = allowed
        self._upns: dict[str, str] = {}
        self._organisations: dict[str, str] = {}
        self._weeks: dict[str, date] = {}
        self._marks: dict[tuple[str, date], str] = {}
        self._codes: dict[date, Mapping[str, str]] = {}

    def read(self, row: Mapping[str, Any] | BadRow) -> tuple[Key, str]:
        """Pupil, organisation and Monday; ten marks, a byte each. Raise BadRow."""
        if isinstance(row, BadRow):
            raise row
        try:  # all that a row says has mostly been said before
            week = self._weeks[row["week"]]
            marks = self._marks[row["marks"], week]
            return (self._upns[row["upn"]], self._organisations[row["organisation"]], week), marks
        except (KeyError, TypeError):
            return self._read(row)

    def _read(self, row: Mapping[str, Any]) -> tuple[Key, str]:
        if "marks" in row:
            week = self._week(row)
            packed = self._packed(row.get("marks"), week)
        else:
            week, packed = self._single(row)
        return (self._upn(row), self._organisation(row), week), packed

    def _upn(self, row: Mapping[str, Any]) -> str:
        text = str(row.get("upn") or "")
        found = self._upns.get(text)
        if found is None:
            if not text:
                raise BadRow("upn", "required", "upn is needed")
            try:
                found = parse_upn(text)
            except BadIdentifier as bad:
                raise BadRow("upn", bad.code, str(bad)) from None
            if len(self._upns) >= REMEMBERED:
                self._upns.clear()
            self._upns[text] = found
        return found

    def _organisation(self, row: Mapping[str, Any]) -> str:
        text = str(row.get("organisation") or "").strip()
        found = self._organisations.get(text)
        if found is None:
            if not text:
                raise BadRow("organisation", "required", "organisation is needed")
            known = self.world.organisation(laestab(text) or text.upper())
            if known is None:
                raise BadRow(
                    "organisation", "unknown_organisation",
                    "organisation is not on record: import it first, or check the number",
                )  # fmt: skip
            if not self.allowed(known.id):
                raise BadRow("organisation", "forbidden", "you may send only your own register")
            found = self._organisations[text] = known.id
        return found

    def _date(self, row: Mapping[str, Any], column: str) -> date:
        if not row.get(column):
            raise BadRow(column, "required", f"{column} is needed")
        try:
            return _DAY.read(row[column], _READING)
        except BadValue as bad:
            raise BadRow(column, bad.code, f"{column} {bad.detail}") from None

    def _week(self, row: Mapping[str, Any]) -> date:
        text = str(row.get("week") or "")
        found = self._weeks.get(text)
        if found is None:
            found = self._date(row, "week")
            if found.weekday() != 0:
                raise BadRow("week", "bad_format", "week must be a Monday")
            if found > self.today:
                raise BadRow("week", "future_date", "week must not be in the future")
            self._weeks[text] = found
        return found

    def _packed(self, value: object, week: date) -> str:
        text = " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
        found = self._marks.get((text, week))
        if found is None:
            marks = text.split()
            if not marks:
                raise BadRow("marks", "required", "marks is needed")
            if len(marks) != 10:
                raise BadRow(
                    "marks", "bad_format",
                    "marks must be ten codes from Monday AM to Friday PM with blanks between them,"
                    rf" such as / \ / \ / \ / \ / \, not {len(marks)}",
                )  # fmt: skip
            try:
                found = "".join(map(self._all_week(week).__getitem__, marks))
            except KeyError:
                found = "".join(
                    self._byte(code, week + timedelta(days=place // 2), "marks")
                    for place, code in enumerate(marks)
                )
            if len(self._marks) >= REMEMBERED:
                self._marks.clear()
            self._marks[text, week] = found
        return found

    def _all_week(self, week: date) -> Mapping[str, str]:
        """The byte of each code that is right on all five days; none where some are to come."""
        if week not in self._codes:
            friday = week + timedelta(days=4)
            self._codes[week] = {
                code: codes.to_byte(code)
                for code in (*codes.ATTENDANCE, codes.NO_MARK)
                if friday <= self.today
                and codes.is_valid_mark(code, week)
                and codes.is_valid_mark(code, friday)
            }
        return self._codes[week]

    def _byte(self, code: str, on: date, column: str) -> str:
        name = code.upper()
        if not codes.is_valid_mark(name, on):
            valid = " ".join(one for one in codes.ATTENDANCE if codes.is_valid_mark(one, on))
            words = f"{code[:4]} is no attendance code on {on}: the codes of that day are {valid}"
            raise BadRow(column, "unknown_code", words)
        if on > self.today and name not in {codes.NO_MARK, "#"}:
            raise BadRow(column, "future_date", f"{on} is in the future: use - there")
        return codes.to_byte(name)

    def _single(self, row: Mapping[str, Any]) -> tuple[date, str]:
        on = self._date(row, "date")
        if on > self.today:
            raise BadRow("date", "future_date", "date must not be in the future")
        if on.weekday() > 4:
            raise BadRow("date", "bad_format", "date must be a Monday to Friday")
        said = str(row.get("session") or "").strip().upper().replace(".", "")
        session = _SESSIONS.get(said, said)
        if session not in {"AM", "PM"}:
            code = "unknown_code" if session else "required"
            raise BadRow("session", code, "session must be AM or PM")
        if not row.get("code"):
            raise BadRow("code", "required", "code is needed")
        place = 2 * on.weekday() + (session == "PM")
        byte = self._byte(str(row["code"]).strip(), on, "code")
        return on - timedelta(days=on.weekday()), EMPTY[:place] + byte + EMPTY[place + 1 :]
