"""The OpenAPI document is true: generated requests get the answers that it names."""

from itertools import product

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from ap_registry.registry import Registry
from tests.api.conftest import Login
from tests.world import PRU, SCHOOL, notify, register_pupil

# What a notice may say depends on the record, and more than the document can say is refused.
_UNDECIDED = {"positive_data_acceptance", "negative_data_rejection"}
load_all_checks()
EXCLUDED = [check for check in CHECKS.get_all() if check.__name__ in _UNDECIDED]
RUN = settings(
    max_examples=6, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def test_the_document_is_true(registry: Registry, as_: Login) -> None:
    """Of a registry with a pupil, a placement and something owed."""
    register_pupil(registry)
    notify(
        registry, "placement_started", "2026-02-02", provider=PRU, commissioner=SCHOOL,
        reason="behaviour", ends_on="2026-12-18", sessions_per_week=4, intent="return",
    )  # fmt: skip
    client = as_("admin", "LA856")
    key = {"Authorization": client.headers["Authorization"]}
    document = schemathesis.openapi.from_url(f"{client.base_url}/openapi.json")
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    for operation, mode in product(document.get_all_operations(), modes):

        @given(case=operation.ok().as_strategy(generation_mode=mode))
        @RUN
        def asked(case: schemathesis.Case) -> None:
            if case.query.get("wait"):
                case.query["wait"] = 0  # of the feed: it would wait for what nobody records
            case.call_and_validate(headers=key, excluded_checks=EXCLUDED)

        asked()
