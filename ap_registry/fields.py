"""The kinds of field that a notice can have: how each is read, and the words when it cannot be.

A facts class annotates its fields with these: ``school: Annotated[str, Organisation("school")]``.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import UUID

from ap_registry.identifiers import BadIdentifier, laestab, parse_organisation_id, parse_upn
from ap_registry.organisations import Organisation as OrganisationRecord
from ap_registry.written_days import day_in_file, doubt
from ap_registry.written_names import ERROR, name_in_file, says_nothing, why_no_name

OLDEST = 1900  # year: an earlier one was mistyped, or lost its century


class BadValue(Exception):
    """A value that its field cannot take: a code of the contract and words for an office."""

    def __init__(self, code: str, detail: str, rule: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.rule = rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a field may need to be read: the notice's day, who is known, whether from a file.

    Without ``today`` no date is in the future.
    """

    on: date
    organisation: Callable[[str], OrganisationRecord | None]
    from_file: bool = False
    today: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """How a field is read. ``private``: kept apart and erasable."""

    private: bool = False
    format: ClassVar[str] = "text"

    def read(self, value: object, reading: Reading) -> object:
        raise NotImplementedError

    def schema(self) -> dict[str, object]:
        """The field's JSON Schema."""
        return {"type": "string"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Text(Kind):
    at_most: int = 20_000

    def read(self, value: object, reading: Reading) -> str:
        if not isinstance(value, str):
            raise BadValue("bad_format", "must be text")
        text = value.replace("\x00", "").strip()
        if len(text) > self.at_most:
            raise BadValue("bad_format", f"must be at most {self.at_most} characters")
        if reading.from_file and ERROR.fullmatch(text):
            raise BadValue("bad_format", f"has the error {text} of a formula: put its value there")
        return text

    def schema(self) -> dict[str, object]:
        return {"type": "string", "maxLength": self.at_most}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Name(Text):
    """A person's name; in a file what a program did to it is undone, or told."""

    private: bool = True
    at_most: int = 200

    def read(self, value: object, reading: Reading) -> str:
        text = Text.read(self, value, reading)
        if not reading.from_file:
            return text
        name = name_in_file(text)
        if words := why_no_name(name):
            raise BadValue("bad_format", words)
        return name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Day(Kind):
    """A date; ``past``: of something that has happened, so not after today.

    ``default_today``: left out, it is the day on which the notice is recorded.
    """

    past: bool = False
    default_today: bool = False

    def read(self, value: object, reading: Reading) -> date:
        found = self._parsed(value, reading) if isinstance(value, str) else None
        if found is None:
            also = " (or 31/03/2025, 31 Mar 2025)" if reading.from_file else ""
            if reading.from_file and isinstance(value, str):
                also += doubt(value)
            raise BadValue("bad_format", f"must be a date that exists, such as 2025-03-31{also}")
        if found.year < OLDEST:
            raise BadValue("bad_format", f"must be of {OLDEST} or later: look at its year")
        if self.past and reading.today is not None and found > reading.today:
            raise BadValue("future_date", "must not be in the future")
        return found

    def _parsed(self, value: str, reading: Reading) -> date | None:
        text = value.strip()
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
                return date.fromisoformat(text)
            if reading.from_file:
                return day_in_file(text)
        except ValueError:
            return None
        return None

    def schema(self) -> dict[str, object]:
        return {"type": "string", "format": "date"}


_THOUSANDS = re.compile(r"\d{1,3}(,\d{3}){1,2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whole(Kind):
    low: int = 0
    high: int = 100_000

    def read(self, value: object, reading: Reading) -> int:
        if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,9}\s*", value):
            value = int(value)
        if reading.from_file and isinstance(value, str) and _THOUSANDS.fullmatch(value):
            value = int(value.replace(",", ""))
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadValue("bad_format", f"must be a whole number from {self.low} to {self.high}")
        if not self.low <= value <= self.high:
            raise BadValue("bad_format", f"must be from {self.low} to {self.high}")
        return value

    def schema(self) -> dict[str, object]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Number(Kind):
    low: float = -1_000_000.0
    high: float = 1_000_000.0

    def read(self, value: object, reading: Reading) -> float:
        try:
            number = float(value) if isinstance(value, str | int | float) else None
        except ValueError:
            number = None
        if number is None or isinstance(value, bool) or not self.low <= number <= self.high:
            raise BadValue("bad_format", f"must be a number from {self.low:g} to {self.high:g}")
        return number

    def schema(self) -> dict[str, object]:
        return {"type": "number", "minimum": self.low, "maximum": self.high}


_YES = frozenset({"true", "yes", "y", "1"})
_NO = frozenset({"false", "no", "n", "0"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class YesNo(Kind):
    def read(self, value: object, reading: Reading) -> bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in _YES | _NO:
            return value.strip().lower() in _YES
        raise BadValue("bad_format", "must be true or false")

    def schema(self) -> dict[str, object]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Code(Kind):
    """One of a set, in any case; ``valid`` may depend on the day. ``said``: in files, what people
    write for a code, in small letters."""

    codes: Collection[str]
    valid: Callable[[str, date], bool] | None = None
    words: str = ""
    said: Mapping[str, str] = field(default_factory=dict)

    def read(self, value: object, reading: Reading) -> str:
        text = str(value).strip() if isinstance(value, str | int) else ""
        if reading.from_file:
            text = self.said.get(text.casefold(), text)
        for candidate in (text, text.lower(), text.upper()):
            if candidate in self.codes and (
                self.valid is None or self.valid(candidate, reading.on)
            ):
                return candidate
        listed = self.words or "one of " + ", ".join(sorted(self.codes))
        raise BadValue("unknown_code", f"must be {listed}")

    def schema(self) -> dict[str, object]:
        return {"type": "string", "enum": sorted(self.codes)}


_NUMBERS = (
    "must be the number of an organisation: a URN (6 digits), a DfE number such as 856/4001, LA and"
    " three digits, or AP-…, SVC-…, ICB-… or T-…"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Organisation(Kind):
    """An organisation on record, by id or LAESTAB. ``role`` school: one that keeps a register;
    provider: any, of which a form offers those who give AP."""

    role: str = ""

    def read(self, value: object, reading: Reading) -> str:
        text = str(value).strip() if isinstance(value, str | int) else ""
        try:
            name = laestab(text) or parse_organisation_id(text)
        except BadIdentifier:
            raise BadValue("unknown_organisation", _NUMBERS) from None
        found = reading.organisation(name)
        if found is None:
            raise BadValue(
                "unknown_organisation",
                f"{name} is not an organisation on record: import it first, or check the number",
            )
        if self.role == "school" and not (found.is_school or found.is_ap_provider):
            raise BadValue("unknown_organisation", f"{name} is not a school")
        if self.role == "la" and found.kind != "la":
            raise BadValue("unknown_organisation", f"{name} is not a local authority")
        return found.id

    def schema(self) -> dict[str, object]:
        return {"type": "string", "examples": ["100007", "LA856", "AP-0001"]}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaCode(Kind):
    """Three digits of a local authority; ``LA856`` is understood."""

    codes: Collection[str]

    def read(self, value: object, reading: Reading) -> str:
        text = str(value).strip().upper().removeprefix("LA")
        if text not in self.codes:
            raise BadValue("unknown_code", "must be the three digits of a local authority")
        return text

    def schema(self) -> dict[str, object]:
        return {"type": "string", "pattern": "^[0-9]{3}$"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UpnKind(Kind):
    private: bool = True

    def read(self, value: object, reading: Reading) -> str:
        try:
            return parse_upn(str(value))
        except BadIdentifier as error:
            raise BadValue(error.code, str(error)) from None

    def schema(self) -> dict[str, object]:
        return {"type": "string", "minLength": 13, "maxLength": 13}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listed(Kind):
    """A list; in a cell its parts are separated by ``;``."""

    of: Kind
    at_least: int = 1
    at_most: int = 50

    @property
    def _between(self) -> str:
        """Codes have neither commas nor strokes in them: files may put these between them."""
        return "[;,/|\n]" if isinstance(self.of, Code) else ";"

    def read(self, value: object, reading: Reading) -> tuple[object, ...]:
        if isinstance(value, str):
            between = self._between if reading.from_file else ";"
            value = [part for part in re.split(between, value) if part.strip()]
        if not isinstance(value, list | tuple):
            raise BadValue("bad_format", "must be a list (in a file, separated by ;)")
        if not self.at_least <= len(value) <= self.at_most:
            raise BadValue("bad_format", f"must have {self.at_least} to {self.at_most} entries")
        return tuple(self.of.read(part, reading) for part in value)

    def schema(self) -> dict[str, object]:
        return {"type": "array", "items": self.of.schema(), "maxItems": self.at_most}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference(Kind):
    """An earlier event of the pupil, by its id or its ref; found in the pupil's history later.

    ``types``: the kinds of event that it may name (none: any). Left out, it means the only open
    one where ``default_open``, of the kinds ``means`` (default: ``types``).
    """

    types: tuple[str, ...]
    default_open: bool = False
    means: tuple[str, ...] = ()

    def read(self, value: object, reading: Reading) -> str:
        text = str(value).strip() if isinstance(value, str | int) else ""
        if not text or len(text) > 200:
            raise BadValue("bad_format", "must be the id or the ref of an earlier notice")
        return text

    def schema(self) -> dict[str, object]:
        return {"type": "string", "maxLength": 200}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Destination(Kind):
    """An organisation or, in words, a place; words are private."""

    def read(self, value: object, reading: Reading) -> str:
        text = str(value).strip() if isinstance(value, str | int) else ""
        try:
            found = reading.organisation(laestab(text) or parse_organisation_id(text))
        except BadIdentifier:
            found = None
        if found is not None:
            return found.id
        if reading.from_file and says_nothing(text):
            raise BadValue("bad_format", "names no place: leave it blank where none is known")
        return Text(at_most=500).read(text, reading)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FieldsOf(Kind):
    """The fields that a correction puts right: a JSON object, in a cell as JSON text."""

    def read(self, value: object, reading: Reading) -> Mapping[str, object]:
        if isinstance(value, str):
            import json

            try:
                value = json.loads(value)
            except ValueError:
                value = None
        if not isinstance(value, dict) or not value:
            raise BadValue("bad_format", 'must be a JSON object such as {"ends_on": "2025-03-31"}')
        return value

    def schema(self) -> dict[str, object]:
        return {"type": "object", "minProperties": 1}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventId(Kind):
    def read(self, value: object, reading: Reading) -> str:
        try:
            return str(UUID(str(value).strip()))
        except ValueError:
            raise BadValue("bad_format", "must be an id such as a receipt shows") from None

    def schema(self) -> dict[str, object]:
        return {"type": "string", "format": "uuid"}
