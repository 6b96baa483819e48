"""Numbers given for organisations that are not on record: noted, so that somebody adds them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from ap_registry.access import Caller
from ap_registry.errors import Refused
from ap_registry.sent import Notice
from ap_registry.store import quality
from ap_registry.store.database import Connection

# URN, LAESTAB, UKPRN or an id of ours: never words, in which anything may stand, nor a UPN.
_NUMBER = re.compile(r"(?=.*[0-9])[A-Z0-9/-]{3,12}")


def note_unknown(
    connection: Connection, notices: Sequence[Notice], outcomes: Iterable[object], caller: Caller,
    *, at: datetime,
) -> None:  # fmt: skip
    """Of all notices of a call that were refused for it; one statement, none where none was."""
    found: Counter[tuple[str, str]] = Counter()
    for notice, outcome in zip(notices, outcomes, strict=True):
        if not isinstance(outcome, Refused):
            continue
        for problem in outcome.problems:
            if problem.code != "unknown_organisation":
                continue
            name = str(notice.get(problem.pointer.lstrip("/")) or "").strip().upper()
            if _NUMBER.fullmatch(name):
                found[name, _by(notice, caller)] += 1
    if found:
        quality.note_unknown(connection, found, at=at)


def _by(notice: Notice, caller: Caller) -> str:
    """Whoever sent it, as far as that is a number too; nobody is the empty word."""
    parties = (notice.get(name) for name in ("by", "school", "from_school", "provider"))
    said = caller.organisation or next((str(one) for one in parties if one), "")
    said = said.strip().upper()
    return said if _NUMBER.fullmatch(said) else ""
