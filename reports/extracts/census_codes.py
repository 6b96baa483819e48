"""DfE's codes for what the registry has words for: those that were seen, and those an LA gave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ap_registry.arrangements import Arrangements, in_force
from ap_registry.census_codes import FIELDS, named


@dataclass(frozen=True, slots=True)
class Codes:
    """By field and our word; what no table has is not there."""

    given: Mapping[tuple[str, str], str]

    def of(self, field: str, word: str) -> str | None:
        return self.given.get((field, word))

    def as_json(self) -> list[dict[str, Any]]:
        return [
            {"field": field, "word": word, "dfe_code": self.of(field, word)}
            for field, words in FIELDS.items()
            for word in words
        ]


def codes_of(arrangements: Arrangements, la: str, on: date) -> Codes:
    """As the LA's table has them on a day."""
    found = {}
    for field, words in FIELDS.items():
        for word in words:
            arranged = in_force(arrangements, la, named(field, word), on)
            if arranged is not None and arranged.value:
                found[field, word] = arranged.value
    return Codes(found)
