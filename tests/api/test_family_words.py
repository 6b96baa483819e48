"""The words of the family pages: a child of ten reads them, and another language has them all."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from gettext import GNUTranslations, NullTranslations
from html import unescape
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from ap_registry.codes import EXCLUSION_REASONS, PLACEMENT_REASON
from ap_registry.family_exclusions import Out
from ap_registry.family_view import TOLD, Help, Next, Place, Shown
from ap_registry.store.access_links import FAMILY_LINK
from ap_registry.store.kept_forms import Kept
from api.pages.family.catalogue import FOLDER, MONTHS, NAMES, compiled, entries
from api.pages.family.extracting import messages, updated
from api.pages.family.rendering import speaking
from api.pages.family.showing import Follows, Sent
from jobs.access_letters import TEXTS
from tests.api.reading_age import filled, reading_age, syllables

ELEVEN, NINE = 11, 9
LAW = {"alternative", "complementary", "independent", "representations"}  # words that letters have
DAY = date(2026, 11, 20)
PLACES = ("roll", "placement", "direction", "outreach", "part_time", "return")


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("The cat sat on the mat.", 3.6),
        ("The governing board considers representations concerning permanent exclusion.", 25.0),
    ],
)
def test_the_age_is_counted_as_flesch_and_kincaid_count_it(text: str, age: float) -> None:
    assert reading_age(text) == pytest.approx(age, abs=0.5)


@pytest.mark.parametrize("message", [one for one in messages() if re.search(r"[.?:]$", one)])
def test_a_child_of_eleven_reads_every_sentence(message: str) -> None:
    assert reading_age(filled(message)) <= ELEVEN


def test_a_child_of_eleven_reads_the_letter_with_the_link() -> None:
    letter = TEXTS[FAMILY_LINK].format(organisation="Alder School", link="")
    assert reading_age(letter) <= NINE
    sentences = re.findall(r"[^.?:]+[.?:]", letter)
    assert [one for one in sentences if reading_age(one) > ELEVEN] == []


def test_a_child_of_nine_reads_the_pages_as_a_whole() -> None:
    sentences = [filled(one) for one in messages() if re.search(r"[.?:]$", one)]
    assert reading_age(" ".join(sentences)) <= NINE


def test_no_long_word_but_those_of_the_law_that_letters_have() -> None:
    words = {word.lower() for one in messages() for word in re.findall(r"[^\W\d_]{4,}", one)}
    assert {word for word in words if syllables(word) > 3} <= LAW


def _shown(*, you: bool, guarded: bool) -> Shown:
    """Everything that a page may have to say of one pupil at once."""
    name = None if guarded else "[Alder]"
    place = Place(event=uuid4(), kind="roll", name=name, since=DAY, until=DAY, sessions=4,
                  why="behaviour")  # fmt: skip
    out = Out(event=uuid4(), kind="suspension", school=name, since=DAY, until=DAY, days=2.5,
              reasons=tuple(EXCLUSION_REASONS.codes), governors="meet", decided=False,
              asked=frozenset())  # fmt: skip
    return Shown(
        first_name="[Ann]", you=you, guarded=guarded, may_ask=True, la="[Leicester]",
        provision="complementary_provision",
        places=(*(replace(place, kind=kind) for kind in PLACES),
                *(replace(place, kind="placement", why=why, until=None)
                  for why in (*PLACEMENT_REASON, "new one"))),
        out=(out, replace(out, kind="permanent", until=None, governors="consider"),
             replace(out, kind="lunchtime", governors="meet_if_asked", reasons=("??",))),
        suspended_days=2.5, most_days=45,
        next=(*(Next(kind=kind, owner="[Alder]", due_on=DAY, late=True) for kind in TOLD),
              Next(kind="dispute", owner="[Alder]", due_on=DAY, late=False, out=DAY),
              Next(kind="dispute", owner="[Alder]", due_on=DAY, late=False, place="[Bridge]")),
        review_by=(event := uuid4(), DAY), experts=(event,), directions=(uuid4(),),
        help=(*(Help(kind=kind, name=f"[{kind}]", email=None, phone="1", ask_for="[Lee]",
                     hours="[noon].")
                for kind in ("school", "provider", "la", "sendiass")),
              Help(kind="la", name="[la]", email="[office]"),
              Help(kind="la", name="[la]", email=None)),
        numbers={"representations": 50, "apply": 15, "hearing": 16, "sixth_day": 6, "of_age": 18},
    )  # fmt: skip


def _pages() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each template with all that it may be asked to say."""
    yield "closed.html", {"over": True, "kept": False}
    for kept in (False, True):
        yield "closed.html", {"over": False, "kept": kept}
    yield "kept.html", {"csrf": "c", "kept": Kept("/family/say", [("words", "[w]")])}
    for said in (403, 404, 409, 413, 429, 500):
        yield "problem.html", {"said": said}
    given = {"day": "", "month": "", "year": ""}
    for wrong in ({}, {"born": True}, {"code": True}, {"left": 1}, {"left": 4}):
        yield "check.html", {"given": given, "wrong": wrong}
    asked = ("representations", "independent_review", "sen_expert", "review_meeting")
    follows = Follows(kind="dispute", owner="[Alder]", due_on=DAY, done_on=None, late=True,
                      over=False)  # fmt: skip
    done = replace(follows, over=True, done_on=DAY)
    view = Sent(type="view_recorded", on=DAY, request="", words="[I like art]", share="not_school",
                follows=())  # fmt: skip
    sent = [
        view,
        replace(view, type="disputed", follows=(follows, done, replace(done, done_on=None))),
        *(replace(view, type="parent_request", request=one, words=None) for one in asked),
    ]
    for you in (True, False):
        for guarded in (True, False):
            full = _shown(you=you, guarded=guarded)
            bare = replace(full, places=(), out=(), next=(), help=(), suspended_days=0)  # fmt: skip
            plain = replace(full, provision="alternative_provision")
            for s in (full, bare, plain, replace(full, may_ask=False)):
                about = {"s": s, "csrf": "c", "form": "f"}
                yield "where.html", {**about, "help": s.help, "sent": sent}
                yield "no_right.html", about
                for wrong in ({}, {"words": "empty"}, {"words": "long", "of": "choose"}):
                    yield "say.html", {**about, "values": {}, "wrong": wrong}
                    yield "wrong.html", {**about, "values": {}, "wrong": wrong, "details": uuid4()}
                    for wanted in asked:
                        yield "ask.html", {**about, "of": "o", "wanted": wanted, "words": "",
                                           "wrong": wrong}  # fmt: skip
                about |= {"names": {"1": "[Alder]"}, "wanted": ""}
                opened = [{"kind": "dispute", "due_on": "2026-12-20", "owner": "1"}]
                yield "sent.html", {**about, "opened": opened, "share": "all",
                                    "wanted": "representations"}  # fmt: skip
                for share in ("all", "not_school", "not_parent"):
                    yield "sent.html", {**about, "opened": [], "share": share}


