"""What was read, in plain words: an auditor is told of pages and lists, not of addresses."""

from collections.abc import Mapping

from api.pages.boards import BOARDS
from api.pages.role_lists import WORK
from api.pages.words import TITLES
from reports.kinds import KINDS

_API = "/api/v1"
_PAGES: Mapping[str, str] = {
    "/": "The first page: what is owed",
    "/pupils": "Searched for a pupil",
    "/pupils/{pupil}": "The page of a pupil",
    "/pupils/{pupil}/notices/{event}/correct": "Put a notice of a pupil right",
    "/pupils/{pupil}/notices/{event}/void": "Took a notice of a pupil back",
    "/pupils/{pupil}/links": "The private links of a pupil's family",
    "/pupils/{pupil}/links/{link}/end": "Ended a private link of a pupil's family",
    "/elsewhere": "The list: who is elsewhere today",
    "/notify": "Chose what to notify",
    "/lists/confirm": "The list that an organisation confirms",
    "/register": "The register of a day",
    "/register/week": "The register of a week",
    "/upload": "Looked over a file before sending it",
    "/upload/confirm": "Sent a file",
    "/upload/table": "The rows of a file that was sent",
    "/panel": "The panel's agenda",
    "/panel/cases/{case}": "A case before the panel",
    "/panel/cases/{case}/decide": "Decided a case of the panel",
    "/panel/fair-share": "The panel's fair-share ledger",
    "/panel/minutes": "The panel's minutes",
    "/panel/minutes/correct": "Put the panel's minutes right",
    "/panel/minutes/sign": "Signed the panel's minutes",
    "/panel/overdue": "What is overdue for the panel",
    "/quality": "Data quality: what may be wrong in the records",
    "/quality/settled": "Data quality: pupils decided to be different",
    "/emergency": "Opened a record in an emergency",
    "/emergency/{opening}": "A record that was opened in an emergency",
    "/reads": "Who has read",
    "/reports/files/{report}/file": "A report that was kept as a file",
    "/family": "The family's page",
    "/family/say": "The family's page: said what they think",
    "/family/ask": "The family's page: asked for something",
    "/family/wrong": "The family's page: said that something is wrong",
    "/family/shut": "The family's page: shut it",
    "/family/kept": "The family's page: what waited while the link was closed",
}
_FORMS: Mapping[str, str] = {
    "/pupils/{pupil}/notices/{event}/correct": "The form to put a notice of a pupil right",
    "/pupils/{pupil}/notices/{event}/void": "The form to take a notice of a pupil back",
    "/panel/cases/{case}/decide": "The form to decide a case of the panel",
    "/family/say": "The family's page: the form to say what they think",
    "/family/ask": "The family's page: the form to ask for something",
    "/family/wrong": "The family's page: the form to say that something is wrong",
}  # looked at, and no more
_NAMED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "/tasks/": ("The list: ", {name: work.title for name, work in WORK.items()}),
    "/boards/": ("The list: ", {name: board.title for name, board in BOARDS.items()}),
    "/notify/": ("The form: ", {name: words[0] for name, words in TITLES.items()}),
    "/reports/": ("The report: ", {name: kind.title for name, kind in KINDS.items()}),
}
_PROGRAMS: Mapping[str, str] = {
    "/pupils": "the list of pupils",
    "/pupils/{pupil}": "a pupil",
    "/pupils/{pupil}/timeline": "the timeline of a pupil",
    "/pupils/{pupil}/ctf": "the Common Transfer File of a pupil",
    "/placements": "placements",
    "/follow-ups": "what is owed",
    "/follow-ups/{follow_up}/clock": "how a due day was counted",
    "/events": "what has been recorded since",
    "/ledger/proof/inclusion/{event}": "the proof of a notice",
    "/webhooks/{webhook}/deliveries": "what was delivered to it",
    "/matching": "which records may be of one pupil",
    "/data-quality": "what may be wrong in the records",
    "/reports/{report}/file": "a report that was kept as a file",
    "/reads": "who has read",
    "/emergencies": "which records were opened in an emergency",
    "/notices": "sent notices",
    "/attendance": "sent registers",
    "/confirmations": "confirmed a list",
    "/ctf": "sent a Common Transfer File",
    "/census": "compared a census file",
}


def read_words(what: str) -> str:
    """As ``pupil_read.what`` has it: a method and a route, a command, or a webhook."""
    method, _, path = what.partition(" ")
    if method == "webhook":
        return "Sent to a program by webhook"
    if not path.startswith("/"):
        return f"At the command line: {what}"
    if path.startswith(_API):
        return _by_program(what, path.removeprefix(_API))
    form = _FORMS.get(path) if method == "GET" else None
    return form or _PAGES.get(path) or _named(path) or what


def _by_program(what: str, path: str) -> str:
    kind = KINDS.get(path.removeprefix("/reports/"))
    words = f"the report: {kind.title}" if kind else _PROGRAMS.get(path)
    return f"By program: {words}" if words else what


def _named(path: str) -> str | None:
    for start, (lead, titles) in _NAMED.items():
        if path.startswith(start) and (title := titles.get(path.removeprefix(start))):
            return lead + title
    return None
