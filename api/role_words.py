"""What each role is called, on pages and where somebody is refused."""

from collections.abc import Mapping

ROLE_WORDS: Mapping[str, str] = {
    "school": "school staff", "provider": "staff of a provider", "panel": "panel",
    "la": "local authority officer", "health": "health partner",
    "social_care": "social worker or virtual school", "parent": "parent", "auditor": "auditor",
    "admin": "administrator of the registry",
}  # fmt: skip
