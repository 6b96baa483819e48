"""The menu of each role: the few daily tasks first, everything else under one word."""

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from ap_registry.adjusting import SENDERS as RULE_KEEPERS
from ap_registry.emergency import MAY as IN_EMERGENCIES
from ap_registry.notices import CATALOGUE
from ap_registry.quality import READERS as OF_QUALITY
from ap_registry.store.sessions import SignedIn
from api.pages.role_lists import OF_ROLE, WORK
from api.v1.reads import READERS as OF_READS
from reports.kinds import KINDS, OUTCOME_READERS

ELSEWHERE_READERS = frozenset({"school", "provider", "la", "panel", "social_care", "admin"})
ALL = 6
"""A menu of so many has no second part."""
FIRST: Mapping[str, tuple[str, ...]] = {
    "school": ("/", "/notify", "/elsewhere", "/pupils", "/upload"),
    "provider": ("/", "/register", "/tasks", "/pupils", "/notify"),
    "panel": ("/", "/panel", "/pupils", "/boards", "/notify"),
    "la": ("/", "/boards", "/panel", "/pupils", "/notify"),
    "social_care": ("/", "/elsewhere", "/tasks", "/pupils", "/notify"),
    "health": ("/", "/tasks"),
    "parent": ("/",),
    "auditor": ("/", "/reads", "/ledger", "/pupils", "/reports"),
    "admin": ("/", "/colleagues", "/pupils", "/quality", "/reads"),
}
SENDERS = frozenset({"admin"}).union(*(kind.senders for kind in CATALOGUE.values()))
_REPORT_READERS = frozenset[str]().union(*(kind.readers for kind in KINDS.values()))
_here: ContextVar[str] = ContextVar("here", default="")


@dataclass(frozen=True, slots=True)
class Item:
    """``part``: the beginning of the addresses of its pages."""

    part: str
    words: str
    address: str
    here: bool
    exact: bool


@dataclass(frozen=True, slots=True)
class Menu:
    first: tuple[Item, ...]
    more: tuple[Item, ...]

    @property
    def within(self) -> Item | None:
        """Where one is, of what is out of sight."""
        return next((item for item in self.more if item.here), None)


def stand_at(path: str) -> None:
    """Say of which page this request is."""
    _here.set(path)


def menu_of(person: SignedIn) -> Menu:
    here, role = _here.get(), person.caller.role
    parts = dict(_parts(person))
    order = [*(part for part in FIRST[role] if part in parts), *parts]
    items = [_item(part, parts[part], here, role) for part in dict.fromkeys(order)]
    shown = len(items) if len(items) <= ALL else len(FIRST[role])
    return Menu(tuple(items[:shown]), tuple(items[shown:]))


def _item(part: str, words: str, here: str, role: str) -> Item:
    own = {"/tasks": f"/tasks/{OF_ROLE.get(role, ('',))[0]}", "/boards": "/boards/sixth-day"}
    address = own.get(part, part)
    inside = here == part or (part != "/" and here.startswith(f"{part}/"))
    return Item(part, words, address, inside, here == address)


def _parts(person: SignedIn) -> Iterator[tuple[str, str]]:
    """What the role may open; the words are those that the page begins with."""
    role = person.caller.role
    lists = OF_ROLE.get(role, ())
    yield "/", "What is owed"
    if role == "provider":
        yield "/register", "Register"
    if lists:
        yield "/tasks", "Our work" if len(lists) > 1 else WORK[lists[0]].title
    for part, words, roles in (
        ("/elsewhere", "Pupils with us" if role == "provider" else "Elsewhere today",
         ELSEWHERE_READERS),
        ("/pupils", "Find a pupil", None),
        ("/notify", "Notify", SENDERS),
        ("/panel", "Panel", {"panel", "la"}),
        ("/boards", "Sixth day", {"panel", "la"}),
        ("/quality", "Data quality", OF_QUALITY),
        ("/outcomes", "Five outcomes", OUTCOME_READERS),
        ("/reports", "Reports", _REPORT_READERS),
        ("/upload", "Upload", {"school", "provider", "la"}),
        ("/calendar", "Calendar", {"school", "provider", "la"}),
        ("/rules", "Rules", RULE_KEEPERS),
        ("/deliveries", "Deliveries", RULE_KEEPERS),
        ("/family-help", "Whom families ask", {"la"}),
        ("/arrangements", "What we have decided", {"la"}),
        ("/emergency", "Emergency", IN_EMERGENCIES),
        ("/reads", "Who has read", OF_READS),
        ("/ledger", "Ledger", {"auditor", "la", "admin"}),
    ):  # fmt: skip
        if roles is None or role in roles:
            yield part, words
    if person.administers:
        yield "/colleagues", "Colleagues"
