"""A family speaks: what it thinks, what it asks for, what is wrong. Each is a notice of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from ap_registry.family_view import TOLD, Place, Shown
from api.deps import TheRegistry
from api.opened import Opened as Opens
from api.opened import Reader
from api.pages.family.checking import check_csrf
from api.pages.family.rendering import PATH, Bearer, TheBearer, go, show
from api.pages.family.showing import facts

router = APIRouter(prefix=PATH)
MOST = 4_000  # letters
SHARES = ("all", "not_parent", "not_school")
Short = Annotated[str, Form(max_length=100)]
Words = Annotated[str, Form(max_length=20_000)]


@router.get("/say")
def say_page(request: Request, registry: TheRegistry, reader: TheBearer, opens: Opens) -> Response:
    return _say(_asked(request, registry, reader, opens), {}, {})


@router.post("/say")
def say(
    request: Request, registry: TheRegistry, reader: TheBearer, opens: Opens, csrf: Short = "",
    form: Short = "", words: Words = "", feeling: Short = "", share: Short = "all",
) -> Response:  # fmt: skip
    """What is kept from a school or a parent is told to nobody there."""
    check_csrf(reader, csrf)
    asked = _asked(request, registry, reader, opens)
    wrong = _wrong(words)
    if wrong:
        return _say(asked, {"words": words, "feeling": feeling, "share": share}, wrong)
    view: dict[str, Any] = {
        "type": "view_recorded", "whose": reader.opened.link.reader, "words": words.strip(),
        "share": share if share in SHARES else "all",
    }  # fmt: skip
    if feeling in set("12345"):
        view["feeling"] = int(feeling)
    return _record(asked, form, view)


@router.get("/ask")
def ask_page(
    request: Request, registry: TheRegistry, reader: TheBearer, opens: Opens, of: str = ""
) -> Response:
    asked = _asked(request, registry, reader, opens)
    wanted = request.query_params.get("request", "")
    if not asked.shown.may_ask:
        return asked.page("no_right.html", 403)
    return _ask(asked, of, wanted, "", {}) if (of, wanted) in _open(asked.shown) else go(PATH)


@router.post("/ask")
def ask(
    request: Request, registry: TheRegistry, reader: TheBearer, opens: Opens, csrf: Short = "",
    form: Short = "", words: Words = "", of: Short = "",
    wanted: Annotated[str, Form(alias="request", max_length=100)] = "",
) -> Response:  # fmt: skip
    """The request opens what the rules say; the words beside it are the parent's view of it."""
    check_csrf(reader, csrf)
    asked = _asked(request, registry, reader, opens)
    if not asked.shown.may_ask:
        return asked.page("no_right.html", 403)
    if (of, wanted) not in _open(asked.shown):
        return go(PATH)
    wrong = _wrong(words, needed=wanted == "representations")
    if wrong:
        return _ask(asked, of, wanted, words, wrong)
    notices: list[dict[str, Any]] = [{"type": "parent_request", "of": of, "request": wanted}]
    if words.strip():
        notices.append({"type": "view_recorded", "whose": reader.opened.link.reader, "about": of,
                        "words": words.strip(), "share": "all"})  # fmt: skip
    return _record(asked, form, *notices)


@router.get("/wrong")
def wrong_page(
    request: Request, registry: TheRegistry, reader: TheBearer, opens: Opens
) -> Response:
    return _wrongs(_asked(request, registry, reader, opens), {}, {})


@router.post("/wrong")
def wrong(
    request: Request, registry: TheRegistry, reader: TheBearer, opens: Opens, csrf: Short = "",
    form: Short = "", words: Words = "", of: Short = "",
) -> Response:  # fmt: skip
    """Nothing is changed by it: whoever sent the notice must answer, or put it right."""
    check_csrf(reader, csrf)
    asked = _asked(request, registry, reader, opens)
    found = _wrong(words)
    if of not in {str(event) for event in _events(asked)}:
        found = {"of": "choose", **found}
    if found:
        return _wrongs(asked, {"words": words, "of": of}, found)
    return _record(asked, form, {"type": "disputed", "of": of, "words": words.strip()})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    request: Request
    registry: TheRegistry
    reader: Bearer
    shown: Shown

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        opened = self.reader.opened
        return show(
            self.request, self.registry, template, status, language=opened.language,
            csrf=opened.csrf, s=self.shown, **values,
        )  # fmt: skip


