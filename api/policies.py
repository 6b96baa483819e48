"""Who may use each route: one line a route, which it is held to and the tests walk."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ap_registry import confirming, matching, quality
from ap_registry.access import GIVES, ROLES, SCOPES, SEND
from ap_registry.arranging import SENDERS as OF_ARRANGEMENTS
from ap_registry.emergency import MAY as IN_EMERGENCIES
from api.pages.boards import ROLES as OF_BOARDS
from api.pages.calendar import KEEPERS
from api.pages.deliveries import READERS as OF_DELIVERIES
from api.pages.family_help import KEEPERS as OF_FAMILY_HELP
from api.pages.family_links import MAKERS
from api.pages.ledger import READERS as OF_LEDGER
from api.pages.menu import ELSEWHERE_READERS
from api.pages.panel import ROLES as PANEL
from api.pages.rules import KEEPERS as OF_RULES
from api.policy import Policies, Policy, Shows, Who
from api.superseded import Superseded
from api.v1 import attendance, census, ctf
from api.v1.reads import READERS as OF_READS
from reports.kinds import KINDS, OUTCOME_READERS, Kind

NOBODY, NOW, EVER, OWED = Shows.NOBODY, Shows.NOW, Shows.EVER, Shows.OWED
_ANYONE = Policy(who=Who.ANYONE)


def _key(shows: Shows, roles: Iterable[str] = ROLES, *, past_wall: bool = False) -> Policy:
    return Policy(who=Who.KEY, shows=shows, roles=frozenset(roles), past_wall=past_wall)


def _send(shows: Shows, roles: Iterable[str] = ROLES) -> Policy:
    return Policy(who=Who.KEY, shows=shows, roles=frozenset(roles), scopes=frozenset({SEND}))


def _hook() -> Policy:
    """What changes a webhook: it sends on what its key reads."""
    return Policy(who=Who.KEY, scopes=frozenset(SCOPES))


def _page(shows: Shows, roles: Iterable[str] = ROLES, *, past_wall: bool = False) -> Policy:
    return Policy(who=Who.PERSON, shows=shows, roles=frozenset(roles), past_wall=past_wall)


def _people() -> Policy:
    """Accounts of one's own organisation, which tell of no pupil."""
    return Policy(who=Who.PERSON, roles=frozenset(GIVES), administers=True)


def _report(kind: Kind) -> Policy:
    """Each kind says who reads it; of one pupil a former school reads as on its last day."""
    of_one = any(option.name == "upn" for option in kind.options)
    return _key(EVER if of_one else NOW, kind.readers, past_wall=True)


_BEARER = Policy(who=Who.LINK, shows=Shows.ONE)

