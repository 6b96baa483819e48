"""Which words of ours DfE has codes for that an LA gives us, as none could be seen in a source."""

import re
from collections.abc import Mapping

from ap_registry.codes import PLACEMENT_REASON

FIELDS: Mapping[str, tuple[str, ...]] = {
    "reason": PLACEMENT_REASON,
    "attendance": ("full_time", "part_time"),
}
CODE = re.compile(r"[A-Z0-9]{1,6}")


def named(field: str, word: str) -> str:
    """The arrangement of an LA that holds the code."""
    return f"census.{field}.{word}"
