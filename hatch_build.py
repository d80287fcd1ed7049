"""Builds the native part of the package where a C compiler is at hand; else it is left out."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PARTS = ("src/alpheus/scan/rows", "src/alpheus/scan/lookup")


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg] # its parameter has no public name
    """Compiles C files that need no header of Python: one library fits every version."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the contract gives more
        """Compile, and make the wheel one of this platform if that worked."""
        if self.target_name != "wheel" or not _compiled(Path(self.root)):
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["artifacts"] += [f"{part}.so" for part in PARTS]
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"


def _compiled(root: Path) -> bool:
    """All parts, or none."""
    for part in PARTS:
        (root / f"{part}.so").unlink(missing_ok=True)
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None or sys.platform == "win32":
        return False
    command = [compiler, "-O3", "-std=c11", "-shared", "-fPIC", "-Wall", "-Wextra", "-o"]
    return all(
        subprocess.run(  # noqa: S603 - found on the path
            [*command, str(root / f"{part}.so"), str(root / f"{part}.c")], check=False
        ).returncode == 0
        for part in PARTS
    )  # fmt: skip
