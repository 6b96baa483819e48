"""A family's link as a school makes it, and a browser that has it."""

import re
from html import unescape

import httpx

from ap_registry.registry import Registry
from tests.api.people import hidden, send
from tests.world import SCHOOL, notify, upn

BORN = {"day": "3", "month": "2", "year": "2011"}
_ADDRESS = re.compile(r"/family/link/([\w-]{43})")
_CODE = re.compile(r"<code>([a-z2-9]{4}-[a-z2-9]{4})</code>")


def record_mother(registry: Registry, **facts: object) -> str:
    """Her notice's id."""
    said = {"name": "Mo Example", "relation": "mother", "parental_responsibility": True,
            "may_see": True, "by": SCHOOL, **facts}  # fmt: skip
    return str(notify(registry, "contact_recorded", "2026-09-01", **said)["event"]["id"])


def make(client: httpx.Client, who: str, pupil: str = upn(1)) -> tuple[str, str]:
    """The address and the code of a new link."""
    page = client.get(f"/pupils/{pupil}/links").text
    csrf = hidden(page)["csrf"]
    made = client.post(f"/pupils/{pupil}/links", data={"csrf": csrf, "who": who})
    assert made.status_code == 200, made.text
    token, code = _ADDRESS.search(made.text), _CODE.search(made.text)
    assert token is not None
    assert code is not None
    return f"/family/link/{token[1]}", code[1]


def open_link(client: httpx.Client, address: str, code: str) -> httpx.Response:
    return client.post(address, data={**BORN, "code": code}, follow_redirects=True)


def say(client: httpx.Client, path: str, **given: str) -> str:
    """Fill in the last form of a family's page; what answers, without mark-up."""
    page = client.get(path).text
    return plain(send(client, path.split("?")[0], page, **given))


def plain(page: str) -> str:
    main = page.partition('<main id="main"')[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
