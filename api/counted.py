"""Pages of figures that take seconds to count: told again while nothing has been recorded since."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from ap_registry.registry import Registry
from ap_registry.store import feed
from ap_registry.store.readers import lifted

MOST = 32  # pages kept by one application
SECONDS = 60.0  # after which what is no event is seen too: whose list is confirmed


@dataclass(slots=True)
class _Page:
    made: bytes | None = None
    until: float = 0.0
    lock: Lock = field(default_factory=Lock)  # whoever asks meanwhile waits for the same count


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
        page = self._page((asked, size, self._registry.today()))
        with page.lock:
            if page.made is None or monotonic() >= page.until:
                page.made = count()
                page.until = monotonic() + SECONDS
            return page.made

    def _page(self, key: Hashable) -> _Page:
        with self._lock:
            found = self._pages.setdefault(key, _Page())
            self._pages.move_to_end(key)
            if len(self._pages) > MOST:
                self._pages.popitem(last=False)
            return found
