"""A registry as its users have it: ``ap-registry`` commands and nothing behind them.

Commands run in this process (a Python for each costs half a second), on a real PostgreSQL, at the
instant of ``AP_REGISTRY_CLOCK``. Every scenario has a pupil of its own.
"""

import io
import itertools
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from ap_registry.cli import main
from ap_registry.identifiers import check_letter
from tests.world import PERSON, SCHOOL

Told = dict[str, Any]
NAMING = frozenset(
    {"of", "about", "exclusion", "placement", "referral", "outreach", "reintegration", "case",
     "arising_from"}
)  # fmt: skip
_NUMBERS = itertools.count(1)


class Office:
    """The commands of one registry."""

    def run(self, *words: str, stdin: str = "") -> tuple[int, str]:
        """Exit code and what stands on stdout."""
        out, err, before = io.StringIO(), io.StringIO(), (sys.argv, sys.stdin)
        sys.argv = ["ap-registry", *words]
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
        code = 0
        try:
            with redirect_stdout(out), redirect_stderr(err):
                main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            sys.argv, sys.stdin = before
        assert out.getvalue() or code or "-o" in words, err.getvalue()
        return code, out.getvalue()

    def ask(self, *words: str, stdin: str = "") -> Any:
        """The JSON of a command, whatever its exit code."""
        return json.loads(self.run(*words, "--json", stdin=stdin)[1])

    def bring(self, what: str, rows: str) -> Any:
        """Import a file that must be taken whole."""
        told = self.ask("import", what, "-", stdin=rows)
        assert told["errors"] == [], told
        return told

    def pupil(self, on: str = "2024-09-02", school: str = SCHOOL, **details: Any) -> "Story":
        """A pupil on the roll of a school since that day, aged for Year 9 in 2024/25."""
        story = Story(self, new_upn())
        story.tell("pupil_registered", on, by=school, **{**PERSON, **details})
        story.tell("joined_roll", on, school=school, registration="C")
        return story


def new_upn() -> str:
    body = f"8564003{20:02d}{next(_NUMBERS):03d}"
    return check_letter(body) + body


class Story:
    """What an office tells of one pupil, and what the registry answers.

    A ``ref`` is this pupil's own here: sent with the UPN, for no two notices may share one.
    """

    def __init__(self, office: Office, upn: str) -> None:
        self.office = office
        self.upn = upn
        self._refs: dict[str, str] = {}

    def named(self, ref: str) -> str:
        """The ref as it was sent."""
        return self._refs[ref]

    def tell(self, type_: str, on: str, **facts: Any) -> Told:
        """The receipt of a notice that is accepted."""
        code, out = self._notify(type_, on, facts)
        assert code == 0, out
        return dict(json.loads(out))

    def refused(self, type_: str, on: str, **facts: Any) -> list[tuple[str, str]]:
        """Field and code of each error of a notice that is refused."""
        code, out = self._notify(type_, on, facts)
        assert code == 3, out
        return [(e["pointer"], e["code"]) for e in json.loads(out)["errors"]]

    def flags(self, type_: str, on: str, **facts: Any) -> list[str]:
        """Rules that an accepted notice broke."""
        return [flag["rule"] for flag in self.tell(type_, on, **facts)["flags"]]

    def _notify(self, type_: str, on: str, facts: dict[str, Any]) -> tuple[int, str]:
        if "ref" in facts:
            self._refs[facts["ref"]] = f"{self.upn} {facts['ref']}"
        named = {
            name: self._refs.get(value, value) if name in {*NAMING, "ref"} else value
            for name, value in facts.items()
        }
        notice = {"type": type_, "upn": self.upn, "occurred_on": on, **named}
        return self.office.run("notify", json.dumps(notice), "--json")

    def owed(self, *kinds: str, on: str, status: str | None = None) -> list[tuple[str, ...]]:
        """Kind, owner, due day and status, by due day; open and overdue where no status is said."""
        found = self.listed(on=on, status=status)
        return [
            (one["kind"], one["owner"], one["due_on"], one["status"])
            for one in found
            if not kinds or one["kind"] in kinds
        ]

    def listed(self, *, on: str, status: str | None = None, kind: str | None = None) -> list[Told]:
        words = ["follow-ups", "--upn", self.upn, "--on", on]
        words += ["--status", status] if status else []
        words += ["--kind", kind] if kind else []
        return list(self.office.ask(*words)["items"])

    def counted(self, kind: str, on: str) -> list[tuple[str, int | None, str]]:
        """Each day that ``clock explain`` tells: date, number where counted, why."""
        (one,) = self.listed(on=on, kind=kind)
        days = self.office.ask("clock", "explain", one["id"])["days"]
        return [(d["date"], d["n"] if d["counted"] else None, d["why"]) for d in days]

    def shown(self, **asked: str) -> Told:
        words = [w for name, value in asked.items() for w in (f"--{name.replace('_', '-')}", value)]
        return dict(self.office.ask("pupil", "show", self.upn, *words))

    def sentences(self) -> list[str]:
        """The timeline, without the two entries of the registration."""
        return [item["sentence"] for item in self.shown()["timeline"]][2:]
