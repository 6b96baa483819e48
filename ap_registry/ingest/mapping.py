"""How a spreadsheet of past placements is read: which column is which field of which notice.

TOML: ``[columns]`` names columns once for all notices; each ``[[notice]]`` is a notice that a row
may hold, with ``type``, ``[notice.fields]`` (field = "Column", { value = "fixed" }, or
{ name = "Column" } of an organisation that the column names in words), ``when`` (columns without
which a row holds no such notice), ``[notice.where]`` ("Column" = ["word", …], one of which it must
say) and ``[notice.codes.field]`` ("word" = "code").
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, BinaryIO

from ap_registry.errors import Unreadable
from ap_registry.ingest.headers import normal
from ap_registry.ingest.results import BadRow
from ap_registry.notices import CATALOGUE
from ap_registry.sent import ENVELOPE

_REGISTERING = frozenset(CATALOGUE["pupil_registered"].fields)
_KEYS = frozenset({"type", "fields", "when", "where", "codes"})


class Names(dict[str, list[str]]):
    """The ids of organisations by name, in small letters."""

    def __init__(self) -> None:
        super().__init__()
        self._near: dict[str, str] = {}

    def near(self, name: str) -> str:
        """The ids of the one most alike, or nothing: looked for once, among all of England's."""
        if name not in self._near:
            alike = get_close_matches(name, self, n=1, cutoff=0.8)
            self._near[name] = ", ".join(self[alike[0]]) if alike else ""
        return self._near[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A column of the file, by its header in any case, or one value for all rows.

    ``named``: the column has an organisation by its name.
    """

    column: str | None = None
    value: str | None = None
    named: bool = False

    def of(self, row: Mapping[str, Any]) -> str:
        if self.column is None:
            return self.value or ""
        return str(row.get(self.column) or "").strip()

    def id_of(self, name: str, names: Names) -> str:
        """Of the one organisation on record of that name; raise BadRow."""
        if not self.named or not name:
            return name
        found = names.get(plain_name(name), ())
        if len(found) == 1:
            return next(iter(found))
        words = "several organisations are" if found else "no organisation on record is"
        near = "" if found else names.near(plain_name(name))
        meant = f" (did you mean {near}?)" if near else ""
        raise BadRow(
            self.column or "", "unknown_organisation",
            f"{words} called {name}{meant}: give its number in the mapping's codes",
        )  # fmt: skip


def plain_name(name: str) -> str:
    return " ".join(name.casefold().replace("\u2019", "'").split())


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedNotice:
    """``codes``: by field, the file's word (in small letters) to a code. ``where``: by column, the
    words (in small letters) of which it must say one."""

    type: str
    fields: Mapping[str, Source]
    when: tuple[str, ...]
    where: Mapping[str, frozenset[str]]
    codes: Mapping[str, Mapping[str, str]]

    def applies(self, row: Mapping[str, Any]) -> bool:
        return all(str(row.get(column) or "").strip() for column in self.when) and all(
            str(row.get(column) or "").strip().casefold() in words
            for column, words in self.where.items()
        )

    def read(self, row: Mapping[str, Any], names: Names) -> dict[str, str]:
        """Raise BadRow for the name of an organisation that means none, or several."""
        found = {"type": self.type}
        for name, source in self.fields.items():
            value = source.of(row)
            code = self.codes.get(name, {}).get(value.casefold())
            if said := source.id_of(value, names) if code is None else code:
                found[name] = said
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    notices: tuple[MappedNotice, ...]

    @property
    def columns(self) -> frozenset[str]:
        """Those that the file must have."""
        return frozenset(self._columns())

    def _columns(self) -> Iterator[str]:
        for notice in self.notices:
            yield from (*notice.when, *notice.where)
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
    only = part.get("where", {})
    tables = all(isinstance(one, dict) for one in (own, codes, only))
    if not tables or not isinstance(when, list):
        raise Unreadable(f"{where}: fields, where and codes are tables, when is a list of columns.")
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
        where={normal(column): _words(where, column, given) for column, given in only.items()},
        codes={name: _codes(where, name, given) for name, given in codes.items()},
    )


def _source(where: str, name: str, given: Any) -> Source:
    if isinstance(given, str) and given.strip():
        return Source(column=normal(given))
    if isinstance(given, dict) and given.keys() == {"value"}:
        return Source(value=str(given["value"]))
    if isinstance(given, dict) and given.keys() == {"name"}:
        return Source(column=normal(given["name"]), named=True)
    raise Unreadable(
        f'{where}: {name} must be "a column", {{ value = "the same for all" }} or {{ name = "a'
        ' column with the names of organisations" }.'
    )


def _words(where: str, column: str, given: Any) -> frozenset[str]:
    if not isinstance(given, list) or not given:
        raise Unreadable(f'{where}: where of {column} is a list of words, such as ["Permanent"].')
    return frozenset(str(word).strip().casefold() for word in given)


def _codes(where: str, name: str, given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        raise Unreadable(f'{where}: codes of {name} are a table of "their word" = "code".')
    return {str(word).casefold(): str(code) for word, code in given.items()}
