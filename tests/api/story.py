"""One pupil's way through schools and providers, and everybody who might want to read of it."""

from ap_registry.registry import Registry
from tests.ctf.test_taking import NUMBERS
from tests.world import GARAGE, OTHER, PERSON, PRU, SCHOOL, SPECIAL, notify, take_organisations

CALLERS: dict[str, tuple[str, str]] = {
    "its school": ("school", SCHOOL),
    "its former school": ("school", OTHER),
    "another school": ("school", SPECIAL),
    "its provider": ("provider", GARAGE),
    "its former provider": ("provider", PRU),
    "another provider": ("provider", "SVC-0001"),
    "its LA": ("la", "LA856"),
    "another LA": ("la", "LA857"),
    "its panel": ("panel", "LA856"),
    "another panel": ("panel", "LA857"),
    "its social care": ("social_care", "LA855"),
    "social care of its LA": ("social_care", "LA856"),
    "a health partner": ("health", "ICB-QK1"),
    "a parent": ("parent", "LA856"),
    "an auditor of its school": ("auditor", SCHOOL),
    "an auditor of another": ("auditor", SPECIAL),
    "the administrator": ("admin", "LA856"),
}
NOW = frozenset(
    {
        "its school", "its provider", "its LA", "its panel", "its social care",
        "an auditor of its school", "the administrator",
    }
)  # fmt: skip
EVER = NOW | {"its former school", "its former provider"}
NEVER: frozenset[str] = frozenset()


def tell(registry: Registry) -> str:
    """From Brook School to Alder School; from Bridge PRU to Second Gear, where it still is.

    It lives in Leicester, and Leicestershire looks after it. Answers the pupil's id.
    """
    take_organisations(registry, NUMBERS)
    take_organisations(registry, "id,kind,name,la,type_code\nLA855,la,Leicestershire,855,\n")
    person = {**PERSON, "looked_after": "current", "care_la": "855"}
    notify(registry, "joined_roll", "2025-09-01", school=OTHER, registration="C", **person)
    notify(registry, "left_roll", "2026-01-12", school=OTHER, ground="a")
    notify(registry, "joined_roll", "2026-01-12", school=SCHOOL, registration="C")
    placed = {"commissioner": SCHOOL, "reason": "behaviour", "ends_on": "2026-12-18",
              "sessions_per_week": 4, "intent": "return"}  # fmt: skip
    notify(registry, "placement_started", "2026-02-02", provider=PRU, ref="P-1", **placed)
    notify(
        registry, "placement_ended", "2026-03-06", placement="P-1", end_reason="other_ap",
        by=PRU,
    )  # fmt: skip
    notify(registry, "placement_started", "2026-03-09", provider=GARAGE, **placed)
    found = notify(
        registry, "suspension", "2026-06-01", school=SCHOOL, sessions=12, ends_on="2026-06-08",
        reasons=["PP"],
    )  # fmt: skip
    return str(found["event"]["pupil_id"])
