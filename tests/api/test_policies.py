"""Every route by every caller: nobody reads of a pupil where the route's policy does not say so."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from ap_registry import embedded
from ap_registry.access import Caller
from ap_registry.emergency import open_record
from ap_registry.installation import Installation
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store import accounts, family_links, saved_views, sessions
from ap_registry.store.database import Connection, Database
from ap_registry.store.readers import READER
from ap_registry.store.who import pupil_named
from api import policy
from api.cookies import COOKIE
from api.main import create_app
from api.pages.boards import BOARDS
from api.pages.family.rendering import COOKIE as FAMILY
from api.pages.work import WORK
from api.policies import POLICIES
from api.policy import Shows, Who
from jobs.reporting import make_reports
from reports.kinds import KINDS
from tests.api.family import record_mother
from tests.api.story import CALLERS, EVER, NEVER, NOW, tell
from tests.conftest import fresh_database
from tests.serving import TRUSTS_NOBODY, served
from tests.world import (
    GARAGE,
    PERSON,
    PUPIL,
    SCHOOL,
    load_world,
    notify,
    register_pupil,
    take_organisations,
    upn,
)

ALLOWED = {
    Shows.NOBODY: NEVER,
    Shows.NOW: NOW,
    Shows.EVER: EVER,
    Shows.OPENED: frozenset({"another LA"}),  # which has opened it
    Shows.OWED: EVER,
    Shows.READS: frozenset({"an auditor of its school", "the administrator"}),
    Shows.ONE: NEVER,  # of CALLERS; whoever bears a link is looked at by itself
}
HINT = "For example Ann Example, Z856400120001 or 3/2/2011."  # of the page that finds pupils
SECRETS = ("Example", "2011-02-03", "3 February 2011")
ASKED = {
    "upn": PUPIL, "pupil": PUPIL, "school": SCHOOL, "provider": GARAGE, "organisation": SCHOOL,
    "on": "2026-06-10", "from": "2025-09-01", "to": "2026-08-31", "week": "2026-06-08",
}  # fmt: skip
NAMES = {
    "notify": ("suspension", "correction", "follow_up_done", "review_held"),
    "reports": tuple(KINDS),
    "tasks": tuple(WORK),
    "boards": tuple(BOARDS),
}
FOR_SCRIPTS = {"/counts"}  # which nobody is sent on from to sign in
REGISTER = f"upn,organisation,date,session,code\n{PUPIL},{SCHOOL},2026-06-10,AM,/\n"
NOTICES = f"type,upn,occurred_on,purpose,attended\nreview_held,{PUPIL},2026-06-10,review,school\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """``keys``, ``people``: a client of each caller; ``csrf``: of each person's session.
    ``webhook``, ``report``: of its school; the report is made, and shows the pupil.

    ``takes``: what each address of the API may be asked besides, since it refuses all else.
    """

    registry: Registry
    pupil: str
    owed: str
    event: str
    case: str
    webhook: str
    report: str
    opening: str
    view: str
    keys: dict[str, httpx.Client]
    people: dict[str, httpx.Client]
    csrf: dict[str, str]
    nobody: httpx.Client
    bearers: dict[str, "Bearing"]
    takes: dict[str, set[str]]

    def asked(self, path: str) -> dict[str, str]:
        takes = self.takes.get(path, set(ASKED))
        return {name: value for name, value in ASKED.items() if name in takes}

    def client(self, who: Who, caller: str) -> httpx.Client:
        return self.keys[caller] if who is Who.KEY else self.people[caller]

    def paths(self, path: str) -> Iterator[str]:
        """The route's path with whatever may stand for its parameters: all about the pupil."""
        named = {
            "pupil": (PUPIL, self.pupil),
            "follow_up": (self.owed,),
            "event": (self.event,),
            "case": (self.case,),
            "organisation": (SCHOOL,),
            "webhook": (self.webhook,),
            "report": (self.report,),
            "opening": (self.opening,),
            "view": (self.view,),
            "account": ("00000000-0000-4000-8000-000000000000",),
            "link": (self.bearers[ITS].link,),
            "duty": ("families",),
            "rule_id": ("part-time.limit",),
            "name": NAMES.get(path.split("/")[1], ()),
        }
        names = re.findall(r"{(\w+)}", path)
        for values in product(*(named[name] for name in names)):  # of a new one: say what it may be
            yield path.format(**dict(zip(names, values, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """A browser in which a link of the pupil, or of another, was opened."""

    link: str
    client: httpx.Client
    csrf: str


ITS, ANOTHERS = "the bearer of its link", "the bearer of another pupil's link"


@pytest.fixture(scope="module")
def world(servers: embedded.Servers) -> Iterator[World]:
    with fresh_database(servers) as urls:
        registry = Registry(Database(urls.database_url))
        load_world(registry)
        _somebody_elses(registry)
        pupil = tell(registry)
        with served(registry) as url:
            yield _world(registry, url, pupil, urls)
        registry.database.close()


def _somebody_elses(registry: Registry) -> None:
    """Of Rutland alone: the ledger that pages stand on has notices that most readers do not see."""
    take_organisations(registry, "id,kind,name,la,type_code\n200001,school,Oak School,857,34\n")
    kit = {**PERSON, "given_name": "Kit", "family_name": "Unseen", "date_of_birth": "2010-12-01"}
    notify(registry, "joined_roll", "2025-09-01", upn=upn(70), school="200001", registration="C",
           **{**kit, "home_la": "857"})  # fmt: skip


def _world(registry: Registry, url: str, pupil: str, urls: embedded.Servers) -> World:
    keys, people, csrf, ids = {}, {}, {}, {}
    with registry.database.connection() as connection:
        for number, (name, (role, organisation)) in enumerate(CALLERS.items()):
            at = registry.now()
            _id, secret = accounts.create_key(
                connection, organisations=[organisation], role=role, at=at
            )
            keys[name] = httpx.Client(
                verify=TRUSTS_NOBODY,
                base_url=url,
                timeout=60,
                headers={"Authorization": f"Bearer {secret}"},
            )
            account = accounts.add_account(
                connection, email=f"{number}@example.org", name="Sam", organisation=organisation,
                password="correct horse battery", role=role, at=at, administers=True,
            )  # fmt: skip
            token = sessions.begin(connection, account, at=at)
            ids[name] = account
            people[name] = httpx.Client(
                verify=TRUSTS_NOBODY, base_url=url, timeout=60, cookies={COOKIE: token}
            )
            found = sessions.signed_in(connection, token, at=at)
            assert found is not None
            csrf[name] = found.csrf
    admin = keys["the administrator"]
    owed = admin.get("/api/v1/follow-ups", params={"kind": "sixth_day_provision"}).json()
    event = admin.get("/api/v1/events").json()["items"][-1]["id"]
    case = notify(registry, "fair_access_referral", "2026-06-03", category="d", by=SCHOOL)
    nobody = httpx.Client(verify=TRUSTS_NOBODY, base_url=url, timeout=60)
    takes = {
        path: {
            one["name"]
            for one in found.get("get", {}).get("parameters", ())
            if one["in"] == "query"
        }
        for path, found in nobody.get("/openapi.json").json()["paths"].items()
    }
    one, role, organisation = ids["another LA"], *CALLERS["another LA"]
    officer = Caller(actor=f"account:{one}", role=role, organisations=(organisation,))
    why = "Missing since last night, asks the police"
    opening = str(open_record(registry, officer, one, wanted=PUPIL, reason=why))
    webhook, report = _owned(registry, keys["its school"], urls)
    bearers = {
        ITS: _bearer(registry, url, PUPIL),
        ANOTHERS: _bearer(registry, url, upn(2)),
    }
    return World(
        registry=registry, pupil=pupil, owed=owed["items"][0]["id"], event=event,
        case=str(case["event"]["id"]),
        webhook=webhook, report=report,
        opening=opening, view=_saved(registry, ids["its school"]),
        keys=keys, people=people, bearers=bearers,
        csrf=csrf, nobody=nobody, takes=takes,
    )  # fmt: skip


def _saved(registry: Registry, account: UUID) -> str:
    with registry.database.connection() as connection:
        saved_views.save(connection, account, "Ours", "/pupils", at=registry.now())
        return str(saved_views.saved_by(connection, account)[0].id)


def _bearer(registry: Registry, url: str, of: str) -> Bearing:
    """Of the pupil's mother, through Alder School."""
    if of != PUPIL:
        register_pupil(registry, upn=of, given_name="Ben", family_name="Other")
    contact = UUID(record_mother(registry, upn=of))
    caller = Caller(actor="test", role="school", organisations=(SCHOOL,))
    with registry.database.connection() as connection:
        pupil = pupil_named(connection, of)
        assert pupil is not None
        made = family_links.make(
            connection, pupil, shown_as=pupil, contact=contact, guarded=False, by=caller,
            account=uuid4(), at=registry.now(), lasts=timedelta(days=90),
        )  # fmt: skip
        token = family_links.begin(connection, made.id, language="en", at=registry.now())
        found = family_links.opened(connection, token, at=registry.now())
        assert found is not None
    client = httpx.Client(verify=TRUSTS_NOBODY, base_url=url, timeout=60,
                          cookies={FAMILY: token, COOKIE: token},
                          headers={"Authorization": f"Bearer {token}"})  # fmt: skip
    return Bearing(link=str(made.id), client=client, csrf=found.csrf)


def _owned(registry: Registry, school: httpx.Client, urls: embedded.Servers) -> tuple[str, str]:
    """A webhook, and a report that is made."""
    webhook = school.post("/api/v1/webhooks", json={"url": "https://93.184.215.14/hook"}).json()
    asked = {"report": "school", "format": "json",
             "options": {"from": ASKED["from"], "to": ASKED["to"]}}  # fmt: skip
    report = school.post("/api/v1/reports", json=asked).json()
    found = Installation(settings=Settings(), servers=urls)
    found.__dict__.update(database=registry.database, registry=registry)
    assert make_reports(found) == 1
    return webhook["id"], report["id"]


def asking(world: World, method: str, path: str, caller: str) -> Iterator[httpx.Response]:
    """Each way in which a caller might ask a route about the pupil."""
    who = POLICIES[method, path].who
    client = world.client(who, caller)
    for address in world.paths(path):
        if method == "GET":
            yield client.get(address)
            yield client.get(address, params=world.asked(path))
        elif who is Who.KEY:
            yield client.request(method, address, **_body(path))
        elif path == "/upload":
            files = {"file": ("notices.csv", NOTICES.encode(), "text/csv")}
            data = {"csrf": world.csrf[caller], "kind": "notices"}
            yield client.post(address, data=data, files=files)
        else:
            data = {"csrf": world.csrf[caller], "of": world.event, "follow_up": world.owed}
            yield client.post(address, data={**ASKED, "occurred_on": "2026-06-10", **data})


def _body(path: str) -> dict[str, Any]:
    if path.endswith(("/attendance", "/ctf")):
        kind = "text/csv" if path.endswith("/attendance") else "application/xml"
        return {"content": REGISTER, "headers": {"Content-Type": kind}}
    review = {"type": "review_held", "upn": PUPIL, "occurred_on": "2026-06-10", "attended": []}
    return {"json": {**review, "organisation": SCHOOL, "on": "2026-06-10"}}


# These end the session that asks, or ask for its password, which takes as long as it must.
OF_ONES_OWN = re.compile("/sign-out|/account/(password|sign-out-everywhere|second-factor/.+)")
OWNERS = ("its school", "the administrator")  # of the webhook and the report
WALKED = sorted(key for key, one in POLICIES.items() if one.who is not Who.ANYONE)


@pytest.mark.parametrize(("method", "path"), WALKED, ids=lambda part: str(part))
def test_a_route_tells_of_a_pupil_only_to_whom_its_policy_names(
    world: World, method: str, path: str
) -> None:
    asked_of = POLICIES[method, path]
    wrong = []
    for caller, (role, _organisation) in CALLERS.items():
        ends = method == "DELETE" or (method, path) == ("POST", "/reports/files/{report}")
        if ends and caller in OWNERS:  # what is gone cannot be asked for
            continue
        forbidden = role not in asked_of.roles
        if OF_ONES_OWN.fullmatch(path) or (caller in ALLOWED[asked_of.shows] and not forbidden):
            continue
        for answer in asking(world, method, path, caller):
            secrets = {*SECRETS, world.pupil} - set(str(answer.url).split("/"))
            told = [word for word in secrets if word in answer.text.replace(HINT, "")]
            if told or answer.status_code >= 500 or (forbidden and answer.status_code != 403):
                wrong.append((caller, str(answer.url), answer.status_code, told))
    assert wrong == []


@pytest.mark.parametrize(("method", "path"), WALKED, ids=lambda part: str(part))
def test_a_stranger_comes_no_further(world: World, method: str, path: str) -> None:
    for address in world.paths(path):
        answer = world.nobody.request(method, address)
        doors = {Who.PERSON: "/sign-in", Who.LINK: "/family/closed"}
        door = None if path in FOR_SCRIPTS else doors.get(POLICIES[method, path].who)
        wanted = (303, door) if door else (401, "")
        led = answer.headers.get("location", "").split("?")[0]
        assert (answer.status_code, led) == wanted


@pytest.mark.parametrize(("method", "path"), WALKED, ids=lambda part: str(part))
def test_a_link_opens_its_own_pages_and_shows_its_own_pupil(
    world: World, method: str, path: str
) -> None:
    """Neither key nor session: each other address answers as to a stranger."""
    for name, bearer in world.bearers.items():
        for address in world.paths(path):
            data = {"csrf": bearer.csrf, "of": world.event, "request": "representations",
                    "words": "x", "upn": PUPIL, "pupil_id": world.pupil}  # fmt: skip
            if path == "/family/shut":  # which ends what the other tests walk with
                data["csrf"] = "guessed"
            if POLICIES[method, path].who is not Who.LINK:
                answer = bearer.client.request(method, address)
                assert answer.status_code in {303, 401}, address
                assert "/family" not in answer.headers.get("location", "")
                continue
            sent = {"params" if method == "GET" else "data": data}
            answer = bearer.client.request(method, address, **sent)  # type: ignore[arg-type]
            assert answer.status_code < 500
            secrets = {*SECRETS, world.pupil, "Second Gear"} if name == ANOTHERS else {"Ben"}
            assert [word for word in secrets if word in answer.text] == [], address


ASKED_LESS = {"/notify", "/upload/table"}  # which, as the walk asks, need no pupil
READ = [
    key for key in WALKED
    if key[0] == "GET" and POLICIES[key].who is not Who.LINK
    and POLICIES[key].shows is not Shows.NOBODY and key[1] not in ASKED_LESS
]  # fmt: skip


@pytest.fixture
def lent(world: World, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """As whom, and for which organisations, each connection was lent."""
    found: list[tuple[str, str]] = []
    lend = world.registry.database.connection

    @contextmanager
    def noted() -> Iterator[Connection]:
        with lend() as connection:
            row = connection.execute(
                "select current_user::text, current_setting('app.organisations', true)"
            ).fetchone()
            assert row is not None
            found.append(row)
            yield connection

    monkeypatch.setattr(world.registry.database, "connection", noted)
    return found


@pytest.mark.parametrize(("method", "path"), READ, ids=lambda part: str(part))
def test_what_reads_of_pupils_stands_behind_the_wall(
    world: World, lent: list[tuple[str, str]], method: str, path: str
) -> None:
    """The database is told for whom, unless the policy says that the route reads past it.

    And what tells of the pupil is on record as read, but for what auditors see of reads.
    """
    asked_of = POLICIES[method, path]
    can = [name for name, (role, _) in CALLERS.items() if role in asked_of.roles]
    caller = "its LA" if "its LA" in can else can[0]
    unread, before = [], reads_of(world)
    for answer in asking(world, method, path, caller):
        assert answer.status_code < 500, answer.url  # whoever may ask is answered behind it
        before, noted = reads_of(world), before
        if before == noted and asked_of.shows is not Shows.READS and tells(world, answer):
            unread.append(str(answer.url))
    told = {organisations for user, organisations in lent if user == READER}
    own = {f"{{{CALLERS[caller][1]}}}"}
    assert (told, unread) == (set() if asked_of.past_wall else own, [])


def reads_of(world: World) -> int:
    with world.registry.database.connection() as connection:
        row = connection.execute(
            "select count(*) from pupil_read where %s = any(pupils)", (UUID(world.pupil),)
        ).fetchone()
    assert row is not None
    return int(row[0])


def tells(world: World, answer: httpx.Response) -> bool:
    """Whether it names the pupil otherwise than as it was asked."""
    secrets = {*SECRETS, world.pupil} - set(answer.request.url.path.split("/"))
    return any(word in answer.text.replace(HINT, "") for word in secrets)


FORMS = sorted(
    path for (method, path), one in POLICIES.items()
    if method == "POST" and one.who is Who.PERSON and not OF_ONES_OWN.fullmatch(path)
)  # fmt: skip


@pytest.mark.parametrize("path", FORMS)
def test_what_an_answer_to_a_form_tells_is_on_record_as_read(world: World, path: str) -> None:
    asked_of, before = POLICIES["POST", path], reads_of(world)
    can = [name for name in sorted(NOW) if CALLERS[name][0] in asked_of.roles]
    caller = "its LA" if "its LA" in can else can[-1]
    for answer in asking(world, "POST", path, caller):
        before, noted = reads_of(world), before
        assert before > noted or not tells(world, answer), str(answer.url)


def test_the_bearer_of_a_link_is_shown_the_pupil(world: World) -> None:
    """That the test above looks for the right words."""
    assert "Second Gear" in world.bearers[ITS].client.get("/family").text
    assert "Ben" in world.bearers[ANOTHERS].client.get("/family").text


PAGES = [key for key in WALKED if key[0] == "POST" and POLICIES[key].who is Who.PERSON]


@pytest.mark.parametrize(("method", "path"), PAGES, ids=lambda part: str(part))
def test_a_form_without_its_token_does_nothing(world: World, method: str, path: str) -> None:
    """Whoever may send it: another site's page could have."""
    role = sorted(POLICIES[method, path].roles)[0]
    caller = next(name for name, (other, _) in CALLERS.items() if other == role)
    for address in world.paths(path):
        answer = world.people[caller].post(address, data={**ASKED, "csrf": "guessed"})
        assert answer.status_code == 403


def test_what_a_route_tells_is_told_to_those_whom_its_policy_names(world: World) -> None:
    """That the test above looks for the right words, on one route of each kind."""
    for path, caller in (
        ("/api/v1/pupils", "its school"), ("/pupils/{pupil}", "its former school"),
        ("/", "its LA"), ("/lists/confirm", "its provider"),
        ("/api/v1/reports/{report}/file", "its school"),
    ):  # fmt: skip
        assert any("Example" in one.text for one in asking(world, "GET", path, caller)), path
    for method, path in WALKED:
        if method == "GET" and re.search("{(webhook|report)}", path):
            assert next(asking(world, method, path, "its school")).status_code == 200, path


def test_an_application_with_a_route_that_has_no_policy_is_not_made(registry: Registry) -> None:
    app: FastAPI = create_app(registry)
    app.add_api_route("/new", lambda: None)
    with pytest.raises(RuntimeError, match="/new"):
        policy.install(app, POLICIES)
    del app.routes[-1]
    policy.install(app, POLICIES)
    hidden = FastAPI()
    app.mount("/under", hidden)
    app.add_api_websocket_route("/socket", lambda _socket: None)
    with pytest.raises(RuntimeError, match="/socket.*/under"):
        policy.install(app, POLICIES)
