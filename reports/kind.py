"""What a kind of report is: what it is asked, who reads it, and what is made of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal
from uuid import UUID

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.errors import Problem, Refused
from ap_registry.notice import World
from ap_registry.registry import Registry
from reports.document import Document

# How an option is read: ``day`` and ``instant`` as ISO (a bare day as an instant is its end in
# London), ``la`` three digits, ``whole`` a number, ``flag`` yes or no, ``choice`` one of its codes.
OptionKind = Literal["text", "organisation", "la", "day", "instant", "whole", "flag", "choice"]
Asked = Mapping[str, Any]  # every option of the kind by name; None (flag: False) where not given

FORMATS = ("html", "pdf", "xlsx", "csv", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """``name`` as in a query; a command writes it with hyphens. ``after``: not before that one.

    ``least`` and ``most``: of a whole number.
    """

    name: str
    kind: OptionKind = "text"
    required: bool = False
    help: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 999_999
    after: str | None = None


FROM = Option(name="from", kind="day", help="First day.")
TO = Option(name="to", kind="day", help="Last day.", after="from")
KNOWN_BY = Option(name="known_by", kind="instant", help="Only what was recorded by then.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """``object`` is written as JSON; ``document`` makes what people read, when they ask for it.

    ``said``: what was asked and what it stands on, for the manifest; has ``known_by`` (ISO).
    ``own``: formats that this report writes otherwise than from its document. ``names``: of the
    organisations in it.
    ``pupils``: whom it shows, by the ids shown; noted as read before anybody gets it.
    ``beside``: files that go with a table of it, by the end of their names.
    ``findings``: how many things have to be put right; its command then ends with 1.
    """

    object: Mapping[str, Any]
    document: Callable[[], Document]
    said: Mapping[str, Any]
    own: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    pupils: Iterable[UUID] = ()
    beside: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    findings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """``module`` has ``read(registry, asked) -> Made``; it is imported when first asked.

    ``title`` heads its page; ``about``, one sentence, is the help of its command. ``to_caller``:
    it shows pupils, so far as its caller sees them: ``read(registry, asked, caller)``.
    ``extract``: its command is ``report extract NAME``.
    """

    name: str
    title: str
    about: str
    options: tuple[Option, ...]
    readers: frozenset[str]
    module: str
    formats: tuple[str, ...] = FORMATS
    to_caller: bool = False
    extract: bool = False

    def read(self, registry: Registry, asked: Asked, caller: Caller = COMMAND_LINE) -> Made:
        """Raise Refused where it is asked about an organisation that is not on record."""
        read = import_module(self.module).read
        asked = on_record(registry, self.options, asked)
        made: Made = read(registry, asked, caller) if self.to_caller else read(registry, asked)
        return made


def on_record(registry: Registry, options: Iterable[Option], asked: Asked) -> Asked:
    """Organisations by their own id, LAESTABs understood; Refused with all that are not known: of a
    misspelt number a report would tell nothing.

    A trust is known by its schools, and need not be on record itself.
    """
    named = [o for o in options if o.kind in {"organisation", "la"} and asked[o.name]]
    if not named:
        return asked
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
    found = {option.name: _id(world, option, asked[option.name]) for option in named}
    problems = tuple(
        Problem(f"/{name}", "unknown_organisation", _words(name, asked[name]))
        for name, known in found.items()
        if known is None
    )
    if problems:
        raise Refused(problems)
    return {**asked, **found}


def _id(world: World, option: Option, name: str) -> str | None:
    if option.name == "trust":
        return name
    found = world.organisation(f"LA{name}" if option.kind == "la" else name.upper())
    if found is None:
        return None
    return name if option.kind == "la" else found.id


def _words(name: str, value: str) -> str:
    what = "an LA" if name == "la" else "an organisation"
    return f"{name} must be {what} on record: {value[:40]} is none; check it, or import it first"
