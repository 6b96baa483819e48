"""Pages of figures that take seconds to count: told again while nothing has been recorded since."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from time import monotonic

from ap_registry.registry import Registry
from ap_registry.store import feed
from ap_registry.store.readers import lifted

MOST = 32  # pages kept by one application
SECONDS = 60.0  # after which what is no event is seen too: whose list is confirmed


@dataclass(slots=True)
class _Page:
    """``size``: of the ledger when it was counted, or less."""

    made: bytes | None = None
    size: int = 0
    day: date | None = None
    until: float = 0.0
    lock: Lock = field(default_factory=Lock)  # whoever asks meanwhile waits for the same count

    def holds(self, size: int, day: date) -> bool:
        return self.size >= size and self.day == day and monotonic() < self.until


class Counted:
    """Those of one application, in its memory. They name no pupil: see ``of``."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._pages: OrderedDict[Hashable, _Page] = OrderedDict()
        self._lock = Lock()

    def of(self, asked: Hashable, count: Callable[[], bytes]) -> bytes:
        """``asked``: what was asked and by whom it may be read, all that ``count`` depends on.

        Counted anew once the ledger is longer, on another day, and after a minute. Nothing that
        shows pupils belongs here: that they were read would not be noted.
        """
        with lifted(), self._registry.database.connection() as connection:
            self._registry.closed(connection)
            size = feed.size(connection)
        page, today = self._page(asked), self._registry.today()
        with page.lock:
            if page.made is None or not page.holds(size, today):
                page.made = count()
                page.size, page.day, page.until = size, today, monotonic() + SECONDS
            return page.made

    def _page(self, asked: Hashable) -> _Page:
        with self._lock:
            found = self._pages.setdefault(asked, _Page())
            self._pages.move_to_end(asked)
            if len(self._pages) > MOST:
                self._pages.popitem(last=False)
            return found
