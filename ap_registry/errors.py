"""What can go wrong, as values of the domain.

RegistryError
├── Refused              a notice, with every problem found; 422 > 409 > 404 > 403
│   ├── NotFound         what is asked for does not exist, or may not be seen
│   └── VersionConflict  others were quicker, or a stale version was named
├── Unreadable           a file or a body that is not what it should be
├── SetupError           the installation, with how to mend it
├── LedgerDamaged        what is stored is not what was recorded
└── Unavailable          for now; try again after some seconds
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

CODE_STATUS: Mapping[str, int] = {
    "malformed": 400,
    "forbidden": 403,
    "not_found": 404,
    "already_open": 409,
    "nothing_open": 409,
    "ambiguous": 409,
    "already_registered": 409,
    "ref_conflict": 409,
    "version_conflict": 409,
    "stale_version": 412,
    "required": 422,
    "unknown_field": 422,
    "unknown_type": 422,
    "bad_format": 422,
    "bad_check_letter": 422,
    "unknown_code": 422,
    "unknown_organisation": 422,
    "unknown_pupil": 422,
    "future_date": 422,
    "end_before_start": 422,
    "key_reused": 422,
}


@dataclass(frozen=True, slots=True)
class Near:
    """A pupil on record who may be meant: how like of 100, and why, in words that name nobody."""

    pupil_id: UUID
    score: int
    reasons: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "pupil_id": str(self.pupil_id), "score": self.score, "reasons": list(self.reasons),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. ``pointer``: RFC 6901 into the body, such as ``/ends_on``.

    ``near``: where the pupil is not found, those that may be meant, the likeliest first.
    """

    pointer: str
    code: str
    detail: str
    rule: str | None = None
    source: str | None = None
    near: tuple[Near, ...] = ()


class RegistryError(Exception):
    """Anything this program says no to. Messages never carry names or UPNs."""


class Refused(RegistryError):
    """The notice cannot be recorded; nothing was saved."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(p.detail for p in problems))
        self.problems = problems

    @property
    def status(self) -> int:
        return max((CODE_STATUS[p.code] for p in self.problems), default=422)


class NotFound(Refused):
    """Nothing of that name exists, or the caller may not see it."""


class VersionConflict(Refused):
    """Somebody else changed the pupil's record first."""


class Unreadable(RegistryError):
    """Not the kind of file or body that it should be; nothing was read from it."""


class SetupError(RegistryError):
    """The installation is not as it must be; ``cure`` says how to mend it."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(f"{message}. {cure}")
        self.message = message
        self.cure = cure


class LedgerDamaged(RegistryError):
    """What is stored is not what was recorded."""


class Unavailable(RegistryError):
    """Not now; ``retry_after`` in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
