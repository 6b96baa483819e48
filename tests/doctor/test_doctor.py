"""Each thing that can be wrong is named, with what to do about it."""

import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from ap_registry import embedded, settings
from ap_registry.doctor import examine
from ap_registry.errors import SetupError
from ap_registry.settings import read_settings

Mended = Callable[..., dict[str, Any]]


@pytest.fixture
def look(urls: embedded.Servers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Mended:
    """Examine the test's own database, some of the environment changed."""

    def examined(**changed: str) -> dict[str, Any]:
        environment = {
            "AP_REGISTRY_HOME": str(tmp_path),
            "AP_DATABASE_URL": urls.database_url,
            "AP_DATABASE_OWNER_URL": urls.database_owner_url,
            "AP_REDIS_URL": urls.redis_url,
            **changed,
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return examine()

    return examined


def wrong(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(c["name"], c["detail"], c["cure"]) for c in found["checks"] if not c["ok"]]


def elsewhere(url: str, *, password: str = "", port: int = 0, name: str = "") -> str:
    parts = urlsplit(url)
    user = f"{parts.username or ''}:{password or parts.password}"
    path = f"/{name}" if name else parts.path
    return f"{parts.scheme}://{user}@{parts.hostname}:{port or parts.port}{path}"


def run(urls: embedded.Servers, statement: str) -> None:
    with psycopg.connect(urls.database_owner_url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_a_sound_installation_has_nothing_to_mend(look: Mended, urls: embedded.Servers) -> None:
    found = look()
    assert wrong(found) == []
    assert (found["ok"], found["database_url"], found["redis_url"]) == (
        True, urls.database_url, urls.redis_url,
    )  # fmt: skip
    assert [check["name"] for check in found["checks"]] == [
        "environment", "python", "disk", "database", "schema", "append_only", "readable",
        "eraser", "role", "clock", "accounts", "secrets", "messages", "worker", "jobs",
        "sequencer", "redis", "smtp", "provider",
    ]  # fmt: skip


def test_a_database_that_is_away(look: Mended, urls: embedded.Servers) -> None:
    assert wrong(look(AP_DATABASE_URL=elsewhere(urls.database_url, port=1))) == [
        ("database", "the database cannot be reached",
         "Start PostgreSQL, and check AP_DATABASE_URL.")
    ]  # fmt: skip


def test_a_wrong_password(look: Mended, urls: embedded.Servers) -> None:
    assert wrong(look(AP_DATABASE_URL=elsewhere(urls.database_url, password="wrong"))) == [
        ("database", "the database refuses the password",
         "Put the right one into AP_DATABASE_URL.")
    ]  # fmt: skip


def test_a_database_that_was_never_made(look: Mended, urls: embedded.Servers) -> None:
    (found,) = wrong(look(AP_DATABASE_URL=elsewhere(urls.database_url, name="nowhere")))
    assert found[:2] == ("database", "the database or the role does not exist")


def test_a_schema_that_the_web_may_not_bring_up_to_date(
    look: Mended, urls: embedded.Servers
) -> None:
    run(urls, "update alembic_version set version_num = '0000'")
    (found,) = wrong(look(AP_DATABASE_OWNER_URL=urls.database_url))
    assert found[0] == "schema"
    assert "ap_job may not change it" in found[1]
    assert found[2].startswith("Run `ap-registry migrate` with AP_DATABASE_OWNER_URL")


def test_a_trigger_that_somebody_disabled(look: Mended, urls: embedded.Servers) -> None:
    run(urls, "alter table event disable trigger event_no_change")
    (found,) = wrong(look())
    assert found[:2] == (
        "append_only", "not in force: event_no_change, which keep the ledger append-only",
    )  # fmt: skip


def test_a_clock_that_this_registry_was_not_made_with(look: Mended, urls: embedded.Servers) -> None:
    run(urls, "delete from setting where name = 'clock'")
    (found,) = wrong(look(AP_REGISTRY_CLOCK="2026-11-20T12:00:00Z"))
    assert found[0] == "clock"
    assert found[2].startswith("Unset AP_REGISTRY_CLOCK")


def test_a_practice_clock_is_told(look: Mended) -> None:
    found = look(AP_REGISTRY_CLOCK="2026-11-20T12:00:00Z")
    assert wrong(found) == []
    details = {check["name"]: check["detail"] for check in found["checks"]}
    assert details["clock"] == (
        "this registry lives at 2026-11-20T12:00:00+00:00 (AP_REGISTRY_CLOCK)"
    )


def test_redis_that_is_away(look: Mended, urls: embedded.Servers) -> None:
    assert wrong(look(AP_REDIS_URL=elsewhere(urls.redis_url, port=1))) == [
        ("redis", "Redis does not answer (ConnectionError)",
         "Start Redis or Valkey, and check AP_REDIS_URL.")
    ]  # fmt: skip


def test_redis_with_another_password(look: Mended, urls: embedded.Servers) -> None:
    assert wrong(look(AP_REDIS_URL=elsewhere(urls.redis_url, password="wrong"))) == [
        ("redis", "Redis refuses the password", "Put the right one into AP_REDIS_URL.")
    ]


def test_a_mail_server_that_is_away(look: Mended) -> None:
    assert wrong(look(AP_SMTP_URL="smtp://127.0.0.1:1")) == [
        ("smtp", "the mail server does not answer (ConnectionRefusedError)",
         "Start it, and check AP_SMTP_URL.")
    ]  # fmt: skip


def test_a_provider_to_sign_in_by_that_is_away(look: Mended) -> None:
    (found,) = wrong(
        look(
            AP_OIDC_ISSUER="http://127.0.0.1:1", AP_OIDC_CLIENT_ID="ap", AP_ADDRESS="http://ap.test",
            AP_OIDC_CLIENT_SECRET="x", AP_OIDC_ALLOW_PRIVATE="1",
        )
    )  # fmt: skip
    assert found[0] == "provider"
    assert "127.0.0.1 cannot be reached" in found[1]


def test_messages_that_could_not_be_sent(look: Mended, urls: embedded.Servers) -> None:
    run(
        urls,
        "insert into message (id, to_organisation, duty, created_at, attempts, failed)"
        " values (gen_random_uuid(), 'LA856', 'lead', now(), 8, 'gave up')",
    )
    assert [name for name, _, _ in wrong(look())] == ["messages"]


def test_a_disk_that_is_nearly_full(look: Mended, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, 499_999_999))
    assert [(name, detail[:11]) for name, detail, _ in wrong(look())] == [("disk", "499 MB free")]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, 500_000_000))
    assert wrong(look()) == []


