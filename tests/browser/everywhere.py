"""Every page and for whom it is: a new page joins the tests by a line here.

``PAGES``: role -> paths, of a world that ``fill`` makes. ``{pupil}`` and the like are filled in by
``fill``'s answer. Each page is visited by each role named, and must hold for all of them.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pyotp

from ap_registry.access import Caller
from ap_registry.emergency import open_record
from ap_registry.registry import Registry
from ap_registry.store import (
    access_links,
    accounts,
    colleagues,
    family_links,
    kept_forms,
    report_runs,
    second_factors,
)
from ap_registry.store.kept_forms import Kept
from ap_registry.store.key_holders import KeyHolder
from ap_registry.store.who import pupil_named
from tests.api.family import record_mother
from tests.browser.conftest import PASSWORD
from tests.world import PRU, PUPIL, SCHOOL, notify, register_pupil, send_register, upn

NOBODY = "nobody"  # who has not signed in
BEARER = "bearer"  # who opened a private link
AUNT = "aunt"  # as the bearer, without the rights of a parent
HALFWAY = "halfway"  # whose account asks for a code too
EVERYBODY = ("/", "/pupils", "/pupils/{pupil}", "/notify")
PAGES: Mapping[str, tuple[str, ...]] = {
    NOBODY: (
        "/docs",
        "/problems/422",
        "/accessibility",
        "/privacy",
        "/sign-in",
        "/forgotten",
        "/password/{token}",
        "/invitation/{invitation}",
        "/nowhere",
        "/family/closed",
        "/family/closed?kept=1",
        "/sign-in?next=%2Fkept",
        "/family/link/{family}",
        "/family/link/over",
        "/family/nowhere",
        "/invitation/over",
        "/password/over",
        "/problems/999",
        "/pupils/{pupil}",
    ),
    BEARER: (
        "/family",
        "/family/say",
        "/family/wrong",
        "/family/ask?of={out}&request=representations",
        "/family/kept",
    ),
    AUNT: ("/family/ask?of={out}&request=representations",),
    HALFWAY: ("/sign-in/code",),
    "school": (
        *EVERYBODY,
        "/?status=overdue",
        "/?status=open",
        "/pupils?q=exampel",
        "/pupils?q=",
        "/pupils?q=nobody",
        "/notify/suspension",
        "/notify/suspension?whole=true",
        "/notify/notified?upn={pupil}&of={event}&to=parent",
        "/pupils/{pupil}/notices/{event}/correct",
        "/pupils/{pupil}/notices/{event}/void",
        "/notify/placement_started",
        "/kept",
        "/pupils/{other}/links",
        "/tasks/families",
        "/elsewhere",
        "/lists/confirm",
        "/upload",
        "/calendar",
        "/reports",
        "/reports/school",
        "/reports/school?to=2026-11-20",
        "/reports/governors?to=2026-11-20",
        "/reports/progress?upn={pupil}",
    ),
    "provider": (
        *EVERYBODY,
        "/notify/outreach_session",
        "/register",
        "/register/week",
        "/elsewhere",
        "/tasks/referrals",
        "/tasks/outreach",
        "/tasks/reviews",
        "/tasks/assessments",
        "/tasks/targets",
        "/tasks/results",
        "/tasks/destinations",
        "/lists/confirm",
        "/outcomes?year=2026",
        "/reports/outcomes",
    ),
    "la": (
        *EVERYBODY,
        "/pupils/{pupil}?as_at=2026-11-20&on=2026-10-01",
        "/outcomes?year=2026",
        "/outcomes/changes?year=2026&from=2026-11-19",
        "/calendar",
        "/deliveries",
        "/deliveries?status=failed",
        "/rules",
        "/rules?show=set",
        "/rules/part-time.limit",
        "/rules/governors.meeting",
        "/upload",
        "/quality",
        "/quality/settled",
        "/tasks/family-words",
        "/arrangements",
        "/arrangements/words",
        "/arrangements/health",
        "/family-help",
        "/family-help?said=sendiass",
        "/family-help/families",
        "/boards/sixth-day",
        "/boards/section-19",
        "/emergency",
        "/colleagues",
        "/colleagues?said=invited",
        "/colleagues/invite",
        "/colleagues/{colleague}",
        "/colleagues/{invited}",
        "/reports",
        "/reports/outcomes",
        "/reports/movements?from=2025-09-01&to=2026-11-20",
        "/reports/dashboard?from=2025-09-01&to=2026-11-20&publish=true",
        "/reports/census?year=2027",
        "/reports/children-not-in-school?on=2026-11-20",
        "/reports/outcomes/later?from=2025-09-01",
        "/reports/files",
        "/reports/files/{report}",
    ),
    "panel": (
        *EVERYBODY,
        "/?whose=all",
        "/panel",
        "/panel?on=2026-11-19",
        "/panel/cases/{case}",
        "/panel/cases/{case}/decide",
        "/panel/fair-share",
        "/panel/overdue",
        "/panel/minutes",
        "/notify/fair_access_decision",
        "/reports/panel",
        "/reports/panel?on=2026-11-20&format=html",
    ),
    "health": (
        "/",
        "/tasks/movements",
        "/tasks/in-hand",
        "/tasks/meetings",
        "/pupils",
        "/notify",
        "/notify/health_response",
        "/account",
        "/kept",
        "/account/second-factor",
    ),
    "social_care": (
        "/",
        "/elsewhere",
        "/emergency",
        "/emergency/{opening}",
        "/tasks/day-one",
        "/tasks/coming-reviews",
        "/tasks/attendance",
    ),
    "admin": (
        *EVERYBODY,
        "/elsewhere",
        "/colleagues",
        "/boards/sixth-day",
        "/panel",
        "/upload",
        "/ledger",
        "/reads",
        "/reports",
    ),
    "auditor": (
        "/",
        "/register",
        "/pupils/nobody",
        "/reads",
        "/ledger",
        "/ledger?event={event}",
        "/reports",
    ),
}
# What answers otherwise than with 200: what is not there, is over, or is not for that person.
REFUSED: Mapping[tuple[str, str], int] = {
    (NOBODY, "/nowhere"): 404,
    (NOBODY, "/family/link/over"): 404,
    (NOBODY, "/family/nowhere"): 404,
    (NOBODY, "/invitation/over"): 404,
    (NOBODY, "/password/over"): 404,
    (NOBODY, "/problems/999"): 404,
    (AUNT, "/family/ask?of={out}&request=representations"): 403,
    ("school", "/pupils?q="): 422,
    ("school", "/pupils?q=nobody"): 404,
    ("auditor", "/register"): 403,
    ("auditor", "/pupils/nobody"): 404,
}


ASKED = "/notify/review_held?whole=true&upn={pupil}&occurred_on=20/11/2026&attended=school"
# Whose form is sent as it is opened.
FORMS: Mapping[str, tuple[str, ...]] = {
    NOBODY: ("/sign-in", "/forgotten", "/password/{token}", "/invitation/{invitation}",
             "/family/link/{family}"),
    BEARER: ("/family/say", "/family/wrong", "/family/ask?of={out}&request=representations"),
    "school": (
        "/notify/suspension?whole=true", ASKED, "/pupils/{pupil}/notices/{event}/correct",
        "/pupils/{pupil}/notices/{event}/void", "/upload", "/reports/school/later",
        "/pupils/{other}/links",
    ),
    "la": (
        "/emergency", "/colleagues/invite", "/colleagues/{colleague}", "/rules/part-time.limit",
        "/family-help/families",
    ),
}  # fmt: skip
DONE = frozenset(
    {"/forgotten", "/reports/school/later", "/colleagues/{colleague}", ASKED}
)  # nothing is wrong with those


def fill(registry: Registry) -> dict[str, str]:
    """Two pupils with a bit of everything; answer what the paths name."""
    register_pupil(registry)
    register_pupil(registry, upn=upn(2), given_name="Ben", family_name="Sample")
    placed = {"commissioner": SCHOOL, "provider": PRU, "reason": "behaviour", "intent": "return",
              "ends_on": "2027-02-12", "sessions_per_week": 4, "by": SCHOOL}  # fmt: skip
    notify(registry, "placement_started", "2026-09-07", ref="P-1", **placed)
    said = notify(
        registry, "suspension", "2026-09-21", school=SCHOOL, sessions=4, ends_on="2026-09-22",
        reasons=["PP"], ref="S-1", by=SCHOOL,
    )  # fmt: skip
    notify(registry, "correction", "2026-09-24", of="S-1", fields={"sessions": 3},
           reason="came back at noon", by=SCHOOL)  # fmt: skip
    notify(
        registry, "suspension", "2026-10-05", school=SCHOOL, sessions=2, ends_on="2026-10-05",
        reasons=["BU"], ref="S-2", by=SCHOOL,
    )  # fmt: skip
    notify(registry, "void", "2026-10-06", of="S-2", reason="another pupil", by=SCHOOL)
    out = notify(registry, "permanent_exclusion", "2026-11-04", upn=upn(2), school=SCHOOL,
                 reasons=["PP"])  # fmt: skip
    case = notify(registry, "fair_access_referral", "2026-10-12", category="d", by=SCHOOL)
    notify(registry, "referral", "2026-11-02", upn=upn(2), route="other", provider=PRU,
           objectives=["settle"], by=SCHOOL)  # fmt: skip
    notify(registry, "outreach_started", "2026-11-02", upn=upn(2), provider=PRU, school=SCHOOL,
           focus="anger", by=PRU)  # fmt: skip
    notify(registry, "target_agreed", "2026-09-14", qualification="gcse", subject="maths",
           level="2", by=PRU)  # fmt: skip
    send_register(registry, f"upn,organisation,date,session,code\n{PUPIL},{PRU},2026-11-20,AM,/\n")
    family, code = family_link(registry, upn(2))
    _kept(registry, family)
    aunt, aunt_code = family_link(registry, upn(2), relation="aunt", parental_responsibility=False)
    return {
        "other": upn(2),
        "out": str(out["event"]["id"]),
        "family": family,
        "code": code,
        "aunt": aunt,
        "aunt_code": aunt_code,
        "token": _second_step(registry),
        **_colleagues(registry),
        "opening": _opened(registry),
        "pupil": PUPIL,
        "event": str(said["event"]["id"]),
        "case": str(case["event"]["id"]),
        "report": str(_report(registry)),
    }


def _colleagues(registry: Registry) -> dict[str, str]:
    """Two of the LA: one with a last day, one invited by a link that is good."""
    at, by = registry.now(), Caller(actor="account:0", role="la", organisations=("LA856",))
    with registry.database.connection() as connection:
        leaver = accounts.add_account(
            connection, email="leaver@example.org", name="Lee Leaver", password=PASSWORD,
            organisation="LA856", role="panel", at=at,
        )  # fmt: skip
        one = colleagues.one_of(connection, by, leaver, at=at)
        colleagues.set_last_day(
            connection, by, one, date(2026, 12, 18), at=at, today=registry.today()
        )
        invited = colleagues.invite(
            connection, by, email="new@example.org", role="la", organisation="LA856", at=at
        )
        link = access_links.make_link(connection, invited, access_links.INVITATION, at=at)
    return {"colleague": str(leaver), "invited": str(invited), "invitation": link}


def _opened(registry: Registry) -> str:
    """A restricted pupil with a contact, whose record a social worker has opened."""
    notify(registry, "contact_recorded", "2026-09-01", by=SCHOOL, name="Jo Example",
           relation="mother", parental_responsibility=True, phone="01632 960001",
           address="1 Made-Up Lane")  # fmt: skip
    notify(registry, "pupil_details_changed", "2026-11-02", by="LA856", restricted=True)
    with registry.database.connection() as connection:
        one = accounts.account_named(connection, "social_care@example.org", at=registry.now()).id
    caller = Caller(actor=f"account:{one}", role="social_care", organisations=("LA856",))
    reason = "Ann was not collected and her mother cannot be reached, says the school."
    return str(open_record(registry, caller, one, wanted=PUPIL, reason=reason))


def _kept(registry: Registry, token: str) -> None:
    """Forms of the school's person and of the mother, that came after their sessions."""
    at, seals = registry.now(), registry.seals
    form = Kept("/notify/suspension", [("at", "pupil"), ("do", "next"), ("upn", PUPIL)])
    with registry.database.connection() as connection:
        one = accounts.account_named(connection, "school@example.org", at=at).id
        link = family_links.of_token(connection, token)
        assert link is not None
        kept_forms.keep(connection, one, form, at=at, seals=seals)
        said = Kept("/family/say", [("words", "Maths is too easy.")])
        kept_forms.keep(connection, link.id, said, at=at, seals=seals)


