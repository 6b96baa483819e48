"""How a spreadsheet of past placements is read: which column is which field of which notice.

TOML: ``[columns]`` names columns once for all notices; each ``[[notice]]`` is a notice that a row
may hold, with ``type``, ``[notice.fields]`` (field = "Column", or { value = "fixed" }), ``when``
(columns without which a row holds no such notice) and ``[notice.codes.field]`` ("word" = "code").
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from ap_registry.errors import Unreadable
from ap_registry.ingest.headers import normal
from ap_registry.notices import CATALOGUE
from ap_registry.sent import ENVELOPE

_REGISTERING = frozenset(CATALOGUE["pupil_registered"].fields)
_KEYS = frozenset({"type", "fields", "when", "codes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A column of the file, by its header in any case, or one value for all rows."""

    column: str | None = None
    value: str | None = None

    def of(self, row: Mapping[str, Any]) -> str:
        if self.column is None:
            return self.value or ""
        return str(row.get(self.column) or "").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedNotice:
    """``codes``: by field, the file's word (in small letters) to a code."""

    type: str
    fields: Mapping[str, Source]
    when: tuple[str, ...]
    codes: Mapping[str, Mapping[str, str]]

    def applies(self, row: Mapping[str, Any]) -> bool:
        return all(str(row.get(column) or "").strip() for column in self.when)

    def read(self, row: Mapping[str, Any]) -> dict[str, str]:
        found = {name: source.of(row) for name, source in self.fields.items()}
        coded = {
            name: self.codes.get(name, {}).get(value.casefold(), value)
            for name, value in found.items()
        }
        return {"type": self.type, **{name: value for name, value in coded.items() if value}}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    notices: tuple[MappedNotice, ...]

    @property
    def columns(self) -> frozenset[str]:
        """Those that the file must have."""
        return frozenset(self._columns())

    def _columns(self) -> Iterator[str]:
        for notice in self.notices:
            yield from notice.when
            yield from (one.column for one in notice.fields.values() if one.column)


def read_mapping(file: BinaryIO) -> FileMapping:
    """Raise Unreadable with the place of whatever in it cannot be meant."""
    try:
        told = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Unreadable(f"The mapping is not TOML: {error}.") from error
    if strange := told.keys() - {"columns", "notice"}:
        raise Unreadable(f"The mapping has no use for {', '.join(sorted(strange))}.")
    shared, parts = told.get("columns", {}), told.get("notice")
    if not isinstance(shared, dict) or not isinstance(parts, list) or not parts:
        raise Unreadable("The mapping needs [[notice]] at least once, and [columns] as a table.")
    return FileMapping(notices=tuple(_notice(n, p, shared) for n, p in enumerate(parts, start=1)))


def _notice(number: int, part: Any, shared: Mapping[str, Any]) -> MappedNotice:
    where = f"[[notice]] {number}"
    if not isinstance(part, dict) or (strange := part.keys() - _KEYS):
        named = ", ".join(sorted(strange)) if isinstance(part, dict) else "no table"
        raise Unreadable(
            f"{where}: only type, fields, when and codes may stand there, not {named}."
        )
    kind = CATALOGUE.get(str(part.get("type")))
    if kind is None:
        raise Unreadable(f"{where}: type must be a type of notice.")
    own, codes, when = part.get("fields", {}), part.get("codes", {}), part.get("when", [])
    if not isinstance(own, dict) or not isinstance(codes, dict) or not isinstance(when, list):
        raise Unreadable(f"{where}: fields and codes are tables, when is a list of columns.")
    allowed = {*ENVELOPE - {"type"}, *kind.fields, *_REGISTERING}
    # Only the first notice of a row brings a pupil who is not known yet.
    taken = allowed if number == 1 else allowed - (_REGISTERING - kind.fields.keys())
    usable = {name: given for name, given in shared.items() if name in taken}
    for name in (*own, *codes):
        if name not in allowed:
            raise Unreadable(f"{where}: {kind.name} has no field {name}.")
    return MappedNotice(
        type=kind.name,
        fields={name: _source(where, name, given) for name, given in {**usable, **own}.items()},
        when=tuple(normal(column) for column in when),
        codes={name: _codes(where, name, given) for name, given in codes.items()},
    )


def _source(where: str, name: str, given: Any) -> Source:
    if isinstance(given, str) and given.strip():
        return Source(column=normal(given))
    if isinstance(given, dict) and given.keys() == {"value"}:
        return Source(value=str(given["value"]))
    raise Unreadable(f'{where}: {name} must be "a column" or {{ value = "the same for all" }}.')


def _codes(where: str, name: str, given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        raise Unreadable(f'{where}: codes of {name} are a table of "their word" = "code".')
    return {str(word).casefold(): str(code) for word, code in given.items()}