def _asked(request: Request, registry: TheRegistry, reader: Bearer, opens: Reader) -> _Asked:
    opens.at_once(reader.opened.link.caller, reader.record.shown_as)
    shown = facts(registry, reader)
    return _Asked(request=request, registry=registry, reader=reader, shown=shown)


def _wrong(words: str, *, needed: bool = True) -> dict[str, str]:
    """The field and what is wrong with it; the page has the words."""
    if needed and not words.strip():
        return {"words": "empty"}
    return {"words": "long"} if len(words) > MOST else {}


def _open(shown: Shown) -> set[tuple[str, str]]:
    """What may be asked for today, and about what, by whoever may ask."""
    found = {(str(d), "review_meeting") for d in shown.directions}
    for out in shown.out:
        if not out.decided and "representations" not in out.asked:
            found.add((str(out.event), "representations"))
    if shown.review_by:
        found.add((str(shown.review_by[0]), "independent_review"))
    return found | {(str(of), "sen_expert") for of in shown.experts}


def _details(asked: _Asked) -> UUID | None:
    """The notice that says who the pupil is."""
    details = asked.reader.record.seen.pupil.details
    return details[-1].id if details else None


def _events(asked: _Asked) -> list[UUID]:
    about: list[Place | Any] = [*asked.shown.places, *asked.shown.out]
    details = _details(asked)
    return [*(one.event for one in about), *([details] if details else [])]


def new_reference() -> str:
    """So that a form sent twice is one notice; all families share one sender, so it is long."""
    return f"F-{uuid4().hex}"


def _say(asked: _Asked, values: Mapping[str, str], wrong: Mapping[str, str]) -> Response:
    return asked.page(
        "say.html", 422 if wrong else 200, values=values, wrong=wrong, form=new_reference()
    )


def _ask(asked: _Asked, of: str, wanted: str, words: str, wrong: Mapping[str, str]) -> Response:
    return asked.page(
        "ask.html", 422 if wrong else 200, of=of, wanted=wanted, words=words, wrong=wrong,
        form=new_reference(),
    )  # fmt: skip


def _wrongs(asked: _Asked, values: Mapping[str, str], wrong: Mapping[str, str]) -> Response:
    return asked.page(
        "wrong.html", 422 if wrong else 200, values=values, wrong=wrong, form=new_reference(),
        details=_details(asked),
    )  # fmt: skip


def _record(asked: _Asked, form: str, *notices: dict[str, Any]) -> Response:
    """By the ordinary way, all or none; the answer says who must do what by when."""
    record, caller = asked.reader.record, asked.reader.opened.link.caller
    sent = [
        {**notice, "pupil_id": str(record.shown_as), "occurred_on": str(record.today),
         "ref": f"{form or new_reference()}-{number}"}
        for number, notice in enumerate(notices, 1)
    ]  # fmt: skip
    outcomes = asked.registry.record_many(sent, caller, array=True)
    opened = [
        owed for outcome in outcomes for owed in (outcome.receipt or {})["follow_ups"]["opened"]
        if owed["kind"] in TOLD
    ]  # fmt: skip
    names = {
        owed["owner"]: found.name for owed in opened
        if not asked.shown.guarded and (found := record.world.organisation(owed["owner"]))
    }  # fmt: skip
    return asked.page(
        "sent.html", opened=opened, names=names, share=sent[-1].get("share", "all"),
        wanted=sent[0].get("request", ""),
    )  # fmt: skip
