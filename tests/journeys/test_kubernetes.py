"""The manifests for Kubernetes: each is parsed, runs as nobody special, and is what kustomize is told of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from portal.celery import app
from tests.support.paths import CHECKOUT

FOLDER = CHECKOUT / "docs" / "kubernetes"
FILES = sorted(path for path in FOLDER.rglob("*.yaml") if path.name != "kustomization.yaml")


class Strict(yaml.SafeLoader):
    """Refuses a key that stands twice in a mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"{node.start_mark}: a key stands twice"
        return super().construct_mapping(node, deep)


def parsed(path: Path) -> list[dict[str, Any]]:
    """The documents of a file."""
    return list(yaml.load_all(path.read_text(), Strict))  # it is a safe loader


def pods() -> dict[str, dict[str, Any]]:
    """What each Deployment and Job runs, by its name."""
    found = [each for path in FILES for each in parsed(path) if each["kind"] in ("Deployment", "Job")]
    return {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in found}


def test_kustomize_is_told_of_every_file() -> None:
    told = [
        path.parent / name
        for path in FOLDER.rglob("kustomization.yaml")
        for name in yaml.load(path.read_text(), Strict)["resources"]  # noqa: S506  # it is a safe loader
    ]
    assert sorted(told) == FILES


@pytest.mark.parametrize("name", sorted(pods()))
def test_a_pod_may_nothing_that_it_does_not_need(name: str) -> None:
    pod = pods()[name]
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"configMapRef": {"name": "codeport"}} in container["envFrom"]
    assert container["resources"]["limits"]["memory"]
    assert pod["terminationGracePeriodSeconds"] >= 30


def test_every_queue_has_a_worker_and_the_clock_is_one() -> None:
    commands = [pod["containers"][0]["command"] for pod in pods().values()]
    taken = {command[command.index("--queues") + 1] for command in commands if "--queues" in command}
    assert taken == {queue.name for queue in app.conf.task_queues}
    (clock,) = parsed(FOLDER / "clock.yaml")
    assert (clock["spec"]["replicas"], clock["spec"]["strategy"]) == (1, {"type": "Recreate"})


def test_the_web_server_is_probed() -> None:
    (container,) = pods()["codeport-web"]["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/healthz"
    assert {"startupProbe", "livenessProbe", "lifecycle"} <= container.keys()
