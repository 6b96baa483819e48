"""Which reports there are: from a line here follow its command, its HTTP route and its page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from ap_registry.registry import Registry
from reports.document import Document

# How an option is read: ``day`` and ``instant`` as ISO (a bare day as an instant is its end in
# London), ``la`` three digits, ``whole`` a number, ``flag`` yes or no, ``choice`` one of its codes.
OptionKind = Literal["text", "organisation", "la", "day", "instant", "whole", "flag", "choice"]
Asked = Mapping[str, Any]  # every option of the kind by name; None (flag: False) where not given

FORMATS = ("html", "pdf", "xlsx", "csv", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """``name`` as in a query; a command writes it with hyphens. ``after``: not before that one."""

    name: str
    kind: OptionKind = "text"
    required: bool = False
    help: str
    choices: tuple[str, ...] = ()
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """``object`` is written as JSON; ``document`` makes what people read, when they ask for it.

    ``said``: what was asked and what it stands on, for the manifest; has ``known_by`` (ISO).
    ``own``: formats that this report writes otherwise than from its document.
    """

    object: Mapping[str, Any]
    document: Callable[[], Document]
    said: Mapping[str, Any]
    own: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """``module`` has ``read(registry, asked) -> Made``; it is imported when first asked.

    ``title`` heads its page; ``about``, one sentence, is the help of its command.
    """

    name: str
    title: str
    about: str
    options: tuple[Option, ...]
    readers: frozenset[str]
    module: str
    formats: tuple[str, ...] = FORMATS

    def read(self, registry: Registry, asked: Asked) -> Made:
        made: Made = import_module(self.module).read(registry, asked)
        return made


PROVIDER = Option(name="provider", kind="organisation", help="Only this provider.")
LA = Option(name="la", kind="la", help="Only this LA (three digits).")
KNOWN_BY = Option(name="known_by", kind="instant", help="Only what was recorded by then.")
OUTCOME_READERS = frozenset({"la", "panel", "provider", "admin", "auditor"})

_KINDS = (
    Kind(
        name="outcomes",
        title="Five outcomes",
        about="The five AP outcomes by provider and LA.",
        options=(
            Option(name="from", kind="day", help="First day."),
            Option(name="to", kind="day", help="Last day.", after="from"),
            KNOWN_BY,
            PROVIDER,
            LA,
        ),
        readers=OUTCOME_READERS,
        module="reports.command",
    ),
    Kind(
        name="restatement",
        title="What has changed in the five outcomes",
        about="Which figures of the five outcomes have changed, and which notices changed them.",
        options=(
            Option(name="from", kind="instant", required=True, help="Known by this instant …"),
            Option(name="to", kind="instant", help="… and by this one; else now.", after="from"),
            Option(name="period_from", kind="day", help="First day of the period."),
            Option(
                name="period_to", kind="day", help="Last day of the period.", after="period_from"
            ),
            PROVIDER,
            LA,
        ),
        readers=OUTCOME_READERS,
        module="reports.restated",
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
