"""docker-compose.yml, checked without an engine."""

import importlib
import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from hocba.kit import config

ROOT = Path(__file__).parents[3]
SERVICE_KEYS = {
    "image", "build", "restart", "environment", "volumes", "ports", "depends_on", "healthcheck",
    "entrypoint", "command", "user",
}  # fmt: skip
POSTGRES_IMAGE = {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "POSTGRES_INITDB_ARGS"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def services(compose) -> dict[str, dict[str, Any]]:
    return compose["services"]


def test_the_file_has_only_keys_of_the_compose_specification(compose, services):
    assert {key for key in compose if not key.startswith("x-")} == {"name", "services", "volumes"}
    for name, service in services.items():
        assert service.keys() <= SERVICE_KEYS, name
        assert "image" in service, name


def test_it_runs_postgresql_application_worker_and_one_chain_node(services):
    assert {"database", "application", "worker", "chain"} <= services.keys()
    assert services["database"]["image"] == "postgres:18"
    assert len({s["image"] for s in services.values()} - {"postgres:18"}) == 1


def test_every_volume_and_dependency_that_is_named_exists(compose, services):
    for service in services.values():
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]
        for name, wanted in service.get("depends_on", {}).items():
            assert name in services
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in services[name]
            else:
                assert wanted["condition"] == "service_completed_successfully"
                assert services[name].get("restart", "no") == "no"


def test_every_file_of_the_image_exists(services):
    builds = [s["build"] for s in services.values() if "build" in s]
    assert builds
    for build in builds:
        dockerfile = (ROOT / build["context"] / build["dockerfile"]).read_text(encoding="utf-8")
        for source in re.findall(r"^COPY (\S+) \S+$", dockerfile, re.MULTILINE):
            assert (ROOT / source).exists(), source
            assert f"!{source}" in (ROOT / ".dockerignore").read_text(encoding="utf-8").split()


def test_the_code_reads_every_environment_name(services):
    ours = config.variables().keys()
    for name, service in services.items():
        known = POSTGRES_IMAGE if service["image"] == "postgres:18" else ours
        assert service.get("environment", {}).keys() <= known, name
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"HOCBA_\w+", dockerfile)) <= ours


def test_the_environment_is_a_valid_configuration(services, monkeypatch):
    for name, value in services["application"]["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{[^:}]+:-([^}]*)\}|\$\{[^}]*\}", r"\1", value))
    settings = config.load()
    assert f"{settings.host}:{settings.port}" == "0.0.0.0:8080"
    assert settings.database_url is not None


def test_ports_agree_with_what_the_services_listen_on(services):
    (published,) = services["application"]["ports"]
    host, outside, inside = published.split(":")
    assert host == "127.0.0.1"
    assert outside == inside == services["application"]["environment"]["HOCBA_PORT"]
    command = services["chain"]["command"]
    port = command[command.index("--port") + 1]
    assert services["application"]["environment"]["HOCBA_RPC_URL"].endswith(f":{port}")


def test_every_command_exists(services):
    app = importlib.import_module("hocba.cli").app
    commands = {c.name or c.callback.__name__ for c in app.registered_commands}
    assert {services[name]["command"][0] for name in ("setup", "application", "worker")} <= commands
    module = services["chain"]["entrypoint"][-1]
    assert importlib.util.find_spec(module) is not None, module


def test_no_password_is_written_down(services):
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert services["database"]["environment"]["POSTGRES_PASSWORD"].startswith("${")
    assert re.search(r"://[^$\s]+:[^$\s]+@", text) is None