def family_link(registry: Registry, pupil: str, **facts: object) -> tuple[str, str]:
    """Of the pupil's mother, or whoever the facts say, through Alder School: token and code."""
    contact = record_mother(registry, upn=pupil, **facts)
    caller = Caller(actor="test", role="school", organisations=(SCHOOL,))
    with registry.database.connection() as connection:
        pupil_id = pupil_named(connection, pupil)
        assert pupil_id is not None
        made = family_links.make(
            connection, pupil_id, shown_as=pupil_id, contact=UUID(contact), guarded=False,
            by=caller, account=uuid4(), at=registry.now(), lasts=timedelta(days=90),
        )  # fmt: skip
    return made.token, made.code


def _report(registry: Registry) -> UUID:
    """That the LA asked for each month, and nobody has made yet."""
    caller = Caller(actor="account:0", role="la", organisations=("LA856",))
    asker = KeyHolder(key_id=uuid4(), caller=caller, named=("LA856",), scopes=frozenset())
    with registry.database.connection() as connection:
        return report_runs.ask(
            connection, asker, kind="outcomes", format="pdf", given={"from": "2025-09-01"},
            every="month", tell="colleagues",
        )  # fmt: skip


def _second_step(registry: Registry) -> str:
    """An account that asks for a code, by the real clock; answer a link to a new password."""
    email = f"{HALFWAY}@example.org"
    with registry.database.connection() as connection:
        accounts.add_account(
            connection, email=email, name="Sam", password=PASSWORD, organisation=SCHOOL,
            role="school", at=registry.now(),
        )  # fmt: skip
        account = accounts.account_named(connection, email, at=registry.now()).id
        code = pyotp.TOTP(
            second_factors.begin(connection, account, at=registry.now(), seals=registry.seals)
        ).now()
        second_factors.confirm(
            connection, account, code, at=datetime.now(UTC), seals=registry.seals
        )
        return access_links.make_link(connection, account, "recovery", at=registry.now())
