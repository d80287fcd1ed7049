"""Files by which a cluster is put on Kubernetes or Slurm: their form, and commands that we have."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from alpheus.cli import build_parser

DEPLOY = Path(__file__).resolve().parents[1] / "docs" / "deploy"
SCHEMA = Path(__file__).parent / "deploy_schemas" / "kubernetes.yaml"
KUBERNETES = (DEPLOY / "kubernetes.yaml").read_text("utf-8")
SLURM = (DEPLOY / "slurm.sh").read_text("utf-8")
DOCUMENTS: list[Any] = list(yaml.safe_load_all(KUBERNETES))
NAMES = [f"{one['kind']}/{one['metadata']['name']}" for one in DOCUMENTS]


def _pods() -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    for name, one in zip(NAMES, DOCUMENTS, strict=True):
        if "template" in one["spec"]:
            template = one["spec"]["template"]
            yield name, template["spec"], template["metadata"]["labels"]


def _commands() -> Iterator[str]:
    """Every call of the program in both files, as a line of a shell."""
    for _, pod, _ in _pods():
        for container in pod["containers"]:
            command = container["command"]
            yield command[2] if command[:2] == ["sh", "-c"] else shlex.join(command)
    for text in SLURM.replace("\\\n", " ").splitlines():
        line = text.partition(" # ")[0]
        if found := re.match(r"\s*(?!#)(?:.*?\s)?(alpheus (?:engine|campaign) .*)", line):
            yield found[1]
    yield from re.findall(r"^#\s+(alpheus .*)", KUBERNETES, re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_kubernetes_is_of_the_published_form(document: object) -> None:
    """Nothing is misspelt, and what has to be there is."""
    schema = yaml.safe_load(SCHEMA.read_text("utf-8"))
    problems = jsonschema.Draft202012Validator(schema).iter_errors(document)
    assert [f"{one.json_path}: {one.message}" for one in problems] == []


def test_the_form_is_strict() -> None:
    """What is misspelt is found, however deep."""
    schema = yaml.safe_load(SCHEMA.read_text("utf-8"))
    document = yaml.safe_load(yaml.safe_dump(DOCUMENTS[1]))
    document["spec"]["template"]["spec"]["containers"][0]["volumeMount"] = []
    assert not jsonschema.Draft202012Validator(schema).is_valid(document)


def test_its_parts_fit_together() -> None:
    """Selectors find their pods, mounts have volumes, each role has its own certificates."""
    roles = set()
    for name, pod, labels in _pods():
        volumes = {one["name"]: one for one in pod["volumes"]}
        for container in [*pod["initContainers"], *pod["containers"]]:
            assert {one["name"] for one in container["volumeMounts"]} <= {*volumes}, name
        roles.add(labels["role"])
        assert volumes["secret"]["secret"]["secretName"] == f"alpheus-{labels['role']}"
        has_database = any(
            one["name"] == "ALPHEUS_DATABASE" for one in pod["containers"][0].get("env", [])
        )
        assert has_database == (labels["role"] == "driver"), "only the driver knows the database"
    assert roles == {"scheduler", "worker", "driver"}
    for one in DOCUMENTS:
        if one["kind"] == "Deployment":
            wanted = one["spec"]["selector"]["matchLabels"]
            assert wanted == one["spec"]["template"]["metadata"]["labels"]
    evidence = [mount for _, pod, _ in _pods() for mount in pod["containers"][0]["volumeMounts"]
                if mount["name"] == "evidence"]  # fmt: skip
    assert evidence
    assert all(one["readOnly"] for one in evidence)


def test_all_commands_are_ours() -> None:
    """As the program knows them, with the options that it has."""
    commands = list(_commands())
    assert len(commands) >= 8
    for command in commands:
        words = shlex.split(command.partition("||")[0].partition("|")[0].rstrip("&\\ "))
        words = [re.sub(r"\$\{?\w+\}?|\$\(.*\)", "7", one) for one in words]
        words = [one.replace("tls://7:7", "tls://host:8786") for one in words]
        build_parser().parse_args(words[1:])


@pytest.mark.parametrize(
    ("units", "waiting", "running", "is_over"),
    [(9, 0, 0, True), (0, 0, 0, False), (300, 256, 0, False), (9, 0, 1, False), (9, 1, 0, False)],
)
def test_a_run_is_over_when_nothing_is_left(
    units: int, waiting: int, running: int, *, is_over: bool
) -> None:
    """Status 3 is that of parked packages, and of a scheduler that was away: the ledger tells.

    What is left is no status of a process, of which 256 are none.
    """
    programs = [re.findall(r"python3 -c '([^']+)'", text) for text in (KUBERNETES, SLURM)]
    assert [len(found) for found in programs] == [1, 1]
    said = json.dumps({"units": units, "waiting": waiting, "running": running})
    for (program,) in programs:
        done = subprocess.run([sys.executable, "-c", program], input=said, text=True, check=False)
        assert (done.returncode == 0) == is_over


@pytest.mark.skipif(shutil.which("bash") is None, reason="the shell of Slurm's scripts")
def test_the_script_for_slurm_is_one() -> None:
    """The shell reads it; what sbatch asks of it stands before the first command."""
    subprocess.run(["bash", "-n", DEPLOY / "slurm.sh"], check=True)
    lines = SLURM.splitlines()
    assert lines[0] == "#!/bin/bash"
    directives = [n for n, line in enumerate(lines) if line.startswith("#SBATCH ")]
    first = next(n for n, line in enumerate(lines) if line and not line.startswith("#"))
    assert directives
    assert max(directives) < first
    assert all(re.fullmatch(r"#SBATCH --[a-z-]+(=\S+)?", lines[n]) for n in directives)


@pytest.mark.parametrize("text", [KUBERNETES, SLURM])
def test_it_is_said_that_nobody_ran_them(text: str) -> None:
    """At the top, and in the guide."""
    assert "# NOT RUN: " in text[:400]
    guide = (DEPLOY.parent / "guides" / "cluster.md").read_text("utf-8")
    assert "**have not been run**" in guide
