"""What each of many packages in one call costs beyond reading: the same bytes in one package."""

from __future__ import annotations

import os
from pathlib import Path

from tools.bench import material
from tools.bench.race import Row, Setting, race
from tools.bench.triage import triage

PACKAGE_BYTES = 10_000_000
DIFFERENT = 16
TARGET = "40 ms"
_PLACE = "C/inetpub/logs/LogFiles/W3SVC1"


def rows(setting: Setting) -> list[Row]:
    """The folders by name, or the folder that holds them all."""
    root = setting.scratch / "packages"
    folders = _packages(setting, root)
    count = len(folders)
    size = material.size_of(root)
    roads = {
        "one package": lambda: triage(setting, root),
        f"{count} packages": lambda: triage(setting, *folders),
    }
    medians = race("packages", roads, setting.rounds)
    one, many = medians.values()
    return [
        Row(
            "packages",
            f"{count:,} packages of {size / count / 1e6:.1f} MB in one call, "
            f"{setting.cores} cores: each beyond reading",
            f"{(many - one) / count * 1000:.1f} ms ({many:.1f} s)",
            f"the same bytes in one package {one:.1f} s", target=TARGET,
        )
    ]  # fmt: skip


def _packages(setting: Setting, root: Path) -> list[Path]:
    """Folders of servers with an IIS log of 10 MB each; hard links to a few different ones."""
    days = material.logs(material.evidence(setting), material.IIS)
    pieces = [
        material.joined(days[n:] + days[:n], setting.scratch / "pieces" / str(n), PACKAGE_BYTES)
        for n in range(min(DIFFERENT, setting.packages, len(days)))
    ]
    folders = [root / f"SRV{number:04}" for number in range(1, setting.packages + 1)]
    for number, folder in enumerate(folders):
        place = folder / _PLACE
        place.mkdir(parents=True)
        os.link(pieces[number % len(pieces)], place / "u_ex210303.log")
    return folders
