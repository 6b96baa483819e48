"""docker-compose.yml and its image, as far as they can be proved without an engine."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ap_registry import seals, settings
from ap_registry.cli import app
from ap_registry.settings import Settings, read_settings
from ap_registry.signing import parsed
from tests.architecture.sources import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def test_it_is_a_compose_file_by_the_schema_of_the_compose_specification() -> None:
    program = Path(sys.executable).parent / "check-jsonschema"
    done = subprocess.run(
        [str(program), "--builtin-schema", "vendor.compose-spec", str(ROOT / "docker-compose.yml")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_it_has_the_five_services() -> None:
    assert set(SERVICES) == {"postgres", "valkey", *OURS}


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_one_that_the_program_reads(service: str) -> None:
    known = {f"AP_{name.upper()}" for name in Settings.model_fields}
    files = {f"AP_{name.upper()}_FILE" for name in settings._SECRETS}
    assert set(SERVICES[service]["environment"]) - known - files == set()


@pytest.mark.parametrize("service", OURS)
def test_every_command_is_one_of_the_program(service: str) -> None:
    known = {command.callback.__name__ for command in app.registered_commands if command.callback}
    assert SERVICES[service]["command"][0] in known


def test_every_secret_is_declared_and_used() -> None:
    used = {name for service in SERVICES.values() for name in service.get("secrets", ())}
    named = set(re.findall(r"/run/secrets/(\w+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    for path in (ROOT / "docker").glob("*.sh"):
        named |= set(re.findall(r"/run/secrets/(\w+)", path.read_text("utf-8")))
    assert used == set(COMPOSE["secrets"]) == named


@pytest.mark.parametrize("service", list(SERVICES))
def test_a_service_reads_no_secret_that_it_was_not_given(service: str) -> None:
    wanted = set(re.findall(r"/run/secrets/(\w+)", str(SERVICES[service])))
    assert wanted <= set(SERVICES[service]["secrets"])


def test_each_process_has_a_role_of_its_own() -> None:
    addresses = {name: SERVICES[name]["environment"]["AP_DATABASE_URL_FILE"] for name in OURS}
    assert addresses == {
        "migrate": "/run/secrets/owner_url",
        "web": "/run/secrets/web_url",
        "worker": "/run/secrets/job_url",
    }
    assert "owner_url" not in str(SERVICES["web"]) + str(SERVICES["worker"])


def test_only_the_web_is_published_and_only_to_this_machine() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_what_runs_on_is_watched_and_the_rest_is_waited_for() -> None:
    watched = {name for name, one in SERVICES.items() if "test" in one.get("healthcheck", {})}
    assert watched == {"postgres", "valkey", "worker"}
    assert "HEALTHCHECK" in DOCKERFILE, "the web's is the image's own"
    for name in ("web", "worker"):
        waits = SERVICES[name]["depends_on"]["migrate"]["condition"]
        assert waits == "service_completed_successfully"


@pytest.mark.parametrize("service", OURS)
def test_our_processes_can_change_nothing_of_their_image(service: str) -> None:
    one = SERVICES[service]
    assert (one["read_only"], one["cap_drop"], one["tmpfs"]) == (True, ["ALL"], ["/tmp"])


def test_what_is_mounted_and_copied_is_there_and_not_kept_out() -> None:
    mounted = re.findall(r"- \./([\w/.]+):", (ROOT / "docker-compose.yml").read_text("utf-8"))
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.M)
        for name in line.split()[:-1]
    ]
    assert [name for name in mounted + copied if not (ROOT / name).exists()] == []
    let_in = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert [name for name in copied if f"!{name}" not in let_in] == []


def test_the_image_runs_as_a_user_and_installs_by_hash() -> None:
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, re.M) == ["registry"]
    installs = [line for line in DOCKERFILE.splitlines() if " -r " in line]
    assert installs
    assert [line for line in installs if "--require-hashes" not in line] == []


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The secrets that docker/make_secrets.sh makes."""
    shutil.copytree(ROOT / "docker", tmp_path / "docker")
    make_secrets(tmp_path)
    return tmp_path / "secrets"


def make_secrets(folder: Path, *arguments: str) -> dict[str, str]:
    subprocess.run(["sh", str(folder / "docker" / "make_secrets.sh"), *arguments], check=True)
    return {path.name: path.read_text() for path in (folder / "secrets").iterdir()}


def test_every_secret_can_be_made_and_is_made_once(made: Path) -> None:
    first = make_secrets(made.parent)
    assert set(first) == set(COMPOSE["secrets"])
    again = make_secrets(made.parent, "smtp://relay.example")
    assert again == {**first, "smtp_url": "smtp://relay.example"}
    passwords = [value for name, value in first.items() if name.endswith("_password")]
    assert {len(value) for value in passwords} == {48}
    assert len(set(passwords)) == len(passwords)


def settings_of(
    service: str, made: Path, monkeypatch: pytest.MonkeyPatch, **given: str
) -> settings.Settings:
    """What a service reads where its operator has given no more than this."""
    monkeypatch.setenv("AP_ENVIRONMENT", "production")
    for name, value in SERVICES[service]["environment"].items():
        filled = re.sub(r"\$\{(\w+):-([^}]*)\}", lambda m: given.get(m[1], m[2]), value)
        monkeypatch.setenv(name, filled.replace("/run/secrets", str(made)))
    return read_settings()


@pytest.mark.parametrize("service", OURS)
def test_production_takes_what_was_made(
    made: Path, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = settings_of(service, made, monkeypatch)
    role = {"migrate": "owner", "web": "web", "worker": "job"}[service]
    assert found.database_url == (made / f"{role}_url").read_text()
    assert found.smtp_url is None, "an empty file names no mail server"
    held = (made / "ledger_key").read_text() if service == "worker" else None
    assert found.ledger_key == held, "whoever sequences holds the key, nobody else"
    assert held is None or parsed(held).id
    assert seals.of_settings(found).usable, "each has the key of secrets"
    assert (found.oidc_issuer, found.oidc_only, found.address) == (None, False, None)


@pytest.mark.parametrize("service", ["web", "worker"])
def test_a_provider_is_named_by_variables_and_a_file(
    made: Path, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (made / "oidc_client_secret").write_text("hush-and-tell-nobody\n")
    found = settings_of(
        service, made, monkeypatch, AP_OIDC_ISSUER="https://idp.example", AP_OIDC_CLIENT_ID="ap",
        AP_ADDRESS="https://ap.example", AP_OIDC_ONLY="1",
    )  # fmt: skip
    assert (found.oidc_issuer, found.oidc_client_id, found.oidc_client_secret) == (
        "https://idp.example", "ap", "hush-and-tell-nobody",
    )  # fmt: skip
    assert (found.oidc_name, found.oidc_only) == ("DfE Sign-in", True)


def test_the_roles_are_given_every_password_that_they_want() -> None:
    wanted = set(re.findall(r":'(\w+)'", (ROOT / "docker" / "roles.sql").read_text("utf-8")))
    given = set(re.findall(r"-v (\w+)=", (ROOT / "docker" / "roles.sh").read_text("utf-8")))
    assert wanted == given
