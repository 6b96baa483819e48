"""Two records of one pupil: looked at side by side, merged as a person chose, and said so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi.responses import Response

from ap_registry.answering import Outcome
from ap_registry.matching import Wanted, decide
from ap_registry.meant import SAME
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import matching
from ap_registry.store.database import Connection
from ap_registry.store.matching import Person as Pupil
from api.deps import find_pupil, scope_of
from api.opened import Reader
from api.pages.forms import id_of
from api.pages.rendering import Person, page
from api.problems import HttpProblem

MERGE, PART = "merge", "part"
TWO = "They are two pupils after all"
PAIR = ("pupil_id", "other_pupil_id")
Form = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """As a pair of the inbox: the one offered to be kept first."""

    kept: Pupil
    other: Pupil

    def named(self, id_: str) -> Pupil | None:
        return next((one for one in (self.kept, self.other) if str(one.id) == id_), None)


def look(registry: Registry, person: Person, opened: Reader, form: Form) -> Response:
    """Which UPN is kept, and whose name: chosen before anything is done."""
    found = _two(registry, person, opened, form)
    return _asked(registry, person, found, form, {})


def merge(registry: Registry, person: Person, opened: Reader, form: Form) -> Response:
    found = _two(registry, person, opened, form)
    kept, details = found.named(form.get("keep", "")), found.named(form.get("details", ""))
    if kept is None or details is None:
        errors = {} if kept else {"keep": "Choose which record is kept"}
        errors |= {} if details else {"details": "Choose whose name is shown"}
        return _asked(registry, person, found, form, errors)
    gone = found.other if kept is found.kept else found.kept
    differ = found.kept.details != found.other.details
    wanted = Wanted(
        pupil=kept.id, other=gone.id, decision=SAME, reason=form.get("reason"),
        shown=details.details if differ else None,
    )  # fmt: skip
    decide(registry, person.caller, wanted)
    now = _seen(registry, person, [kept.id])[kept.id]
    return page(registry, "merged.html", person, kept=kept, gone=gone, now=now,
                chosen=_chosen(registry, person, kept.id) if differ else "")  # fmt: skip


def _chosen(registry: Registry, person: Person, pupil: UUID) -> str:
    """The notice by which somebody chose today what is shown of both; empty: none is found."""
    key, _ = find_pupil(registry, person.caller, str(pupil))
    told = read_pupil(registry, key, timeline=True)["timeline"]
    today = registry.today().isoformat()
    mine = [
        one["id"] for one in told
        if one["type"] == "pupil_details_changed" and one["occurred_on"] == today
        and person.caller.organisation in {None, one["by"]}
    ]  # fmt: skip
    return mine[-1] if mine else ""


def part(registry: Registry, person: Person, opened: Reader, form: Form) -> Response:
    """Two pupils after all: the merge is undone, what was chosen for both is taken back, and
    nobody is asked about them once more."""
    kept, gone = (id_of(form, name) for name in PAIR)
    said = {
        "pupil_id": str(kept), "occurred_on": registry.today().isoformat(),
        "reason": form.get("reason") or TWO,
    }  # fmt: skip
    other = form.get("other_upn")
    named = {"other_upn": other} if other else {"other_pupil_id": str(gone)}
    taken_back = form.get("chosen")
    notices = [
        *([{**said, "type": "void", "of": taken_back}] if taken_back else []),
        {**said, **named, "type": "merge_undone"},
    ]
    at = registry.now()

    def remember(connection: Connection, outcomes: Sequence[Outcome]) -> None:
        undone = outcomes[-1]
        if undone.event_id is not None:
            matching.remember_parted(connection, person.caller, undone.event_id, at=at)

    registry.record_many(notices, person.caller, after=remember)
    found = _seen(registry, person, [kept, gone])
    opened.at_once(person.caller, *found)
    return page(
        registry, "parted.html", person, pupils=list(found.values()), renamed=bool(taken_back)
    )


def _two(registry: Registry, person: Person, opened: Reader, form: Form) -> Two:
    ids = [id_of(form, name) for name in PAIR]
    found = _seen(registry, person, ids)
    if len(found) != len({*ids}) or len(found) != 2:
        raise HttpProblem(404, "There are no such two pupils whom you may see.")
    opened.at_once(person.caller, *ids)
    return Two(kept=found[ids[0]], other=found[ids[1]])


def _seen(registry: Registry, person: Person, ids: list[UUID]) -> dict[UUID, Pupil]:
    scope = scope_of(person.caller, registry.today())
    with registry.database.connection() as connection:
        return {one.id: one for one in matching.people(connection, scope, ids)}


def _asked(
    registry: Registry, person: Person, found: Two, form: Form, errors: Mapping[str, str]
) -> Response:
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
    return page(
        registry, "merge.html", person, 422 if errors else 200, pair=found, errors=errors,
        problems=list(errors.items()), organisation=world.organisation,
        reason=form.get("reason", ""), keep=form.get("keep", str(found.kept.id)),
        details=form.get("details", ""), differ=found.kept.details != found.other.details,
    )  # fmt: skip
