"""The example of each command's ``--help``, typed as it stands: it does what it says.

All in one process and one registry, in an order in which they could be typed.
"""

import io
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from ap_registry import embedded
from ap_registry.cli import main
from ap_registry.cli.documented import commands
from ap_registry.cli.examples import ID, OTHER, UPN, example_of
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from tests.architecture.sources import ROOT
from tests.conftest import WORLD, fresh_database
from tests.world import register_pupil, upn

# They serve until ended, make a registry of their own, or want an empty one: each has tests.
APART = {"serve", "worker", "demo", "migrate", "restore"}
FIRST = ("refresh", "import closures", "notify", "export ctf", "user add", "user invite")
LAST = ("pupil hold", "pupil release", "pupil erase", "pupil erased", "pupil erase-again")
FINDINGS = {"follow-ups": 1, "user confirmations": 1}  # as their help says: something is late


@pytest.fixture
def own(
    servers: embedded.Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Registry]:
    """Two pupils, and the files of docs/examples in the working folder."""
    with fresh_database(servers, WORLD) as urls:
        shutil.copytree(ROOT / "docs" / "examples", tmp_path, dirs_exist_ok=True)
        (tmp_path / "password.txt").write_text("three words of ours\n")
        monkeypatch.chdir(tmp_path)
        for name, value in (
            ("AP_REGISTRY_HOME", str(tmp_path / "home")),
            ("AP_DATABASE_URL", urls.database_url),
            ("AP_DATABASE_OWNER_URL", urls.database_owner_url),
            ("AP_REDIS_URL", urls.redis_url),
        ):
            monkeypatch.setenv(name, value)
        database = Database(urls.database_url)
        registry = Registry(database)
        for number in (1, 2):
            register_pupil(registry, upn=upn(number))
        yield registry
        database.close()


def test_every_example_does_what_its_command_says(own: Registry) -> None:
    names = [name for name, _command in commands() if name not in APART]
    order = {name: place for place, name in enumerate((*names, *LAST))}
    order |= {name: place - len(FIRST) for place, name in enumerate(FIRST)}
    told = {}
    for name in sorted(names, key=order.__getitem__):
        if name == "census":
            _typed("ap-registry report census --la 856 --year 2026 -o ap-census.xml")
        code, said = _typed(_with_ids(name, example_of(name) or "no example"))
        if code != FINDINGS.get(name, 0):
            told[name] = (code, said)
    assert told == {}


def _typed(line: str) -> tuple[int, str]:
    """Exit code and all that was said; ``cat FILE |`` and ``> FILE`` are done as a shell does."""
    before, _, rest = line.rpartition(" | ")
    rest, _, into = rest.partition(" > ")
    stdin = Path(before.removeprefix("cat ")).read_bytes() if before else b""
    out, err, kept = io.StringIO(), io.StringIO(), (sys.argv, sys.stdin)
    sys.argv, sys.stdin = shlex.split(rest), io.TextIOWrapper(io.BytesIO(stdin))
    code = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.argv, sys.stdin = kept
    if into:
        Path(into).write_text(out.getvalue())
    return code, out.getvalue() + err.getvalue()


def _with_ids(name: str, line: str) -> str:
    """An id in an example stands for one that another command has shown."""
    if name == "clock explain":
        return line.replace(ID, _first_id("ap-registry follow-ups --json"))
    if name == "key revoke":
        return line.replace(
            ID, _first_id("ap-registry key create --organisation LA856 --role la --json")
        )
    if name == "matching decide":
        ids = [_first_id(f"ap-registry pupil show {found} --json") for found in (UPN, upn(2))]
        return line.replace(ID, ids[0]).replace(OTHER, ids[1])
    return line


def _first_id(line: str) -> str:
    _code, said = _typed(line)
    found = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", said)
    assert found, (line, said[:200])
    return found[0]
