"""Properties: recording only ever refuses; whatever is accepted replays, in one part or two."""

from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import given as hold
from hypothesis import strategies as st

from ap_registry.errors import RegistryError
from ap_registry.history import fold, history, picture
from tests import builders
from tests.builders import STARTED
from tests.spec import Story
from tests.world import GARAGE, OTHER, PRU, SCHOOL

DAYS = st.integers(0, 400).map(lambda n: (date(2025, 9, 1) + timedelta(days=n)).isoformat())
REFS = st.sampled_from(["a", "b", "c", "d"])
AT = st.sampled_from([SCHOOL, OTHER])
FROM = st.sampled_from([PRU, GARAGE])


def _with_end(make, **more):
    return st.builds(
        lambda on, n, ref, values: make(
            on, ends_on=(date.fromisoformat(on) + timedelta(days=n)).isoformat(), ref=ref, **values
        ),
        DAYS, st.integers(-2, 60), REFS, st.fixed_dictionaries(more),
    )  # fmt: skip


def _plain(make, **more):
    return st.builds(lambda on, values: make(on, **values), DAYS, st.fixed_dictionaries(more))


OF = st.one_of(st.none(), REFS)
NOTICES = st.one_of(
    _plain(builders.joined, school=AT, registration=st.sampled_from("CMS")),
    _plain(builders.left, school=AT, ground=st.sampled_from(["a", "o", "none"])),
    _with_end(builders.suspension, school=AT, sessions=st.integers(1, 20)),
    _plain(builders.permanent_exclusion, school=AT, ref=REFS),
    _plain(builders.cancelled, exclusion=OF),
    _plain(builders.governors, exclusion=OF, decision=st.sampled_from(["upheld", "reinstated"])),
    _plain(builders.reviewed_by_panel, exclusion=OF,
           decision=st.sampled_from(["upheld", "quashed", "reconsider", "withdrawn"])),
    _plain(builders.sixth_day_started, exclusion=OF),
    _plain(builders.notified, of=OF),
    _plain(builders.referral, ref=REFS, provider=FROM),
    _plain(builders.referral_decision, referral=OF),
    _with_end(builders.placement, provider=FROM, arising_from=OF),
    _plain(builders.placement_ended, placement=OF,
           end_reason=st.sampled_from(["error", "breakdown", "died"])),
    _plain(builders.review, of=OF, outcome=st.sampled_from([None, "end", "extend"])),
    _plain(builders.outreach, ref=REFS), _plain(builders.outreach_session, outreach=OF),
    _plain(builders.outreach_ended, outreach=OF),
    _plain(builders.returned, school=AT, ref=REFS), _plain(builders.return_ended),
    st.builds(lambda on, of, to: builders.correction(on, of, occurred_on=to), DAYS, REFS, DAYS),
    _plain(builders.void, of=REFS, ref=st.one_of(st.none(), REFS)),
)  # fmt: skip
STORIES = st.lists(NOTICES, max_size=14)
CALM = settings(
    max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def told(notices) -> Story:
    """Whatever is not refused; nothing but a refusal is ever raised."""
    story = Story().told(*STARTED)
    for notice in notices:
        try:
            story.told(notice)
        except RegistryError:
            continue
        except AssertionError:  # a repeat
            continue
    return story


@CALM
@hold(STORIES)
def test_recording_only_ever_refuses_and_what_is_accepted_replays(notices) -> None:
    story = told(notices)
    again = picture(history(story.workspace.history.recorded), story.world, upn=story.pupil.upn)
    assert again == story.picture


@CALM
@hold(STORIES, st.integers(0, 20))
def test_replay_in_two_parts_equals_replay_in_one(notices, cut: int) -> None:
    entries = told(notices).workspace.history.entries()
    assert fold(entries[cut:], fold(entries[:cut])) == fold(entries)


@CALM
@hold(STORIES)
def test_every_follow_up_ends_on_or_after_the_day_it_is_explained_from(notices) -> None:
    for owed in told(notices).picture.follow_ups.values():
        assert (owed.closed_on is None) == (owed.outcome is None)
        assert (owed.closed_on is None) == (owed.closed_by is None)
