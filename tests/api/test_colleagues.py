"""Administrators of an organisation invite, change and end the accounts of their colleagues."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from ap_registry import embedded
from ap_registry.store import accounts
from tests.api.town import AT, CHOSEN, PASSWORD, Someone, Town, town_of
from tests.world import OTHER, SCHOOL


@pytest.fixture(scope="module")
def shared(servers: embedded.Servers) -> Iterator[Town]:
    with town_of(servers) as town:
        yield town


@pytest.fixture
def town(shared: Town) -> Town:
    shared.registry.clock = AT
    return shared


def account_of(town: Town, email: str) -> accounts.Account:
    with town.registry.database.connection() as connection:
        return accounts.account_named(connection, email, at=town.registry.now())


def test_the_invited_says_who_it_is_and_is_inside(town: Town) -> None:
    boss, email = town.person(administers=True), f"{uuid4()}@example.org"
    assert boss.invite(email, administers="yes").headers["location"] == "/colleagues?said=invited"
    invited = Someone(town.client(), email, account_of(town, email).id)
    assert (invited.sign_in(""), invited.sign_in(PASSWORD)) == (400, 400)
    path = f"/invitation/{town.link(email, 'invitation')}"
    assert "Alder School" in invited.client.get(path).text
    weak = invited.client.post(path, data={"name": "Kim", "password": "Password123456"})
    nameless = invited.client.post(path, data={"name": " ", "password": CHOSEN})
    assert (weak.status_code, nameless.status_code) == (400, 400)
    taken = invited.client.post(path, data={"name": "Kim", "password": CHOSEN})
    assert (taken.headers["location"], invited.inside()) == ("/account/second-factor", True)
    assert "Not now" in invited.client.get("/account/second-factor").text
    assert (invited.client.get(path).status_code, invited.sign_in(CHOSEN)) == (404, 303)
    assert invited.client.get("/colleagues").status_code == 200
    assert town.done(invited.account) == [
        ("invited", "Sam", "school, administrator"), ("accepted", "Kim", ""),
    ]  # fmt: skip


def test_only_roles_that_fit_the_organisation_are_offered(town: Town) -> None:
    keeper = town.person(role="admin", organisation="LA856", administers=True)
    offered = re.findall(r'name="role" value="(\w+)"', keeper.client.get("/colleagues/invite").text)
    assert offered == ["admin", "auditor", "la", "panel", "social_care"]
    for role, answer in (("parent", 400), ("school", 400), ("auditor", 303)):
        assert keeper.invite(f"{uuid4()}@example.org", role).status_code == answer
    for address in ("a@b.example,c@d.example", "Sam <a@b.example>", "a@b@c.example"):
        assert keeper.invite(address, "auditor").status_code == 400


def test_nobody_gives_more_than_their_own_role(town: Town) -> None:
    boss = town.person(administers=True)
    for role in ("la", "admin", "auditor", "provider", ""):
        assert boss.invite(f"{uuid4()}@example.org", role).status_code == 400
    officer = town.person(role="la", organisation="LA856", administers=True)
    assert officer.invite(f"{uuid4()}@example.org", "panel").status_code == 303
    keeper = town.person(role="admin", organisation="LA856")
    assert officer.send(f"/colleagues/{keeper.account}", do="end").status_code == 403
    assert keeper.inside()


def test_whoever_does_not_administer_and_whoever_is_elsewhere_do_nothing(town: Town) -> None:
    colleague, stranger = town.person(), town.person(organisation=OTHER, administers=True)
    assert colleague.client.get("/colleagues").status_code == 403
    assert colleague.invite(f"{uuid4()}@example.org").status_code == 403
    assert stranger.client.get(f"/colleagues/{colleague.account}").status_code == 404
    assert stranger.send(f"/colleagues/{colleague.account}", do="end").status_code == 404
    assert stranger.send(f"/colleagues/{stranger.account}", do="end").status_code == 404
    assert colleague.inside()


def test_a_leavers_open_session_and_keys_are_refused_at_the_next_request(town: Town) -> None:
    boss, leaver = town.person(administers=True), town.person()
    with town.registry.database.connection() as connection:
        _id, secret = accounts.create_key(
            connection, organisations=[SCHOOL], role="school", at=AT, keeper=leaver.account
        )
    bearer = {"Authorization": f"Bearer {secret}"}
    assert leaver.inside()
    link = town.link(leaver.email, "recovery")
    ended = boss.send(f"/colleagues/{leaver.account}", do="end")
    assert ended.headers["location"] == "/colleagues?said=end"
    assert (leaver.inside(), leaver.sign_in(PASSWORD)) == (False, 400)
    assert leaver.client.get("/api/v1/pupils", headers=bearer).status_code == 401
    assert leaver.client.get(f"/password/{link}").status_code == 404
    assert town.done(leaver.account) == [("ended", "Sam", "")]


def test_the_last_day_is_the_last_on_which_an_account_works(town: Town) -> None:
    boss, leaver = town.person(administers=True), town.person()
    with town.registry.database.connection() as connection:
        _id, secret = accounts.create_key(
            connection, organisations=[SCHOOL], role="school", at=AT, keeper=leaver.account
        )
    path, bearer = f"/colleagues/{leaver.account}", {"Authorization": f"Bearer {secret}"}
    wrong = [boss.send(path, do="leaves", last_on=day) for day in ("", "soon", "19/11/2026")]
    assert [one.status_code for one in wrong] == [400] * 3
    assert boss.send(path, do="leaves", last_on="20/11/2026").status_code == 303
    town.registry.clock = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
    leaver.sign_in(PASSWORD)
    assert leaver.inside()
    town.registry.clock += timedelta(minutes=2)
    assert (leaver.inside(), leaver.sign_in(PASSWORD)) == (False, 400)
    assert leaver.client.get("/api/v1/pupils", headers=bearer).status_code == 401
    boss.sign_in(PASSWORD)
    assert boss.send(path, do="stays").status_code == 303
    assert leaver.sign_in(PASSWORD) == 303


def test_a_change_holds_from_the_next_request_on(town: Town) -> None:
    officer = town.person(role="la", organisation="LA856", administers=True)
    one = town.person(role="panel", organisation="LA856")
    path = f"/colleagues/{one.account}"
    assert officer.send(path, do="change", role="admin").status_code == 400
    assert officer.send(path, do="change", role="la", administers="yes").status_code == 303
    assert one.client.get("/colleagues").status_code == 200
    assert town.done(one.account) == [("changed", "Sam", "panel; now la, administrator")]


def test_a_withdrawn_invitation_opens_nothing_and_may_be_made_again_elsewhere(town: Town) -> None:
    boss, email = town.person(administers=True), f"{uuid4()}@example.org"
    other = town.person(organisation=OTHER, administers=True)
    boss.invite(email)
    path, link = f"/colleagues/{account_of(town, email).id}", town.link(email, "invitation")
    soon = boss.send(path, do="again")
    assert (soon.status_code, "less than five minutes ago" in soon.text) == (400, True)
    town.registry.clock = AT + timedelta(minutes=6)
    assert boss.send(path, do="again").status_code == 303
    assert "already" not in boss.send(path, do="end").text
    assert boss.client.get(f"/invitation/{link}").status_code == 404
    assert other.invite(email).status_code == 303
    assert account_of(town, email).organisation == OTHER
    taken = boss.invite(email)
    assert (taken.status_code, "This address has an account" in taken.text) == (400, True)


def test_an_invitation_is_good_for_a_week_and_no_new_password_before_it(town: Town) -> None:
    boss, email = town.person(administers=True), f"{uuid4()}@example.org"
    boss.invite(email)
    link = town.link(email, "invitation")
    boss.client.post("/forgotten", data={"email": email})
    with town.registry.database.connection() as connection:
        letters = connection.execute(
            "select what from access_letter where account = %s", (account_of(town, email).id,)
        ).fetchall()
    found = []
    for days in (timedelta(days=7, minutes=-1), timedelta(days=7, minutes=1)):
        town.registry.clock = AT + days
        found.append(boss.client.get(f"/invitation/{link}").status_code)
    assert (letters, found) == ([("invitation",)], [200, 404])


def test_people_are_confirmed_and_asked_for_again_after_a_term(town: Town) -> None:
    boss = town.person(organisation=OTHER, administers=True)
    before = boss.client.get("/colleagues").text
    boss.send("/colleagues")
    after = boss.client.get("/colleagues").text
    assert "Nobody has confirmed yet" in before
    assert "Confirm again by 20 March 2027" in after
    last = [date(2027, 3, 20), date(2027, 3, 21)]
    late = []
    for day in last:
        town.registry.clock = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        boss.sign_in(PASSWORD)
        late.append("It was due again by" in boss.client.get("/colleagues").text)
    assert late == [False, True]