def test_a_variable_that_cannot_be_used(look: Mended) -> None:
    (found,) = wrong(look(AP_PORT="eighty"))
    assert found[0] == "environment"
    assert "AP_PORT" in found[1]


@pytest.mark.parametrize("password", ["", "postgres", "change-me"])
def test_production_refuses_a_well_known_password(look: Mended, password: str) -> None:
    (found,) = wrong(
        look(AP_ENVIRONMENT="production", AP_DATABASE_URL=f"postgresql://ap_web:{password}@db/x")
    )
    assert found[:2] == (
        "environment", "AP_DATABASE_URL has no password, or one that is well known",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        *((name, "changeme", "well known") for name in settings._SECRETS[4:]),
        ("database_url", "postgresql://ap_web:secret@db/x", "well known"),
        ("database_owner_url", "postgresql://ap_owner:%61dmin@db/x", "well known"),
        ("redis_url", "redis://valkey:6379/0", "well known"),
        ("smtp_url", "smtp://u:PASSWORD@relay.example", "well known"),
        ("smtp_url", "smtp://u@relay.example", "well known"),
        ("delivery_secret", "whsec_changeme", "well known"),
        ("backup_passphrase", "0123456789a", "can be guessed"),
        ("backup_passphrase", "abababababababab", "can be guessed"),
    ],
)
def test_production_refuses_every_secret_that_can_be_guessed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"AP_{name.upper()}", value)
    monkeypatch.setenv("AP_ENVIRONMENT", "production")
    with pytest.raises(SetupError, match=f"AP_{name.upper()} has .* {words}"):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "postgresql://ap_web:0123456789ab@db/x"),
        ("smtp_url", "smtp://relay.example"),
        ("secrets_key", "0123456789abcdef" * 4),
        ("oidc_client_secret", ""),
    ],
)
def test_production_takes_a_long_secret_and_a_mail_server_without(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("AP_ENVIRONMENT", "production")
    monkeypatch.setenv(f"AP_{name.upper()}", value)
    assert getattr(read_settings(), name) == (value or None)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"AP_OIDC_ISSUER": "https://id.example"}, "named in part"),
        ({"AP_OIDC_ONLY": "1"}, "named in part"),
        (
            {"AP_OIDC_ISSUER": "https://id.example", "AP_OIDC_CLIENT_ID": "ap",
             "AP_OIDC_CLIENT_SECRET": "x"},
            "cannot lead people back here",
        ),
    ],
)  # fmt: skip
def test_half_a_provider_to_sign_in_by_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], words: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SetupError, match=words):
        read_settings()


