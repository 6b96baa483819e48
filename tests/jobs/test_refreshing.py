"""Organisations are taken in by night, from files or addresses that may be called."""

import io
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ap_registry.errors import Unreadable
from ap_registry.installation import Installation
from ap_registry.store import reference
from jobs import fetching
from jobs.fetching import fetch
from jobs.refreshing import refresh_nightly

ROWS = b"id,kind,name,la\n100009,school,Elm School,856\n"


@pytest.fixture
def address() -> Iterator[str]:
    """A server that answers /file, and leads /on to it and /round to itself."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            leads = {"/on": "/file", "/round": "/round", "/away": "https://10.0.0.1/"}
            self.send_response(302 if self.path in leads else 200 if self.path == "/file" else 404)
            if self.path in leads:
                self.send_header("location", leads[self.path])
            self.end_headers()
            if self.path == "/file":
                self.wfile.write(ROWS)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def named(found: Installation, name: str) -> list[str]:
    with found.database.connection() as connection:
        return [one.name for one in reference.all_organisations(connection, names=[name])]


def test_once_a_night_from_a_file_and_an_address(
    morning: Installation, address: str, tmp_path: Path
) -> None:
    (tmp_path / "small.csv").write_bytes(ROWS.replace(b"100009", b"100010"))
    morning.settings.gias_sources = f"{tmp_path / 'small.csv'} {address}/on"
    morning.settings.gias_allow_private = True
    assert [refresh_nightly(morning), refresh_nightly(morning)] == [True, False]
    assert named(morning, "100009") == named(morning, "100010") == ["Elm School"]
    assert morning.registry.clock is not None
    morning.registry.clock += timedelta(days=1)
    assert refresh_nightly(morning)


def test_a_night_that_failed_is_tried_again(morning: Installation, tmp_path: Path) -> None:
    morning.settings.gias_sources = str(tmp_path / "later.csv")
    with pytest.raises(Unreadable, match="No such file"):
        refresh_nightly(morning)
    (tmp_path / "later.csv").write_bytes(ROWS)
    assert refresh_nightly(morning)
    assert named(morning, "100009") == ["Elm School"]


def test_without_a_source_nothing_is_done(morning: Installation) -> None:
    assert not refresh_nightly(morning)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("http://127.0.0.1/x", "https"),
        ("https://localhost/x", "private network"),
        ("https://[::ffff:10.0.0.1]/x", "private network"),
        ("https://169.254.169.254/latest/meta-data", "private network"),
        ("https://me:secret@example.org/x", "no user"),
        ("ftp://example.org/x", "https"),
        ("https://nowhere.invalid/x", "cannot be reached"),
        ("https://[", "no address"),
    ],
)
def test_what_must_not_be_called_is_refused(wrong: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        fetch(wrong, io.BytesIO())


@pytest.mark.parametrize(
    ("path", "words"), [("/none", "404"), ("/round", "too often"), ("/away", "cannot be reached")]
)
def test_what_answers_amiss_is_refused(
    address: str, path: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    with pytest.raises(Unreadable, match=words):
        fetch(address + path, io.BytesIO(), allow_private=True)


def test_too_large_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 10)
    with pytest.raises(Unreadable, match="than a file may take"):
        fetch(address + "/file", io.BytesIO(), allow_private=True)
