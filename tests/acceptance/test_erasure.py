"""Erasing, holding and releasing as an officer does it: by command, and asked over HTTP after."""

from tests.acceptance.office import Office
from tests.world import SCHOOL

WHY = "Retention period over, decided by the data protection officer"


def test_a_pupil_is_held_released_and_erased(own_office: Office) -> None:
    story = own_office.pupil()
    story.tell("suspension", "2026-03-02", school=SCHOOL, sessions=2, ends_on="2026-03-02",
               reasons=["PP"], note="words of the school")  # fmt: skip
    held = own_office.ask("pupil", "hold", story.upn, "--reason", "Claim before the tribunal")
    code, refused = own_office.run("pupil", "erase", story.upn, "--reason", WHY, "--json")
    assert (code, "already_open" in refused) == (3, True)
    released = own_office.ask("pupil", "release", story.upn, "--reason", "Settled")
    assert released == {"held": False, "hold": held["hold"]}
    gone = own_office.ask("pupil", "erase", story.upn, "--reason", WHY)
    assert (gone["erased"], gone["private_rows"]) == (True, 4)
    code, answer = own_office.run("pupil", "show", story.upn, "--json")
    assert (code, "not_found" in answer) == (3, True)
    verified = own_office.ask("verify")
    assert (verified["ok"], verified["erased"]) == (True, 4)
    assert own_office.ask("rebuild", "--check")["ok"] is True
    (listed,) = own_office.ask("pupil", "erased")["items"]
    assert (listed["pupil_id"], listed["reason"]) == (gone["pupil_id"], WHY)
