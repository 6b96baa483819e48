"""Pages for people: sign in, what is owed, a pupil's timeline, notify, the five outcomes."""

from fastapi import APIRouter

from api.pages import (
    account,
    boards,
    calendar,
    colleagues,
    elsewhere,
    finding,
    home,
    invited,
    lists,
    notice_table,
    notify,
    outcomes,
    panel,
    panel_deciding,
    panel_minuting,
    problem_types,
    pupil,
    putting_right,
    quality,
    reads,
    recovering,
    register,
    reports,
    signing_in,
    upload,
    work,
)

PARTS = (
    signing_in,
    recovering,
    invited,
    account,
    colleagues,
    home,
    finding,
    pupil,
    putting_right,
    notify,
    lists,
    outcomes,
    problem_types,
    quality,
    reads,
    register,
    reports,
    upload,
    notice_table,
    calendar,
    panel,
    panel_deciding,
    panel_minuting,
    elsewhere,
    work,
    boards,
)
router = APIRouter(include_in_schema=False)
for part in PARTS:
    router.include_router(part.router)
