"""A school sees what waits for it, and confirms its list of pupils elsewhere."""

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ap_registry.registry import Registry
from ap_registry.store.list_confirmations import settle_lists
from tests.browser.conftest import Visit, barriers, photograph, sign_in
from tests.world import OTHER, PRU, SCHOOL, arrange, notify, register_pupil, upn

DUTY = "Confirm that the list of pupils elsewhere is whole"


@pytest.fixture(autouse=True)
def asked(registry: Registry, address: str) -> None:
    """A pupil of Alder School and one of Brook School are placed; the LA asks for lists."""
    for number, school in ((1, SCHOOL), (2, OTHER)):
        register_pupil(registry, upn=upn(number), family_name=f"Example{school}")
        notify(
            registry, "placement_started", "2026-11-16", upn=upn(number), provider=PRU,
            commissioner=school, reason="behaviour", ends_on="2026-12-11", sessions_per_week=4,
            intent="return", checks_confirmed_on="2026-11-13", by=PRU,
        )  # fmt: skip
    arrange(registry, "LA856", "lists", "on", date(2026, 9, 1))
    with registry.database.connection() as connection:
        settle_lists(connection, registry.worlds, registry.clock)


def test_the_first_page_counts_what_waits(visit: Visit, registry: Registry) -> None:
    with registry.database.connection() as connection:
        connection.execute(
            "update outbox set sent_at = created_at where kind = 'list_confirmation'"
        )
    page = visit()
    sign_in(page, "provider")
    expect(page.locator(".waiting")).to_have_text(
        "Your organisation owes 1. We have reminded it of 1."
        " In the last 7 days 0 notices were delivered to it."
    )


def test_a_school_confirms_its_list(visit: Visit, tmp_path: Path) -> None:
    page = visit(width=320)
    sign_in(page, "school")
    photograph(page, tmp_path, "owed")
    row = page.get_by_role("row").filter(has_text=DUTY)
    expect(row).to_contain_text("18 December 2026")
    row.get_by_role("link", name="Confirm our list").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text(
        ["Elsewhere today", "Part time today", "Left our roll since"]
    )
    expect(page.get_by_role("row").filter(has_text="Example")).to_have_count(2)  # both on its roll
    expect(page.get_by_role("row").filter(has_text=f"Ann Example{SCHOOL}")).to_contain_text(
        "Bridge PRU"
    )
    photograph(page, tmp_path, "confirm")
    assert barriers(page) == []
    page.get_by_role("button", name="Confirm that nobody is missing").click()
    expect(page.get_by_role("heading", name="List confirmed")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("link", name="What is owed").click()
    expect(page.get_by_role("row").filter(has_text=DUTY)).to_have_count(0)


def test_an_la_sees_who_is_silent_and_confirms_for_nobody(visit: Visit) -> None:
    page = visit()
    sign_in(page, "la")
    expect(page.get_by_role("row").filter(has_text=DUTY)).to_have_count(5)
    expect(page.get_by_role("link", name="Confirm our list")).to_have_count(0)
    answer = page.goto("/lists/confirm")
    assert answer is not None
    assert answer.status == 403
