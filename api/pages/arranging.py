"""What an LA has decided about how the registry works for it, and the words that families read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.arrangements import VALUES, Arrangement, in_force
from ap_registry.arranging import SENDERS as KEEPERS
from ap_registry.arranging import arrange
from ap_registry.errors import Refused
from ap_registry.fields import BadValue
from ap_registry.registry import Registry
from ap_registry.store.arrangements import read_arrangements
from api.deps import TheRegistry
from api.pages.days import read_day
from api.pages.family.catalogue import ENGLISH
from api.pages.family.rendering import environment
from api.pages.refusals import days_first
from api.pages.rendering import Person, check_form, page, see_other
from api.problems import HttpProblem

router = APIRouter(prefix="/arrangements")
MOST = 200  # characters of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """``values``: each with what it means; ``unsaid``: what holds where nothing was decided."""

    title: str
    about: str
    values: Mapping[str, str]
    unsaid: str


CHOICES: Mapping[str, Choice] = {
    "words": Choice(
        title="What families’ pages call it", unsaid="alternative_provision",
        about="The private pages of families in your area use one name for education outside the"
        " main school.",
        values={
            "alternative_provision": "Alternative provision",
            "complementary_provision": "Complementary provision",
        },
    ),
    "lists": Choice(
        title="Lists confirmed each half-term", unsaid="off",
        about="Every school and provider in your area is asked, by the end of each half-term, to"
        " confirm its list of pupils elsewhere, part time and off roll.",
        values={"on": "They are asked", "off": "They are not asked"},
    ),
    "notices": Choice(
        title="What a school files here counts as told to you", unsaid="off",
        about="A school that files an exclusion, a cancellation or a change of its roll owes you a"
        " notice of it. You may take the filing for that notice: you then get a message.",
        values={"registry": "Filing it here tells us", "off": "Schools tell us themselves"},
    ),
    "health": Choice(
        title="Health partners are told of placements", unsaid="off",
        about="Your health partner is told when a placement starts and ends, is asked to answer,"
        " and is invited to reviews for health. No law asks for it: name your lawful basis.",
        values={"on": "They are told", "off": "They are not told"},
    ),
}  # fmt: skip


def _own(person: Person) -> str:
    own = person.caller.organisation
    if person.caller.role not in KEEPERS or own is None:
        raise HttpProblem(403, "Local authorities decide how the registry works in their area.")
    return own


def _known(name: str) -> Choice:
    if name not in CHOICES:
        raise HttpProblem(404, "There is nothing of this name to decide.")
    return CHOICES[name]


@router.get("")
def listed(registry: TheRegistry, person: Person, said: str = "") -> Response:
    own, today = _own(person), registry.today()
    with registry.database.connection() as connection:
        found = read_arrangements(connection)
    now = {name: in_force(found, own, name, today) for name in CHOICES}
    coming = {
        name: [one for one in found.get((own, name), ()) if one.from_on > today] for name in CHOICES
    }
    return page(
        registry, "arrangements.html", person, choices=CHOICES, now=now, coming=coming,
        said=CHOICES[said].title if said in CHOICES else "",
        called=_called(now["words"].value if now["words"] else CHOICES["words"].unsaid),
    )  # fmt: skip


@router.get("/{name}")
def form(registry: TheRegistry, person: Person, name: str) -> Response:
    own, choice = _own(person), _known(name)
    with registry.database.connection() as connection:
        held = in_force(read_arrangements(connection), own, name, registry.today())
    values = {"value": held.value if held else choice.unsaid}
    return _form(registry, person, name, {**values, "basis": (held and held.basis) or ""}, {})


@router.post("/{name}")
async def decide(request: Request, registry: TheRegistry, person: Person, name: str) -> Response:
    """From a day on; what held before stays on record."""
    given = {
        key: str(value).replace("\x00", "").strip()[:MOST]
        for key, value in (await request.form()).items()
    }
    check_form(person, given.get("csrf"))
    _own(person), _known(name)
    return await run_in_threadpool(_decide, registry, person, name, given)


def _decide(registry: Registry, person: Person, name: str, given: Mapping[str, str]) -> Response:
    from_on, wrong = _first_day(given.get("from", ""), registry.today())
    if given.get("value") not in VALUES[name]:
        wrong = {"value": "Choose one", **wrong}
    if wrong:
        return _form(registry, person, name, given, wrong)
    wanted = Arrangement(
        organisation=_own(person), name=name, from_on=from_on, value=given["value"],
        basis=given.get("basis"),
    )  # fmt: skip
    try:
        with registry.database.connection() as connection:
            arrange(registry, connection, wanted, person.caller)
    except Refused as refused:
        if refused.status != 422:
            raise
        wrong = {one.pointer.lstrip("/"): one.detail for one in refused.problems}
        return _form(registry, person, name, given, wrong)
    return see_other(f"/arrangements?said={name}")


def _first_day(text: str, today: date) -> tuple[date, dict[str, str]]:
    """Today where none is given; not a day that is over, on which others were told otherwise."""
    try:
        found = read_day(text) if text else today
    except BadValue as bad:
        return today, {"from": days_first(f"The day {bad.detail}")}
    if found < today:
        return today, {"from": "The day must be today or later"}
    return found, {}


def _form(
    registry: Registry, person: Person, name: str, values: Mapping[str, str],
    errors: Mapping[str, str],
) -> Response:  # fmt: skip
    choice = CHOICES[name]
    said = {value: _called(value) for value in choice.values} if name == "words" else {}
    return page(
        registry, "arrangement.html", person, 422 if errors else 200, name=name, choice=choice,
        values=values, errors=errors, said=said,
    )  # fmt: skip


def _called(value: str) -> str:
    """The sentence of families' pages, by their own template."""
    part = environment(ENGLISH).get_template("family/called.html").module
    return str(part.called(value)).strip()  # type: ignore[attr-defined]
