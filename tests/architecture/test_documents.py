"""Documents name what exists."""

import re
from pathlib import Path

from ap_registry.notices import BY_ALIAS
from ap_registry.settings import Settings
from tests.architecture.sources import ROOT, modules, name_of, text_of

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
ALIAS = re.compile(r"""["`]([a-z_]+\.v\d+)["`]""")


def test_every_link_leads_somewhere() -> None:
    assert [(name_of(path), link) for path in DOCUMENTS for link in astray(path)] == []


def astray(path: Path) -> list[str]:
    links = re.findall(r"\]\(([^)#]+)\)", text_of(path))
    inside = [link for link in links if "://" not in link]
    return [link for link in inside if not (path.parent / link).exists()]


def test_every_event_alias_is_in_the_changelog() -> None:
    """One that was released must be readable for ever: nobody may add one unseen."""
    listed = set(ALIAS.findall((ROOT / "CHANGELOG.md").read_text("utf-8")))
    stored = {alias for path in modules("ap_registry") for alias in ALIAS.findall(text_of(path))}
    assert (set(BY_ALIAS) | stored) - listed == set(), "list it under Added"
    assert listed - set(BY_ALIAS) - stored == set(), "nothing is stored under it"


def test_the_operators_guide_has_every_variable() -> None:
    told = set(re.findall(r"`(AP_\w+)`", (ROOT / "docs/guides/operator.md").read_text("utf-8")))
    read = {f"AP_{name.upper()}" for name in Settings.model_fields}
    assert told == read


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    written = {path.name for path in folder.glob("[0-9]*.md")}
    listed = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8")))
    assert written == listed


def test_a_document_says_pupil_and_suspension() -> None:
    wrong = ("students", "learners", "fixed-term", "expulsion", "home schooling")
    said = [(name_of(path), word) for path in DOCUMENTS for word in wrong
            if word in text_of(path).lower()]  # fmt: skip
    assert said == []
