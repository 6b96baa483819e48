"""Every page of every role: no barrier, no script, no sideways scroll on a phone, all by keyboard.

The pages are listed in everywhere.py; a route of pages that nobody visits fails here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page, Response, expect
from starlette.routing import Match

from ap_registry.registry import Registry
from ap_registry.settings import Settings
from api import pages
from tests.browser.conftest import barriers, fill_in, opened, second_check, sign_in
from tests.browser.everywhere import (
    AUNT,
    BEARER,
    DONE,
    FORMS,
    HALFWAY,
    NOBODY,
    PAGES,
    REFUSED,
    fill,
)
from tests.serving import served

WIDE_AS_SCREEN = "document.documentElement.scrollWidth <= window.innerWidth"
MOST_STOPS = 15
# Where Tab should lead, in the order of the page: a group of radio buttons is one stop. Whatever is
# reached says so, and whether one sees it.
STOPS = """() => {
  document.body.tabIndex = -1;
  document.body.focus();  // not where the page has put one, such as what was wrong
  const groups = new Set(), found = [];
  for (const one of document.querySelectorAll(
      'a[href], button, input, select, textarea, summary, [tabindex]')) {
    if (one.disabled || one.type === 'hidden' || one.tabIndex < 0) continue;
    if (!one.checkVisibility()) continue;
    if (one.type === 'radio') {
      const chosen = document.querySelector(`input[name="${one.name}"]:checked`);
      if (groups.has(one.name) || (chosen && chosen !== one)) continue;
      groups.add(one.name);
    }
    found.push(one);
  }
  window.reached = [];
  document.addEventListener('focusin', event => {
    const style = getComputedStyle(event.target), place = found.indexOf(event.target);
    const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
    if (place >= 0 && seen && !window.reached.includes(place)) window.reached.push(place);
  });
  return found.length;
}"""

# What axe leaves out. Targets: WCAG 2.5.8, which leaves out those in a line of text. The letters
# apart: 1.4.12. A style sheet that is made by hand passes our policy.
FAULTS = """() => {
  const all = words => [...document.querySelectorAll(words)], found = [];
  const say = (words, these) => these.forEach(one => found.push(
      `${words}: ${(one.outerHTML || one).slice(0, 120)}`));
  if (all('h1').length !== 1) found.push(`${all('h1').length} first headings`);
  say('no caption', all('table').filter(one => !one.caption));
  say('no scope', all('th:not([scope])'));
  say('no legend', all('fieldset').filter(one => !one.querySelector('legend')));
  say('no group', all('[type=radio]').filter(one => !one.closest('fieldset')));
  say('described by nothing', all('[aria-describedby]').filter(one => one.getAttribute(
      'aria-describedby').trim().split(/\\s+/).some(id => !document.getElementById(id))));
  say('small', all('a[href], button, input, select, textarea, summary').filter(one => {
    const box = one.getBoundingClientRect();
    return one.checkVisibility() && getComputedStyle(one).display !== 'inline'
        && box.width && Math.min(box.width, box.height) < 24 && one.className !== 'ap-skip';
  }));
  for (const one of ['/accessibility', '/privacy'])
    if (!document.querySelector(`footer a[href="${one}"]`)) found.push(`no way to ${one}`);
  say('no file of', all('main table').filter(one => location.pathname !== '/privacy'
      && !document.querySelector(`a[href*="${one.id ? `table=${one.id}` : 'format=csv'}"]`))
      .map(one => one.caption));
  if (!document.querySelector('link[rel=icon]')) found.push('asks for /favicon.ico');
  const [came] = performance.getEntriesByType('navigation');
  if (came.decodedBodySize > 200_000) found.push(`${came.decodedBodySize} bytes`);
  say('not there', performance.getEntriesByType('resource')
      .filter(one => one.responseStatus >= 400).map(one => one.name));
  const apart = new CSSStyleSheet();
  apart.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
      word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [apart];
  if (document.documentElement.scrollWidth > innerWidth) found.push('wide with letters apart');
  document.adoptedStyleSheets = [];
  return found;
}"""

ON_PAPER = """() => [...document.querySelectorAll(
    '.ap-nav, .ap-foot, .ap-skip, button, .ap-printed')]
    .filter(one => one.checkVisibility()).map(one => one.className)"""


@pytest.fixture(scope="module")
def named() -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def world() -> list[Registry]:
    return []


@pytest.fixture(scope="module")
def address(servers: Any, named: dict[str, str], world: list[Registry]) -> Iterator[str]:
    def filled(registry: Registry) -> None:
        world.append(registry)
        named.update(fill(registry))

    with opened(servers, filled) as url:
        yield url


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    """A small one. Our scripts never come, and none is inline by our policy; axe's own must run."""
    context = browser.new_context(base_url=address, viewport={"width": 320, "height": 900})
    context.route("**/*.js", lambda route: route.abort())
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("role", PAGES)
def test_every_page_is_within_everybody_s_reach(
    phone: Page, named: dict[str, str], role: str
) -> None:
    if role == HALFWAY:
        fill_in(phone, role)
        phone.get_by_label("Code").wait_for()
    elif role == BEARER:
        second_check(phone, f"/family/link/{named['family']}", named["code"])
    elif role == AUNT:
        second_check(phone, f"/family/link/{named['aunt']}", named["aunt_code"])
    elif role != NOBODY:
        sign_in(phone, role)
    found: dict[str, object] = {}
    for path in PAGES[role]:
        answer = phone.goto(path.format(**named))
        assert answer is not None
        found[path] = (answer.status, *judged(phone))
    assert found == {p: (REFUSED.get((role, p), 200), [], True, []) for p in PAGES[role]}
    phone.emulate_media(media="print")
    assert phone.evaluate(ON_PAPER) == ["ap-printed"]


