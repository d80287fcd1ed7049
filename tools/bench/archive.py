"""A whole triage of the same logs inside .zip, beside unpacking them into ripgrep."""

from __future__ import annotations

import shlex
import shutil

from tools.bench import material
from tools.bench.race import NOT_INSTALLED, Road, Row, Setting, race, rate, run, times
from tools.bench.triage import triage

from alpheus.knowledge.packs import load_packs

TARGET = "0.80 GB/s per two cores"


def rows(setting: Setting) -> list[Row]:
    """Rates are of the logs as they are unpacked."""
    path, size = material.archive(setting)
    patterns = material.pattern_file(setting, material.literals(load_packs()))
    unzip = f"unzip -p {shlex.quote(str(path))}"
    roads: dict[str, Road] = {}
    if shutil.which("unzip"):
        roads["unzip -p"] = lambda: run("sh", "-c", unzip)
        if shutil.which("rg"):
            search = shlex.join(material.ripgrep(patterns, 1))
            roads["unzip -p | rg"] = lambda: run("sh", "-c", f"{unzip} | {search}", fine=(0, 1))
    roads["triage"] = lambda: triage(setting, path)
    medians = race("archive", roads, setting.rounds)
    ours, peer = medians.pop("triage"), medians.get("unzip -p | rg")
    beside = "; ".join(f"{name} {rate(size, seconds)}" for name, seconds in medians.items())
    pair = size / ours / setting.cores * 2
    missing = [name for name in ("unzip", "rg") if not shutil.which(name)]
    absent = "".join(f"; {name}: {NOT_INSTALLED}" for name in missing)
    return [
        Row(
            "archive", f"{size / 1e9:.2f} GB of logs in .zip, {setting.cores} cores",
            f"{pair / 1e9:.2f} GB/s per two cores ({ours:.1f} s)",
            f"{beside}{absent}".removeprefix("; "),
            times(peer / ours) if peer else "", TARGET,
        )
    ]  # fmt: skip
