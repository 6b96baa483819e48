"""The invented stream itself: the same for ever by its seed, in order, plainly invented."""

from collections import Counter
from datetime import date
from pathlib import Path

import msgspec
import pytest

from ap_registry.demo import generator, organisations
from ap_registry.demo.area import area
from ap_registry.demo.facts import PLACEMENTS_2022_23
from ap_registry.demo.generator import Sent, order, stream
from ap_registry.demo.people import upn_of
from ap_registry.demo.stories import tell
from ap_registry.demo.terms import GO_LIVE, PRESENT
from ap_registry.demo.world import la_codes
from ap_registry.identifiers import parse_upn

LAS = ("856", "330")


def encoded(sent: list[Sent]) -> bytes:
    return b"\n".join(map(msgspec.json.encode, sent))


def test_the_same_seed_makes_the_same_bytes() -> None:
    assert encoded(list(stream(5, LAS, 30))) == encoded(list(stream(5, LAS, 30)))


def test_another_seed_makes_other_pupils() -> None:
    assert encoded(list(stream(5, LAS[:1], 30))) != encoded(list(stream(6, LAS[:1], 30)))


def test_a_pupil_is_the_same_whoever_else_is_made() -> None:
    few = list(stream(5, LAS[:1], 26))
    upns = {sent.content["upn"] for sent in few}
    assert [sent for sent in stream(5, LAS, 30) if sent.content["upn"] in upns] == few


def test_runs_on_disk_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(stream(5, LAS[:1], 30))
    monkeypatch.setattr(generator, "PUPILS_A_RUN", 7)
    assert list(stream(5, LAS[:1], 30)) == whole


def test_everything_comes_in_order_between_go_live_and_the_present() -> None:
    sent = list(stream(5, LAS, 40))
    assert sent == sorted(sent, key=order)
    assert sent[0].at >= GO_LIVE
    assert sent[-1].at <= PRESENT
    late = [one for one in sent if not one.is_register]
    assert all(date.fromisoformat(one.content["occurred_on"]) <= one.at.date() for one in late)


def test_upns_are_right_and_differ() -> None:
    upns = [upn_of("856", number) for number in range(2_000)]
    assert [parse_upn(upn) for upn in upns] == upns
    assert len(set(upns)) == len(upns)


def test_all_153_las_have_urns_of_their_own_that_do_not_exist() -> None:
    found = [
        row["id"] for la in la_codes(153) for row in organisations.rows(1, la) if row["la"] == la
    ]
    assert len(found) == len(set(found))
    assert len(la_codes(153)) == 153
    urns = [int(id_) for id_ in found if id_.isdigit()]
    assert min(urns) > 916_000


def test_no_invented_urn_is_in_the_real_register(shared: Path) -> None:
    real = set()
    for name in ("schools-2017.csv", "establishments-60-rows.csv", "links-20230421.csv"):
        text = (shared / "gias" / name).read_text(encoding="cp1252", errors="replace")
        real |= {cell.strip('"') for line in text.splitlines() for cell in line.split(",")}
    invented = {row["id"] for la in la_codes(153) for row in organisations.rows(1, la)}
    assert not invented & real


def test_schools_place_for_the_reasons_that_the_nation_does() -> None:
    """Within six percentage points for behaviour, over 1,500 pupils (LA placements apart)."""
    reasons = Counter(
        notice["reason"]
        for number in range(1_500)
        for _, notice in tell(area(1, "856"), number).notices
        if notice["type"] == "placement_started" and notice["reason"] != "permanent_exclusion"
    )
    made = reasons["behaviour"] / reasons.total()
    counts = {k: sum(v) for k, v in PLACEMENTS_2022_23.items() if k != "permanent_exclusion"}
    assert made == pytest.approx(counts["behaviour"] / sum(counts.values()), abs=0.06)