@pytest.mark.parametrize("role", FORMS)
def test_what_a_form_answers_is_within_everybody_s_reach(
    phone: Page, named: dict[str, str], role: str
) -> None:
    """Each sent as it is opened: what is missing, what is to be checked, or that it is done."""
    if role == BEARER:
        second_check(phone, f"/family/link/{named['family']}", named["code"])
    elif role != NOBODY:
        sign_in(phone, role)
    found: dict[str, object] = {}
    for path in FORMS[role]:
        phone.goto(path.format(**named))
        form = phone.locator("main form[method=post]").first
        form.evaluate("one => { one.noValidate = true }")
        with phone.expect_navigation() as going:
            form.locator("button:not(.link)").first.click()
        said = phone.get_by_role("alert").count() > 0
        found[path] = (status_of(going.value) // 100, said, *judged_at_once(phone))
    assert found == {p: (2 if p in DONE else 4, p not in DONE, [], True) for p in FORMS[role]}


def judged_at_once(page: Page) -> tuple[list[str], bool]:
    return [*barriers(page), *page.evaluate(FAULTS)], page.evaluate(WIDE_AS_SCREEN)


def out_of_date(page: Page, button: str) -> Response:
    """The page's form sent as by whoever opened it long ago."""
    page.locator("main form input[name=csrf]").first.evaluate("one => { one.value = 'old' }")
    with page.expect_navigation() as going:
        page.get_by_role("button", name=button).first.click()
    answer = going.value
    assert answer is not None
    return answer


def test_what_is_sent_too_late_waits_and_what_is_asked_too_often_is_refused_within_reach(
    browser: Browser, world: list[Registry], phone: Page, named: dict[str, str]
) -> None:
    sign_in(phone, "la")
    phone.goto("/colleagues")
    late = {"la": (out_of_date(phone, "All these people work here").status, judged(phone))}
    expect(phone.get_by_text("Nothing has been sent or changed yet")).to_be_visible()
    second_check(phone, f"/family/link/{named['family']}", named["code"])
    phone.goto("/family/say")
    late["family"] = out_of_date(phone, "Send it").status, judged(phone)
    expect(phone.get_by_text("So it was not sent yet")).to_be_visible()
    with served(world[0], Settings(rate_account=1)) as url:
        context = browser.new_context(base_url=url, viewport={"width": 320, "height": 900})
        page = context.new_page()
        sign_in(page, "la")
        often = {"la": (status_of(page.goto("/")), judged(page))}
        expect(page.get_by_text("then open the page again")).to_be_visible()
        second_check(page, f"/family/link/{named['family']}", named["code"])
        often["family"] = status_of(page.goto("/family")), judged(page)
        expect(page.get_by_text("Wait for a minute")).to_be_visible()
        context.close()
    assert (late, often) == (
        {"la": (200, ([], True, [])), "family": (200, ([], True, []))},
        {"la": (429, ([], True, [])), "family": (429, ([], True, []))},
    )


def status_of(answer: Response | None) -> int:
    assert answer is not None
    return answer.status


def judged(page: Page) -> tuple[list[str], bool, list[int]]:
    """Barriers, whether it is no wider than the phone, and what Tab does not reach."""
    return *judged_at_once(page), lost_stops(page)


def lost_stops(page: Page) -> list[int]:
    """Places, of what can be used on the page, that Tab does not reach in order and in sight.

    A date has more stops than one, and a part that scrolls may be one.
    """
    wanted = list(range(min(page.evaluate(STOPS), MOST_STOPS)))
    reached: list[int] = []
    for _ in range(12):
        for _ in range(len(wanted) - len(reached)):
            page.keyboard.press("Tab")
        reached = page.evaluate("window.reached")
        if len(reached) >= len(wanted):
            break
    return [one for one in wanted if one not in reached or reached.index(one) != one]


SAVED = {
    "/upload/table", "/upload/template", "/reports/files/{report}/file",
    "/reports/files/{report}/manifest",
}  # fmt: skip


def test_every_route_of_the_pages_is_visited(named: dict[str, str]) -> None:
    """A file that is offered to be saved is no page, nor are numbers that a script asks for, nor
    what only leads to an outside provider and back."""
    visited = {path.split("?")[0] for paths in PAGES.values() for path in paths} | {"/counts"}
    routes = [
        route
        for part in pages.PARTS
        for route in part.router.routes
        if isinstance(route, APIRoute)
        and "GET" in route.methods
        and not route.path.startswith("/sign-in/oidc")
    ]
    assert len(routes) > len(pages.PARTS)
    missing = {
        route.path
        for route in routes
        if not any(
            route.matches({"type": "http", "method": "GET", "path": path, "headers": []})[0]
            is Match.FULL
            for path in visited
        )
    }
    assert missing == SAVED