def test_production_wants_mail_a_worker_and_a_role_that_owns_nothing(
    look: Mended, urls: embedded.Servers
) -> None:
    found = look(AP_ENVIRONMENT="production", AP_DATABASE_URL=urls.database_owner_url)
    assert [name for name, _, _ in wrong(found)] == ["role", "worker", "smtp"]


def test_the_demos_password_opens_no_real_registry(look: Mended, urls: embedded.Servers) -> None:
    run(
        urls,
        "insert into account (id, email, name, password_hash, organisation, role, created_at,"
        " disabled, failures) values (gen_random_uuid(), 'admin@demo.example', '', '', 'LA856',"
        " 'admin', now(), false, 0)",
    )
    run(urls, "delete from setting where name = 'clock'")
    assert [name for name, _, _ in wrong(look())] == ["accounts"]


def test_a_job_that_fails_is_named_with_its_error(look: Mended, urls: embedded.Servers) -> None:
    run(
        urls,
        "insert into job_state (name, failed_at, failures, error)"
        " values ('send', '2026-11-20 08:00Z', 3, 'ValueError at outbox.py:83')",
    )
    assert [(name, detail) for name, detail, _ in wrong(look())] == [
        ("jobs", "send has failed 3 times, at 2026-11-20 08:00 UTC by ValueError at outbox.py:83")
    ]


@pytest.mark.parametrize(("minutes", "late"), [(14, []), (16, ["jobs"])])
def test_production_wants_each_job_within_a_quarter_of_an_hour(
    look: Mended, urls: embedded.Servers, minutes: int, late: list[str]
) -> None:
    run(
        urls,
        "insert into job_run values ('nightly', current_date, 1, now(), now());"
        " insert into job_state (name, done_at, failures)"
        f" values ('send', now() - interval '{minutes} min', 0)",
    )
    found = look(AP_ENVIRONMENT="production", AP_DATABASE_URL=urls.database_url)
    assert [name for name, _, _ in wrong(found)] == [*late, "smtp"]


@pytest.mark.parametrize(("minutes", "late"), [(14, []), (16, ["messages"])])
def test_what_should_have_gone_and_has_not(
    look: Mended, urls: embedded.Servers, minutes: int, late: list[str]
) -> None:
    run(
        urls,
        "insert into outbox (id, pupil_id, kind, step, to_organisation, due_on, created_at,"
        " send_after) select gen_random_uuid(), gen_random_uuid(), 'decision', 'told', 'LA856',"
        f" current_date, now(), now() - interval '{minutes} min'",
    )
    assert [name for name, _, _ in wrong(look(AP_CHANNEL="in_app"))] == late


@pytest.mark.parametrize(("minutes", "late"), [(14, []), (16, ["sequencer"])])
def test_production_wants_events_in_their_order(
    look: Mended, urls: embedded.Servers, minutes: int, late: list[str]
) -> None:
    run(
        urls,
        "insert into job_run values ('nightly', current_date, 1, now(), now());"
        " insert into unsequenced (pupil_id, stream, version, recorded_at, digest, written_at)"
        f" select gen_random_uuid(), 0, 1, now(), '', now() - interval '{minutes} min'",
    )
    found = look(AP_ENVIRONMENT="production")
    assert [name for name, _, _ in wrong(found)] == [*late, "smtp"]