def _marked() -> GNUTranslations:
    """A language that says of each message only that it went through the catalogue."""
    said = {"": "Plural-Forms: nplurals=2; plural=n != 1;\nContent-Type: text/plain; charset=UTF-8"}
    for one, more in messages().items():
        said[f"{one}\0{more}" if more else one] = f"«{one}»\0«{more}»" if more else f"«{one}»"
    return GNUTranslations(BytesIO(compiled(said)))


def test_no_word_of_a_page_bypasses_the_catalogue_and_none_of_the_catalogue_is_unused() -> None:
    pages, bare, used = speaking(_marked()), set(), set()
    for template, values in _pages():
        text = pages.get_template(f"family/{template}").render(
            language="xx", languages=(("en", "[English]"), ("xx", "[Xx]")), practice=DAY,
            today=DAY, **values,
        )  # fmt: skip
        body = text.partition("</head>")[2] + " ".join(re.findall("<title>(.*?)</title>", text))
        told = " ".join(re.findall(r'aria-label="([^"]*)"', body))
        plain = unescape(re.sub(r"<[^>]+>", " ", body)) + unescape(told)
        used.add(plain)
        while "«" in plain:
            shorter = re.sub(r"«[^«»]*»", "", plain)
            assert shorter != plain, plain
            plain = shorter
        bare |= set(re.findall(r"[^\W\d_]+", re.sub(r"\[[^\]]*\]", "", plain)))
    assert bare == set()
    whole = "\n".join(used)
    said = [one for one in messages() if one not in MONTHS]
    assert [one for one in said if not re.search(_pattern(one), whole, re.S)] == []


def _pattern(message: str) -> str:
    parts = re.split(r"%\(\w+\)s", message)
    return "«" + ".{0,80}?".join(re.escape(part) for part in parts)


def test_the_panel_meets_within_the_days_of_its_hearing_not_of_the_application() -> None:
    page = speaking(NullTranslations()).get_template("family/ask.html").render(
        language="en", languages=(), practice=None, s=_shown(you=False, guarded=False), csrf="c",
        form="f", today=date(2026, 11, 20), of="o", wanted="independent_review", words="", wrong={},
    )  # fmt: skip
    assert "They must meet within 16 school days" in page


OTHERS = sorted(NAMES.keys() - {"en"})


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_every_message_with_its_places_to_fill_in(language: str) -> None:
    text = (FOLDER / f"{language}.po").read_text("utf-8")
    assert updated(text) == text, "write it anew: python -m api.pages.family.extracting"
    said = {key.split("\0")[0]: value.split("\0") for key, value in entries(text)}
    assert [one for one in messages() if one not in said] == []
    wrong = [
        one for one in messages() for value in said[one]
        if set(re.findall(r"%\(\w+\)s", value)) != set(re.findall(r"%\(\w+\)s", one))
    ]  # fmt: skip
    assert wrong == []
