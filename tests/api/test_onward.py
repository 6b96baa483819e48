"""Where signing in may lead."""

import pytest

from api.pages.onward import by_way_of, own


@pytest.mark.parametrize(
    "other",
    ["//evil.example", "/\\evil.example", "https://evil.example", "https:evil.example", "evil",
     "/\t/evil.example", "\t//evil.example", "/\n/evil", " //evil.example", "javascript:alert(1)",
     "/a b", "/caf\u00e9", "/" + "a" * 2000, "/sign-in", "/sign-out", "\\\\evil.example", ""],
)  # fmt: skip
def test_no_other_site_is_a_page_of_ours(other: str) -> None:
    assert (own(other), by_way_of("/sign-in", other)) == ("/", "/sign-in")


@pytest.mark.parametrize("page", ["/", "/pupils?q=x&on=2026-11-20", "/reports/files/1%202"])
def test_a_page_of_ours_is_led_to(page: str) -> None:
    assert own(page) == page