_API: Policies = {
    ("POST", "/notices"): _send(EVER),
    ("POST", "/attendance"): _send(EVER, attendance.SENDERS),
    ("POST", "/confirmations"): _send(NOW),
    ("POST", "/ctf"): _send(EVER, ctf.MAY),
    ("POST", "/census"): _key(EVER, census.MAY),  # compares, and records nothing
    ("POST", "/framework/adjustments"): _send(NOBODY),
    ("GET", "/pupils"): _key(NOW),
    ("GET", "/pupils/{pupil}"): _key(EVER),
    ("GET", "/pupils/{pupil}/timeline"): _key(EVER),
    ("GET", "/pupils/{pupil}/ctf"): _key(EVER, ctf.MAY),
    ("GET", "/placements"): _key(NOW),
    ("GET", "/follow-ups"): _key(OWED),
    ("GET", "/follow-ups/{follow_up}/clock"): _key(OWED),
    ("GET", "/events"): _key(NOW),
    ("GET", "/ledger/proof/inclusion/{event}"): _key(NOW, past_wall=True),
    ("GET", "/ledger/proof/consistency"): _key(NOBODY, past_wall=True),
    ("GET", "/ledger/head"): _key(NOBODY),
    ("GET", "/ledger/keys"): _key(NOBODY),
    ("GET", "/organisations"): _key(NOBODY),
    ("GET", "/organisations/{organisation}"): _key(NOBODY),
    ("GET", "/webhooks"): _key(NOBODY),
    ("POST", "/webhooks"): _hook(),
    ("GET", "/webhooks/{webhook}"): _key(NOBODY),
    ("DELETE", "/webhooks/{webhook}"): _hook(),
    ("GET", "/webhooks/{webhook}/deliveries"): _key(NOW),
    ("POST", "/webhooks/{webhook}/enable"): _hook(),
    ("POST", "/webhooks/{webhook}/ping"): _hook(),
    ("POST", "/webhooks/{webhook}/replay"): _hook(),
    ("POST", "/webhooks/{webhook}/rotate"): _hook(),
    ("GET", "/framework"): _key(NOBODY),
    ("GET", "/outcomes"): _key(NOBODY, OUTCOME_READERS, past_wall=True),
    ("GET", "/restatement"): replace(
        _key(NOBODY, OUTCOME_READERS, past_wall=True),
        superseded=Superseded(
            since=date(2026, 11, 27), until=date(2027, 11, 30), by="/api/v1/reports/restatement"
        ),
    ),
    ("GET", "/matching"): _key(NOW, quality.READERS),
    ("POST", "/matching"): _send(NOW, matching.SENDERS),
    ("GET", "/data-quality"): _key(NOW, quality.READERS),
    ("GET", "/reports"): _key(NOBODY),
    ("POST", "/reports"): _key(NOBODY),  # asks for one: it reads, and sends nothing of a pupil
    ("GET", "/reports/{report}"): _key(NOBODY),
    ("DELETE", "/reports/{report}"): _key(NOBODY),
    ("GET", "/reports/{report}/file"): _key(EVER),
    ("GET", "/reads"): _key(Shows.READS, OF_READS, past_wall=True),
    ("GET", "/emergencies"): _key(Shows.READS, OF_READS, past_wall=True),
    **{("GET", f"/reports/{kind.name}"): _report(kind) for kind in KINDS.values()},
}
_PAGES: Policies = {
    ("GET", "/"): _page(OWED),
    ("GET", "/pupils"): _page(NOW),
    ("GET", "/pupils/{pupil}"): _page(EVER),
    ("GET", "/pupils/{pupil}/notices/{event}/correct"): _page(EVER),
    ("POST", "/pupils/{pupil}/notices/{event}/correct"): _page(EVER),
    ("GET", "/pupils/{pupil}/notices/{event}/void"): _page(EVER),
    ("POST", "/pupils/{pupil}/notices/{event}/void"): _page(EVER),
    ("GET", "/pupils/{pupil}/links"): _page(NOW, MAKERS),
    ("POST", "/pupils/{pupil}/links"): _page(NOW, MAKERS),
    ("POST", "/pupils/{pupil}/links/{link}/end"): _page(NOW, MAKERS),
    ("GET", "/elsewhere"): _page(NOW, ELSEWHERE_READERS),
    ("GET", "/tasks/{name}"): _page(OWED),
    ("GET", "/boards/{name}"): _page(NOW, OF_BOARDS),
    ("GET", "/notify"): _page(NOW),
    ("GET", "/notify/{name}"): _page(NOW),
    ("POST", "/notify/{name}"): _page(EVER),
    ("GET", "/lists/confirm"): _page(NOW, confirming.SENDERS),
    ("POST", "/lists/confirm"): _page(NOW, confirming.SENDERS),
    ("GET", "/register"): _page(NOW, {"provider"}),
    ("POST", "/register"): _page(NOW, {"provider"}),
    ("GET", "/register/week"): _page(NOW, {"provider"}),
    ("POST", "/register/week"): _page(NOW, {"provider"}),
    ("GET", "/upload"): _page(NOBODY),
    ("POST", "/upload"): _page(EVER),
    ("POST", "/upload/confirm"): _page(EVER),
    ("GET", "/upload/table"): _page(EVER),
    ("GET", "/upload/template"): _page(NOBODY),
    ("GET", "/calendar"): _page(NOBODY, KEEPERS),
    ("POST", "/calendar"): _page(NOBODY, KEEPERS),
    ("GET", "/deliveries"): _page(NOBODY, OF_DELIVERIES),
    ("POST", "/deliveries"): _page(NOBODY, OF_DELIVERIES),
    ("GET", "/rules"): _page(NOBODY, OF_RULES),
    ("GET", "/rules/{rule_id}"): _page(NOBODY, OF_RULES),
    ("POST", "/rules/{rule_id}"): _page(NOBODY, OF_RULES),
    ("GET", "/outcomes"): _page(NOBODY, OUTCOME_READERS, past_wall=True),
    ("GET", "/outcomes/changes"): _page(NOBODY, OUTCOME_READERS, past_wall=True),
    ("GET", "/reports"): _page(NOBODY),
    ("GET", "/reports/{name}"): _page(EVER, past_wall=True),
    ("GET", "/reports/{name}/later"): _page(NOBODY),
    ("POST", "/reports/{name}/later"): _page(NOBODY),
    ("GET", "/reports/files"): _page(NOBODY),
    ("GET", "/reports/files/{report}"): _page(NOBODY),
    ("POST", "/reports/files/{report}"): _page(NOBODY),
    ("GET", "/reports/files/{report}/file"): _page(EVER),
    ("GET", "/reports/files/{report}/manifest"): _page(NOBODY),
    ("GET", "/panel"): _page(NOW, PANEL),
    ("GET", "/panel/cases/{case}"): _page(NOW, PANEL),
    ("GET", "/panel/cases/{case}/decide"): _page(NOW, PANEL),
    ("POST", "/panel/cases/{case}/decide"): _page(NOW, PANEL),
    ("GET", "/panel/fair-share"): _page(NOW, PANEL),
    ("GET", "/panel/minutes"): _page(NOW, PANEL),
    ("POST", "/panel/minutes/correct"): _page(NOW, PANEL),
    ("POST", "/panel/minutes/sign"): _page(NOW, PANEL),
    ("GET", "/panel/overdue"): _page(NOW, PANEL),
    ("GET", "/arrangements"): _page(NOBODY, OF_ARRANGEMENTS),
    ("GET", "/arrangements/{name}"): _page(NOBODY, OF_ARRANGEMENTS),
    ("POST", "/arrangements/{name}"): _page(NOBODY, OF_ARRANGEMENTS),
    ("GET", "/family-help"): _page(NOBODY, OF_FAMILY_HELP),
    ("GET", "/family-help/{duty}"): _page(NOBODY, OF_FAMILY_HELP),
    ("POST", "/family-help/{duty}"): _page(NOBODY, OF_FAMILY_HELP),
    ("GET", "/quality"): _page(NOW, quality.READERS),
    ("GET", "/quality/settled"): _page(NOW, quality.READERS),
    ("POST", "/quality"): _page(NOW, quality.READERS),
    ("GET", "/emergency"): _page(NOW, IN_EMERGENCIES, past_wall=True),
    ("POST", "/emergency"): _page(NOW, IN_EMERGENCIES),
    ("GET", "/emergency/{opening}"): _page(Shows.OPENED, IN_EMERGENCIES, past_wall=True),
    ("GET", "/reads"): _page(Shows.READS, OF_READS, past_wall=True),
    ("GET", "/colleagues"): _people(),
    ("POST", "/colleagues"): _people(),
    ("GET", "/colleagues/invite"): _people(),
    ("POST", "/colleagues/invite"): _people(),
    ("GET", "/colleagues/{account}"): _people(),
    ("POST", "/colleagues/{account}"): _people(),
    ("GET", "/ledger"): _page(NOBODY, OF_LEDGER, past_wall=True),
    ("GET", "/counts"): _page(NOBODY),
    ("GET", "/kept"): _page(NOBODY),
    ("POST", "/views"): _page(NOBODY),
    ("POST", "/views/{view}/delete"): _page(NOBODY),
    ("POST", "/sign-out"): _page(NOBODY),
    ("GET", "/account"): _page(NOBODY),
    ("POST", "/account/password"): _page(NOBODY),
    ("GET", "/account/second-factor"): _page(NOBODY),
    ("POST", "/account/second-factor"): _page(NOBODY),
    ("POST", "/account/second-factor/codes"): _page(NOBODY),
    ("POST", "/account/second-factor/remove"): _page(NOBODY),
    ("POST", "/account/sign-out-everywhere"): _page(NOBODY),
}
_FAMILY: Policies = {
    ("GET", "/family"): _BEARER,
    ("GET", "/family/kept"): _BEARER,
    ("GET", "/family/say"): _BEARER,
    ("POST", "/family/say"): _BEARER,
    ("GET", "/family/ask"): _BEARER,
    ("POST", "/family/ask"): _BEARER,
    ("GET", "/family/wrong"): _BEARER,
    ("POST", "/family/wrong"): _BEARER,
    ("POST", "/family/shut"): _BEARER,
}
_OPEN = (
    ("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/sign-in/oidc"),
    ("GET", "/sign-in/oidc/back"), ("GET", "/sign-in/oidc/out"),
    ("GET", "/sign-in/code"), ("POST", "/sign-in/code"),
    ("GET", "/forgotten"), ("POST", "/forgotten"), ("GET", "/password/{token}"),
    ("POST", "/password/{token}"), ("GET", "/invitation/{token}"),
    ("POST", "/invitation/{token}"), ("GET", "/docs"), ("GET", "/openapi.json"),
    ("GET", "/family/closed"), ("GET", "/family/link/{token}"), ("POST", "/family/link/{token}"),
    ("GET", "/accessibility"), ("GET", "/privacy"),
    ("GET", "/problems/{status}"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"),
)  # fmt: skip
POLICIES: Policies = {
    **{(method, f"/api/v1{path}"): policy for (method, path), policy in _API.items()},
    **_PAGES,
    **_FAMILY,
    **dict.fromkeys(_OPEN, _ANYONE),
}
