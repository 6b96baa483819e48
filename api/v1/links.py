"""Where an answer leads: links of the OpenAPI document, which a generated run of calls follows."""

from typing import Any

_ID, _FIRST = "$response.body#/id", "$response.body#/items/0/id"
_HOOK = (
    "get_webhook", "ping_webhook", "rotate_webhook_secret", "enable_webhook", "replay_webhook",
    "list_webhook_deliveries", "delete_webhook",
)  # fmt: skip
_PUPIL = ("get_pupil", "get_timeline", "get_ctf")
# From an operation by what it calls so in its answer to a parameter of others.
_LEADS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("post_notices", "$response.body#/event/pupil_id", "pupil", _PUPIL),
    ("post_notices", "$response.body#/event/id", "event", ("prove_inclusion",)),
    ("list_pupils", _FIRST, "pupil", _PUPIL),
    ("list_placements", "$response.body#/items/0/pupil_id", "pupil", _PUPIL),
    ("list_follow_ups", _FIRST, "follow_up", ("explain_clock",)),
    ("list_events", "$response.body#/items/0/id", "event", ("prove_inclusion",)),
    ("list_events", "$response.body#/until", "after", ("list_events",)),
    ("list_organisations", _FIRST, "organisation", ("get_organisation",)),
    ("get_ledger_head", "$response.body#/size", "to", ("prove_consistency",)),
    ("create_webhook", _ID, "webhook", _HOOK),
    ("list_webhooks", _FIRST, "webhook", _HOOK),
    ("create_report", _ID, "report", ("get_report", "get_report_file", "cancel_report")),
    ("list_reports", _FIRST, "report", ("get_report", "get_report_file", "cancel_report")),
)


def add_links(document: dict[str, Any]) -> None:
    """To each success; a list leads to its own next page."""
    operations = {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    leads = [*_LEADS, *_pages(operations)]
    for source, value, parameter, targets in leads:
        for status, body in operations[source]["responses"].items():
            if status[0] == "2":
                for target in targets:
                    link = {"operationId": target, "parameters": {parameter: value}}
                    body.setdefault("links", {})[f"{target}_by_{parameter}"] = link


def _pages(operations: dict[str, Any]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [
        (name, "$response.body#/next", "cursor", (name,))
        for name, operation in operations.items()
        if any(one["name"] == "cursor" for one in operation.get("parameters", ()))
    ]
